from odoo import api, models


class AftersalesLinkMixin(models.AbstractModel):
    """Links of the portal: made for whoever may have one, as his mail leaves."""

    _inherit = "aftersales.link.mixin"

    @api.model
    def _get_link_purposes(self):
        """Hook: return ``{key: LinkPurpose}`` of the links to records of this model."""
        return {}

    def _may_have_link(self, purpose, partner, address):
        """Hook: say whether somebody may have a link to this record.

        Asked with sudo, when it is made and each time it is opened.

        :param purpose: key of ``_get_link_purposes``
        :param partner: ``res.partner``; empty where only his address is known
        :param address: normalized address to which it goes
        """
        self.ensure_one()
        return False

    def _get_link_case(self):
        """Return the case on whose list the links to this record stand, if any."""
        self.ensure_one()
        return self.case_id if "case_id" in self._fields else self.browse()

    def _make_link(self, purpose, partner, valid=None, address=""):
        if purpose not in self._get_link_purposes() or not self._may_have_link(
            purpose, partner, address
        ):
            return super()._make_link(purpose, partner, valid=valid, address=address)
        links = self.env["aftersales.link"]
        return links._make(self, purpose, partner, valid, address)
