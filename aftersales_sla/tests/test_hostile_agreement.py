"""Agreements in the hands of those who make them for others, and of other companies."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import SlaCommon

OTHERS = "SLA policies of companies"


class TestHostileAgreement(SlaCommon):
    """An agreement of all companies by which this one promises something."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.other_manager = cls._hire("manager", cls.other)
        cls.shared = cls._agreement(name="Secret Contract", company_id=False)
        cls.own = cls._agreement(name="Own Contract", end_date="2026-12-31")
        cls.policy = cls._policy({"metric": "resolved"}, agreement_id=cls.shared.id)
        cls.own_policy = cls._policy(
            {"metric": "resolved"}, name="Own", agreement_id=cls.own.id, sequence=20
        )
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _hire(cls, name, company, groups=None):
        return new_test_user(
            cls.env,
            f"other_{name}",
            groups=groups or f"aftersales_case.group_aftersales_{name}",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    def test_promises_of_others(self):
        """What another company promises is not ended, moved or priced by this one."""
        customer = self.env["res.partner"].create({"name": "Somebody"})
        example = self.env.ref("aftersales_sla.policy_premium").agreement_id
        for agreement, vals in (
            (self.shared, {"end_date": "2026-01-01"}),
            (self.shared, {"active": False}),
            (self.shared, {"is_template": True}),
            (self.shared, {"partner_id": customer.id}),
            (self.shared, {"company_id": self.other.id}),
            (example, {"is_template": False, "partner_id": customer.id}),
        ):
            self.env.invalidate_all()
            with (
                self.subTest(agreement=agreement.name, **vals),
                self.assertRefused(AccessError, OTHERS),
            ):
                self._as(self.other_manager, agreement).write(vals)
        with self.assertRefused(AccessError, "its fee, currency, limits"):
            self._as(self.other_manager, self.shared).sla_case_cap = 1
        self._as(self.other_manager, self.shared).name = "Called otherwise"
        self._as(self.manager, self.shared).end_date = "2026-11-30"
        self.assertFalse(self._as(self.agent, self.own).has_access("write"))

    def test_agreements_of_others(self):
        """Whoever makes agreements, but is nobody in After-sales, still makes them."""
        seller = self._hire(
            "seller", self.company, "base.group_user,agreement.group_agreement_user"
        )
        made = self._as(seller)["agreement"].create({"name": "Sold", "code": "S1"})
        self.assertEqual(made.sudo().sla_currency_id, self.company.currency_id)
        self.own.sudo().sla_monthly_fee = 70
        copied = self._as(seller, self.own).copy({"code": "S2"})
        self.assertEqual(copied.partner_id, self.customer)
        self.assertFalse(copied.sudo().sla_monthly_fee)
        own = self._as(seller, self.own)
        self.assertEqual(own.read()[0]["name"], "Own Contract")
        self.assertNotIn("sla_policy_ids", own.fields_get())
        with self._at():
            case = self._new_case()
            self._flush()
        self.assertEqual(case.clock_ids.policy_id, self.policy)
        self.env.invalidate_all()
        with self._at(1):
            self._as(seller, self.shared).end_date = "2026-01-31"
            self._run_job()
        self.assertEqual(
            case.clock_ids.filtered(lambda one: not one.ended_at).policy_id,
            self.own_policy,
        )

    def test_covered_elsewhere(self):
        """A form that names a company of others tells nothing of their agreements."""
        spec = {"agreement_id": {"fields": {"display_name": {}}}, "covered_until": {}}
        asked = {
            "company_id": self.company.id,
            "partner_id": self.customer.id,
            "type_id": self.type_complaint.id,
            "reported_at": "2026-03-02 09:00:00",
        }
        self.shared.active = False
        for user, told in ((self.agent, self.own.id), (self.other_manager, None)):
            self.env.invalidate_all()
            cases = self._as(user)["aftersales.case"]
            values = cases.onchange(asked, ["company_id"], spec)["value"]
            found = values.get("agreement_id") or {}
            self.assertEqual(found.get("id"), told)
            until = values.get("covered_until") or None
            self.assertEqual(until, told and self.own.end_date)
