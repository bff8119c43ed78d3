from odoo import api, fields, models
from odoo.tools import format_date

from ...engine.clock import BREACHED, RUNNING


class AftersalesSlaClock(models.Model):
    """How a clock of the law is told: what follows, and where it stands."""

    _inherit = "aftersales.sla.clock"

    legal_term_id = fields.Many2one(related="target_id.legal_term_id")

    def _prepare_countdown(self):
        shown = super()._prepare_countdown()
        if term := self.target_id.legal_term_id:
            shown["law"] = term.source or term.name
            shown["consequence"] = self._get_consequence()
        return shown

    def _get_consequence(self):
        """Return what follows where it is not done, as "No answer by 14 May: …"."""
        self.ensure_one()
        is_open = self.state == RUNNING or (
            self.state == BREACHED and not self.ended_at
        )
        term = self.target_id.legal_term_id
        if not term or not is_open or not self.due_at:
            return ""
        zoned = self.with_context(tz=self._get_zone())
        last = fields.Datetime.context_timestamp(zoned, self.due_at).date()
        is_this_year = last.year == fields.Date.context_today(zoned).year
        pattern = "d MMMM" if is_this_year else "d MMMM y"
        return term._tell_consequence(format_date(self.env, last, date_format=pattern))

    @api.depends("target_id")
    def _compute_state_text(self):
        result = super()._compute_state_text()
        for clock in self:
            if consequence := clock._get_consequence():
                clock.state_text = f"{clock.state_text}. {consequence}"
        return result

    # === Why === #

    def _explain(self, raw):
        # The number may be the company's own.
        clock = self.with_company(self.company_id)
        return super(AftersalesSlaClock, clock)._explain(raw)

    def _get_why_values(self):
        values = super()._get_why_values()
        # sudo: as there
        clock = self.sudo()
        term = clock.target_id.legal_term_id
        values["law"] = False
        if term:
            values["law"] = {
                "name": term.name,
                "source": term.source or "",
                "start": term.start_text or "",
                "note": term.note or "",
                "consequence": clock._get_consequence(),
            }
        return values
