from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time

from odoo.addons.aftersales_case.tests.common import feature

from .common import DunningCommon

WRITTEN = (
    "credit.control.run",
    "credit.control.line",
    "credit.control.communication",
    "mail.mail",
    "mail.message",
)


class TestDryRun(DunningCommon):
    """What tomorrow's run would do, shown by what it does, and nothing done."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.credit_policy_id = cls.policy
        cls.company.credit_control_tolerance = 5
        cls.case = cls.env["aftersales.case"].create(
            {
                "name": "Machine leaks",
                "type_id": cls.type_complaint.id,
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
            }
        )

    def _dry_run(self, date=None):
        """Make a dry run as the accountant; return what it shows."""
        self.assertInMenu(self.accountant, "aftersales_dunning.menu_dry_run")
        Wizard = self._as(self.accountant)["aftersales.dunning.dry.run"]
        with Form(Wizard.with_company(self.company)) as form:
            if date:
                form.date = date
        action = form.record.action_show()
        return self._as(self.accountant)[action["res_model"]].search(action["domain"])

    def _story(self):
        """Invoices of every kind: free, partly and wholly held, small, late, waiting."""
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        story = {
            "free": self._new_invoice(100),
            "letter": self._new_invoice(110, partner=stranger),
            "partly": self._new_invoice(1150),
            "wholly": self._new_invoice(200),
            "rest": self._new_invoice(300),
            "small": self._new_invoice(3),
            "young": self._new_invoice(400, date_due=self.today - timedelta(days=2)),
            "future": self._new_invoice(500, date_due=self.today + timedelta(days=9)),
            "waiting": self._new_invoice(600),
            "second": self._new_invoice(700),
        }
        paid = self._new_invoice(800)
        self._pay(paid)
        run = self._run(self.today - timedelta(days=12))
        mine = run.line_ids.filtered(lambda line: line.invoice_id == story["second"])
        mine.state = "sent"
        (run.line_ids - mine).unlink()
        self._hold(story["partly"], "amount", 460, self.case)
        self._hold(story["wholly"], case=self.case)
        self._hold(story["rest"], "amount", 297, self.case)
        hold = self._hold(story["waiting"], case=self.case)
        hold._release_by_hand({"release_policy": "wait", "wait_days": 5})
        return story

    @feature("N-03")
    def test_shows_what_happens(self):
        """Each invoice with its reminder and amount, and what is held and why."""
        story = self._story()
        lines = self._dry_run()
        found = {
            line.move_id: (line.outcome, line.level, line.due_now, line.held_amount)
            for line in lines
        }
        self.assertEqual(
            found,
            {
                story["free"]: ("remind", 1, 100, 0),
                story["letter"]: ("remind", 1, 110, 0),
                story["partly"]: ("remind", 1, 690, 460),
                story["wholly"]: ("held", 1, 0, 200),
                story["rest"]: ("small", 1, 3, 297),
                story["small"]: ("small", 1, 3, 0),
                story["waiting"]: ("held", 1, 0, 600),
                story["second"]: ("remind", 2, 700, 0),
            },
        )
        self.assertColumns(
            lines,
            "aftersales_dunning.aftersales_dunning_dry_run_line_view_list",
            "invoice_name",
            "level_name",
            "channel",
            "due_now",
            "held_amount",
            "reason",
        )
        reasons = {line.move_id: line.reason for line in lines}
        for name in ("partly", "wholly"):
            self.assertIn(f"case {self.case.number}", reasons[story[name]])
        self.assertIn("Goes on on", reasons[story["waiting"]])
        channels = {line.move_id: line.channel for line in lines}
        self.assertEqual(channels[story["free"]], "email")
        self.assertEqual(channels[story["letter"]], "letter")

    @feature("N-03")
    def test_writes_nothing(self):
        """No run, no reminder, no mail, no note, and no change of an invoice."""
        story = self._story()
        self.env.flush_all()
        before = {name: self.env[name].search_count([]) for name in WRITTEN}
        stamps = {move: move.write_date for move in story.values()}
        self.assertTrue(self._dry_run())
        self.env.flush_all()
        self.env.invalidate_all()
        after = {name: self.env[name].search_count([]) for name in WRITTEN}
        self.assertEqual(after, before)
        self.assertEqual({move: move.write_date for move in story.values()}, stamps)

    @feature("N-03")
    def test_agrees_with_the_run(self):
        """The run of that day makes just the reminders that the dry run showed."""
        self._story()
        tomorrow = self.today + timedelta(days=1)
        shown = {
            (line.move_line_id, line.level, line.due_now, line.channel)
            for line in self._dry_run(tomorrow)
            if line.outcome == "remind"
        }
        run = self._run(tomorrow)
        made = {
            (line.move_line_id, line.level, line.balance_due, line.channel)
            for line in run.line_ids
        }
        self.assertEqual(len(made), 4)
        self.assertEqual(shown, made)

    @feature("N-03")
    def test_agrees_on_five_days(self):
        """Day after day, while reminders are sent and what waited comes back."""
        story = self._story()
        thirds = self.env["account.payment.term"].create(
            {
                "name": "Thirds",
                "line_ids": [
                    (0, 0, {"value_amount": value, "nb_days": days})
                    for value, days in ((33.33, 0), (33.33, 5), (33.34, 10))
                ],
            }
        )
        story["thirds"] = self._new_invoice(1210, invoice_payment_term_id=thirds.id)
        self._hold(story["thirds"], "amount", 484, self.case)
        made = []
        for days in (1, 4, 5, 11, 21):
            day = self.today + timedelta(days=days)
            with freeze_time(day):
                shown = {
                    (line.move_line_id, line.level, line.due_now, line.channel)
                    for line in self._dry_run(day)
                    if line.outcome == "remind"
                }
                lines = self._run(day).line_ids
                self.assertEqual(
                    {
                        (line.move_line_id, line.level, line.balance_due, line.channel)
                        for line in lines
                    },
                    shown,
                )
                lines.state = "sent"
            made.append(len(shown))
        self.assertEqual(made, [6, 0, 1, 7, 8])

    def test_highest_level_for_all(self):
        """A policy that lifts a customer to his highest level is followed."""
        story = self._story()
        self.policy.apply_max_policy_level = True
        tomorrow = self.today + timedelta(days=1)
        shown = {
            (line.move_id, line.level)
            for line in self._dry_run(tomorrow)
            if line.outcome == "remind"
        }
        self.assertIn((story["free"], 2), shown)
        self.assertEqual(
            shown,
            {(line.invoice_id, line.level) for line in self._run(tomorrow).line_ids},
        )

    def test_for_debtor_control_only(self):
        """Service makes no dry runs."""
        for user in (self.agent, self.reporter):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._as(user)["aftersales.dunning.dry.run"].create({})

    def test_confidential_case_is_not_named(self):
        """What is held by a confidential case is shown, the case is not."""
        story = self._story()
        self.case.confidential = True
        lines = self._dry_run()
        line = lines.filtered(lambda line: line.move_id == story["wholly"])
        self.assertEqual(line.held_amount, 200)
        self.assertIn("a confidential case", line.reason)
        self.assertNotIn(self.case.number, line.reason)

    @feature("P-50")
    def test_reminders_stand_first(self):
        """What leaves stands above what is held; a kind that there is not is not shown."""
        self._new_invoice(100)
        self._hold(self._new_invoice(200))
        lines = self._dry_run(self._in(30)).with_context(read_group_expand=True)
        groups = lines.formatted_read_group([("id", "in", lines.ids)], ["outcome"])
        self.assertEqual([group["outcome"] for group in groups], ["remind", "held"])
