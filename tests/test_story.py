"""The story that `setup/story` tells: true at every change, not only when it is told."""

import re

from ground import stories

# Further steps may be added; those of the main job stay.
FEWEST_STEPS = 57


def test_every_step_holds(space, capfd):
    """The story comes to its end, line after line, without a warning."""
    code, warnings = stories.tell(space)
    told = capfd.readouterr().out
    lines = re.findall(r"^ *(\d+)\. ", told, re.MULTILINE)
    assert (code, warnings) == (0, []), told
    assert lines == [str(number) for number in range(1, len(lines) + 1)]
    assert len(lines) >= FEWEST_STEPS
