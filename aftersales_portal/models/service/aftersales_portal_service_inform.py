from markupsafe import Markup

from odoo import api, models
from odoo.fields import Domain

from ...engine.answers import read_ids
from .aftersales_portal_service_questions import MOST_CHOICES


class AftersalesPortalService(models.AbstractModel):
    """Customers keep a colleague informed about one of their cases."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _get_informed_domain(self, partner):
        """Return the domain of the cases about which a person is kept informed."""
        return (
            Domain("portal_informed_ids.partner_id", "in", partner.ids)
            & Domain("confidential", "=", False)
            & Domain(
                "partner_id.commercial_partner_id",
                "=",
                partner.commercial_partner_id.id,
            )
        )

    @api.model
    def _is_only_informed(self, partner, case):
        """Say whether somebody reads of a case, and answers or decides nothing of it."""
        return partner in case.portal_informed_ids.partner_id and not (
            self._may_decide(partner, case)
        )

    @api.model
    def _may_inform(self, partner, case):
        """Say whether a person informs colleagues: about his own cases, where he may."""
        return (
            case.type_id.portal_inform
            and not case.confidential
            and not case.merged_into_id
            and partner.commercial_partner_id == case.partner_id.commercial_partner_id
            and self._is_own(partner, case)
        )

    @api.model
    def _get_informed(self, partner, case):
        """Return who is informed: ``[{"id", "name", "may_drop"}]``; to the own company."""
        if partner.commercial_partner_id != case.partner_id.commercial_partner_id:
            return []
        return [
            {
                "id": row.id,
                "name": row.partner_id.name,
                "may_drop": partner
                in row.added_by_id | row.partner_id | case.contact_id,
            }
            for row in case.portal_informed_ids._filter_valid()
        ]

    @api.model
    def _get_colleagues(self, partner, case):
        """Return ``[(id, name)]`` of who can be informed, as a form wants it."""
        found = self.env["res.partner"].sudo()  # sudo: the person's own colleagues
        known = case.portal_informed_ids.partner_id | case.contact_id | partner
        people = found.search(
            self._get_choice_domain(partner, case, "contact_id")
            & Domain("id", "not in", known.ids),
            limit=MOST_CHOICES,
        )
        return [(str(one.id), one.name) for one in people]

    @api.model
    def _inform(self, partner, case, person, once=""):
        """Inform a colleague about a case from now on, and tell him so.

        :param person: his id, as typed
        :param once: see ``_take_once``
        :returns: ``{field: sentence}`` of what keeps it from being done
        """
        _note, is_first = self._take_once(once)
        if not is_first:
            return {}
        chosen = [
            int(key)
            for key, _name in self._get_colleagues(partner, case)
            if key == person
        ]
        if not chosen:
            _note._discard()
            return {"person": self.env._("Colleague: choose one of the people.")}
        # sudo: see the class
        rows = self.env["aftersales.portal.informed"].sudo()
        row = rows.create({"case_id": case.id, "partner_id": chosen[0]})
        self._log_informed(
            partner, case, self.env._("Also informed: %s", row.partner_id.name)
        )
        self._tell_informed(partner, case, row.partner_id)
        return {}

    @api.model
    def _tell_informed(self, partner, case, colleague):
        """Tell a colleague, in his language, that he is informed of a case, and where."""
        theirs = case.with_context(lang=colleague.lang or self.env.lang)
        text = theirs.env._(
            "%(person)s keeps you informed about this: %(case)s",
            person=partner.name,
            case=case.name,
        )
        case.message_notify(
            partner_ids=colleague.ids,
            author_id=partner.id,
            email_from=partner.email_formatted,
            subject=f"{theirs.customer_word} {case.number}: {case.name}",
            body=Markup("<p>%s</p><p>%s</p>") % (text, theirs.letter_link),
        )

    @api.model
    def _inform_no_more(self, partner, case, row_id):
        """Inform somebody no more: who added him, the contact, and he himself decide.

        :param row_id: as typed
        :returns: whether there was such a row
        """
        ids = read_ids([row_id])
        allowed = [
            row["id"] for row in self._get_informed(partner, case) if row["may_drop"]
        ]
        row = case.portal_informed_ids.filtered(
            lambda one: one.id in ids and one.id in allowed
        )
        if not row:
            return False
        text = self.env._("Not informed any more: %s", row.partner_id.name)
        row.unlink()
        self._log_informed(partner, case, text)
        return True

    @api.model
    def _get_informed_url(self, partner, case):
        """Return where to go from the form: who sees the case no more goes to the list."""
        seen = self._find_case(partner, case.id)
        return self._get_url(case.id) if seen else "/my/cases"

    @api.model
    def _log_informed(self, partner, case, text):
        case._message_log(
            body=text, author_id=partner.id, email_from=partner.email_formatted
        )
