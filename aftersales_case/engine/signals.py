"""When a case asks for attention: its stay in a stage, and changes of hands.

Values in, values out, no ORM. Moments are naive UTC.
"""

HANDOVER = "handover"


def stay_since(snapshots):
    """Return since when a case stands in its present stage without a break.

    :param snapshots: ``Snapshot`` list of one case, in the order of the log
    """
    since = None
    stage = None
    for event in snapshots:
        if event.stage != stage:
            stage, since = event.stage, event.at
    return since


def changes_of_hands(snapshots):
    """Return the moments at which another person became responsible.

    Planned hand-overs, before and after an absence, do not count.
    """
    moments = []
    holder = None
    for event in snapshots:
        if event.kind == HANDOVER and moments:
            moments.pop()
        elif event.user != holder:
            if holder is not None:
                moments.append(event.at)
            holder = event.user
    return moments


def bouncing_until(moments, changes, window):
    """Return until when a case counts as bouncing, or None.

    It bounces while the last ``changes`` changes of hands lie within ``window``.

    :param moments: result of :func:`changes_of_hands`
    :param changes: how many changes are too many; 0 means any number is fine
    :param window: ``timedelta``
    """
    if changes < 1 or len(moments) < changes:
        return None
    until = moments[-changes] + window
    return until if until > moments[-1] else None
