from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.tools import consteq
from odoo.tools.misc import hmac

from ...const import (
    LONGEST_LINE,
    MOST_FILE_BYTES,
    REFUSED_CONTENT,
    REFUSED_FILE,
    REFUSED_ROBOT,
)
from ...engine import answers, schema
from ...engine.addresses import get_household
from ...engine.bodies import get_digest
from ...engine.problem import Problem
from ...engine.texts import clean_text
from ...engine.uploads import clean_name, find_kind
from .aftersales_portal_service_stranger import CONTROLS, START, TRAP, TYPE

# Nobody fills in a form in less, and has it open for longer.
SHORTEST, LONGEST = timedelta(seconds=3), timedelta(hours=24)
MOST_ERRORS = 50
FILES = "files"


class AftersalesPortalService(models.AbstractModel):
    """Requests to channels of the web, judged step by step."""

    _inherit = "aftersales.portal.service"

    # === Channels === #

    @api.model
    def _find_channel(self, name):
        """Return the channel of a name, with sudo, closed ones too; or none."""
        # sudo: strangers have no access; what it takes is told to everybody
        channels = self.env["aftersales.channel"].sudo().with_context(active_test=False)
        if not name or len(name) > LONGEST_LINE or "\0" in name:
            return channels
        return channels.search([("key", "=", name)], limit=1)

    @api.model
    def _of_channel(self, channel):
        """Return this service as strangers use it: whoever is logged in, is not asked."""
        return (
            self.with_user(self.env.ref("base.public_user"))
            .with_company(channel.company_id)
            .with_context(
                allowed_company_ids=channel.company_id.ids, lang=self.env.lang, tz="UTC"
            )
        )

    @api.model
    def _choose_language(self, channel, wanted):
        """Return which of our languages suits who asks.

        :param wanted: codes as browsers send them, the best first: ``nl-BE``, ``nl``
        """
        known = [code for code, _name in self.env["res.lang"].get_installed()]
        for code in wanted:
            same = code.replace("-", "_")
            base = same.partition("_")[0].lower()
            for one in known:
                if one.lower() == same.lower():
                    return one
            for one in known:
                if one.partition("_")[0].lower() == base:
                    return one
        return channel.lang or self.env.lang or "en_US"

    @api.model
    def _find_channel_type(self, channel, said):
        """Return the type that somebody names, or the only one of the channel.

        :param said: dictionary with the code of a type under ``type``
        :raises Problem: when it is none of the channel's, or missing
        """
        types = channel.type_ids.filtered("active")
        if TYPE in said:
            found = types.filtered(lambda one: one.code == said[TYPE])
            code = "choice"
        else:
            found, code = types if len(types) == 1 else types.browse(), "required"
        if len(found) != 1:
            detail = self.env._(
                "type: say what you report: %s.", ", ".join(types.mapped("code"))
            )
            raise self._get_invalid([{"field": TYPE, "code": code, "detail": detail}])
        return found

    @api.model
    def _count_arrival(self, channel, address, is_known=False):
        """Count a request by its internet address, of which a digest is kept.

        :param address: None for a website that sends what many visitors typed
        :param is_known: whether it showed a token of the channel
        :raises Problem: when there were too many
        """
        # sudo: the secret of the database, and the counts
        env = self.env(su=True)
        who = None
        if address is not None:
            who = hmac(env, "aftersales-channel", get_household(address))[:32]
        env["aftersales.channel.count"]._count(channel, who, is_known)

    # === The form === #

    @api.model
    def _get_start(self, channel, moment=None):
        """Return when a form was opened, signed: nothing of it is kept here."""
        moment = moment or fields.Datetime.now()
        seconds = int(moment.replace(tzinfo=timezone.utc).timestamp())
        # sudo: the secret of the database
        signed = hmac(self.env(su=True), "aftersales-start", f"{channel.id}:{seconds}")
        return f"{seconds}-{signed[:32]}"

    @api.model
    def _get_age(self, channel, start):
        """Return how long ago a form was opened, or None when nobody knows."""
        seconds, _hyphen, _signed = start.partition("-")
        # With more digits it is a year that no calendar has.
        if not seconds.isdecimal() or len(seconds) > 10:
            return None
        opened = datetime.fromtimestamp(int(seconds), timezone.utc).replace(tzinfo=None)
        if not consteq(
            self._get_start(channel, opened).encode(), start.encode(errors="replace")
        ):
            return None
        return fields.Datetime.now() - opened

    @api.model
    def _read_form(self, channel, report, form, files):
        """Read what a form without JSON sent, as JSON would have it.

        :param form: ``MultiDict`` of texts
        :param files: ``MultiDict`` of files
        :raises Problem: for parts without a name, and types of no channel
        """
        if None in form or None in files:
            raise self._get_malformed("multipart/form-data")
        content = [
            (name, text.encode(errors="replace"))
            for name, text in form.items(multi=True)
        ]
        for name, upload in files.items(multi=True):
            # Odoo tries a request again, and rewinds one file only.
            upload.stream.seek(0)
            data = upload.stream.read(MOST_FILE_BYTES + 1)
            content.append((f"{name}/{upload.filename}", data))
            if name == FILES and (data or upload.filename):
                report.files.append((upload.filename, data, None))
            elif name != FILES:
                report.body[name] = None
        report.digest = get_digest(content)
        report.body |= {name: form[name] for name in form}
        report.case_type = self._find_channel_type(channel, report.body)
        _case, asked = self._get_stranger_form(channel, report.case_type)
        for question in asked:
            key = question["key"]
            if key in form:
                value = schema.read_typed(question["kind"], form.getlist(key))
                report.body[key] = value
                if value is None:
                    del report.body[key]
        for name in CONTROLS:
            if not (report.body.get(name) or "").strip():
                report.body.pop(name, None)

    # === Judging === #

    @api.model
    def _process_report(self, channel, report, key):
        """Judge a report, and make a case of it.

        :param report: ``Report``, as it was read
        :param key: by which its sender knows it, or ""
        :returns: what the reporter is told
        :raises Problem: for what cannot be taken
        """
        report.case_type = self._find_channel_type(channel, report.body)
        case, asked = self._get_stranger_form(channel, report.case_type)
        built = self._build_schema(channel, case, asked)
        found = schema.find_errors(built, report.body)
        if found:
            # What is missing whatever was meant is said with the rest, not afterwards.
            always = built.get("required", ())
            found += [(key, "required") for key in always if key not in report.body]
        found = found or self._judge_answers(case, asked, report.body)
        if not found and not report.is_program and START not in report.body:
            found = [(START, "required")]
        if found:
            raise self._get_invalid(self._tell_errors(asked, found))
        self._judge_files(channel, report)
        if not report.is_program and self._is_robot(channel, report):
            problem = Problem(422, "robot", "", reason=REFUSED_ROBOT)
            self._keep_refused(channel, report, problem)
            return self._get_empty_receipt(report.case_type)
        if not key:
            return self._get_answer(
                self._take_report(channel, report.case_type, asked, case, report)
            )
        # sudo: strangers have no access to what is kept of them
        keys = self.env["aftersales.channel.key"].sudo()
        # Who shows no token takes no key of a program, which has no space in front.
        name = key if report.is_program else f" {key}"
        taken = keys._take(channel, name, report.digest)
        if not taken.answer:
            taken.answer = self._take_report(
                channel, report.case_type, asked, case, report
            )
        return self._get_answer(taken.answer)

    @api.model
    def _is_robot(self, channel, report):
        """Say whether a program filled in the form: what people do not see, or too fast.

        :raises Problem: when the form was opened too long ago
        """
        if report.body.get(TRAP):
            return True
        age = self._get_age(channel, report.body[START])
        if age is None or age > LONGEST:
            detail = self.env._("start: the form is too old. Reload it and send again.")
            raise self._get_invalid(
                [{"field": START, "code": "expired", "detail": detail}]
            )
        return age < SHORTEST

    @api.model
    def _judge_files(self, channel, report):
        """Take over the files of a report under true names.

        :raises Problem: naming each file that is not taken
        """
        errors, refused, total, taken = [], [], 0, []
        for count, (name, content, _mimetype) in enumerate(report.files, 1):
            total += len(content)
            error = self._judge_file(name, content, count, total)
            if count > channel.most_files:
                error = self.env._(
                    "%(name)s is one file too many; %(most)s can be sent at once.",
                    name=name,
                    most=channel.most_files,
                )
            if error:
                errors.append({"field": FILES, "code": "file", "detail": error})
                refused.append(name)
            else:
                kind = find_kind(content)
                taken.append((clean_name(name, kind), content, kind.mimetype))
        if errors:
            names = ", ".join(refused)[:LONGEST_LINE]
            raise self._get_invalid(errors, REFUSED_FILE, names)
        report.files = taken

    # === What is told === #

    @api.model
    def _get_invalid(self, errors, reason=REFUSED_CONTENT, about=""):
        return Problem(
            422,
            "invalid",
            " ".join(error["detail"] for error in errors[:MOST_ERRORS]),
            errors=errors[:MOST_ERRORS],
            reason=reason,
            about=about,
        )

    @api.model
    def _get_malformed(self, where):
        return Problem(
            400,
            "malformed",
            self.env._("The report cannot be read: %s.", where),
            reason=REFUSED_CONTENT,
        )

    @api.model
    def _tell_errors(self, asked, found):
        """Return errors with a sentence each, in the language of who asks.

        Of very many the first ones, before any of them costs something.

        :param found: list of ``(field, code)``
        """
        questions = {question["key"]: question for question in asked}
        return [
            {
                "field": field[:LONGEST_LINE],
                "code": code,
                "detail": self._tell_error(questions.get(field), field, code),
            }
            for field, code in found[:MOST_ERRORS]
        ]

    @api.model
    def _tell_error(self, question, field, code):
        label = question["label"] if question else clean_text(field)[:80]
        texts = {
            "unknown_field": self.env._("%s: this is not asked. Leave it out.", label),
            "not_asked": self.env._(
                "%s: this is not asked after your other answers. Leave it out.", label
            ),
            "required": self.env._("%s: this must be answered.", label),
        }
        if code in texts:
            return texts[code]
        kind = question["kind"] if question else answers.CHAR
        if kind == answers.PHONE:
            return self._get_phone_error(label)
        if code == "length" and kind != answers.MANY:
            return self.env._("%s: this is too long. Shorten it.", label)
        if kind in (answers.TEXT, answers.CHAR):
            return self.env._("%s: enter a text.", label)
        return self._get_answer_error(question, kind)
