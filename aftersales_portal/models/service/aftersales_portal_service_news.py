from odoo import api, models

from odoo.addons.aftersales_case.const import (
    CLOSED_STATES,
    EVENT_CUSTOMER_MESSAGE,
)

from ...const import NEWS_MESSAGE, OFFER_HIDDEN


class AftersalesPortalService(models.AbstractModel):
    """What programs of others hear of a case: what its page would show, and no text."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _get_news(self, case, event, news):
        """Return what is told of an event, in plain values; None for nothing.

        Judged now: what has become confidential meanwhile, or is no longer shown to
        customers, is not told. Status and time are those of the event.

        :param case: with sudo
        :param event: of the log, of this case
        :param news: what it is to the customer, one of ``NEWS``
        """
        case_type = case.type_id
        if case.confidential or case_type.portal_offer == OFFER_HIDDEN:
            return None
        is_proven = bool(case.filtered_domain(self._get_proven_domain()))
        if news == NEWS_MESSAGE and not (is_proven and case_type.portal_timeline):
            return None
        told = {
            "at": f"{event.at.isoformat()}Z",
            "case": {
                "number": case.number,
                "type": case_type.code,
                "status": case_type._get_customer_status(
                    case_type._get_links(), case_type, event.stage_id
                ),
                "closed": event.state in CLOSED_STATES,
                # A page opens for who is known to be the customer.
                "url": case.get_base_url() + self._get_url(case.id)
                if is_proven
                else None,
            },
        }
        if news == NEWS_MESSAGE:
            is_theirs = event.kind == EVENT_CUSTOMER_MESSAGE
            told["message"] = {
                "from": "customer" if is_theirs else "company",
                "automatic": bool(event.reason),
            }
        return told
