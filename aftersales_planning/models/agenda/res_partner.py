from odoo import api, models
from odoo.exceptions import UserError

from ...const import BOOKED_STATES


class ResPartner(models.Model):
    """Who moves takes along what the calendar shows of the visits to come."""

    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        if any("meeting_ids" in vals for vals in vals_list):
            partners._ensure_attends_only({})
        return partners

    def write(self, vals):
        before = self._get_attended() if "meeting_ids" in vals else None
        result = super().write(vals)
        if before is not None:
            self._ensure_attends_only(before)
        if vals.keys() & {*self._address_fields()}:
            # sudo: what follows from an allowed change
            visits = self.env["aftersales.visit"].sudo()
            visits.search(
                [
                    ("site_id.partner_id", "in", self.ids),
                    ("state", "in", BOOKED_STATES),
                ]
            )._note_agenda()
        return result

    def _get_attended(self):
        """Return ``{partner: entries of visits}``."""
        # sudo: which, no more
        return {
            partner: partner.sudo().meeting_ids.filtered("visit_id") for partner in self
        }

    def _ensure_attends_only(self, before):
        """Guard: by his own end of the link nobody comes to the entry of a visit either.

        :param before: of ``_get_attended``
        :raises UserError: naming the board
        """
        for partner, events in self._get_attended().items():
            known = before.get(partner, events.browse())
            changed = (events - known) | (known - events)
            if changed:
                raise UserError(
                    self.env._(
                        "Attendees: this is visit %s, and its crew is changed on the"
                        " planning board.",
                        changed[0].visit_id._get_neutral_name(),
                    )
                )
