from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.aftersales_case.tests.common import AftersalesSetup

from ..const import OFFER_NEW


class PortalSetup(AftersalesSetup):
    """Customers with log-ins, for ``TransactionCase`` and ``HttpCase`` alike.

    Anna is the contact of the cases that ``_new_case`` makes, Ben her colleague, Cleo of
    another customer, and Ivo an installer who reports for others.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = cls._new_customer("anna", cls.contact)
        ben = cls._new_person("Ben Janssen", "ben@janssen.example", cls.customer)
        cls.ben = cls._new_customer("ben", ben)
        cls.other = cls.env["res.partner"].create(
            {"name": "Cafe Cleo", "is_company": True, "email": "info@cleo.example"}
        )
        cleo = cls._new_person("Cleo Smit", "cleo@cleo.example", cls.other)
        cls.cleo = cls._new_customer("cleo", cleo)
        cls.installers = cls.env["res.partner"].create(
            {"name": "Ivo Installs", "is_company": True}
        )
        ivo = cls._new_person("Ivo Bos", "ivo@installs.example", cls.installers)
        cls.ivo = cls._new_customer("ivo", ivo)
        types = cls.type_complaint | cls.type_service
        types.portal_offer = OFFER_NEW

    @classmethod
    def _new_person(cls, name, email, company):
        return cls.env["res.partner"].create(
            {"name": name, "email": email, "parent_id": company.id}
        )

    @classmethod
    def _new_customer(cls, login, partner):
        return new_test_user(
            cls.env,
            f"as_{login}",
            groups="base.group_portal",
            partner_id=partner.id,
            name=partner.name,
            email=partner.email,
            tz="UTC",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _service(self, user):
        """Return the service as a customer's request calls it, and his eyes."""
        service = self.env["aftersales.portal.service"].with_user(user)
        return service.with_context(lang="en_US"), user.partner_id

    def _sees(self, user, case):
        service, partner = self._service(user)
        return bool(service._find_case(partner, case.id))

    def _share(self, mode, *users):
        people = self.env["res.partner"].union(*(user.partner_id for user in users))
        rows = self._as(self.agent)["aftersales.portal.sharing"]
        row = rows.search([("partner_id", "=", self.customer.id)])
        vals = {"mode": mode, "contact_ids": [Command.set(people.ids)]}
        if row:
            row.write(vals)
        else:
            row = rows.create({"partner_id": self.customer.id} | vals)
        return row

    def _page(self, user, case):
        service, partner = self._service(user)
        found = service._find_case(partner, case.id)
        self.assertTrue(found, f"{user.login} does not see the case")
        return service._get_page(partner, found)

    def _tell(self, case, body, *partners, user=None, **kwargs):
        """Let a colleague write a message about a case."""
        people = self.env["res.partner"].union(*partners)
        return case.with_user(user or self.agent).message_post(
            body=body,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=people.ids,
            **kwargs,
        )

    def _new_file(self, case, name, raw):
        vals = {"name": name, "raw": raw, "res_model": case._name, "res_id": case.id}
        return self.env["ir.attachment"].create(vals)

    def _show(self, key, **vals):
        """Give the complaint a field rule."""
        rules = self.env["aftersales.field.rule"]
        rule = rules.search(
            [("type_id", "=", self.type_complaint.id), ("key", "=", key)]
        )
        if rule:
            rule.write({"portal": "visible"} | vals)
        else:
            vals = {"type_id": self.type_complaint.id, "portal": "visible"} | vals
            rule = rules.create({"key": key} | vals)
        return rule


@tagged("post_install", "-at_install")
class PortalCommon(PortalSetup, TransactionCase):
    """Base of the tests that need no browser."""
