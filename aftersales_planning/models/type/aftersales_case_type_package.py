from odoo import api, models

from odoo.addons.aftersales_case.engine.package import PackagePart
from odoo.addons.aftersales_case.engine.package_forms import (
    choice,
    decimal,
    integer,
    record,
    rows,
)

from ...const import MOST_HOURS_OF_VISIT, PLACES
from .aftersales_type_stage import MOVES

ADDON = "aftersales_planning"
MOST_STAGES = 999


class AftersalesCaseType(models.Model):
    """What stages say of visits, as part of a type's package."""

    _inherit = "aftersales.case.type"

    @api.model
    def _get_package_parts(self):
        stage = integer(0, MOST_STAGES)
        asked = record(
            {
                "stage": stage,
                "place": choice([key for key, _label in PLACES]),
                "duration": decimal(0, MOST_HOURS_OF_VISIT),
            }
        )
        move = record({"stage": stage, "state": choice(list(MOVES)), "to": stage})
        form = record({"asked": rows(asked), "moves": rows(move)})
        part = PackagePart("Planning", form, "_export_visits", "_take_visits")
        return super()._get_package_parts() | {ADDON: part}

    def _export_visits(self, point):
        """Return what stages of this type say of visits, as part of its package."""
        self.ensure_one()
        links, place = self.link_ids.sorted(), point["stage"]
        return {
            "asked": [
                {
                    "stage": place[link.stage_id.id],
                    "place": link.visit_place,
                    "duration": link.visit_duration,
                }
                for link in links
                if link.visit_place
            ],
            "moves": [
                {
                    "stage": place[link.stage_id.id],
                    "state": state,
                    "to": place[link[name].id],
                }
                for link in links
                for state, name in MOVES.items()
                if link[name]
            ],
        }

    def _take_visits(self, content, found):
        """Take over the part of a package.

        :param content: as ``_export_visits`` returns it
        :param found: ``{kind of row: [record]}``; a stage that is not there is left out
        """
        self.ensure_one()
        stages = dict(enumerate(found["stage"]))
        links = {link.stage_id: link for link in self.link_ids}
        self.link_ids.write(
            {"visit_place": False, **dict.fromkeys(MOVES.values(), False)}
        )
        for row in content["asked"]:
            link = links.get(stages.get(row["stage"]))
            if link:
                link.write(
                    {"visit_place": row["place"], "visit_duration": row["duration"]}
                )
        for row in content["moves"]:
            link, to = links.get(stages.get(row["stage"])), stages.get(row["to"])
            if link and to in links:
                link[MOVES[row["state"]]] = to
