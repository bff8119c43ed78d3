from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesVisit(models.Model):
    """A visit that was made by an agreement of visits."""

    _inherit = "aftersales.visit"

    recurrence_id = fields.Many2one(
        "aftersales.visit.recurrence",
        "Recurring",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    occurrence_date = fields.Date(
        "Day by the Rule",
        readonly=True,
        copy=False,
        help="Stays when the visit is moved: for this day none is made again.",
    )

    _occurrence_uniq = models.UniqueIndex(
        "(recurrence_id, occurrence_date) WHERE recurrence_id IS NOT NULL",
        "This visit was made already.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_recurring(self):
        """It would be made again: a visit that is left out is cancelled."""
        recurring = self.filtered("recurrence_id")[:1]
        if recurring:
            raise UserError(
                self.env._(
                    "%s recurs and would be made again. Cancel it instead.",
                    recurring.name,
                )
            )

    def _get_state_label(self):
        """Return the state in the user's language."""
        self.ensure_one()
        return dict(self._fields["state"]._description_selection(self.env))[self.state]
