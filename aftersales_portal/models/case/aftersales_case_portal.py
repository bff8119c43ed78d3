from odoo import api, fields, models

from odoo.addons.aftersales_case.const import EVENT_CUSTOMER
from odoo.addons.aftersales_case.engine.private import get_private

from ...engine.private import NOTED_KEY, Noted


class AftersalesCase(models.Model):
    """The case in the portal: who sees it no longer, and its address there."""

    _inherit = "aftersales.case"

    portal_left_id = fields.Many2one(
        "res.partner",
        "Reported It for Another Customer",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="Reported the case for a customer whose case it is no longer, and does not"
        " see it in the portal any more.",
    )

    portal_changed_at = fields.Datetime(
        "Last Change for the Customer",
        readonly=True,
        copy=False,
        help="When something happened that the customer notices in the portal.",
    )

    @api.model
    def _after_event(self, events):
        result = super()._after_event(events)
        self._note_noticed(events)
        self._leave_portal(events)
        return result

    @api.model
    def _note_noticed(self, events):
        """Note when something happened that the customer notices; what we do, he does not."""
        links = events.case_id.type_id._get_links()
        noticed = events.filtered(lambda event: event._is_noticed(links))
        for at, group in noticed.grouped("at").items():
            # sudo: what follows from an allowed change
            cases = group.case_id.sudo()
            cases.filtered(
                lambda case, at=at: (
                    not case.portal_changed_at or case.portal_changed_at < at
                )
            ).portal_changed_at = at

    @api.model
    def _leave_portal(self, events):
        """Let the reporter's view end with his company's, when the customer changes."""
        moves = events.filtered(lambda event: event.kind == EVENT_CUSTOMER)
        Partner = self.env["res.partner"].sudo()  # sudo: who belongs to whom
        before = Partner.browse(filter(None, moves.mapped("from_id"))).exists()
        customers = {partner.id: partner.commercial_partner_id for partner in before}
        for event in moves:
            case = event.case_id.sudo()  # sudo: what follows from an allowed change
            reporter = case.reporter_id
            customer = reporter.commercial_partner_id
            if not reporter.partner_share:
                continue
            if case.partner_id.commercial_partner_id == customer:
                case.portal_left_id = False
            elif customers.get(event.from_id) == customer:
                case.portal_left_id = reporter

    def _note_answers(self, field, before):
        """Note no own fields by themselves where a note with all changes follows."""
        if get_private(self.env.context, NOTED_KEY, Noted):
            return None
        return super()._note_answers(field, before)

    # === What the customer sees === #

    def action_preview_portal(self):
        """Open the page that the customer sees of this case; nothing can be done there."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/aftersales/preview/{self.id}",
            "target": "new",
        }

    @api.depends("type_id.portal_word")
    def _compute_customer_word(self):
        result = super()._compute_customer_word()
        for case in self.filtered("type_id"):
            # sudo: what customers call it is no secret to who reads the case
            case.customer_word = case.type_id.sudo()._get_portal_word()
        return result

    # === Addresses === #

    def _get_customer_url(self, partner):
        url = super()._get_customer_url(partner)
        if not self._is_seen_in_portal(partner):
            return url
        service = self.env["aftersales.portal.service"]
        return self.get_base_url() + service._get_url(self.id)

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Lead customers who have a log-in from a mail to the page of their case."""
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals
        )
        if not self or len(self) > 1:
            return groups
        Partner = self.env["res.partner"]

        def is_led(person):
            found = person["type"] == "portal" and Partner.browse(person["id"])
            return bool(found) and self._is_seen_in_portal(found)

        service = self.env["aftersales.portal.service"]
        button = {
            "active": True,
            "has_button_access": True,
            "button_access": {
                "url": self.get_base_url() + service._get_url(self.id),
                "title": self._get_follow_text(),
            },
        }
        return [("aftersales_customer", is_led, button), *groups]

    def _is_seen_in_portal(self, partner):
        """Say whether a person has a log-in and sees this case there."""
        self.ensure_one()
        # sudo: whether somebody has a log-in, which is shown to nobody
        if not partner.sudo().user_ids.filtered(lambda user: user._is_portal()):
            return False
        return bool(self.env["aftersales.portal.service"]._find_case(partner, self.id))
