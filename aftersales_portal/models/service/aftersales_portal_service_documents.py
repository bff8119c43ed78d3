from odoo import api, models
from odoo.tools import format_date


class AftersalesPortalService(models.AbstractModel):
    """Deliveries, returns and invoices that a case is about."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _get_documents(self, partner, case):
        """Return what a person sees of the documents of a case: of his own company's.

        :returns: list of dictionaries with ``label``, ``date`` and ``url`` ("" for none)
        """
        customer = case.partner_id.commercial_partner_id
        if not case.type_id.portal_documents or (
            partner.commercial_partner_id != customer
        ):
            return []
        return self._get_portal_documents(case, partner)

    @api.model
    def _get_portal_documents(self, case, partner):
        """Hook: return the documents that the page of a case lists.

        :param case: the case, with sudo, of this person's company
        :param partner: ``res.partner`` whose eyes look
        :returns: see ``_get_documents``
        """
        customer = partner.commercial_partner_id
        slips = (case.picking_id | case.line_ids.picking_id).filtered(
            lambda slip: slip.partner_id.commercial_partner_id == customer
        )
        returns = slips.return_ids.filtered(lambda slip: slip.state != "cancel")
        invoices = case._get_invoices().filtered(
            lambda move: (
                move.state == "posted"
                and move.is_sale_document()
                and move.commercial_partner_id == customer
            )
        )
        return [
            *(
                self._get_document_row(
                    self.env._("Delivery %s", slip.name), slip.date_done
                )
                for slip in slips
                if slip.state == "done"
            ),
            *(
                self._get_document_row(
                    self.env._("Return %s", slip.name),
                    slip.date_done or slip.scheduled_date,
                )
                for slip in returns
            ),
            *(
                self._get_document_row(
                    self.env._("Credit note %s", move.name)
                    if move.move_type == "out_refund"
                    else self.env._("Invoice %s", move.name),
                    move.invoice_date,
                    f"/my/invoices/{move.id}",
                )
                for move in invoices
            ),
        ]

    @api.model
    def _get_document_row(self, label, date, url=""):
        return {
            "label": label,
            "date": format_date(self.env, date) if date else "",
            "url": url,
        }
