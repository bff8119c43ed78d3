from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...const import OPEN_VISITS


class AftersalesVisit(models.Model):
    """By when a visit has to be done: as the customer was promised, or as typed."""

    _inherit = "aftersales.visit"

    latest = fields.Datetime(
        compute="_compute_latest", store=True, readonly=False, copy=False
    )
    latest_by_hand = fields.Boolean(
        compute="_compute_latest",
        store=True,
        help="Typed: it does not follow promises.",
    )
    latest_stands = fields.Boolean(compute="_compute_latest", store=True)

    @api.depends("case_id")
    def _compute_latest(self):
        """Follow what the customer may be told, unless somebody typed it.

        A clock that stands still has no date: the last one is kept, and marked.
        """
        promises = self.case_id._get_promised_at()
        for visit in self:
            if visit.latest_by_hand:
                visit.latest_stands = False
                continue
            promised = promises.get(visit.case_id)
            visit.latest_by_hand = False
            visit.latest_stands = (
                not promised and bool(visit.latest) and visit.case_id.state == "waiting"
            )
            if not visit.latest_stands:
                visit.latest = promised

    @api.model_create_multi
    def create(self, vals_list):
        visits = super().create(vals_list)
        self._mark_typed(visits, vals_list)
        return visits

    def write(self, vals):
        result = super().write(vals)
        self._mark_typed(self, [vals] * len(self))
        return result

    @api.model
    def _mark_typed(self, visits, vals_list):
        """Keep what somebody typed as latest, other than what was promised.

        Who clears it goes by the promise again.

        :raises ValidationError: for a moment that is over
        """
        typed = visits.browse(
            [
                visit.id
                for visit, vals in zip(visits, vals_list, strict=True)
                if "latest" in vals and not self.env.su
            ]
        ).sudo()  # sudo: the mark is kept by the system
        promises = typed.case_id._get_promised_at()
        by_hand = typed.filtered(
            lambda one: one.latest and one.latest != promises.get(one.case_id)
        )
        by_hand._check_latest()
        by_hand.latest_by_hand = True
        (typed - by_hand).latest_by_hand = False
        (typed - by_hand)._compute_latest()

    def _check_latest(self):
        now = fields.Datetime.now()
        for visit in self:
            if visit.latest < now:
                raise ValidationError(
                    self.env._(
                        "Latest: %s would be late at once. Choose a moment to come, or"
                        " leave it empty.",
                        visit.name,
                    )
                )


class AftersalesCase(models.Model):
    _inherit = "aftersales.case"

    def _after_due_change(self):
        result = super()._after_due_change()
        # sudo: what was promised moves the visits, whoever moved it
        visits = self.env["aftersales.visit"].sudo()
        visits.search(
            [
                ("case_id", "in", self.ids),
                ("state", "in", OPEN_VISITS),
                ("latest_by_hand", "=", False),
            ]
        )._compute_latest()
        return result
