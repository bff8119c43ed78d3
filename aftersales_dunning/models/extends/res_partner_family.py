from odoo import models

from ...const import HOLD_ACTIVE, RUNNING_STATES, SCOPE_CUSTOMER


class ResPartner(models.Model):
    """A customer becomes part of another one: what was held stays held.

    Odoo gives his open items to the new company. The hold stays on what it was on, and
    covers nothing else of that company.
    """

    _inherit = "res.partner"

    def write(self, vals):
        """Follow a change of the company that owes for these."""
        if not vals.keys() & {"parent_id", "is_company"}:
            return super().write(vals)
        parent_id = vals.get("parent_id")
        parent = self.browse(parent_id if isinstance(parent_id, int) else None)
        before = (self | parent)._get_held_items()
        if not before:
            return super().write(vals)
        owed_by = {partner: partner.commercial_partner_id for partner in self}
        res = super().write(vals)
        moved = self.filtered(lambda one: one.commercial_partner_id != owed_by[one])
        if moved:
            moved._keep_held(before)
        return res

    def _get_held_items(self):
        """Return ``{hold: open items}`` of the customers that these are, or belong to.

        For ``_keep_held``, before something changes.
        """
        # sudo: a hold counts whoever keeps the address book
        partners = above = self.sudo()
        while above := above.parent_id - partners:
            partners |= above
        # sudo: as above
        holds = self.env["aftersales.dunning.hold"].sudo()
        return holds.search(
            [
                ("scope", "=", SCOPE_CUSTOMER),
                ("state", "in", RUNNING_STATES),
                ("partner_id", "in", partners.ids),
            ]
        )._get_customer_items()

    def _keep_held(self, before, is_merged=False):
        """Let holds cover what they covered, and tell debtor control.

        What they cover anew is held from now on.

        :param before: result of ``_get_held_items`` before the change
        :param is_merged: whether these took others in
        """
        holds = self.env["aftersales.dunning.hold"].union(*before)
        kept, gained = holds._keep_items(before)
        gained.filtered(lambda hold: hold.state == HOLD_ACTIVE)._after_change()
        changed = holds.filtered(lambda hold: hold.partner_id in self)
        for hold in kept | gained | changed:
            values = {
                "customer": ", ".join(self.mapped("name")),
                "company": ", ".join(self.commercial_partner_id.mapped("name")),
                "hold": hold.display_name,
            }
            if is_merged:
                text = self.env._(
                    "Others were merged into %(customer)s. What was held stays held."
                    " Check this hold: %(hold)s",
                    **values,
                )
            elif hold in gained:
                text = self.env._(
                    "%(customer)s now belongs to %(company)s, so its open items are held"
                    " too. Check this hold: %(hold)s",
                    **values,
                )
            else:
                text = self.env._(
                    "%(customer)s now belongs to %(company)s. What was held stays held,"
                    " and nothing else of %(company)s is. Check this hold: %(hold)s",
                    **values,
                )
            hold._tell_debtor_control(text)
