import base64
import json
import logging
from contextlib import contextmanager
from dataclasses import replace

from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL
from odoo.tools.mail import email_normalize, formataddr, plaintext2html

from odoo.addons.aftersales_case.const import (
    CHANNEL_API,
    CHANNEL_WEB,
    CLAIM_SLIP,
    CLAIM_TYPED,
    INTAKE_CASE,
    INTAKE_REFUSED,
    REASON_ERROR,
)

from ...const import LONGEST_LINE, REFUSED_RATE, WAITING_MODEL
from ...engine import answers
from ...engine.problem import Problem
from ...engine.texts import clean_text
from .aftersales_portal_service_stranger import CONTROLS, EMAIL, REPORTER

_logger = logging.getLogger(__name__)

# What a case keeps of a report when its rules refuse the rest.
BARE = (
    "channel",
    "claim_hint",
    "claim_reason",
    "claimed_partner_id",
    "claimed_picking_id",
    "company_id",
    "contact_id",
    "description",
    "email",
    "name",
    "partner_id",
    "reporter_id",
    "type_id",
)
LONGEST_PREVIEW = 500


class AftersalesPortalService(models.AbstractModel):
    """What arrives by channels of the web: a case, or a refusal, and always a row.

    Nobody knows who reports: whom and what he names is a candidate, which a person
    confirms. Nothing of a candidate is told to him.
    """

    _inherit = "aftersales.portal.service"

    # === Making a case === #

    @api.model
    def _take_report(self, channel, case_type, asked, case, report, row=None):
        """Make a case of a report that was judged.

        :param asked: questions with their values, see ``_judge_answers``
        :param case: unsaved, with these values
        :param report: ``Report``, see the controller
        :param row: of the intake, where it has one already
        :returns: what the reporter is told, for ``_get_answer``
        """
        answered = [q for q in asked if q["value"] is not None]
        vals = self._prepare_stranger(channel, case_type)
        vals |= self._prepare_answers(case, answered)
        vals |= self._prepare_said(case_type, answered)
        claim = self._judge_stranger(channel, answered)
        vals |= claim | {"channel": self._get_way(report)}
        made = self._create_anyway(vals)
        became = claim | {
            "subject": made.name,
            "state": INTAKE_CASE,
            "case_id": made.id,
            "type_id": case_type.id,
            "team_id": made.team_id.id,
        }
        if row:
            row.write(became | {"reason": False, "error": False})
        else:
            row = self._prepare_row(channel, report) | became
            row = self._get_intake().create(row)
        if report.files:
            self._post_files(made, report)
        if not row._is_confirmed_often():
            made._queue_receipt()
        # Plug-ins of forms show nothing of ours: nobody would get that link.
        return self._get_receipt(made, None if row.is_hooked else row)

    @api.model
    def _prepare_said(self, case_type, answered):
        """Return title and text of a case, with the goods that are told in words."""
        plain = [q for q in answered if q["key"] != "product_ids"]
        vals = {"name": self._get_title(case_type, plain)}
        goods = next((q for q in answered if q["key"] == "product_ids"), None)
        if goods:
            said = next((q for q in answered if q["key"] == "description"), None)
            text = plaintext2html(said["value"]) if said else Markup()
            vals["description"] = text + Markup("<p>%s: %s</p>") % (
                goods["label"],
                goods["value"],
            )
        return vals

    @api.model
    def _create_anyway(self, vals):
        """Make a case; without what some rule refuses, for the customer has told us."""
        problem = None
        for attempt in (vals, {name: vals[name] for name in BARE if name in vals}):
            try:
                with self.env.cr.savepoint():
                    case = self._get_cases().create(attempt)
                break
            except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError):
                raise  # barer values would help nothing, another transaction will
            except Exception as error:
                problem = problem or error
        else:
            raise problem
        if problem:
            case._message_log(
                body=self.env._(
                    "Some answers of the report could not be set on this case: %s",
                    problem,
                )
            )
        return case

    @api.model
    def _judge_stranger(self, channel, answered):
        """Return the values of the claim that a report makes, or none.

        The number of a delivery is always claimed, also one that nobody has yet.
        """
        said = {question["key"]: question["value"] for question in answered}
        words = [str(q["value"]) for q in answered if q["kind"] in TOLD]
        # sudo: looked up for agents, shown to no stranger
        intake = self.env["aftersales.intake"].sudo()
        address = email_normalize(said.get(EMAIL) or "")
        partners = self.env["res.partner"].sudo()  # sudo: as above
        found = partners._aftersales_match_email(address) if address else partners
        found = intake._filter_customers(found, channel.company_id)
        _found, claim = intake._judge_words(
            "\n".join(words), channel.company_id, found, CLAIM_TYPED
        )
        if number := said.get("slip_number"):
            claim = {"claim_reason": CLAIM_SLIP} | claim | {"claim_hint": number}
        return claim

    @api.model
    def _post_files(self, case, report):
        """Post the files of a report as what its sender says; he is nobody we know."""
        # sudo: core takes files of strangers from there only
        files = self.env["ir.attachment"].sudo().with_context(image_no_postprocess=True)
        made = files.create(
            [
                {
                    "name": name,
                    "raw": content,
                    "mimetype": mimetype,
                    "res_model": WAITING_MODEL,
                    "res_id": 0,
                }
                for name, content, mimetype in report.files
            ]
        )
        case.message_post(
            author_id=False,
            email_from=self._get_sender(report.body),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachment_ids=made.ids,
        )

    @api.model
    def _get_receipt(self, case, row=None):
        """Return what a reporter is told: of the case only what he may know.

        :param row: of the intake, to which his link leads
        """
        case_type, links = case.type_id, case.type_id._get_links()
        link = links.get((case_type.id, case.stage_id.id))
        return {
            "number": case.number,
            "status": case_type._get_customer_status(links, case_type, case.stage_id),
            "next": link._get_customer_next() if link else "",
            "message": case_type.portal_thanks or "",
            "link": bool(row)
            and case._make_report_link(row, secret=case._get_receipt_secret())
            and case.id,
        }

    @api.model
    def _get_empty_receipt(self, case_type):
        """Return what a robot is told: the same, of no case."""
        case = self._get_cases().new({"type_id": case_type.id})
        return self._get_answer(self._get_receipt(case) | {"number": None})

    # === Rows === #

    @api.model
    def _get_intake(self):
        """Return the model of the intake, which tells nobody that it has a new row."""
        # sudo: strangers have no access to the intake
        return self.env["aftersales.intake"].sudo().with_context(mail_create_nolog=True)

    @api.model
    def _get_way(self, report):
        return CHANNEL_API if report.is_program else CHANNEL_WEB

    @api.model
    def _get_sender(self, body):
        """Return the address of a report as mails have it, or ""."""
        email, name = body.get(EMAIL), body.get(REPORTER)
        email = clean_text(email).strip()[:LONGEST_LINE]
        name = " ".join(clean_text(name).split())[:LONGEST_LINE]
        return formataddr((name, email)) if email_normalize(email) else ""

    @api.model
    def _prepare_row(self, channel, report):
        """Return the values of the row of a report in the intake."""
        sender = self._get_sender(report.body)
        said = {key: report.body[key] for key in report.body if key not in CONTROLS}
        text = "\n".join(f"{clean_text(k)}: {_tell(v)}" for k, v in said.items())
        source = json.dumps(report.body, ensure_ascii=False, indent=1)
        return {
            "channel": self._get_way(report),
            "channel_id": channel.id,
            "company_id": channel.company_id.id,
            "received_at": fields.Datetime.now(),
            "report_lang": self.env.lang,
            "email_from": sender,
            "email_normalized": email_normalize(sender) or False,
            "subject": channel.name,
            "preview": text[:LONGEST_PREVIEW],
            "source": report.body and base64.b64encode(source.encode(errors="replace")),
        }

    @api.model
    def _keep_refused(self, channel, report, problem):
        """Write down what is refused, if it is worth a row.

        What is refused for coming too often has one row an hour: how often it came,
        ``aftersales.channel.count`` knows.
        """
        if problem.reason == REFUSED_RATE:
            self._keep_too_many(channel, report, problem)
        elif problem.reason:
            self._make_refused(channel, report, problem)

    @api.model
    def _make_refused(self, channel, report, problem):
        case_type = report.case_type or self.env["aftersales.case.type"]
        self._get_intake().create(
            self._prepare_row(channel, report)
            | {
                "state": INTAKE_REFUSED,
                "reason": problem.reason,
                "error": clean_text(problem.get_log()),
                "type_id": case_type.id,
                "team_id": case_type.team_id.id,
            }
        )

    @api.model
    def _keep_too_many(self, channel, report, problem):
        """Write down once an hour that too many came, however many come at once."""
        if self._is_told_of_many(channel):
            return
        with self._apart(channel, report) as (service, channel, report):
            cr = service.env.cr
            if type(cr).__name__ != "TestCursor":
                # Who waited for another one sees the row of that one.
                cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            cr.execute(
                SQL(
                    "SELECT 1 FROM aftersales_channel WHERE id = %s FOR NO KEY UPDATE",
                    channel.id,
                )
            )
            if not service._is_told_of_many(channel):
                service._make_refused(channel, report, problem)

    @api.model
    def _is_told_of_many(self, channel):
        """Say whether a row of this hour says already that too many came."""
        hour = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        kept = Domain("channel_id", "=", channel.id)
        kept &= Domain("reason", "=", REFUSED_RATE)
        kept &= Domain("received_at", ">=", hour)
        return bool(self._get_intake().search_count(kept, limit=1))

    @api.model
    def _keep_failed(self, channel, report, error):
        """Write down in its own transaction what failed: the caller's is undone."""
        problem = Problem(500, "error", "", reason=REASON_ERROR)
        with self._apart(channel, report) as (service, channel, report):
            service._keep_refused(channel, report, problem)
        _logger.info("A report could not be processed: %s", error)

    @contextmanager
    def _apart(self, channel, report):
        """Yield these in a transaction that stays, whatever becomes of the caller's."""
        with self.env.registry.cursor() as cr:
            # sudo: strangers have no access to the intake
            env = self.env(cr=cr, user=SUPERUSER_ID)
            case_type = report.case_type and report.case_type.with_env(env)
            report = replace(report, case_type=case_type)
            yield self.with_env(env), channel.with_env(env), report


# Kinds whose answers are words in which somebody may name something.
TOLD = (answers.CHAR, answers.PHONE, answers.TEXT)


def _tell(value):
    if isinstance(value, (dict, list)):
        return clean_text(json.dumps(value, ensure_ascii=False))
    return clean_text(str(value))
