from odoo.tests import BaseCase, tagged

from ..engine.screening import (
    Arrival,
    NewMail,
    Verdict,
    judge_answer,
    judge_arrival,
    judge_new,
)

PASSED = Verdict()


@tagged("post_install", "-at_install")
class TestScreeningEngine(BaseCase):
    """What becomes of a mail, from plain values."""

    def test_arrival(self):
        """Machines are refused; what a customer may stand behind waits."""
        for known, verdict in (
            ({}, PASSED),
            ({"refusal": "bounce", "known": True}, Verdict("refused", "bounce")),
            ({"refusal": "null_sender"}, Verdict("refused", "null_sender")),
            (
                {"refusal": "auto_reply", "known": True},
                Verdict("refused", "auto_reply"),
            ),
            ({"refusal": "bulk"}, Verdict("refused", "bulk")),
            ({"refusal": "bulk", "known": True}, Verdict("waiting", "bulk")),
            ({"refusal": "bulk", "allowed": True}, PASSED),
            ({"refusal": "bulk", "own_list": True}, PASSED),
            (
                {"refusal": "auto_reply", "allowed": True},
                Verdict("refused", "auto_reply"),
            ),
            ({"from_us": True}, Verdict("refused", "our_address")),
            ({"from_us": True, "known": True}, Verdict("waiting", "our_address")),
            ({"from_us": True, "names_writer": True}, PASSED),
            ({"from_us": True, "scan": True}, PASSED),
        ):
            with self.subTest(known):
                self.assertEqual(judge_arrival(Arrival(**known)), verdict)

    def test_program_that_answers_nobody(self):
        """A form is refused as a machine's, waits of a customer, passes when allowed."""
        form = {"refusal": "auto_reply", "generated": True}
        for known, verdict in (
            ({}, Verdict("refused", "auto_reply")),
            ({"known": True}, Verdict("waiting", "auto_reply")),
            ({"allowed": True}, PASSED),
        ):
            with self.subTest(known):
                self.assertEqual(judge_arrival(Arrival(**form, **known)), verdict)

    def test_loops(self):
        """Equal mails, or far too many, are a loop; of a customer they wait."""
        for known, verdict in (
            ({"equal": 19, "recent": 199}, PASSED),
            ({"equal": 20}, Verdict("refused", "loop")),
            ({"recent": 200}, Verdict("refused", "loop")),
            ({"recent": 200, "known": True}, Verdict("waiting", "loop")),
            ({"equal": 20, "allowed": True}, PASSED),
            ({"equal": 5, "threshold": 5}, Verdict("refused", "loop")),
        ):
            with self.subTest(known):
                self.assertEqual(judge_arrival(Arrival(**known)), verdict)

    def test_new_mail(self):
        """A proven sender makes a case; else the type says whether it waits."""
        for known, verdict in (
            ({"proven": True}, Verdict("case")),
            ({}, Verdict("waiting", "sender_unknown")),
            ({"unclear_waits": False}, Verdict("case", "sender_unknown")),
            ({"candidates": 2}, Verdict("waiting", "sender_ambiguous")),
            ({"forged": True, "candidates": 2}, Verdict("waiting", "sender_forged")),
            ({"inbox": True, "proven": True}, Verdict("waiting", "inbox")),
            ({"archived": True, "proven": True}, Verdict("waiting", "type_archived")),
            ({"scan": True, "unclear_waits": False}, Verdict("waiting", "scan")),
        ):
            with self.subTest(known):
                self.assertEqual(judge_new(NewMail(**known)), verdict)

    def test_answer(self):
        """What counts least about an answer is said first."""
        self.assertIsNone(judge_answer(None))
        self.assertEqual(judge_answer("bulk", stranger=True), "bulk")
        self.assertEqual(judge_answer(None, scan=True, stranger=True), "scan")
        self.assertEqual(judge_answer(None, forged=True), "sender_forged")
        self.assertEqual(judge_answer(None, stranger=True), "other_sender")
