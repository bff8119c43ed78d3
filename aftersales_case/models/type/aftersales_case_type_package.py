import base64
import json

from odoo import api, models

from ...const import ASSIGN_TEAM, ASSIGN_USER
from ...engine import package
from ...engine.package_forms import SHORT
from ...engine.package_own_fields import PROPERTY_TYPES
from ..extends.mail_activity_plan_template import CASE_RESPONSIBLE
from .aftersales_field_rule import PROPERTY_FIELDS, split_key

CORE = "aftersales_case"
# What a package carries of a property; a domain would be code, a default may point at a
# record of this database.
PROPERTY_KEYS = (
    "name",
    "string",
    "type",
    "selection",
    "tags",
    "comodel",
    "suffix",
    "view_in_cards",
    "fold_by_default",
    "default",
)
# Settings that are carried as they are; files of version 1 do not have them.
TYPE_SETTINGS = (
    "is_deadline_promised",
    "max_days_open",
    "max_changes",
    "changes_days",
)
LINK_SETTINGS = ("max_hours",)
DEFAULT_TYPES = ("boolean", "char", "float", "integer", "selection", "text")


class AftersalesCaseType(models.Model):
    """A type as a package: one file that another database can take over.

    People, teams, addresses and numbers stay at home. What a file may contain is said in
    ``engine/package.py``, how it is taken over in ``wizards/type/``.
    """

    _inherit = "aftersales.case.type"

    def action_export_package(self):
        """Download this type as a file."""
        self.ensure_one()
        content = json.dumps(self._export_package(), indent=1, ensure_ascii=False)
        export = self.env["aftersales.type.export"].create(
            {
                "name": f"case-type-{self.code.lower()}.json",
                "file": base64.b64encode(content.encode()),
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{export._name}/{export.id}/file/{export.name}"
            "?download=true",
            "target": "download",
        }

    def _export_package(self):
        """Return this type as the document that ``engine/package.py`` describes."""
        self.ensure_one()
        links = self.link_ids.sorted()
        stages = links.stage_id.ids
        kinds = links.requirement_ids.attachment_kind_id
        templates = links.mail_template_id | self.received_template_id
        point = {
            "stage": {key: number for number, key in enumerate(stages)},
            "kind": {key: number for number, key in enumerate(kinds.ids)},
            "template": {key: number for number, key in enumerate(templates.ids)},
        }
        return {
            "format": package.FORMAT,
            "version": package.VERSION,
            "type": {
                "name": _export_texts(self, "name"),
                "code": self.code,
                "origin": self.origin,
                "color": self.color,
                "description": _export_texts(self, "description"),
                "intake_unclear": self.intake_unclear,
                "received_template": point["template"].get(
                    self.received_template_id.id
                ),
                **{name: self[name] for name in TYPE_SETTINGS},
            },
            "stages": [link._export_package(point) for link in links],
            "own_fields": self._export_own_fields(),
            "rules": [
                rule._export_package(point)
                for rule in self.field_rule_ids.filtered("active").sorted()
            ],
            "attachment_kinds": [
                {"name": _export_texts(kind, "name")} for kind in kinds
            ],
            **self._export_lists(),
            "templates": [_export_template(template) for template in templates],
            "plan": self._export_plan(),
            "parts": self._export_parts(point),
        }

    @api.model
    def _get_package_parts(self):
        """Hook: return ``{addon: PackagePart}`` of what addons add to a package."""
        return {}

    def _export_parts(self, point):
        self.ensure_one()
        result = {}
        for addon, part in self._get_package_parts().items():
            content = getattr(self, part.export)(point)
            if content is not None:
                result[addon] = {"title": part.title, "content": content}
        return result

    @api.model
    def _export_texts(self, record, name):
        """Return a text for a part of a package: ``{language: text}``, or None."""
        return _export_texts(record, name)

    @api.model
    def _write_texts(self, record, texts):
        """Write texts with their translations into the languages that are installed.

        :param texts: ``{field: {language: text} or None}``
        """
        record = record.with_context(lang=None)
        languages = {code for code, _name in self.env["res.lang"].get_installed()}
        for name, content in texts.items():
            content = content or {}
            record[name] = content.get("en_US") or False
            others = {
                code: content[code]
                for code in languages - {"en_US"}
                if content.get(code)
            }
            if others:
                record.update_field_translations(name, others)

    def _export_own_fields(self):
        result = []
        for key, item in self._get_own_definitions().items():
            if item["type"] not in PROPERTY_TYPES:
                continue
            definition = {key: item[key] for key in PROPERTY_KEYS if key in item}
            definition["string"] = item.get("string") or item["name"]
            if item["type"] not in DEFAULT_TYPES or not item.get("default"):
                definition.pop("default", None)
            if split_key(key)[0] == PROPERTY_FIELDS[1]:
                definition["restricted"] = True
            for flag in ("view_in_cards", "fold_by_default"):
                if flag in definition:
                    definition[flag] = bool(definition[flag])
            labels = (self.option_labels or {}).get(item["name"])
            if labels:
                definition["option_labels"] = labels
            result.append(definition)
        return result

    def _export_lists(self):
        """Return the coded lists that are kept for this type."""
        own = [("type_ids", "in", self.ids)]
        return {
            "categories": [
                {"path": _get_path(category)}
                for category in self.env["aftersales.category"].search(own)
            ],
            "causes": [
                {"name": _export_texts(cause, "name"), "code": cause.code or None}
                for cause in self.env["aftersales.cause"].search(own)
            ],
            "resolutions": [
                {
                    "name": _export_texts(resolution, "name"),
                    "code": resolution.code or None,
                    "outcome": resolution.outcome,
                }
                for resolution in self.env["aftersales.resolution"].search(own)
            ],
        }

    def _export_plan(self):
        plan = self.activity_plan_id
        if not plan:
            return None
        xmlids = plan.template_ids.activity_type_id._get_external_ids()
        return {
            "name": plan.name,
            "steps": [
                {
                    "activity": next(iter(xmlids[step.activity_type_id.id]), None),
                    "summary": step.summary or None,
                    "note": step.note or None,
                    "responsible": step.responsible_type
                    if step.responsible_type != "other"
                    else CASE_RESPONSIBLE,
                    "delay_count": step.delay_count,
                    "delay_unit": step.delay_unit,
                    "delay_from": step.delay_from,
                }
                for step in plan.template_ids
            ],
        }


class AftersalesTypeStage(models.Model):
    _inherit = "aftersales.type.stage"

    def _export_package(self, point):
        """Return one stage of a package with its place in the type.

        :param point: ``{kind of row: {record id: number of the row}}``
        """
        self.ensure_one()
        stage = self.stage_id
        # A person is known at home only: there the team chooses.
        by_team = self.assignment == ASSIGN_USER
        roles = self.group_ids._get_external_ids()
        return {
            "name": _export_texts(stage, "name"),
            "state": stage.state,
            "waiting_for": stage.waiting_for or None,
            "fold": stage.fold,
            "description": _export_texts(stage, "description"),
            "link": {
                "customer_label": _export_texts(self, "customer_label"),
                "assignment": ASSIGN_TEAM if by_team else self.assignment,
                "next": [
                    point["stage"][stage.id]
                    for stage in self.next_ids
                    if stage.id in point["stage"]
                ],
                "reply": point["stage"].get(self.reply_stage_id.id),
                "template": point["template"].get(self.mail_template_id.id),
                **{name: self[name] for name in LINK_SETTINGS},
                "roles": [names[0] for names in roles.values() if names],
                "requirements": [
                    requirement._export_package(point)
                    for requirement in self.requirement_ids.sorted()
                ],
            },
        }


class AftersalesFieldRule(models.Model):
    _inherit = "aftersales.field.rule"

    def _export_package(self, point):
        """Return one rule of a package; see ``AftersalesTypeStage._export_package``."""
        self.ensure_one()
        return {
            "key": self.key,
            "hidden": self.hidden,
            "label": _export_texts(self, "label"),
            "section": _export_texts(self, "section"),
            "required_from": point["stage"].get(self.required_from_id.id),
            "locked_from": point["stage"].get(self.locked_from_id.id),
            "portal": self.portal,
            "help": _export_texts(self, "help"),
            "portal_required": self.portal_required,
            "visible_from": point["stage"].get(self.visible_from_id.id),
            "conditions": [
                condition._export_package() for condition in self.condition_ids
            ],
        }


class AftersalesFieldCondition(models.Model):
    _inherit = "aftersales.field.condition"

    def _export_package(self):
        """Return one condition of a package; records by what they are called."""
        self.ensure_one()
        model = self._get_model()
        row = {"key": self.key, "operator": self.operator, "value": self.value or None}
        if not model:
            return row
        records = self.env[model].browse(self._get_ids()).exists()
        records.check_access("read")
        return row | {
            "value": None,
            "records": [
                {"xmlid": _get_xmlid(record), "path": _get_path(record)}
                for record in records
            ],
        }


class AftersalesStageRequirement(models.Model):
    _inherit = "aftersales.stage.requirement"

    @api.model
    def _get_package_form(self):
        """Hook: return ``{name: form}`` of what a requirement carries in a package."""
        return {
            "key": package.text(pattern=package.KEY),
            "attachment_kind": package.integer(0, package.MAX_ROWS),
            "minimum": package.integer(1, 100),
            "checklist_text": package.texts(empty=False),
            "group": package.text(pattern=package.XMLID),
        }

    def _get_package_addon(self):
        """Hook: return the addon that has to be installed where this is taken over."""
        self.ensure_one()
        addons = self._fields["kind"]._selection_modules(self).get(self.kind)
        return CORE if not addons or CORE in addons else min(addons)

    @api.model
    def _prepare_package_vals(self, row):
        """Hook: return values of a requirement of a package that only its addon knows."""
        return {}

    def _export_package(self, point):
        """Hook: return one requirement of a package; the names stand in the form."""
        self.ensure_one()
        values = {"kind": self.kind}
        addon = self._get_package_addon()
        if addon != CORE:
            name = self.with_context(lang=None)._get_name() or self.kind
            values |= {"addon": addon, "title": name[:SHORT]}
        if self.key:
            values["key"] = self.key
        if self.attachment_kind_id:
            values["attachment_kind"] = point["kind"][self.attachment_kind_id.id]
        if self.minimum > 1:
            values["minimum"] = self.minimum
        if self.checklist_text:
            values["checklist_text"] = _export_texts(self, "checklist_text")
        names = self.group_id._get_external_ids().get(self.group_id.id)
        if names:
            values["group"] = names[0]
        return values


def _export_texts(record, name):
    """Return a translated text as ``{language: text}``, or None where there is none."""
    source = record.with_context(lang=None)[name]
    if not source:
        return None
    result = {"en_US": str(source)}
    for code, _name in record.env["res.lang"].get_installed():
        translated = record.with_context(lang=code)[name]
        if translated and translated != source:
            result[code] = str(translated)
    return result


def _export_template(template):
    plain = template.with_context(lang=None)
    return {
        "name": _export_texts(template, "name"),
        "subject": _export_texts(template, "subject"),
        "body": _export_texts(template, "body_html"),
        "email_from": plain.email_from or None,
        "email_to": plain.email_to or None,
        "lang": plain.lang or None,
        "use_default_to": plain.use_default_to,
    }


def _get_path(record):
    """Return the names that lead to a record, the source of its own name last."""
    path, record = [], record.with_context(lang=None)
    if not (record._parent_store and "name" in record):
        return [record.display_name]
    while record:
        path.insert(0, record.name)
        record = record[record._parent_name]
    return path


def _get_xmlid(record):
    """Return a name that other databases know as well, or None."""
    names = record._get_external_ids()[record.id]
    own = ("__export__.", "__import__.", "__custom__.")
    return next((name for name in names if not name.startswith(own)), None)
