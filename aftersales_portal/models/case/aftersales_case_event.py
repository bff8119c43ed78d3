from odoo import models

from odoo.addons.aftersales_case.const import (
    EVENT_CREATED,
    EVENT_CUSTOMER_MESSAGE,
    EVENT_PROMISE,
    EVENT_REPLY,
    EVENT_STAGE,
)

# What a customer notices of, always.
NOTICED = (EVENT_CREATED, EVENT_CUSTOMER_MESSAGE, EVENT_PROMISE, EVENT_REPLY)


class AftersalesCaseEvent(models.Model):
    _inherit = "aftersales.case.event"

    def _is_noticed(self, links):
        """Say whether the customer notices something of an event in the portal.

        :param links: as ``_get_links`` of the types returns them
        """
        self.ensure_one()
        if self.kind != EVENT_STAGE:
            return self.kind in NOTICED
        stages = self.env["aftersales.case.stage"].sudo()  # sudo: what they are called
        before, after = (
            self._get_customer_label(links, stages.browse(key))
            for key in (self.from_id, self.to_id)
        )
        return before != after

    def _get_customer_label(self, links, stage):
        """Return what the customer calls a stage of this event's case."""
        link = links.get((self.case_id.type_id.id, stage.id))
        return (link and link.customer_label) or stage.exists().name
