from datetime import datetime

from odoo.tests import Form, freeze_time

from odoo.addons.aftersales_case.tests.common import feature

from .common import DunningCommon


class TestDryRunAhead(DunningCommon):
    """The dry run for a day to come is the run of that day, after the jobs."""

    def _shown(self, day):
        Wizard = self._as(self.accountant)["aftersales.dunning.dry.run"]
        with Form(Wizard.with_company(self.company)) as form:
            form.date = self._in(day)
        action = form.record.action_show()
        lines = self.env[action["res_model"]].search(action["domain"])
        return lines, {
            (line.move_line_id, line.level, line.due_now, line.hold_id)
            for line in lines
            if line.outcome == "remind"
        }

    def _made(self, day):
        """Let the jobs run day after day, then run; nothing is left of it."""
        savepoint = self.env.cr.savepoint()
        job = self.env.ref("aftersales_dunning.cron_expire_holds")
        for passed in range(1, day + 1):
            with freeze_time(datetime.combine(self._in(passed), job.nextcall.time())):
                Hold = self.env["aftersales.dunning.hold"]
                Hold.search(
                    Hold._get_due_parts_domain(self._in(passed))
                )._resume_parts()
                Hold.search(Hold._get_expiring_domain())._expire_or_warn()
        with freeze_time(self._in(day)):
            made = {
                (line.move_line_id, line.level, line.balance_due, line.hold_id)
                for line in self._run(self._in(day)).line_ids
            }
        savepoint.close(rollback=True)
        return made

    def _ends(self, invoice, amount, days, **terms):
        """Hold a part that ends by its last day, on these terms."""
        reason = self.env["aftersales.dunning.hold.reason"].create(
            {"name": "Leaks", "silence_days": 0} | terms
        )
        hold = self._hold(invoice, "amount", amount, reason_id=reason.id)
        hold.date_until = self._in(days)
        return hold

    @feature("N-03")
    def test_hold_that_ends(self):
        """Held until today: in five days it is dunned with the rest, and says so."""
        invoice = self._new_invoice(1000)
        hold = self._ends(invoice, 300, 0)
        _lines, shown = self._shown(5)
        item = invoice._get_term_lines()
        none = self.env["aftersales.dunning.hold"]
        self.assertEqual(shown, {(item, 1, 1000, none)})
        self.assertEqual(self._made(5), shown)
        self.assertEqual((hold.state, invoice.held_amount), ("active", 300))
        self.assertFalse(hold.outcome or hold.ended_at)

    @feature("N-03")
    def test_every_kind_of_end(self):
        """Holds that end on all terms, parts that wait, silence: on six days the same."""
        invoices = [self._new_invoice(1000 + number) for number in range(8)]
        self._ends(invoices[0], 300, 2, release_policy="wait", wait_days=4)
        self._ends(invoices[1], 300, 2, release_policy="new_due", due_days=3)
        self._ends(invoices[2], 300, 2, release_policy="restart")
        self._ends(invoices[3], 1003, 2, release_policy="new_due", due_days=3)
        self._ends(invoices[4], 300, 90)
        waits = self._ends(invoices[5], 300, 90)
        waits._release_by_hand({"release_policy": "wait", "wait_days": 6})
        dated = self._ends(invoices[6], 300, 90)
        dated._release_by_hand({"release_policy": "new_due", "due_days": 3})
        silent = self.env["aftersales.dunning.hold.reason"].create(
            {"name": "Silent", "silence_days": 3, "release_policy": "go_on"}
        )
        case = self._new_case(user_id=self.agent.id)
        self._hold(invoices[7], "amount", 300, case, reason_id=silent.id)
        counts = []
        for day in (1, 3, 6, 9, 13, 20):
            with self.subTest(day=day):
                _lines, shown = self._shown(day)
                self.assertEqual(self._made(day), shown)
                counts.append(len(shown))
        self.assertEqual(counts[0], 7)
        self.assertGreater(counts[-1], counts[0])

    @feature("N-03")
    def test_parts_are_told_apart(self):
        """Rest and part of one invoice are two rows, with what they are about."""
        invoice = self._new_invoice(1000)
        hold = self._hold(invoice, "amount", 300)
        hold._release_by_hand({"release_policy": "new_due", "due_days": 3})
        lines, _shown = self._shown(1)
        self.assertEqual(
            [(line.open_amount, line.due_now, line.held_amount) for line in lines],
            [(1000, 700, 300)],
        )
        lines, _shown = self._shown(13)
        self.assertEqual(
            sorted((line.open_amount, line.due_now, line.hold_id.id) for line in lines),
            [(300, 300, hold.id), (700, 700, False)],
        )
        part = lines.filtered("hold_id")
        self.assertIn("dunned by itself", part.reason)

    @feature("P-50")
    def test_why_not_today(self):
        """The invoice says of the part until when it is out, and when it has its turn."""
        invoice = self._new_invoice(1000)
        hold = self._hold(invoice, "amount", 300)
        hold._release_by_hand({"release_policy": "new_due", "due_days": 3})

        def why(day):
            texts = self._as(self.accountant, invoice)._explain_dunning(self._in(day))
            return " ".join(texts[invoice]).replace("\xa0", "")

        shown = self.env["ir.qweb.field.date"].value_to_html
        self.assertRegex(why(0), r"about .*700\.00")
        self.assertIn(f"not dunned before {shown(self._in(3), {})}", why(0))
        self.assertRegex(why(3), r"300\.00.* was disputed and is dunned by itself")
        self.assertIn(f"has its turn on {shown(self._in(13), {})}", why(3))
        self.assertRegex(why(13), r"300\.00.* sends reminder 1 .* about it alone")

    @feature("N-03", "P-50")
    def test_why_not_after_a_hold_that_ends(self):
        """Held until today: of five days later the invoice says that all is dunned."""
        invoice = self._new_invoice(1000)
        self._ends(invoice, 300, 0)
        why = []
        for day in (0, 5):
            texts = self._as(self.accountant, invoice)._explain_dunning(self._in(day))
            why.append(" ".join(texts[invoice]))
        self.assertRegex(why[0], r"300\.00.* is in review.* about .*700\.00")
        self.assertRegex(why[1], r"sends reminder 1 .* about .*1,000\.00")
        self.assertNotIn("in review", why[1])

    def test_hold_whose_day_is_past(self):
        """What no job has ended yet the next one ends: its days count from then."""
        invoice = self._new_invoice(1000)
        hold = self._ends(invoice, 300, -1, release_policy="new_due", due_days=3)
        for day, parts in ((13, self.env[hold._name]), (14, hold)):
            _lines, shown = self._shown(day)
            self.assertEqual(self._made(day), shown)
            found = parts.union(*(about for _item, _level, _due, about in shown))
            self.assertEqual(found, parts)

    def test_nothing_is_left_of_it(self):
        """A dry run ahead ends no hold and writes nothing."""
        invoice = self._new_invoice(1000)
        hold = self._ends(invoice, 1000, 1, release_policy="new_due", due_days=5)
        self.env.flush_all()
        stamps = hold.write_date, invoice.write_date
        names = ("mail.message", "aftersales.case.event", "mail.activity", "mail.mail")
        before = [self.env[name].search_count([]) for name in names]
        self._shown(30)
        self._as(self.accountant, invoice)._explain_dunning(self._in(30))
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((hold.write_date, invoice.write_date), stamps)
        self.assertEqual([self.env[name].search_count([]) for name in names], before)
        self.assertEqual((hold.state, invoice.hold_state), ("active", "full"))
        self.assertFalse(invoice.dunning_due_original)
