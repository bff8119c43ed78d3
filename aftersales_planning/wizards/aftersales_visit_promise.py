from odoo import api, fields, models


class AftersalesVisitPromise(models.TransientModel):
    """Asks which window the customer is told."""

    _name = "aftersales.visit.promise"
    _description = "Promise a Window"

    visit_id = fields.Many2one("aftersales.visit", required=True)
    # All of these with the rights of whoever asks: a request may name any visit.
    start = fields.Datetime(
        related="visit_id.start", related_sudo=False, string="Planned"
    )
    window_from = fields.Datetime(
        "From",
        compute="_compute_window",
        compute_sudo=False,
        store=True,
        readonly=False,
        required=True,
    )
    window_to = fields.Datetime(
        "Until",
        compute="_compute_window",
        compute_sudo=False,
        store=True,
        readonly=False,
        required=True,
    )
    is_again = fields.Boolean(compute="_compute_is_again")
    reason = fields.Char(
        help="Needed when the window is later than the one told before."
    )

    @api.depends("visit_id")
    def _compute_window(self):
        """Propose what was told already, else the usual window around the start."""
        for wizard in self:
            visit = wizard.visit_id
            proposed = visit._get_usual_window()
            wizard.window_from = visit.window_from or proposed[0]
            wizard.window_to = visit.window_to or proposed[1]

    @api.depends("visit_id")
    def _compute_is_again(self):
        for wizard in self:
            wizard.is_again = bool(wizard.visit_id.window_to)

    def action_promise(self):
        """Log the promise.

        :raises UserError: for a window that cannot be kept
        """
        self.ensure_one()
        self.visit_id._promise_window(self.window_from, self.window_to, self.reason)
        return True
