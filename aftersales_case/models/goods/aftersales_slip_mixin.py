import logging

from odoo import api, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...const import OPEN_STATES
from ...engine.slips import slip_key

_logger = logging.getLogger(__name__)


class AftersalesSlipMixin(models.AbstractModel):
    """A document whose number a case may name as its slip: a delivery, or an order.

    Each kind has a field of its own on the case, listed in ``_get_slip_fields`` there.
    Documents are read with sudo: an agent need not see the stock or the sales.
    """

    _name = "aftersales.slip.mixin"
    _description = "Document That a Case Names"

    # === Hooks of each kind === #

    @api.model
    def _get_named_domain(self, number):
        """Hook: return the domain of the documents that a number names."""
        raise NotImplementedError

    @api.model
    def _get_slip_kind_domain(self):
        """Hook: return the domain of the documents that may be named at all."""
        raise NotImplementedError

    @api.model
    def _get_slips_of(self, lines):
        """Hook: return the documents of this kind that lines of cases were taken from."""
        raise NotImplementedError

    def _get_slip_names(self):
        """Hook: return the numbers under which a customer may know this document.

        The counterpart of ``_get_named_domain``, for one document.
        """
        self.ensure_one()
        return [self.name]

    def _get_slip_address(self):
        """Hook: return where the goods went, or the work was done."""
        self.ensure_one()
        return self.partner_id

    def _get_slip_contact(self):
        """Hook: return whom the document names, the contact when it is a person."""
        return self._get_slip_address()

    def _get_slip_customer(self):
        """Hook: return the customer (company) whose document this is."""
        self.ensure_one()
        return self.partner_id.commercial_partner_id

    def _get_slip_products(self):
        """Hook: return the products on it, as far as no lines of the case tell them."""
        raise NotImplementedError

    def _is_slip_done(self):
        """Hook: say whether it is known what the document gives a case."""
        return True

    # === Cases === #

    def action_use_for_aftersales_case(self):
        """Choose this for the case in the context, where several fit its number."""
        self.ensure_one()
        case_id = self.env.context.get("aftersales_case_id")
        case = self.env["aftersales.case"].browse(case_id)
        case[case._get_slip_field(self)] = self
        return True

    def _match_waiting_cases(self):
        """Let the cases know that wait for these documents, or for their goods.

        One query when there is none. What fails here never stops the document; when
        others are changing these cases, the whole request is tried again.
        """
        # sudo: whoever delivers or sells need not see cases
        slips = self.sudo().filtered_domain(self._get_slip_kind_domain())
        if not slips:
            return
        Case = self.env["aftersales.case"].sudo()  # sudo: as above
        keys = {slip_key(name) for slip in slips for name in slip._get_slip_names()}
        waiting = (
            Case._get_waiting_domain()
            & Domain("slip_key", "in", list(keys - {None, "/"}))
            & Domain("state", "in", OPEN_STATES)
        )
        done = slips.filtered(lambda slip: slip._is_slip_done())
        cases = Case.search(
            waiting | Domain(Case._get_slip_field(slips), "in", done.ids)
        )
        if not cases:
            return
        self.env.flush_all()  # an error in there is the document's own
        try:
            with self.env.cr.savepoint():
                cases._on_slips_changed()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise  # swallowed, these cases would wait for ever
        except Exception as error:
            _logger.warning("Slips %s: not matched with cases: %s", slips, error)
