import pytz
from werkzeug.datastructures import MultiDict

from odoo import api, models

from ...const import LONGEST_TEXT
from ...engine import answers, schema
from ...engine.texts import clean_text
from .aftersales_portal_service_stranger import EMAIL, REPORTER, START, TRAP, TYPE

SHOWN = "shown"
# A moment as browsers write it, without its zone.
LENGTH_OF_MOMENT = 16


class AftersalesPortalService(models.AbstractModel):
    """The form of a channel on a page of ours: it needs no script."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _get_hosted_form(self, channel, case_type, form=None):
        """Return the questions of a page, with what was typed.

        :param form: ``MultiDict`` of the request, or None
        :returns: ``(unsaved case, [question])``, as ``portal_questions`` shows them
        """
        case, asked = self._get_stranger_form(channel, case_type)
        for question in asked:
            question |= {"name": question["key"], "search": "", "has_more": False}
        self._type_hosted(asked, form)
        return case, asked

    @api.model
    def _type_hosted(self, asked, form):
        for question in asked:
            typed = form.getlist(question["key"]) if form else []
            typed = [clean_text(one)[:LONGEST_TEXT] for one in typed]
            is_list = question["kind"] in answers.LISTS
            question["typed"] = typed if is_list else "".join(typed[:1])

    @api.model
    def _get_hosted_page(self, asked, form=None):
        """Return the questions of a page in their order, with the name of who writes."""
        name = self._get_added_question(EMAIL, answers.CHAR)
        name |= {
            "key": REPORTER,
            "name": REPORTER,
            "label": self.env._("Your Name"),
            "required": False,
            "search": "",
            "has_more": False,
        }
        self._type_hosted([name], form)
        place = next(
            (n for n, question in enumerate(asked) if question["key"] == EMAIL), 0
        )
        name["section"] = asked[place]["section"]
        return [*asked[:place], name, *asked[place:]]

    @api.model
    def _read_hosted(self, channel, report, form, files):
        """Read what a page sent; answers to what does not come up count for nothing.

        :returns: ``([question], whether further questions came up)``
        """
        case, asked = self._get_hosted_form(channel, report.case_type, form)
        known = {question["key"] for question in asked}
        known |= {REPORTER, START, TRAP}
        sent = MultiDict(
            (name, text) for name, text in form.items(multi=True) if name in known
        )
        for question in asked:
            if question["kind"] == answers.MOMENT and question["key"] in sent:
                sent[question["key"]] = self._add_zone(channel, question["typed"])
        sent[TYPE] = report.case_type.code
        self._read_form(channel, report, sent, files)
        built = self._build_schema(channel, case, asked)
        wrong = {field for field, _code in schema.find_errors(built, report.body)}
        valid = {key: report.body[key] for key in report.body if key not in wrong}
        self._judge_answers(case, asked, valid)
        shown = set(form.getlist(SHOWN))
        for question in asked:
            if question["hidden"]:
                report.body.pop(question["key"], None)
        has_more = any(not q["hidden"] and q["key"] not in shown for q in asked)
        return asked, has_more

    @api.model
    def _add_zone(self, channel, typed):
        """Return a moment as the interface takes it: the clocks of the company count."""
        if len(typed) != LENGTH_OF_MOMENT:
            return typed
        try:
            moment = answers.read(answers.MOMENT, typed)
        except answers.AnswerError:
            return typed
        zone = pytz.timezone(channel.company_id.partner_id.tz or "UTC")
        return zone.localize(moment).isoformat()

    @api.model
    def _tell_hosted(self, problem, asked):
        """Return ``({name: sentence}, [sentence])`` of a refusal: of fields, and others."""
        names = [*(question["key"] for question in asked), REPORTER, "files"]
        errors, others = {}, []
        for error in problem.errors or [{"field": "", "detail": problem.detail}]:
            if error["field"] in names:
                known = errors.get(error["field"])
                told = f"{known} {error['detail']}" if known else error["detail"]
                errors[error["field"]] = told
            elif error["field"] == START:
                others.append(
                    self.env._("This page was open for too long. Send it once more.")
                )
            else:
                others.append(error["detail"])
        # In the order in which they stand on the page.
        return {name: errors[name] for name in names if name in errors}, others
