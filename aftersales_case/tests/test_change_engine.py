from odoo.tests import BaseCase

from odoo.addons.aftersales_case.engine.change import Change
from odoo.addons.aftersales_case.engine.private import get_private

NEW = {"stage_id": 1, "user_id": 7}


class TestChangeEngine(BaseCase):
    """What a change knows of its cases, from plain values."""

    def test_met_once(self):
        """The values of the first meeting stay, whatever is written later."""
        change = Change()
        change.meet({1: dict(NEW)})
        change.meet({1: {"stage_id": 2, "user_id": 7}})
        self.assertEqual(change.first, {1: NEW})

    def test_told_is_no_difference_any_more(self):
        """A difference is told once; the values found at first stay known."""
        change = Change()
        change.meet({1: dict(NEW)})
        now = {1: {"stage_id": 2, "user_id": 8}}
        found = change.get_differences(now, ["user_id", "stage_id"])
        self.assertEqual(
            list(found[1].items()), [("user_id", (7, 8)), ("stage_id", (1, 2))]
        )
        change.tell(now, ["stage_id"])
        self.assertEqual(change.get_differences(now, NEW), {1: {"user_id": (7, 8)}})
        self.assertEqual(change.first, {1: NEW})

    def test_take_empties(self):
        """What was collected is handed out once."""
        change = Change()
        change.goods |= {3: None}
        self.assertEqual(change.take("goods"), {3: None})
        self.assertEqual(change.goods, {})

    def test_private_counts_by_class(self):
        """A key means something only with an object of ours."""
        change = Change()
        for value in (True, 1, "x", {"runs": True}, Change):
            self.assertIsNone(get_private({"key": value}, "key", Change))
        self.assertIs(get_private({"key": change}, "key", Change), change)
        self.assertIsNone(get_private({}, "key", Change))
