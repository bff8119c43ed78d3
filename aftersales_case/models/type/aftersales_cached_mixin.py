from odoo import api, models


class AftersalesCachedMixin(models.AbstractModel):
    """A small table that is read by every request and kept in memory: see ``ormcache``.

    What is written in it counts at once, for all workers.
    """

    _name = "aftersales.cached.mixin"
    _description = "Table Kept in Memory"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        res = super().write(vals)
        self.env.registry.clear_cache()
        return res

    def _update_field_translations(self, *args, **kwargs):
        res = super()._update_field_translations(*args, **kwargs)
        self.env.registry.clear_cache()
        return res

    def unlink(self):
        res = super().unlink()
        self.env.registry.clear_cache()
        return res
