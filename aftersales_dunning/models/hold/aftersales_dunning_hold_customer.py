from collections import defaultdict

from odoo import fields, models
from odoo.tools import SQL

from ...const import (
    READERS,
    SCOPE_CUSTOMER,
)
from .customer_items import covered_items

IS_OPEN = SQL("line.reconciled IS NOT TRUE AND line.parent_state = 'posted'")


class AftersalesDunningHold(models.Model):
    """Holds of a whole customer: which open items they cover; see ``customer_items.py``."""

    _inherit = "aftersales.dunning.hold"

    kept_item_ids = fields.Many2many(
        "account.move.line",
        relation="aftersales_dunning_kept_rel",
        column1="hold_id",
        column2="line_id",
        string="Still Held Items",
        readonly=True,
        copy=False,
        groups=READERS,
        help="Open items that were held when their customer became part of another one.",
    )

    def _get_customer_items(self, as_customers=False):
        """Return ``{hold: open items}`` that the customer-wide ones of these cover.

        :param as_customers: whether to take all of these for customer-wide ones
        """
        holds = self.filtered(lambda hold: as_customers or hold.scope == SCOPE_CUSTOMER)
        if not holds.ids:
            return {}
        self.env.flush_all()
        which = SQL("hold.id IN %s", tuple(holds.ids))
        found = {}
        for hold_id, line_id, _move_id in self.env.execute_query(
            covered_items(which, IS_OPEN, as_customers)
        ):
            found.setdefault(hold_id, []).append(line_id)
        # sudo: what is held is held, whoever looks
        lines = self.env["account.move.line"].sudo()
        return {hold: lines.browse(sorted(found.get(hold.id, ()))) for hold in holds}

    def _get_customer_moves(self, only_whole=False):
        """Return the invoices and entries with open items that these cover.

        :param only_whole: whether to leave out entries that are about others too
        """
        items = self._get_customer_items()
        lines = self.env["account.move.line"].union(*items.values())
        moves = lines.move_id.with_env(self.env)
        if only_whole:
            covered = set(lines.ids)
            moves = moves.filtered(
                lambda move: all(
                    line.id in covered
                    for line in move._get_term_lines()
                    if line.debit and not line.reconciled
                )
            )
        return moves

    def _get_of_customers(self, which, move_ids):
        """Return ``{id of an invoice: holds}`` of its customers.

        :param which: condition on ``hold``, such as ``RUNNING``
        """
        if not move_ids:
            return {}
        self.env.flush_all()
        within = SQL("line.move_id IN %s", tuple(move_ids))
        moves_of = defaultdict(set)
        for hold_id, _line_id, move_id in self.env.execute_query(
            covered_items(which, within)
        ):
            moves_of[hold_id].add(move_id)
        result = defaultdict(self.browse)
        for hold in self.search([("id", "in", list(moves_of))], order="date_from, id"):
            for move_id in moves_of[hold.id]:
                result[move_id] |= hold
        return result

    # === Customers that become part of others === #

    def _keep_items(self, before):
        """Keep what these no longer cover since a customer changed.

        :param before: result of ``_get_customer_items`` before the change
        :returns: the holds that kept something, and those that cover more than before
        """
        kept = gained = self.browse()
        for hold, items in self._get_customer_items().items():
            had = before[hold]
            if lost := (had - items).exists():
                hold.kept_item_ids |= lost
                kept |= hold
            if items - had:
                gained |= hold
        return kept, gained

    def _tell_debtor_control(self, text):
        """Leave a note with the customer of a hold, for those who decide about it."""
        self.ensure_one()
        self.partner_id.message_post(
            body=text,
            partner_ids=self._get_debtor_control(self.company_id).partner_id.ids,
            subtype_xmlid="mail.mt_note",
        )
