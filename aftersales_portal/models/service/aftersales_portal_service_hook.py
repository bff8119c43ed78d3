import base64
import json
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools.mail import email_normalize

from odoo.addons.aftersales_case.const import (
    CHANNEL_WEB,
    INTAKE_REFUSED,
    INTAKE_WAITING,
    REASON_ERROR,
)

from ...const import (
    REASON_NEW,
    REFUSED_CLOSED,
    REFUSED_CONTENT,
    REFUSED_RATE,
    REFUSED_TOKEN,
)
from ...engine import answers, schema, submissions
from ...engine.bodies import BodyError, Report, get_digest
from ...engine.problem import Problem
from ...engine.texts import clean_text
from ..channel.aftersales_channel_mapping import FILES
from .aftersales_portal_service_intake import LONGEST_PREVIEW
from .aftersales_portal_service_stranger import CONTROLS

# The same body again within this time is the same submission.
REPEATED = timedelta(hours=1)
# What was wrong with it may be mended when it is sent again.
CURABLE = (REFUSED_CLOSED, REFUSED_CONTENT, REFUSED_RATE, REFUSED_TOKEN)


class AftersalesPortalService(models.AbstractModel):
    """What plug-ins of forms send: kept at once, and judged by a job right after."""

    _inherit = "aftersales.portal.service"

    # === Arriving === #

    @api.model
    def _keep_hooked(self, channel, content, mimetype, signature):
        """Keep what a plug-in sent, whose token was right.

        What is wrong with it is nothing that the visitor of the website could read.
        """
        report = Report()
        digest = get_digest(content)
        # sudo: strangers have no access to what is kept of them
        keys = self.env["aftersales.channel.key"].sudo()
        # Neither a program nor a stranger takes a key with two spaces in front.
        taken = keys._take(channel, f"  {digest}", digest, REPEATED)
        known = self._get_intake().browse((taken.answer or {}).get("row", ())).exists()
        is_refused = known.state == INTAKE_REFUSED and known.reason in CURABLE
        problem = None
        if is_refused or not known:
            problem = self._judge_arrival(channel, report, content, mimetype, signature)
        if known and (problem or not is_refused):
            known.copies += 1
            return
        if problem and problem.reason == REFUSED_RATE and self._is_flood(channel):
            return
        row = self._get_intake().create(self._prepare_hooked(channel, report, problem))
        taken.answer = {"row": row.id}
        if not problem:
            # sudo: strangers start no jobs
            self.env.ref("aftersales_portal.cron_judge_hooked").sudo()._trigger()

    @api.model
    def _judge_arrival(self, channel, report, content, mimetype, signature):
        """Read what was sent; return what is wrong with it. All of it counts."""
        problem = self._count_hooked(channel)
        try:
            report.body = submissions.read(content, mimetype)
        except BodyError as error:
            text = content[:LONGEST_PREVIEW].decode(errors="replace")
            report.body = {clean_text(mimetype): [clean_text(text)]}
            malformed = Problem(400, "malformed", str(error), reason=REFUSED_CONTENT)
            problem = problem or malformed
        # sudo: compared, shown to nobody
        secret = channel.sudo().hook_secret
        if problem and problem.reason == REFUSED_RATE:
            return problem
        if secret and not submissions.is_signed(
            secret, signature, content, time.time()
        ):
            return Problem(401, "signature", "", reason=REFUSED_TOKEN)
        if not channel._is_open():
            return Problem(410, "channel_closed", "", reason=REFUSED_CLOSED)
        return problem

    @api.model
    def _count_hooked(self, channel):
        """Count a submission; return what is wrong when there were too many."""
        try:
            self._count_arrival(channel, None, is_known=True)
        except Problem as problem:
            return problem
        return None

    @api.model
    def _is_flood(self, channel):
        """Say whether so many too many are kept of this hour that no more are."""
        since = fields.Datetime.now() - timedelta(hours=1)
        kept = Domain("channel_id", "=", channel.id) & Domain("is_hooked", "=", True)
        kept &= Domain("reason", "=", REFUSED_RATE) & Domain("received_at", ">=", since)
        count = self._get_intake().search_count(kept, limit=channel.most_an_hour)
        return count >= channel.most_an_hour

    @api.model
    def _prepare_hooked(self, channel, report, problem):
        """Return the values of the row of a submission in the intake."""
        texts = {path: ", ".join(found) for path, found in report.body.items()}
        source = json.dumps(report.body, ensure_ascii=False, indent=1)
        body = self._pick_hooked(channel, report.body)
        sender = self._get_sender(
            {key: " ".join(said) for key, said in body.items() if key != FILES}
        )
        lines = "\n".join(f"{path}: {text}" for path, text in texts.items())
        return self._prepare_row(channel, Report(digest=report.digest)) | {
            "channel": CHANNEL_WEB,
            "is_hooked": True,
            "report_lang": channel.lang,
            "email_from": sender,
            "email_normalized": email_normalize(sender) or False,
            "preview": lines[:LONGEST_PREVIEW],
            "source": base64.b64encode(source.encode(errors="replace")),
            "state": INTAKE_REFUSED if problem else INTAKE_WAITING,
            "reason": problem.reason if problem else REASON_NEW,
            "error": problem and problem.get_log(),
            "type_id": len(channel.type_ids) == 1 and channel.type_ids.id,
            "team_id": len(channel.type_ids) == 1 and channel.type_ids.team_id.id,
        }

    # === Judging === #

    @api.model
    def _judge_hooked(self, row):
        """Make a case of a submission; what does not fit waits with its reason."""
        try:
            with self.env.cr.savepoint():
                self._take_hooked(row)
        except Problem as problem:
            row._note_unmapped(problem)
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError):
            raise
        except Exception as error:
            row.write({"reason": REASON_ERROR, "error": str(error)})

    @api.model
    def _take_hooked(self, row):
        """Make a case of a submission.

        :param row: of the intake, with sudo
        :raises Problem: saying what does not fit
        """
        channel = row.channel_id
        service = self._of_channel(channel).with_context(lang=row.report_lang)
        # sudo: as strangers report, whoever judges it
        row = row.with_env(service.sudo().env)
        picked = service._pick_hooked(channel, row._read_sent())
        urls = picked.pop(FILES, [])
        report = Report(body=service._join_controls(picked))
        report.case_type = service._find_channel_type(channel, report.body)
        case, asked = service._get_stranger_form(channel, report.case_type)
        service._join_answers(asked, picked, report.body)
        built = service._build_schema(channel, case, asked)
        found = schema.find_errors(built, report.body)
        found = found or service._judge_lenient(case, asked, report.body)
        if found:
            raise service._get_invalid(service._tell_errors(asked, found))
        sender = service._get_sender(report.body)
        row.write(
            {
                "report_answers": report.body,
                "email_from": sender,
                "email_normalized": email_normalize(sender) or False,
            }
        )
        service._take_report(channel, report.case_type, asked, case, report, row)
        row._plan_files(urls)

    @api.model
    def _pick_hooked(self, channel, sent):
        """Return ``{key: [text]}`` of what was sent, by the mapping of the channel."""
        return submissions.pick(sent, channel.mapping_ids._get_mappings())

    @api.model
    def _join_controls(self, picked):
        return {name: " ".join(picked.pop(name)) for name in CONTROLS if name in picked}

    @api.model
    def _join_answers(self, asked, picked, body):
        """Add the answers to a report, as JSON would say them.

        Chosen may be an option by its key, or by its words in the channel's language.
        What other types of the channel ask is left out.
        """
        for question in asked:
            key, kind = question["key"], question["kind"]
            if key not in picked:
                continue
            said = picked[key]
            words = {label.lower(): one for one, label in question["options"]}
            known = {one for one, _label in question["options"]}
            if known:
                said = [
                    one if one in known else words.get(one.lower(), one) for one in said
                ]
            elif kind not in answers.LISTS:
                said = ["\n".join(said) if kind == answers.TEXT else " ".join(said)]
            value = schema.read_typed(kind, said)
            if value is not None:
                body[key] = value

    @api.model
    def _judge_lenient(self, case, asked, body):
        """Judge answers; those to what is not asked after the others are left out.

        The form of the website cannot know, and nobody would read a refusal there.
        """
        found = self._judge_answers(case, asked, body)
        for key, code in found:
            if code == "not_asked":
                body.pop(key, None)
        return self._judge_answers(case, asked, body) if found else found
