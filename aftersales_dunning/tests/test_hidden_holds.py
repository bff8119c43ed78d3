from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.hostile import call

from .common import DunningCommon

NOTE = "Pays after the fair"
REASON = "Agreement with the customer"


class TestHiddenHolds(DunningCommon):
    """Holds without a case are debtor control's; others see that nothing is dunned."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env.ref("aftersales_dunning.reason_customer")
        people = {
            "auditor": "account.group_account_readonly",
            "seller": "sales_team.group_sale_salesman_all_leads",
            "sender": "account_credit_control.group_account_credit_control_user",
        }
        cls.people = {}
        for name, group in people.items():
            user = new_test_user(
                cls.env, f"as_{name}", groups=f"base.group_user,{group}"
            )
            user.write(
                {
                    "company_ids": [Command.set(cls.company.ids)],
                    "company_id": cls.company.id,
                }
            )
            cls.people[name] = user
        cls.auditor, cls.seller, cls.sender = cls.people.values()

    def setUp(self):
        super().setUp()
        self.part, self.whole = self._new_invoice(1000), self._new_invoice(500)
        vals = {"reason_id": self.reason.id, "note": NOTE}
        theirs = self._as(self.accountant)["aftersales.dunning.hold"]
        self.holds = theirs.create(
            [
                vals | {"move_id": self.part.id, "scope": "amount", "amount": 321},
                vals | {"move_id": self.whole.id, "scope": "invoice"},
            ]
        )

    def _strangers(self):
        return (self.agent, self.reporter, self.manager, *self.people.values())

    @feature("P-49")
    def test_model_tells_nothing(self):
        """Neither search, names, groups, export nor the ids themselves."""
        ids = self.holds.ids
        for user in self._strangers():
            mine = self._as(user)["aftersales.dunning.hold"]
            with self.subTest(user=user.login):
                self.assertFalse(call(mine, "search", [("id", "in", ids)]))
                self.assertFalse(call(mine, "search_count", [("note", "=", NOTE)]))
                names = call(mine, "name_search", "", limit=None)
                self.assertFalse({key for key, _name in names} & set(ids))
                rows = call(
                    mine,
                    "formatted_read_group",
                    [("id", "in", ids)],
                    ["partner_id"],
                    ["amount:sum"],
                )
                self.assertFalse(rows)
                for method, args in (
                    ("read", [["note", "amount", "partner_id"]]),
                    ("export_data", [["note"]]),
                    ("write", [{"note": "Ours"}]),
                    ("action_renew", []),
                    ("action_approve", []),
                ):
                    with self.assertRefused((AccessError, UserError), ""):
                        call(mine.browse(ids), method, *args)

    @feature("P-49")
    def test_invoice_says_not_dunned(self):
        """Whoever reads the invoice learns that, and neither why, who nor how much."""
        for move, text in ((self.part, "A part of this"), (self.whole, "This invoice")):
            mine = self._as(self.auditor, move)
            for told in (mine.dunning_notice, str(mine.dunning_explanation)):
                with self.subTest(move=move.name, told=told):
                    self.assertIn(f"{text}", told)
                    self.assertIn("is not dunned at the moment", told)
                    for secret in ("321", "679", REASON, NOTE, self.customer.name):
                        self.assertNotIn(secret, told)
            self.env.invalidate_all()
            self.assertFalse(mine.hold_ids | mine.dunning_hold_ids)
        self.assertIn(REASON, self._as(self.accountant, self.part).dunning_notice)
        moves = (self.part | self.whole).ids
        for user in (self.auditor, self.seller):
            mine = self._as(user)["account.move"]
            with self.subTest(user=user.login):
                known = call(mine, "fields_get")
                for name in ("held_amount", "due_now", "dunning_review"):
                    self.assertNotIn(name, known)
                    with self.assertRefused(AccessError, ""):
                        call(mine.browse(moves), "read", [name])
                for secret in ((NOTE, "note"), (REASON, "reason_id.name")):
                    domain = [
                        ("id", "in", moves),
                        (f"hold_ids.{secret[1]}", "=", secret[0]),
                    ]
                    self.assertFalse(call(mine, "search", domain))
                with self.assertRefused(AccessError, ""):
                    call(mine, "search", [("held_amount", ">", 300)])
                lines = self.part._get_term_lines()
                with self.assertRefused(AccessError, ""):
                    call(self._as(user, lines), "read", ["held_amount", "hold_why"])
                with self.assertRefused(AccessError, ""):
                    call(self._as(user, self.customer), "read", ["dunning_held"])

    def test_what_is_asked_for_is_told_to_nobody_else(self):
        """A hold that waits for an approval holds nothing, and is not announced."""
        self._set_limit("hold", 1, group="account.group_account_invoice")
        asked = self._as(self.accountant)["aftersales.dunning.hold"].create(
            {"move_id": self._new_invoice(700).id, "reason_id": self.reason.id}
        )
        self.assertEqual(asked.state, "requested")
        move = asked.move_id
        self.assertIn("asks not to dun", move.dunning_notice)
        self.env.invalidate_all()
        mine = self._as(self.auditor, move)
        self.assertFalse(mine.dunning_notice)
        self.assertNotIn(REASON, str(mine.dunning_explanation))

    def test_chatter_names_no_reason(self):
        """Many read the chatter of an invoice and of a customer."""
        asked = self._as(self.accountant)["aftersales.dunning.hold"]
        self._set_limit("hold", 1, group="account.group_account_invoice")
        asked.create(
            [
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "scope": "customer",
                    "reason_id": self.reason.id,
                },
                {"move_id": self.whole.id, "reason_id": self.reason.id},
            ]
        )
        self._as(self.accountant, self.holds)._release_by_hand({})
        bodies = str(self.part.message_ids.mapped("body"))
        self.assertIn("Dunning held", bodies)
        self.assertIn("Dunning goes on at the level reached", bodies)
        about = [
            ("account.move", (self.part | self.whole).ids),
            ("res.partner", self.customer.ids),
            ("aftersales.dunning.hold", asked.search([]).ids),
        ]
        read = set()
        for user in self._strangers():
            messages = self._as(user)["mail.message"]
            for model, ids in about:
                domain = [("model", "=", model), ("res_id", "in", ids)]
                with self.subTest(user=user.login, model=model):
                    try:
                        rows = call(
                            messages, "search_read", domain, ["body", "subject"]
                        )
                    except AccessError:
                        continue  # he reads none of those records
                    read |= {model} if rows else set()
                    told = str([(row["body"], row["subject"]) for row in rows])
                    for secret in (REASON, NOTE, "321", "asks not to dun"):
                        self.assertNotIn(secret, told)
        self.assertEqual(read, {"account.move", "res.partner"})

    def test_sender_is_told_what_he_may_not_send(self):
        """Without the right Invoicing he learns that it is held, and not why."""
        run = self._run()
        line = self.env["credit.control.line"].create(
            self._prepare_reminder(run, self.whole)
        )
        mine = self._as(self.sender, line)
        with self.assertRefused(UserError, rf"{self.whole.name}: held\n"):
            call(mine, "write", {"state": "to_be_sent"})
        with self.assertRefused(AccessError, ""):
            call(mine, "read", ["hold_why"])
        with self.assertRefused(UserError, REASON):
            line.with_user(self.accountant).sudo().write({"state": "to_be_sent"})
