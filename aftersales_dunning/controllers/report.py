from odoo.http import route

from odoo.addons.web.controllers.report import ReportController

SUMMARY = "account_credit_control.report_credit_control_summary"


class DunningReportController(ReportController):
    """Reminder letters are printed on the primary database: there the holds lock."""

    def _is_report_readonly(self, _rule, args):
        return args.get("reportname") != SUMMARY

    @route(readonly=_is_report_readonly)
    def report_routes(self, reportname, docids=None, converter=None, **data):
        """Printing hands a letter over, so it writes, and keeps holds waiting."""
        return super().report_routes(reportname, docids, converter, **data)
