from odoo import api, models


class ReportCreditControlSummary(models.AbstractModel):
    """The letter: for print, preview, download and the attachment of a mail alike."""

    _name = "report.account_credit_control.report_credit_control_summary"
    _description = "Reminder Letter"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Render only what may be dunned now, also when it was printed before."""
        asked = self.env["credit.control.communication"].browse(docids)
        communications = asked._get_printable()
        return {
            "doc_ids": communications.ids,
            "doc_model": communications._name,
            "docs": communications,
        }
