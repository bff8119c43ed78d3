"""First steps: what is set up before the work begins, and what is missing."""

from typing import NamedTuple


class Step(NamedTuple):
    """One thing to set up.

    :param key: unique among all steps
    :param name: what to do, in few words
    :param text: what there is by now, or what is missing
    :param is_done: whether it is set up
    :param action: xml id of the action with which one does it; None for whom it is not
    """

    key: str
    name: str
    text: str
    is_done: bool
    action: str | None
