from markupsafe import Markup

from odoo import api, models
from odoo.tools.mail import html2plaintext

from odoo.addons.aftersales_case.const import SURFACE_PORTAL

from ...const import LONGEST_TEXT
from ...engine import answers
from ...engine.private import NOTED_KEY, Noted
from ...engine.texts import clean_text, first_line

LONGEST_NOTED = 200
SEARCH = "search"
# Chosen among the people and addresses of whoever looks.
OWN_PEOPLE = ("contact_id", "site_id")


class AftersalesPortalService(models.AbstractModel):
    """What customers change of their cases: as far as rule, type and stage say."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _get_open_fields(self, partner, case):
        """Return ``{key: FieldState}`` of what the customer may still change.

        Who reported a case for another customer chooses none of his people for that one,
        and a colleague makes nobody its contact, himself least of all. Who is only kept
        informed changes nothing.
        """
        if not case.type_id.portal_change or case.merged_into_id:
            return {}
        if self._is_only_informed(partner, case):
            return {}
        customer = case.partner_id.commercial_partner_id
        is_theirs = customer in (customer.browse(), partner.commercial_partner_id)
        is_own = self._is_own(partner, case)
        shown = self._get_shown_fields(case)
        said = self._get_said_with_goods(case, shown) if case.line_ids else ()
        return {
            key: state
            for key, state in shown.items()
            if not state.locked
            and key not in said
            and self._get_kind(case, key)
            and (is_theirs or key not in OWN_PEOPLE)
            and (is_own or key != "contact_id")
        }

    @api.model
    def _get_change_form(self, partner, case, form=None):
        """Return the questions with what stands there now, as a form shows them."""
        questions = [
            self._get_question(partner, case, key, state, form)
            for key, state in self._get_open_fields(partner, case).items()
        ]
        draft = {}
        if not form:
            draft = self._get_draft(self._get_change_key(case.id))["typed"]
        return [
            question
            | {"typed": (now := self._get_typed(case, question)), "was": _join(now)}
            | self._get_draft_answer(draft, question["name"])
            for question in questions
        ]

    @api.model
    def _get_change_key(self, case_id):
        return f"change-{case_id}"

    @api.model
    def _get_draft_answer(self, draft, name):
        """Return what a draft says to a question, and what stood there at that time."""
        was = f"was-{name}"
        if name not in draft or was not in draft:
            return {}
        return {"typed": draft[name], "was": draft[was]}

    @api.model
    def _read_change(self, form, questions, is_told=False):
        """Return what of a form differs from what its page showed, as a draft.

        :param is_told: whether the customer was told what stands there now
        """
        typed = {}
        for question in questions:
            name, was = question["name"], form.get(f"was-{question['name']}")
            said = self._read_typed(form, question)
            if was is not None and _join(said) != _normal(was):
                was = question["was"] if is_told else clean_text(was)[:LONGEST_TEXT]
                typed |= {name: said, f"was-{name}": was}
        return typed

    @api.model
    def _change(self, partner, case, form):
        """Change what a form says: all of it, or nothing.

        :param form: the request's ``MultiDict``; ``was-…`` is what its page showed
        :returns: ``(questions with what was typed, {name: sentence})``
        """
        questions, errors, values = [], {}, {}
        asked = self._get_change_form(partner, case, form)
        note, is_first = self._take_once(clean_text(form.get("once")))
        if not is_first:
            return asked, {}
        for question in asked:
            name, was = question["name"], form.get(f"was-{question['name']}")
            typed = self._read_typed(form, question)
            questions.append(question | {"typed": typed})
            if was is None or _join(typed) == _normal(was):
                questions[-1]["typed"] = question["typed"]
                continue  # left as it was, whatever somebody else made of it
            if _join(typed) == _normal(question["was"]):
                continue
            value, error = self._read_answer(case, question, typed)
            if not error and _normal(was) != _normal(question["was"]):
                error = self.env._(
                    "%(field)s: somebody changed this meanwhile; it now says"
                    " “%(value)s”. Check what you entered, and save again.",
                    field=question["label"],
                    value=self._get_plain(case, question),
                )
            if not error and question["required"] and value in (None, ""):
                error = self.env._("%s: this must be answered.", question["label"])
            if error:
                errors[name] = error
            else:
                values[question["key"]] = value
        is_search = form.get("step") == SEARCH
        if not is_search:
            errors |= self._get_locked_meanwhile(case, form, asked)
        key = self._get_change_key(case.id)
        if is_search or errors:
            note._discard()
            typed = self._read_change(form, asked, is_told=not is_search)
            self._open_draft(key)._keep(typed)
            return questions, {} if is_search else errors
        if values:
            self._write_change(partner, case, questions, values)
        self._discard_draft(key)
        return questions, {}

    @api.model
    def _get_locked_meanwhile(self, case, form, asked):
        """Return what somebody typed into a field that cannot be changed any more."""
        names = {question["name"] for question in asked}
        labels = case.type_id._get_key_labels()
        errors = {}
        for key in self._get_shown_fields(case):
            name = key.replace(".", "-")
            was = form.get(f"was-{name}")
            if name in names or was is None:
                continue
            if _join(form.getlist(name)) != _normal(was):
                errors[name] = self.env._(
                    "%s: this cannot be changed any more. Write us a message instead.",
                    labels.get(key, key),
                )
        return errors

    @api.model
    def _write_change(self, partner, case, questions, values):
        """Write the changes, and one note with what was and is, under his name."""
        changed = [q for q in questions if q["key"] in values]
        before = {q["key"]: self._get_plain(case, q) for q in changed}
        quiet = case.with_context(**{NOTED_KEY: Noted()}, mail_notrack=True)
        with quiet._changing() as cases:
            cases.write(self._prepare_vals(cases, values))
        lines = [
            Markup("%s: %s → %s")
            % (q["label"], before[q["key"]], self._get_plain(case, q))
            for q in changed
        ]
        case.message_post(
            body=Markup("<br/>").join([self.env._("Changed by the customer:"), *lines]),
            author_id=partner.id,
            email_from=partner.email_formatted,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            partner_ids=case.user_id.partner_id.ids,
        )

    @api.model
    def _get_plain(self, case, question):
        """Return the value of a field as a short text."""
        state = case._get_field_states(SURFACE_PORTAL)[case][question["key"]]
        value = self._get_shown_value(case, question["key"], state)
        if value is None:
            return "—"
        if question["kind"] == answers.TEXT:
            value = html2plaintext(value)
        return first_line(str(value), LONGEST_NOTED) or "—"


def _join(typed):
    """Return what was typed as one text, whichever way lines end."""
    return _normal("\n".join(typed) if isinstance(typed, list) else typed)


def _normal(text):
    return (text or "").replace("\r", "").strip()
