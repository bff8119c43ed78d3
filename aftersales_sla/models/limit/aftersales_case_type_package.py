from odoo import api, models

from odoo.addons.aftersales_case.const import MOST_HOURS
from odoo.addons.aftersales_case.engine.package import PackagePart
from odoo.addons.aftersales_case.engine.package_forms import (
    choice,
    decimal,
    integer,
    record,
    rows,
)

from ...const import RESERVE_UNITS, UNITS

ADDON = "aftersales_sla"
MOST_STAGES = 999


class AftersalesCaseType(models.Model):
    """Limits and reserve, as part of a type's package."""

    _inherit = "aftersales.case.type"

    @api.model
    def _get_package_parts(self):
        limit = record(
            {
                "stage": integer(0, MOST_STAGES),
                "quantity": decimal(0, MOST_HOURS),
                "unit": choice([key for key, _label in UNITS]),
                "warn": integer(0, 99),
            }
        )
        form = record(
            {
                "reserve": decimal(0, MOST_HOURS),
                "reserve_unit": choice([key for key, _label in RESERVE_UNITS]),
                "limits": rows(limit),
            }
        )
        part = PackagePart("SLA", form, "_export_limits", "_take_limits")
        return super()._get_package_parts() | {ADDON: part}

    def _export_limits(self, point):
        """Return what this type says of clocks, as part of its package."""
        self.ensure_one()
        return {
            "reserve": self.chain_reserve,
            "reserve_unit": self.chain_unit,
            "limits": [
                {
                    "stage": point["stage"][link.stage_id.id],
                    "quantity": link.limit_quantity,
                    "unit": link.limit_unit,
                    "warn": link.limit_warn_percent,
                }
                for link in self.link_ids.sorted()
                if link.limit_quantity
            ],
        }

    def _take_limits(self, content, found):
        """Take over the part of a package.

        :param content: as ``_export_limits`` returns it
        :param found: ``{kind of row: [record]}``; a stage that is not there is left out
        """
        self.ensure_one()
        self.write(
            {
                "chain_unit": content["reserve_unit"],
                "chain_reserve": content["reserve"],
            }
        )
        stages = dict(enumerate(found["stage"]))
        limits = {stages.get(row["stage"]): row for row in content["limits"]}
        for link in self.link_ids:
            row = limits.get(link.stage_id)
            if not row:
                link.limit_quantity = 0
                continue
            link.write(
                {
                    "limit_quantity": row["quantity"],
                    "limit_unit": row["unit"],
                    "limit_warn_percent": row["warn"],
                }
            )
