from odoo import api, models

from odoo.addons.aftersales_case.const import (
    CLOSED_STATES,
    EVENT_CREATED,
    EVENT_CUSTOMER_MESSAGE,
    EVENT_REPLY,
    EVENT_STAGE,
)

from ...const import NEWS_CLOSED, NEWS_CREATED, NEWS_MESSAGE, NEWS_STATUS

NEWS_OF = {
    EVENT_CREATED: NEWS_CREATED,
    EVENT_REPLY: NEWS_MESSAGE,
    EVENT_CUSTOMER_MESSAGE: NEWS_MESSAGE,
}


class AftersalesCase(models.Model):
    """What happens to cases is written down for the webhooks that hear of it."""

    _inherit = "aftersales.case"

    @api.model
    def _after_event(self, events):
        result = super()._after_event(events)
        listening = self.env["aftersales.webhook"]._get_listening()
        if listening:
            self.env["aftersales.webhook.delivery"]._queue(
                self._find_news(events, listening)
            )
        return result

    @api.model
    def _find_news(self, events, listening):
        """Return ``[(webhook id, event, what it is to the customer)]``."""
        links = events.case_id.type_id._get_links()
        found = []
        for event in events:
            news = event._get_news(links)
            for hook_id, company_id, type_ids, told in listening if news else ():
                case = event.case_id
                if case.company_id.id != company_id:
                    continue
                if type_ids and case.type_id.id not in type_ids:
                    continue
                # A closing is a change of the status, too, to who hears of that only.
                first = next((one for one in news if one in told), None)
                if first:
                    found.append((hook_id, event, first))
        return found


class AftersalesCaseEvent(models.Model):
    _inherit = "aftersales.case.event"

    def _get_news(self, links):
        """Return what an event is to the customer, what says most first; may be empty.

        :param links: as ``_get_links`` of the types returns them
        """
        self.ensure_one()
        if self.kind != EVENT_STAGE:
            return [NEWS_OF[self.kind]] if self.kind in NEWS_OF else []
        # sudo: a stage's state is no secret
        before = self.env["aftersales.case.stage"].sudo().browse(self.from_id).exists()
        news = []
        if self.state in CLOSED_STATES and before.state not in CLOSED_STATES:
            news.append(NEWS_CLOSED)
        if self._is_noticed(links):
            news.append(NEWS_STATUS)
        return news
