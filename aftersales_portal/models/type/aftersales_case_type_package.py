from odoo import api, models
from odoo.fields import Command

from odoo.addons.aftersales_case.const import MOST_DAYS
from odoo.addons.aftersales_case.engine import package
from odoo.addons.aftersales_case.engine.package import PackagePart
from odoo.addons.aftersales_case.engine.package_forms import (
    boolean,
    choice,
    integer,
    maybe,
    record,
    rows,
    text,
    texts,
)

from ...const import ASKS, OFFERS, TYPE_TEXTS
from .aftersales_case_type_silence import SILENT_DAYS

ADDON = "aftersales_portal"
FLAGS = (
    "portal_goods",
    "portal_documents",
    "portal_inform",
    "portal_files",
    "portal_timeline",
    "portal_promise",
    "portal_reply",
    "portal_change",
    "portal_close",
    "portal_rate",
)
MOST_STAGES = 999


class AftersalesCaseType(models.Model):
    """The portal's part of a type's package."""

    _inherit = "aftersales.case.type"

    @api.model
    def _get_package_parts(self):
        stage = integer(0, MOST_STAGES)
        asks = choice([key for key, _label in ASKS])
        form = record(
            {
                "offer": choice([key for key, _label in OFFERS]),
                "reopen_days": integer(0, MOST_DAYS),
                "close_stage": maybe(stage),
                "next": rows(record({"stage": stage, "text": texts()})),
                "agree": rows(
                    record(
                        {
                            "stage": stage,
                            "agreed": maybe(stage),
                            "refused": maybe(stage),
                        }
                    )
                ),
                "problems": rows(record({"name": texts(empty=False), "asks": asks})),
                "said_with_goods": rows(text(pattern=package.KEY)),
                "silent_stage": maybe(stage),
                **{name: integer(0, MOST_DAYS) for name in SILENT_DAYS},
                **{name: boolean for name in FLAGS},
                **{name: maybe(texts()) for name in TYPE_TEXTS},
            }
        )
        part = PackagePart("Portal", form, "_export_portal", "_take_portal")
        return super()._get_package_parts() | {ADDON: part}

    def _export_portal(self, point):
        """Return what customers see of this type, as part of its package."""
        self.ensure_one()
        return {
            "offer": self.portal_offer,
            "reopen_days": self.portal_reopen_days,
            "close_stage": point["stage"].get(self.portal_close_stage_id.id),
            "next": [
                {
                    "stage": point["stage"][link.stage_id.id],
                    "text": self._export_texts(link, "customer_next"),
                }
                for link in self.link_ids.sorted()
                if link.customer_next
            ],
            "agree": [
                {
                    "stage": point["stage"][link.stage_id.id],
                    "agreed": point["stage"].get(link.agreed_stage_id.id),
                    "refused": point["stage"].get(link.refused_stage_id.id),
                }
                for link in self.link_ids.sorted()
                if link.portal_agree
            ],
            "problems": [
                {"name": self._export_texts(one, "name"), "asks": one.asks}
                for one in self.portal_problem_ids.sorted()
            ],
            "said_with_goods": [
                rule.key
                for rule in self.field_rule_ids.sorted()
                if rule.is_goods_quantity
            ],
            "silent_stage": point["stage"].get(self.silent_stage_id.id),
            **{name: self[name] for name in (*SILENT_DAYS, *FLAGS)},
            **{name: self._export_texts(self, name) for name in TYPE_TEXTS},
        }

    def _take_portal(self, content, found):
        """Take over the portal's part of a package.

        :param content: as ``_export_portal`` returns it
        :param found: ``{kind of row: [record]}``; a stage that is not there is left out
        """
        self.ensure_one()
        stages = dict(enumerate(found["stage"]))
        no_stage = self.env["aftersales.case.stage"]
        closing = stages.get(content["close_stage"])
        self.write(
            {
                "portal_offer": content["offer"],
                "portal_reopen_days": content["reopen_days"],
                "portal_close_stage_id": closing.id if closing else False,
                "portal_problem_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": row["name"]["en_US"],
                                "asks": row["asks"],
                                "sequence": place,
                            }
                        )
                        for place, row in enumerate(content["problems"])
                    ),
                ],
                "silent_stage_id": stages.get(content["silent_stage"], no_stage).id,
                **{name: content[name] for name in (*SILENT_DAYS, *FLAGS)},
            }
        )
        for problem, row in zip(
            self.portal_problem_ids.sorted(), content["problems"], strict=True
        ):
            self._write_texts(problem, {"name": row["name"]})
        self._write_texts(self, {name: content[name] for name in TYPE_TEXTS})
        for rule in self.field_rule_ids:
            rule.is_goods_quantity = rule.key in content["said_with_goods"]
        texts_of = {stages.get(row["stage"]): row["text"] for row in content["next"]}
        agree_of = {stages.get(row["stage"]): row for row in content["agree"]}
        for link in self.link_ids:
            self._write_texts(link, {"customer_next": texts_of.get(link.stage_id)})
            row = agree_of.get(link.stage_id) or {}
            link.write(
                {
                    "portal_agree": bool(row),
                    "agreed_stage_id": stages.get(row.get("agreed"), no_stage).id,
                    "refused_stage_id": stages.get(row.get("refused"), no_stage).id,
                }
            )
