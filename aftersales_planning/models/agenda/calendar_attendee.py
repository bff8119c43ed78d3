from odoo import api, models
from odoo.exceptions import UserError

DECLINED = "declined"


class CalendarAttendee(models.Model):
    """Who goes on a visit is said by its crew; each of them answers for himself."""

    _inherit = "calendar.attendee"

    @api.model_create_multi
    def create(self, vals_list):
        attendees = super().create(vals_list)
        attendees._ensure_of_no_visit()
        return attendees

    def write(self, vals):
        if vals.keys() - {"state"}:
            self._ensure_of_no_visit()
        mine = self._of_visits()
        mine._ensure_can_answer()
        before = mine.filtered(lambda one: one.state != DECLINED)
        result = super().write(vals)
        if vals.get("state") == DECLINED:
            for attendee in before:
                attendee.event_id._get_visits()._note_declined(attendee.partner_id)
        self._of_visits()._ensure_still_of_visit(mine)
        return result

    def unlink(self):
        self._ensure_of_no_visit()
        return super().unlink()

    def _of_visits(self):
        """Return those of these that attend a visit, apart from our own writes."""
        if self.event_id._is_push():
            return self.browse()
        return self.filtered(lambda one: one.event_id._of_visits())

    def _ensure_of_no_visit(self):
        """Guard: the customer, or anybody, would read and answer the entry otherwise.

        :raises UserError: naming the board
        """
        mine = self._of_visits()
        if mine:
            raise UserError(
                self.env._(
                    "Attendees: this is visit %s, and its crew is changed on the planning"
                    " board.",
                    # sudo: its number
                    mine[0].event_id._get_visits().sudo()._get_neutral_name(),
                )
            )

    def _ensure_still_of_visit(self, before):
        (self - before)._ensure_of_no_visit()

    def _ensure_can_answer(self):
        """Guard: nobody but who plans a visit answers for another."""
        if self.env.su:
            return
        others = self.filtered(lambda one: one.partner_id != self.env.user.partner_id)
        if others:
            others.event_id._get_visits()._ensure_can_move_in_calendar()
