from datetime import timedelta

from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .common import DunningCommon

# Told by nothing but the entries and the terms in the tables of holds: what is open of a
# customer that is held, what waits, and else the part that holds take of an invoice.
INDEPENDENT = """
    SELECT round(sum(
        CASE WHEN EXISTS (
                 SELECT FROM aftersales_dunning_hold c
                  WHERE c.scope = 'customer'
                    AND (c.state = 'active' OR c.resume_on > %(today)s)
                    AND c.company_id = l.company_id
                    AND c.partner_id = p.commercial_partner_id)
             THEN l.amount_residual
             ELSE l.amount_residual * LEAST(1, COALESCE((
                 SELECT sum(CASE h.scope WHEN 'invoice' THEN m.amount_residual
                                 ELSE h.amount - COALESCE(h.credited_amount, 0) END)
                   FROM aftersales_dunning_hold h
                  WHERE h.move_id = m.id
                    AND (h.state = 'active' OR h.resume_on > %(today)s)
                    AND h.scope <> 'customer') / NULLIF(m.amount_residual, 0), 0))
        END), 2)
      FROM account_move_line l
      JOIN account_move m ON m.id = l.move_id
      JOIN account_account a ON a.id = l.account_id
      JOIN res_partner p ON p.id = l.partner_id
     WHERE a.account_type = 'asset_receivable' AND l.amount_residual > 0
       AND m.state = 'posted' AND l.company_id = %(company)s
"""


class TestHeldMoney(DunningCommon):
    """Held money: every euro once, in booked value, on all screens the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls.env["res.partner"].create({"name": "Stranger"})
        cls.dispute = cls.env.ref("aftersales_dunning.reason_dispute")

    def setUp(self):
        super().setUp()
        self.case, self.other_case = self._new_case(), self._new_case()

    def _holds(self, user=None):
        return self._as(user or self.accountant)[
            "aftersales.dunning.hold"
        ].with_company(self.company)

    def _domain(self, *filters):
        """Return the domain of the screen *Held Money* as it opens."""
        action = self.env.ref("aftersales_dunning.aftersales_dunning_hold_action_money")
        context = action._get_action_dict()["context"]
        for name in ("active", "waiting"):
            self.assertIn(f"'search_default_{name}': 1", context)
        return [
            ("company_id", "=", self.company.id),
            "|",
            ("state", "=", "active"),
            ("part_state", "=", "waiting"),
        ]

    def _figures(self, *groupby):
        """Return what the screen shows: ``{group: money}``."""
        self.env.flush_all()
        rows = self._holds().formatted_read_group(
            self._domain(), list(groupby), ["held_now:sum"]
        )
        return {
            tuple(row[name] for name in groupby): row["held_now:sum"] for row in rows
        }

    def _total(self):
        """Return the total, after every screen and the books said the same."""
        self.env.flush_all()
        self.env.invalidate_all()
        [total] = self._figures().values()
        total = total or 0
        shown = self._holds().search(self._domain())
        self.assertAlmostEqual(sum(shown.mapped("held_now")), total)
        for groupby in (["age"], ["settled_by"], ["age", "settled_by"], ["reason_id"]):
            rows = self._holds().formatted_read_group(
                self._domain(), groupby, ["held_now:sum"]
            )
            self.assertAlmostEqual(sum(row["held_now:sum"] for row in rows), total)
            for row in rows:
                opened = self._holds().search([*self._domain(), *row["__extra_domain"]])
                self.assertAlmostEqual(
                    sum(opened.mapped("held_now")), row["held_now:sum"]
                )
        self.env.cr.execute(
            INDEPENDENT, {"today": self.today, "company": self.company.id}
        )
        self.assertAlmostEqual(float(self.env.cr.fetchone()[0] or 0), total)
        return total

    def _in_dollars(self, amount, rate):
        """Bill dollars, worth so many for one of the company's currency on that day."""
        dollar = self.env["res.currency"].create(
            {"name": "TSD", "symbol": "T$", "rounding": 0.01}
        )
        for day, value in ((self.today - timedelta(days=40), rate), (self.today, 1.6)):
            self.env["res.currency.rate"].create(
                {
                    "name": day,
                    "currency_id": dollar.id,
                    "rate": value,
                    "company_id": self.company.id,
                }
            )
        return self._new_invoice(amount, currency_id=dollar.id)

    @feature("N-05")
    def test_two_cases_on_one_invoice(self):
        """What two cases dispute of an invoice counts once: never more than is open."""
        invoice = self._new_invoice(1000)
        self._hold(invoice, "amount", 800, self.case)
        self._hold(invoice, "amount", 800, self.other_case, reason_id=self.dispute.id)
        self.assertEqual(self._total(), 1000)
        self._hold(self._new_invoice(300), "invoice", case=self.case)
        self.assertEqual(self._total(), 1300)

    @feature("N-05")
    def test_customer_is_held(self):
        """A hold on a customer holds all that he owes, beside what his invoices hold."""
        first, _second = self._new_invoice(1000), self._new_invoice(500)
        self._new_invoice(70, partner=self.stranger)
        own = self._hold(first, "amount", 400, self.case)
        whole = self._hold_customer()
        self.assertEqual(self._total(), 1500)
        self.assertEqual((own.held_now, whole.held_now), (400, 1100))
        self.assertEqual(
            self._figures("settled_by"), {("service",): 400, ("debtor",): 1100}
        )
        again = self._hold_customer()
        self.assertEqual(self._total(), 1500)
        self.assertEqual((whole.held_now, again.held_now), (1100, 0))
        whole._end("by_hand")
        self.assertEqual(self._total(), 1500)
        again.invalidate_recordset()
        self.assertEqual(again.held_now, 1100)

    def test_customer_owes_by_entry(self):
        """What a customer owes by an entry or a contact's invoice is held with it."""
        contact = self.env["res.partner"].create(
            {"name": "Kitchen", "parent_id": self.customer.id, "type": "invoice"}
        )
        self._new_invoice(100, partner=contact)
        journal = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "general")], limit=1
        )
        income = self.env["account.account"].search(
            [
                ("company_ids", "=", self.company.id),
                ("account_type", "=", "income"),
            ],
            limit=1,
        )
        lines = [
            {"account_id": self.receivable.id, "partner_id": who.id, "debit": amount}
            for who, amount in ((self.customer, 700), (self.stranger, 50))
        ]
        entry = self.env["account.move"].create(
            {
                "journal_id": journal.id,
                "line_ids": [
                    *(Command.create(line) for line in lines),
                    Command.create({"account_id": income.id, "credit": 750}),
                ],
            }
        )
        entry.action_post()
        hold = self._hold_customer()
        self.assertEqual(self._total(), 800)
        self.assertEqual(hold.held_now, 800)

    @feature("N-05")
    def test_booked_value(self):
        """Dollars count at what they are booked at, whatever the rate of today."""
        invoice = self._in_dollars(1000, 1.25)
        self.assertEqual(invoice.amount_residual_signed, 800)
        hold = self._hold(invoice, "amount", 500, self.case)
        self.assertEqual(self._total(), 400)
        self._pay(invoice, 200)
        self.assertEqual(self._total(), 400)
        hold.amount = 250
        self.assertEqual(self._total(), 200)
        self._hold_customer()
        self.assertEqual(self._total(), invoice.amount_residual_signed)

    @feature("N-05")
    def test_waiting_for_its_date(self):
        """What waits after a release is shown until its day, by who settled it."""
        invoice, other = self._new_invoice(1000), self._new_invoice(200)
        hold = self._hold(invoice, "amount", 400, self.case)
        second = self._hold(invoice, "amount", 100, reason_id=self.dispute.id)
        self._hold(other, case=self.case)
        self.assertEqual(self._total(), 700)
        hold._release_by_hand({"release_policy": "wait", "wait_days": 5})
        self.assertEqual(self._total(), 700)
        self.assertEqual((hold.held_now, second.held_now), (400, 100))
        hold.date_from = self.today - timedelta(days=40)
        hold.ended_at = self.today - timedelta(days=20)
        self.assertEqual((hold.days_held, hold.age), (40, "31"))
        self.assertEqual(self._figures("age"), {("00",): 300, ("31",): 400})
        second._release_by_hand({"release_policy": "wait", "wait_days": 9})
        self.assertEqual(self._total(), 700)
        (hold | second).invalidate_recordset()
        self.assertEqual((hold.held_now, second.held_now), (400, 100))
        (hold | second).resume_on = self.today
        (hold | second)._resume_parts()
        self.assertEqual(self._total(), 200)

    def test_customer_waits(self):
        """A hold on a customer that ended with days to wait holds until then."""
        self._new_invoice(1000)
        own = self._new_invoice(200)
        self._hold(own, "amount", 50, self.case)
        hold = self._hold_customer()
        hold._release_by_hand({"release_policy": "wait", "wait_days": 5})
        self.assertEqual(self._total(), 1200)
        self.assertEqual((hold.held_now, hold.held_at_end), (1150, 1150))

    @feature("N-05")
    def test_ended_hold_keeps_what_it_held(self):
        """How a hold ended: paid, credited, released or on a customer; its value stays."""
        paid, credited, released = (
            self._new_invoice(amount) for amount in (500, 300, 90)
        )
        self._pay(paid, 100)
        holds = [
            self._hold(invoice, case=self.case)
            for invoice in (paid, credited, released)
        ]
        self._pay(paid)
        self._credit(credited)
        holds[2]._release_by_hand({"release_policy": "go_on"})
        self._new_invoice(60, partner=self.stranger)
        holds.append(self._hold_customer(self.stranger))
        holds[3]._release_by_hand({"release_policy": "go_on"})
        self.assertEqual(
            [(h.held_at_end, h.held_now) for h in holds],
            [(400, 0), (300, 0), (90, 0), (60, 0)],
        )
        self.assertEqual(self._total(), 0)
        with Form(self._as(self.accountant, holds[0])) as form:
            self.assertEqual(form.held_at_end, 400)

    @feature("P-49")
    def test_button_of_the_customer(self):
        """The button says what the holds that it opens add up to, and no stranger's."""
        child = self.env["res.partner"].create(
            {"name": "Daughter", "is_company": True, "parent_id": self.customer.id}
        )
        self._hold(self._new_invoice(40, partner=child), case=self.case)
        invoice = self._new_invoice(1000)
        self._hold(invoice, "amount", 400, self.case)
        self._hold(invoice, "amount", 100, self.other_case)._release_by_hand(
            {"release_policy": "wait", "wait_days": 5}
        )
        customer = self._as(self.accountant, self.customer)
        self.assertEqual(customer.dunning_held, 500)
        action = self._press(customer, "action_view_dunning_held")
        opened = self._holds().search(action["domain"])
        self.assertEqual(sum(opened.mapped("held_now")), 500)
        self.assertEqual(opened.partner_id, self.customer)
        self.assertEqual(self._as(self.accountant, child).dunning_held, 40)

    def test_found_by_value(self):
        """Holds are found by what they hold now."""
        self._hold(self._new_invoice(100), case=self.case)
        big = self._hold(self._new_invoice(1000), case=self.case)
        mine = [("company_id", "=", self.company.id)]
        found = self._holds().search([*mine, ("held_now", ">", 500)])
        self.assertEqual(found, big)
        self.assertEqual(len(self._holds().search([*mine, ("held_now", "<=", 500)])), 1)

    def test_queries(self):
        """Many holds cost as many queries as one."""
        holds = self.env["aftersales.dunning.hold"]
        for _number in range(20):
            holds |= self._hold(self._new_invoice(10), case=self.case)
        holds |= self._hold_customer()

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some.mapped("held_now")
            return self.cr.sql_log_count - before

        self.assertEqual(count(holds), count(holds[:1]))

    def test_not_for_service(self):
        """Service, that reads no invoices, learns nothing of what a customer owes."""
        hold = self._hold_customer()
        hold.sudo().case_id = self.case
        mine = self._as(self.agent, hold)
        self.assertNotIn("held_now", mine.fields_get())
        arch = mine.get_view(
            self.env.ref("aftersales_dunning.aftersales_dunning_hold_view_kanban").id,
            "kanban",
        )["arch"]
        self.assertNotIn("held_now", arch)
        self.assertIn('name="held_amount"', arch)
