from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from odoo.addons.aftersales_case.tests.common import OPERATIONS, feature

from .common import DunningCommon


class TestAccess(DunningCommon):
    """Model × group × company, what is allowed and what is refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        cls.other_company = env["res.company"].create({"name": "Foreign"})
        cls.foreign = new_test_user(
            env,
            "as_foreign",
            groups="aftersales_case.group_aftersales_manager,account.group_account_manager",
            company_id=cls.other_company.id,
            company_ids=[(6, 0, cls.other_company.ids)],
        )
        cls.portal = new_test_user(env, "as_portal", groups="base.group_portal")
        cls.public = env.ref("base.public_user")
        cls.adviser = new_test_user(
            env,
            "as_adviser",
            groups="account.group_account_manager",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        Case = env["aftersales.case"]
        common = {
            "type_id": cls.type_complaint.id,
            "company_id": cls.company.id,
            "partner_id": cls.customer.id,
        }
        cls.own = Case.create(common | {"name": "Own", "user_id": cls.agent.id})
        cls.secret = Case.create(
            common | {"name": "Secret", "confidential": True, "user_id": cls.manager.id}
        )
        cls.secret.message_unsubscribe(cls.env.user.partner_id.ids)
        cls.team.leader_id = False

    def setUp(self):
        super().setUp()
        self.hold = self._hold(self._new_invoice(100), case=self.own)
        self.hidden = self._hold(self._new_invoice(100), case=self.secret)
        self.without = self._hold(self._new_invoice(100))
        self.holds = self.hold | self.hidden | self.without

    def test_model_matrix(self):
        """Who may do what with each model, rules aside."""
        people = ("reporter", "agent", "leader", "manager", "accountant", "adviser")

        def rights(*letters):
            return dict(zip(people, letters, strict=True))

        matrix = {
            "aftersales.dunning.hold": rights("r", "rwc", "rwc", "rwc", "rwc", "rwc"),
            "aftersales.dunning.hold.reason": rights(
                "r", "r", "r", "rwcd", "r", "rwcd"
            ),
            "aftersales.dunning.hold.reason.terms": rights(
                "r", "r", "r", "rwcd", "r", "rwcd"
            ),
            "aftersales.dunning.limit": rights("", "", "", "", "r", "rwcd"),
            "aftersales.dunning.share": rights("r", "rw", "rw", "rw", "rw", "rw"),
            "aftersales.dunning.release": rights("", "rwc", "rwc", "rwc", "rwc", "rwc"),
            "aftersales.dunning.renewal": rights("", "rwc", "rwc", "rwc", "rwc", "rwc"),
            "aftersales.dunning.proposal": rights(
                "", "rwc", "rwc", "rwc", "rwc", "rwc"
            ),
            "aftersales.dunning.proposal.line": rights(
                "", "rwcd", "rwcd", "rwcd", "rwcd", "rwcd"
            ),
            "aftersales.dunning.dry.run": rights("", "", "", "", "rwc", "rwc"),
            "aftersales.dunning.dry.run.line": rights("", "", "", "", "r", "r"),
            "aftersales.dunning.backlog": rights("", "", "", "", "", ""),
        }
        self.assertAccessMatrix("aftersales_dunning", matrix)

    def test_strangers_reach_nothing(self):
        """Portal and public users have no access to any of our models."""
        self.assertNoAccess("aftersales_dunning", self.portal, self.public)

    def test_who_reads_which_hold(self):
        """Service reads the holds of the cases it reads, debtor control all of them.

        Those without a case are none of service's.
        """
        expected = {
            self.reporter: self.holds.browse(),
            self.agent: self.hold,
            self.leader: self.hold,
            self.manager: self.hold | self.hidden,
            self.accountant: self.holds,
            self.adviser: self.holds,
            self.foreign: self.holds.browse(),
        }
        for user, holds in expected.items():
            with self.subTest(user=user.login):
                found = self._as(user)["aftersales.dunning.hold"].search(
                    [("id", "in", self.holds.ids)]
                )
                self.assertEqual(found, holds)

    @feature("I2-51")
    def test_debtor_control_and_cases(self):
        """It reads every case but confidential ones, and writes the disputes only."""
        dispute = self.env.ref("aftersales_case.type_dispute")
        dispute.active = True
        theirs = self.env["aftersales.case"].create(
            {
                "name": "Price",
                "type_id": dispute.id,
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "user_id": self.manager.id,
            }
        )
        table = {self.own: "r", self.secret: "", theirs: "rw"}
        for case, allowed in table.items():
            for letter in "rw":
                with self.subTest(case=case.name, operation=letter):
                    self.assertEqual(
                        self._as(self.accountant, case).has_access(OPERATIONS[letter]),
                        letter in allowed,
                    )
                    self.assertFalse(
                        self._as(self.accountant, case).has_access("unlink")
                    )
        self.assertFalse(self._as(self.foreign, theirs).has_access("read"))

    def test_backlog_is_read_by_administrators(self):
        """What the job has to make up is looked at by them, and changed by nobody."""
        groups = "base.group_system,aftersales_case.group_aftersales_manager"
        admin = new_test_user(self.env, "as_admin", groups=groups)
        admin.write({"company_ids": [(4, self.company.id)]})
        self.env["aftersales.dunning.backlog"]._add(cases=self.own)
        rows = self._as(admin)["aftersales.dunning.backlog"]
        self.assertEqual(rows.search([]).case_id.ids, self.own.ids)
        for operation in ("create", "write", "unlink"):
            self.assertFalse(rows.has_access(operation))

    def test_other_companies(self):
        """Shares, reasons and limits of a company are none of another's users."""
        order = self._new_order(1)
        self.own.picking_id = self._deliver(order)
        self._bill(order)
        reasons = self.hold.reason_id
        reason = reasons.copy({"company_id": self.company.id})
        records = [self.own.share_ids, reason, self._set_limit("renew", 5)]
        for record in records:
            with self.subTest(model=record._name):
                for user, found in ((self.adviser, record), (self.foreign, None)):
                    theirs = self._as(user, record)
                    seen = theirs.search([("id", "in", record.ids)])
                    self.assertEqual(seen, found or record.browse())
                    self.assertEqual(theirs.has_access("read"), bool(found))
                self.assertFalse(theirs.has_access("write"))
        self.assertFalse(reasons.company_id)
        self.assertTrue(self._as(self.foreign, reasons).has_access("read"))

    def test_states_are_set_by_actions_only(self):
        """Nobody writes states, dates or who did what; nobody deletes a hold."""
        for user in (self.agent, self.accountant, self.manager):
            mine = self._as(user, self.hold)
            for name, value in (
                ("state", "released"),
                ("date_until", "2099-01-01"),
                ("approved_by_id", user.id),
                ("move_id", self.without.move_id.id),
            ):
                with self.subTest(user=user.login, field=name):
                    with self.assertRaises(AccessError), self.env.cr.savepoint():
                        mine.write({name: value})
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                mine.unlink()
        self.assertEqual(self.hold.state, "active")

    def test_who_ends_a_hold(self):
        """Those who work on its case, and debtor control; never another company."""
        for user, holds in (
            (self.agent, self.hold),
            (self.accountant, self.without),
            (self.accountant, self.hidden),
        ):
            self._as(user, holds)._release_by_hand(holds._get_terms())
            self.assertEqual(holds.state, "released")
            for vals in ({"amount": 5}, {"note": "Again"}, {"scope": "amount"}):
                with self.assertRefused(UserError, "has ended cannot be changed"):
                    self._as(user, holds).write(vals)
        hold = self._hold(self._new_invoice(100))
        for user in (self.reporter, self.agent, self.foreign):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    self._as(user, hold)._release_by_hand({"release_policy": "go_on"})
        self.assertEqual(hold.state, "active")

    @feature("I2-51")
    def test_debtor_control_holds_for_any_case_it_reads(self):
        """It says how much is disputed, also by a case that service works on."""
        self._as(self.accountant, self.hold).write({"scope": "amount", "amount": 40})
        self.assertEqual(self.hold.held_amount, 40)
        Hold = self._as(self.accountant)["aftersales.dunning.hold"]
        vals = {
            "move_id": self._new_invoice(100).id,
            "reason_id": self.hold.reason_id.id,
            "scope": "invoice",
        }
        hold = Hold.create(vals | {"case_id": self.own.id})
        self.assertEqual(hold.state, "active")
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            Hold.create(vals | {"case_id": self.secret.id})

    def test_who_chooses_which_invoice(self):
        """Service chooses among its customer's open invoices by number; others not."""
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        other = self._new_invoice(100, partner=stranger)
        paid = self._new_invoice(100)
        self._pay(paid)
        open_moves = (self.holds.move_id | other | paid) - other - paid

        def pick(user, case, name=""):
            moves = self._as(user)["account.move"].with_context(hold_case_id=case.id)
            return moves.web_name_search(name, {"display_name": {}})

        rows = pick(self.agent, self.own)
        self.assertEqual({row["id"] for row in rows}, set(open_moves.ids))
        self.assertEqual(
            {row["display_name"] for row in rows}, set(open_moves.mapped("name"))
        )
        name = self.hold.move_id.name
        self.assertEqual(
            [row["id"] for row in pick(self.agent, self.own, name)],
            self.hold.move_id.ids,
        )
        for user, case in (
            (self.agent, self.secret),
            (self.reporter, self.own),
            (self.agent, self.own.browse()),
        ):
            with self.subTest(user=user.login, case=case.name):
                with self.assertRaises(AccessError):
                    pick(user, case)

    def test_service_writes_no_invoices(self):
        """An agent may hold an invoice, and change nothing else of it."""
        move = self.hold.move_id
        with self.assertRaises(AccessError):
            self._as(self.agent, move).read(["amount_total"])
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self._as(self.agent, move).write({"dunning_due_original": self.today})

    def test_name_of_a_confidential_case(self):
        """A link to it shows its number to debtor control, its title to those concerned."""
        for user, name in (
            (self.accountant, self.secret.number),
            (self.manager, f"{self.secret.number} Secret"),
        ):
            hold = self._as(user, self.hidden)
            hold.invalidate_recordset()
            [row] = hold.web_read({"case_id": {"fields": {"display_name": {}}}})
            self.assertEqual(row["case_id"]["display_name"], name)
