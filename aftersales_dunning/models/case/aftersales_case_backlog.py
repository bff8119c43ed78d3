import logging

from odoo import models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)


class AftersalesCase(models.Model):
    """Goods that are followed later, when something keeps it from being done now."""

    _inherit = "aftersales.case"

    def _sync_goods_or_later(self):
        """Follow the goods; what cannot be done now a job makes up.

        For what is no matter of cases: a delivery takes place whether its goods can be
        held or not. A conflict is not handed on either, since nobody tries a delivery
        again that a job made; the row of the backlog is sure to be committed with it.
        """
        if not self:
            return
        self.env.flush_all()  # an error in there is the caller's own
        try:
            with self.env.cr.savepoint():
                self._sync_goods()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            self.env["aftersales.dunning.backlog"]._add(cases=self)
        except Exception as error:
            _logger.warning("Goods of cases %s are followed later: %s", self.ids, error)
            self.env["aftersales.dunning.backlog"]._add(cases=self)
