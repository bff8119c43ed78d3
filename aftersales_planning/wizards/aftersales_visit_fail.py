from odoo import fields, models


class AftersalesVisitFail(models.TransientModel):
    """Asks why visits failed, and whether somebody goes again."""

    _name = "aftersales.visit.fail"
    _description = "Why a Visit Failed"

    visit_ids = fields.Many2many("aftersales.visit", required=True)
    failure_id = fields.Many2one("aftersales.visit.failure", "Why", required=True)
    fault = fields.Selection(related="failure_id.fault")
    note = fields.Char("What Happened")
    go_again = fields.Boolean(
        default=True,
        help="A new visit to plan, with what the old one says.",
    )

    def action_fail(self):
        """Note it, and make the visits that follow.

        :returns: an action that opens what is to plan now, if anything is
        """
        self.ensure_one()
        self.visit_ids._fail(self.failure_id, self.note)
        if not self.go_again:
            return True
        again = self.visit_ids._plan_again()
        return again._get_records_action(name=self.env._("To Plan Again"))
