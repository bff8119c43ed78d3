import base64
import binascii

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...engine import conditions, package
from ...engine.package import PackageError
from ...models.extends.mail_activity_plan_template import CASE_RESPONSIBLE
from ...models.type.aftersales_field_condition import NEEDS_NO_VALUE

NEW, UPDATE = "new", "update"
TEMPLATE_EDITOR = "mail.group_mail_template_editor"
# Of a row of own fields, what core does not keep in the definition.
NOT_IN_DEFINITIONS = {"option_labels", "restricted"}


class AftersalesTypeExport(models.TransientModel):
    """A type on its way out; exists until it is downloaded."""

    _name = "aftersales.type.export"
    _description = "Exported Case Type"

    name = fields.Char(required=True)
    file = fields.Binary(attachment=False)


class AftersalesTypeImport(models.TransientModel):
    """Take a type over from a file: all of it, or nothing.

    Known records are found again by what they are, not by ids: a stage by name, state
    and party waited for, a kind of file and a category by name, causes and resolutions by
    code, a template or plan by name and content. So the same file can come twice.
    """

    _name = "aftersales.type.import"
    _description = "Import a Case Type"

    file = fields.Binary(required=True, attachment=False)
    filename = fields.Char()
    problem = fields.Text(compute="_compute_content")
    summary = fields.Text("Content", compute="_compute_content")
    known_type_id = fields.Many2one("aftersales.case.type", compute="_compute_content")
    foreign_parts = fields.Text(compute="_compute_content")
    leave_out = fields.Boolean("Import without them")
    mode = fields.Selection(
        [
            (NEW, "Make another type beside it"),
            (UPDATE, "Change the known type into the one of the file"),
        ],
        required=True,
        default=NEW,
    )

    @api.depends("file")
    @api.depends_context("lang")
    def _compute_content(self):
        for wizard in self:
            wizard.problem = wizard.summary = wizard.known_type_id = False
            wizard.foreign_parts = False
            if not wizard.file:
                continue
            try:
                data = wizard._load()
            except UserError as error:
                wizard.problem = str(error)
                continue
            wizard.known_type_id = wizard._find_type(data)
            wizard.foreign_parts = "\n".join(wizard._get_foreign_parts(data))
            wizard.summary = self.env._(
                "%(name)s (%(code)s): %(stages)s stages, %(fields)s own fields,"
                " %(rules)s field rules, %(templates)s templates.",
                name=data["type"]["name"]["en_US"],
                code=data["type"]["code"],
                stages=len(data["stages"]),
                fields=len(data["own_fields"]),
                rules=len(data["rules"]),
                templates=len(data["templates"]),
            )

    # === Reading === #

    def _load(self):
        """Return the checked document in the file.

        :raises UserError: naming the problem and where it stands
        """
        self.ensure_one()
        try:
            # What is longer than this cannot be short enough once it is decoded.
            if len(self.file) > package.MAX_BYTES * 2:
                raise PackageError(
                    package.TOO_BIG, detail=str(package.MAX_BYTES // 1000)
                )
            data = package.load(base64.b64decode(self.file))
            package.check(
                data,
                self._get_choices(),
                self.env["aftersales.stage.requirement"]._get_package_form(),
                {addon: part.form for addon, part in self._get_parts().items()},
            )
        except binascii.Error as error:
            raise UserError(self._get_problem(package.NOT_JSON)) from error
        except PackageError as error:
            raise UserError(self._get_problem(error.problem, error)) from error
        return data

    @api.model
    def _get_parts(self):
        return self.env["aftersales.case.type"]._get_package_parts()

    @api.model
    def _get_foreign_parts(self, data):
        """Return the names of the parts whose addon is not installed here."""
        known = self._get_parts()
        return [
            f"{part['title']} ({addon})"
            for addon, part in data.get("parts", {}).items()
            if addon not in known
        ]

    @api.model
    def _get_choices(self):
        """Return ``{name: keys}`` of every selection that a package uses."""
        fields_of = {
            "aftersales.case.type": ("origin", "intake_unclear"),
            "aftersales.case.stage": ("state", "waiting_for"),
            "aftersales.type.stage": ("assignment",),
            "aftersales.stage.requirement": ("kind",),
            "aftersales.field.rule": ("portal",),
            "aftersales.resolution": ("outcome",),
            "mail.activity.plan.template": ("delay_unit", "delay_from"),
        }
        choices = {
            name: set(self.env[model]._fields[name].get_values(self.env))
            for model, names in fields_of.items()
            for name in names
        }
        choices["assignment"].discard("user")
        return choices | {
            "operator": {key for key, _label in conditions.OPERATORS},
            "responsible": {"on_demand", CASE_RESPONSIBLE},
        }

    def _get_problem(self, problem, error=None):
        path, detail = (error.path, error.detail) if error else ("", "")
        texts = {
            package.TOO_BIG: self.env._("The file is larger than %s kB.", detail),
            package.NOT_JSON: self.env._(
                "The file cannot be read: it is no case type."
            ),
            package.FOREIGN: self.env._("The file is something else than a case type."),
            package.NEWER: self.env._(
                "The file was made by a newer version (%(version)s) of this program,"
                " which reads up to version %(known)s. Update the program first.",
                version=detail,
                known=package.VERSION,
            ),
            package.MISSING: self.env._("%s is missing in the file.", path),
            package.UNKNOWN: self.env._("%s in the file is not known here.", path),
            package.WRONG_KIND: self.env._(
                "%(place)s in the file is no %(kind)s.", place=path, kind=detail
            ),
            package.NOT_ALLOWED: self.env._(
                "%(place)s in the file has a value that is not allowed here:"
                " %(value)s.",
                place=path,
                value=detail,
            ),
            package.TOO_LONG: self.env._(
                "%(place)s in the file is too long.", place=path
            ),
            package.TWICE: self.env._(
                "%(place)s in the file names %(value)s twice.", place=path, value=detail
            ),
            package.OUTSIDE: self.env._(
                "%(place)s in the file points at %(value)s, which is not there.",
                place=path,
                value=detail,
            ),
        }
        return texts[problem]

    def _find_type(self, data):
        # sudo: codes are unique over all companies; only whether it is there
        types = self.env["aftersales.case.type"].sudo().with_context(active_test=False)
        known = types.search([("code", "=", data["type"]["code"])], limit=1)
        return known.sudo(False)

    # === Writing === #

    def action_import(self):
        """Take the type over and open it; what was left out stands in its chatter."""
        data = self._load()
        foreign = self._get_foreign_parts(data)
        if foreign and not self.leave_out:
            raise UserError(
                self.env._(
                    "The file has parts of programs that are not installed here:"
                    " %(parts)s. Install them first, or tick “%(tick)s”.",
                    parts=", ".join(foreign),
                    tick=self._fields["leave_out"]._description_string(self.env),
                )
            )
        case_type = self._import(data)
        return {
            "type": "ir.actions.act_window",
            "res_model": case_type._name,
            "res_id": case_type.id,
            "view_mode": "form",
            "target": "current",
        }

    def _import(self, data):
        """Create or change the type, in a savepoint: a problem leaves nothing behind."""
        try:
            with self.env.cr.savepoint():
                taker = _Taker(self, data)
                taker.notes += [
                    self.env._("Left out, because it is not installed here: %s", name)
                    for name in self._get_foreign_parts(data)
                ]
                case_type = taker.take(self.mode == UPDATE)
                self.env.flush_all()
        except (UserError, ValidationError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            raise
        except Exception as error:
            raise UserError(
                self.env._("The type could not be imported: %s", error)
            ) from error
        case_type = case_type.with_env(self.env)
        body = self.env._("Imported from a file.")
        if taker.notes:
            body += Markup("<ul>%s</ul>") % Markup().join(
                Markup("<li>%s</li>") % note for note in taker.notes
            )
        case_type._message_log(body=Markup("%s") % body)
        return case_type


class _Taker:
    """One run of an import: what was found or made so far, and what was left out.

    :param wizard: gives the environment, whose user must be allowed everything
    :param data: checked document
    """

    def __init__(self, wizard, data):
        self.user_env = wizard.env  # what is said is said in the user's language
        self.env = wizard.with_context(lang=None).env
        self.known = wizard._find_type(data).with_env(self.env)
        self.data = data
        self.notes = []
        self.languages = {code for code, _name in self.env["res.lang"].get_installed()}

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

    # === Texts and records === #

    def _write_texts(self, record, texts):
        """Write texts with their translations into the languages that are installed.

        :param texts: ``{field: {language: text} or None}``
        """
        for name, content in texts.items():
            source = (content or {}).get("en_US") or False
            record[name] = source
            others = {
                code: (content or {}).get(code)
                for code in self.languages
                if code != "en_US" and (content or {}).get(code)
            }
            if others:
                record.update_field_translations(name, others)

    def _take_named(self, model, row, **vals):
        """Return the record of a coded list with this code or name, or a new one."""
        Model = self.env[model].with_context(active_test=False)
        code = row.get("code")
        key = ("code", "=", code) if code else ("name", "=", row["name"]["en_US"])
        known = Model.search([key], limit=1)
        if known:
            return known
        record = Model.create(
            {"name": row["name"]["en_US"]} | ({"code": code} if code else {}) | vals
        )
        self._write_texts(record, {"name": row["name"]})
        return record

    def _take_stage(self, row):
        name, waiting_for = row["name"]["en_US"], row["waiting_for"] or False
        Stage = self.env["aftersales.case.stage"]
        known = Stage.search(
            [
                ("name", "=", name),
                ("state", "=", row["state"]),
                ("waiting_for", "=", waiting_for),
            ],
            limit=1,
        )
        if known:
            return known
        stage = Stage.create(
            {
                "name": name,
                "state": row["state"],
                "waiting_for": waiting_for,
                "fold": row["fold"],
                "sequence": max(Stage.search([]).mapped("sequence"), default=0) + 10,
            }
        )
        self._write_texts(
            stage, {"name": row["name"], "description": row["description"]}
        )
        return stage

    def _take_group(self, xmlid):
        group = self.env.ref(xmlid, raise_if_not_found=False)
        if not group or group._name != "res.groups":
            raise UserError(
                self.user_env._(
                    "The file asks for role %s, which is not known here.", xmlid
                )
            )
        return group

    # === The type === #

    def _take_type(self, known):
        row = self.data["type"]
        vals = {
            "origin": row["origin"],
            "color": row["color"],
            "intake_unclear": row["intake_unclear"],
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
            }
            record = old.get(stage)
            if record:
                record.write(vals | {"user_id": False})
            else:
                record = record or self.env["aftersales.type.stage"].create(
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

    def _take_rules(self):
        keys = self.case_type._get_rule_keys()
        for number, row in enumerate(self.data["rules"], 1):
            for key in (row["key"], *(item["key"] for item in row["conditions"])):
                if key not in keys:
                    raise UserError(
                        self.user_env._(
                            "The file has a rule for field %s, which is not known here.",
                            key,
                        )
                    )
            rule = self.env["aftersales.field.rule"].create(
                {
                    "type_id": self.case_type.id,
                    "key": row["key"],
                    "sequence": number * 10,
                    "hidden": row["hidden"],
                    "required_from_id": self._get(self.stages, row["required_from"]),
                    "locked_from_id": self._get(self.stages, row["locked_from"]),
                    "portal": row["portal"],
                    "portal_required": row.get("portal_required", False),
                    "visible_from_id": self._get(self.stages, row.get("visible_from")),
                    "condition_ids": [
                        (0, 0, self._prepare_condition(row, item))
                        for item in row["conditions"]
                    ],
                }
            )
            texts = {name: row.get(name) for name in ("label", "section", "help")}
            self._write_texts(rule, texts)

    def _take_parts(self):
        rows = {"stage": self.stages, "kind": self.kinds, "template": self.templates}
        parts = self.case_type._get_package_parts()
        for addon, part in self.data.get("parts", {}).items():
            if addon in parts:
                getattr(self.case_type, parts[addon].take)(part["content"], rows)

    def _prepare_condition(self, rule, row):
        """Return the values of a condition, its records found again here.

        :raises UserError: naming what is not known here
        """
        vals = {name: row[name] for name in ("key", "operator", "value")}
        model = self.case_type._get_key_models().get(row["key"])
        if not model or row["operator"] in NEEDS_NO_VALUE:
            return vals
        Condition = self.env["aftersales.field.condition"]
        if "records" not in row:  # version 1 has names only
            records, unknown = Condition._find_named(model, row["value"])
        else:
            records, unknown = self.env[model], False
            for item in row["records"]:
                found = self._find_record(model, item)
                unknown = unknown or (not found and " / ".join(item["path"]))
                records |= found
        if unknown or not records:
            raise UserError(
                self.user_env._(
                    "The rule of field %(field)s compares with %(name)s, which means no"
                    " record here, or several. Create it, or take the condition out of"
                    " the file.",
                    field=rule["key"],
                    name=unknown or "—",
                )
            )
        return vals | {"value": ",".join(map(str, records.ids))}

    def _find_record(self, model, item):
        """Return the one record of a model that a file names, or none."""
        known = item["xmlid"] and self.env.ref(item["xmlid"], raise_if_not_found=False)
        if known and known._name == model:
            return known._filtered_access("read")
        Model = self.env[model].with_context(active_test=False)
        if Model._parent_store and "name" in Model:
            record = Model
            for name in item["path"]:
                parent = (Model._parent_name, "=", record.id)
                record = Model.search([("name", "=", name), parent])
                if len(record) != 1:
                    return Model
            return record
        found = self.env["aftersales.field.condition"]._find_by_name(
            model, "".join(item["path"][:1])
        )
        return found if len(found) == 1 else Model

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

    def _take_category(self, path):
        Category = self.env["aftersales.category"].with_context(active_test=False)
        category = Category
        for depth, name in enumerate(path, 1):
            known = Category.search(
                [("name", "=", name), ("parent_id", "=", category.id)], limit=1
            )
            types = self.case_type.ids if depth == len(path) else []
            category = known or Category.create(
                {"name": name, "parent_id": category.id, "type_ids": types}
            )
        return category

    def _get(self, records, number):
        return records[number].id if number is not None else False

    # === Templates and plan === #

    def _take_template(self, row):
        """Return the template with this name and text, a new one, or a second best.

        The text of a template is a program by design: who may not edit templates takes
        none over.
        """
        Template = self.env["mail.template"]
        name = row["name"]["en_US"]
        code = self.data["type"]["code"]
        own_name = f"{name} ({code})"
        texts = {
            "name": row["name"],
            "subject": row["subject"],
            "body_html": row["body"],
        }
        vals = {
            "email_from": row["email_from"],
            "email_to": row["email_to"],
            "lang": row["lang"],
            "use_default_to": row["use_default_to"],
        }
        known = Template.search(
            [("model", "=", "aftersales.case"), ("name", "in", [name, own_name])]
        )
        wanted = Template.new(
            vals
            | {
                "subject": (row["subject"] or {}).get("en_US"),
                "body_html": (row["body"] or {}).get("en_US"),
            }
        )
        same = known.filtered(lambda template: _is_same(template, wanted))
        if same:
            return same[0]
        if not self.env.user.has_group(TEMPLATE_EDITOR):
            self.notes.append(self._get_template_note(name, known))
            return known[:1]
        template = Template.create(
            vals
            | {
                "name": own_name if known else name,
                "model_id": self.env["ir.model"]._get_id("aftersales.case"),
            }
        )
        if known:
            del texts["name"]
        self._write_texts(template, texts)
        return template

    def _get_template_note(self, name, known):
        if known:
            return self.user_env._(
                "Template %s: the text of the file was left out, because only editors of"
                " templates may take it over. The one with this name is used.",
                name,
            )
        return self.user_env._(
            "Template %s was left out, because only editors of templates may take over"
            " its text. No message is sent.",
            name,
        )

    def _take_plan(self):
        row = self.data["plan"]
        if not row:
            return False
        Plan = self.env["mail.activity.plan"]
        steps = [self._prepare_step(n, step) for n, step in enumerate(row["steps"], 1)]
        own_name = f"{row['name']} ({self.data['type']['code']})"
        known = Plan.search(
            [
                ("res_model", "=", "aftersales.case"),
                ("name", "in", [row["name"], own_name]),
            ]
        )
        names = ("activity_type_id", "summary", "note", "responsible_type")
        names += ("delay_count", "delay_unit", "delay_from")
        for plan in known:
            have = [
                {name: step[name] or False for name in names}
                | {"activity_type_id": step.activity_type_id.id}
                for step in plan.template_ids
            ]
            want = [{name: step[name] or False for name in names} for step in steps]
            if have == want:
                return plan.id
        return Plan.create(
            {
                "name": own_name if known else row["name"],
                "res_model": "aftersales.case",
                "company_id": False,
                "template_ids": [(0, 0, step) for step in steps],
            }
        ).id

    def _prepare_step(self, number, row):
        xmlid = row["activity"]
        kind = xmlid and self.env.ref(xmlid, raise_if_not_found=False)
        usable = kind and kind._name == "mail.activity.type"
        if not usable or kind.res_model not in (False, "aftersales.case"):
            kind = self.env.ref("mail.mail_activity_data_todo")
            self.notes.append(
                self.user_env._(
                    "Plan: the kind of activity of step %s is not known here; it became"
                    " a to-do.",
                    number,
                )
            )
        return {
            "sequence": number * 10,
            "activity_type_id": kind.id,
            "summary": row["summary"],
            "note": row["note"],
            "responsible_type": row["responsible"],
            "delay_count": row["delay_count"],
            "delay_unit": row["delay_unit"],
            "delay_from": row["delay_from"],
        }


def _is_same(template, wanted):
    return (
        all(
            (template[name] or "") == (wanted[name] or "")
            for name in ("subject", "body_html", "email_from", "email_to", "lang")
        )
        and template.use_default_to == wanted.use_default_to
    )
