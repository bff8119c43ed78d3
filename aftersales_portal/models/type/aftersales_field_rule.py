from odoo import fields, models

GOODS_KEY = "product_ids"


class AftersalesFieldRule(models.Model):
    _inherit = "aftersales.field.rule"

    is_goods_quantity = fields.Boolean(
        "Said with the Goods",
        help="Not asked in the portal where customers pick goods: there they say how"
        " many of each.",
    )

    def _get_said_with_goods(self, asked):
        """Return the keys, of those of a form, that its question about goods answers.

        :param asked: keys of what is asked
        """
        if GOODS_KEY not in asked:
            return set()
        return {rule.key for rule in self if rule.is_goods_quantity}
