import base64
import binascii

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...engine import conditions, package
from ...engine import package_forms as forms
from ...engine.package_forms import PackageError
from ...models.extends.mail_activity_plan_template import CASE_RESPONSIBLE
from .taking import Taker

NEW, UPDATE = "new", "update"


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
                data, foreign = wizard._load()
            except UserError as error:
                wizard.problem = str(error)
                continue
            wizard.known_type_id = wizard._find_type(data)
            wizard.foreign_parts = "\n".join(foreign)
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
        """Return the checked document in the file, and what is foreign in it.

        :return: (document without foreign requirements, names of all foreign parts)
        :raises UserError: naming the problem and where it stands
        """
        self.ensure_one()
        try:
            # What is longer than this cannot be short enough once it is decoded.
            if len(self.file) > package.MAX_BYTES * 2:
                raise PackageError(forms.TOO_BIG, detail=str(package.MAX_BYTES // 1000))
            data = package.load(base64.b64decode(self.file))
            addons = self.env["ir.module.module"]._installed()
            package.check(
                data,
                self._get_choices(),
                self.env["aftersales.stage.requirement"]._get_package_form(),
                {addon: part.form for addon, part in self._get_parts().items()},
                addons,
            )
        except binascii.Error as error:
            raise UserError(self._get_problem(forms.NOT_JSON)) from error
        except PackageError as error:
            raise UserError(self._get_problem(error.problem, error)) from error
        requirements = package.take_out(data, addons)
        return data, self._get_foreign_names(data, requirements)

    @api.model
    def _get_parts(self):
        return self.env["aftersales.case.type"]._get_package_parts()

    @api.model
    def _get_foreign_names(self, data, requirements):
        """Return the names of what belongs to addons that are not installed here.

        :param requirements: what ``package.take_out`` found
        """
        known = self._get_parts()
        names = [
            f"{part['title']} ({addon})"
            for addon, part in data.get("parts", {}).items()
            if addon not in known
        ]
        names += [
            f"{stage['name']['en_US']}: {row['title']} ({row['addon']})"
            for stage, row in requirements
        ]
        return list(dict.fromkeys(names))

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
            forms.TOO_BIG: self.env._("The file is larger than %s kB.", detail),
            forms.NOT_JSON: self.env._("The file cannot be read: it is no case type."),
            forms.FOREIGN: self.env._("The file is something else than a case type."),
            forms.NEWER: self.env._(
                "The file was made by a newer version (%(version)s) of this program,"
                " which reads up to version %(known)s. Update the program first.",
                version=detail,
                known=package.VERSION,
            ),
            forms.MISSING: self.env._("%s is missing in the file.", path),
            forms.UNKNOWN: self.env._("%s in the file is not known here.", path),
            forms.WRONG_KIND: self.env._(
                "%(place)s in the file is no %(kind)s.", place=path, kind=detail
            ),
            forms.NOT_ALLOWED: self.env._(
                "%(place)s in the file has a value that is not allowed here:"
                " %(value)s.",
                place=path,
                value=detail,
            ),
            forms.TOO_LONG: self.env._(
                "%(place)s in the file is too long.", place=path
            ),
            forms.TWICE: self.env._(
                "%(place)s in the file names %(value)s twice.", place=path, value=detail
            ),
            forms.OUTSIDE: self.env._(
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
        data, foreign = self._load()
        if foreign and not self.leave_out:
            raise UserError(
                self.env._(
                    "The file has parts of programs that are not installed here:"
                    " %(parts)s. Install them first, or tick “%(tick)s”.",
                    parts=", ".join(foreign),
                    tick=self._fields["leave_out"]._description_string(self.env),
                )
            )
        case_type = self._import(data, foreign)
        return {
            "type": "ir.actions.act_window",
            "res_model": case_type._name,
            "res_id": case_type.id,
            "view_mode": "form",
            "target": "current",
        }

    def _import(self, data, foreign):
        """Create or change the type, in a savepoint: a problem leaves nothing behind."""
        try:
            with self.env.cr.savepoint():
                taker = Taker(self, data)
                taker.notes += [
                    self.env._("Left out, because it is not installed here: %s", name)
                    for name in foreign
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
