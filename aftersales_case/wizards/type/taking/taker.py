from odoo.exceptions import UserError

from ....models.type.aftersales_case_type_package import LINK_SETTINGS, TYPE_SETTINGS
from .messages import Messages
from .rules import Rules

# Of a row of own fields, what core does not keep in the definition.
NOT_IN_DEFINITIONS = {"option_labels", "restricted"}


class Taker(Messages, Rules):
    """One run of an import: what was found or made so far, and what was left out."""

    def take(self, update):
        self.templates = [self._take_template(row) for row in self.data["templates"]]
        self.stages = [self._take_stage(row) for row in self.data["stages"]]
        self.kinds = [
            self._take_named("aftersales.attachment.kind", row)
            for row in self.data["attachment_kinds"]
        ]
        self.case_type = self._take_type(update and self.known)
        self._take_links()
        self._take_lists()
        self._take_rules()
        self._take_parts()
        self.case_type._check_first_stage()
        return self.case_type

    def _take_type(self, known):
        row = self.data["type"]
        vals = {
            "origin": row["origin"],
            "color": row["color"],
            "intake_unclear": row["intake_unclear"],
            **{name: row[name] for name in TYPE_SETTINGS if name in row},
            "received_template_id": self._get(self.templates, row["received_template"]),
            "activity_plan_id": self._take_plan(),
        }
        if known:
            case_type = known
            case_type.check_access("write")
            # Conditions of the old rules must not keep old own fields.
            case_type.field_rule_ids.unlink()
            case_type.link_ids.requirement_ids.unlink()
            case_type.write(vals)
        else:
            code = self.known._get_free_code() if self.known else row["code"]
            case_type = self.env["aftersales.case.type"].create(
                vals | {"name": row["name"]["en_US"], "code": code}
            )
        self._write_texts(
            case_type, {"name": row["name"], "description": row["description"]}
        )
        self._check_comodels()
        rows = self.data["own_fields"]
        own = {False: [], True: []}
        for row in rows:
            few = row.get("restricted", False)
            own[few].append(
                {key: row[key] for key in row if key not in NOT_IN_DEFINITIONS}
            )
        case_type.write(
            {
                "properties_definition": own[False],
                "restricted_properties_definition": own[True],
                "option_labels": {
                    row["name"]: row["option_labels"]
                    for row in rows
                    if row.get("option_labels")
                },
            }
        )
        return case_type

    def _check_comodels(self):
        for field in self.data["own_fields"]:
            model = field.get("comodel")
            if model and not self._is_choosable(model):
                raise UserError(
                    self.user_env._(
                        "Own field %(field)s: records of %(model)s cannot be chosen"
                        " here.",
                        field=field["string"],
                        model=model,
                    )
                )

    def _is_choosable(self, name):
        if not self.env["ir.model"]._get_id(name):
            return False
        model = self.env[name]
        return not (model._abstract or model._transient) and model.has_access("read")

    def _take_links(self):
        case_type, stages = self.case_type, self.stages
        old = {link.stage_id: link for link in case_type.link_ids}
        self._remove_links(
            case_type.link_ids.filtered(lambda link: link.stage_id not in stages)
        )
        for number, (stage, row) in enumerate(
            zip(stages, self.data["stages"], strict=True), 1
        ):
            link = row["link"]
            vals = {
                "sequence": number * 10,
                "assignment": link["assignment"],
                "next_ids": [(6, 0, [stages[key].id for key in link["next"]])],
                "reply_stage_id": self._get(stages, link["reply"]),
                "mail_template_id": self._get(self.templates, link["template"]),
                "group_ids": [
                    (6, 0, [self._take_group(role).id for role in link["roles"]])
                ],
                "requirement_ids": [],
                **{name: link[name] for name in LINK_SETTINGS if name in link},
            }
            record = old.get(stage)
            if record:
                record.write(vals | {"user_id": False})
            else:
                record = self.env["aftersales.type.stage"].create(
                    vals | {"type_id": case_type.id, "stage_id": stage.id}
                )
            self._write_texts(record, {"customer_label": link["customer_label"]})
            self._take_requirements(record, link["requirements"])

    def _remove_links(self, links):
        """Take stages from the type in which no case stands.

        :raises UserError: naming the first stage in which cases stand
        """
        # sudo: cases of every company and confidential ones count
        Case = self.env["aftersales.case"].sudo()
        for link in links:
            count = Case.search_count(
                [
                    ("type_id", "=", link.type_id.id),
                    ("stage_id", "=", link.stage_id.id),
                ]
            )
            if count:
                raise UserError(
                    self.user_env._(
                        "Stage %(stage)s is not in the file, but %(count)s cases stand"
                        " in it. Move them first.",
                        stage=link.stage_id.name,
                        count=count,
                    )
                )
        links.unlink()

    def _take_requirements(self, link, rows):
        for number, row in enumerate(rows, 1):
            vals = {
                "link_id": link.id,
                "kind": row["kind"],
                "sequence": number * 10,
                "key": row.get("key"),
                "minimum": row.get("minimum", 1),
                "signature_purpose": row.get("signature_purpose"),
                "attachment_kind_id": self._get(self.kinds, row.get("attachment_kind")),
            }
            if "group" in row:
                vals["group_id"] = self._take_group(row["group"]).id
            vals |= self.env["aftersales.stage.requirement"]._prepare_package_vals(row)
            texts = row.get("checklist_text")
            if texts:
                vals["checklist_text"] = texts["en_US"]
            record = self.env["aftersales.stage.requirement"].create(vals)
            if texts:
                self._write_texts(record, {"checklist_text": texts})

    def _take_lists(self):
        records = [self._take_category(row["path"]) for row in self.data["categories"]]
        records += [
            self._take_named("aftersales.cause", row, type_ids=self.case_type.ids)
            for row in self.data["causes"]
        ]
        records += [
            self._take_named(
                "aftersales.resolution",
                row,
                type_ids=self.case_type.ids,
                outcome=row["outcome"],
            )
            for row in self.data["resolutions"]
        ]
        for record in records:
            if record.type_ids:  # empty: offered on every type already
                record.type_ids |= self.case_type

    def _take_parts(self):
        rows = {"stage": self.stages, "kind": self.kinds, "template": self.templates}
        parts = self.case_type._get_package_parts()
        for addon, part in self.data.get("parts", {}).items():
            if addon in parts:
                getattr(self.case_type, parts[addon].take)(part["content"], rows)
