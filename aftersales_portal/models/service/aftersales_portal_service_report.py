import json

from odoo import api, models

from odoo.addons.aftersales_case.const import (
    CHANNEL_PORTAL,
    PORTAL_ASKED,
    SURFACE_INTAKE,
)
from odoo.addons.aftersales_case.engine import conditions

from ...const import OFFER_NEW
from ...engine import answers
from ...engine.texts import clean_text, first_line
from .aftersales_portal_service_change import SEARCH

LONGEST_TITLE = 80


class AftersalesPortalService(models.AbstractModel):
    """Customers report new cases, by the questions that the type's rules ask."""

    _inherit = "aftersales.portal.service"

    # === Types === #

    @api.model
    def _get_choosable(self):
        """Return the types of which customers report new cases, with sudo.

        Colleagues are no customers of ours: they report in the back office.
        """
        if self.env.user._is_internal():
            return self._get_offered_types().browse()
        return self._get_offered_types().filtered(
            lambda case_type: case_type.portal_offer == OFFER_NEW
        )

    @api.model
    def _get_type_choices(self):
        """Return what a customer chooses among, with a sentence each."""
        return [
            {
                "word": case_type._get_portal_word(),
                "sentence": case_type.portal_sentence or case_type.description or "",
                "url": f"/my/cases/new/{case_type.id}",
            }
            for case_type in self._get_choosable()
        ]

    @api.model
    def _find_type(self, type_id):
        return self._get_choosable().filtered(lambda one: one.id == type_id)

    # === The form === #

    @api.model
    def _get_report_key(self, case_type, before=None):
        return f"again-{before.id}" if before else f"new-{case_type.id}"

    @api.model
    def _prepare_report(self, partner, case_type):
        """Return the values that every case reported by this person has."""
        customer = partner.commercial_partner_id
        return {
            "type_id": case_type.id,
            "company_id": (case_type.company_id or self.env.company).id,
            "reporter_id": partner.id,
            "partner_id": customer.id,
            "contact_id": partner.id if partner != customer else False,
        }

    @api.model
    def _get_report_form(self, partner, case_type, form=None, before=None):
        """Return the questions of a new case, with what was typed so far.

        :param form: ``MultiDict`` of the request; without one the draft says it
        :param before: the case whose trouble came back, for what no draft says
        :returns: ``(unsaved case with what was understood, [question])``; a question that
            a condition hides is there too, for pages that show it at once
        """
        case = self._get_cases().new(self._prepare_report(partner, case_type))
        draft = self._get_draft(self._get_report_key(case_type, before))["typed"]
        if before and not form and not draft:
            form = self._get_again_answers(partner, before)
        asked = self._get_asked(partner, case, form, draft)
        for question in asked:
            empty = [] if question["kind"] in answers.LISTS else ""
            question["typed"] = (
                self._read_typed(form, question)
                if form
                else draft.get(question["name"], empty)
            )
        self._settle(case, asked)
        return case, asked

    @api.model
    def _get_asked(self, partner, case, form, draft):
        """Return the questions that may come up, those hidden by a condition included."""
        rules, possible = self._get_possible(case)
        for key in self._get_said_with_goods(case, possible):
            possible.pop(key, None)
        asked = [
            self._get_question(partner, case, key, state, form)
            | {"conditions": self._get_conditions(rules[key], possible)}
            for key, state in self._sort_states(possible).items()
        ]
        return [
            self._ask_goods(partner, case, question, form, draft)
            if question["key"] == "product_ids"
            else question
            for question in asked
        ]

    @api.model
    def _get_possible(self, case):
        """Return ``({key: rule}, {key: FieldState})`` of what a form may ask of a case."""
        states = case._get_field_states(SURFACE_INTAKE)[case]
        rules = {rule.key: rule for rule in case.type_id.field_rule_ids._origin}
        return rules, {
            key: state
            for key, state in states.items()
            if self._get_kind(case, key)
            and self._is_public(case, key)
            and not (state.hidden and rules[key].visible_from_id)
            and state.portal == PORTAL_ASKED
        }

    @api.model
    def _get_conditions(self, rule, possible):
        """Return the conditions of a question for the page, as JSON; "" without one."""
        found = [
            {
                "name": condition.key.replace(".", "-"),
                "operator": condition.operator,
                "wanted": conditions.parse(condition.value),
            }
            for condition in rule.condition_ids
            if condition.key in possible
        ]
        return json.dumps(found) if found else ""

    @api.model
    def _settle(self, case, asked):
        """Find out which questions come up by what was answered to others.

        The answer to a question that does not come up counts for nothing.
        """
        for _round in range(len(asked) + 1):
            values = {}
            for question in asked:
                question["value"], question["error"] = (
                    (None, None)
                    if question["hidden"]
                    else self._read_answer(case, question, question["typed"])
                )
                values[question["key"]] = question["value"]
            case.update(self._prepare_vals(case, values))
            states = case._get_field_states(SURFACE_INTAKE)[case]
            hidden = [states[question["key"]].hidden for question in asked]
            if hidden == [question["hidden"] for question in asked]:
                break
            for question, is_hidden in zip(asked, hidden, strict=True):
                question["hidden"] = is_hidden
                question["required"] = states[question["key"]].required

    # === Sending === #

    @api.model
    def _report(self, partner, case_type, form, uploads, dropped=()):
        """Make a case of what a form says; what is not complete is kept as a draft.

        :returns: ``(new case with sudo or none, [question], {name: sentence}, whether
            further questions came up)``
        """
        before = self._find_before(partner, case_type, form.getlist("again"))
        draft = self._open_draft(self._get_report_key(case_type, before))
        case, asked = self._get_report_form(partner, case_type, form)
        draft._keep(self._get_filled_in(asked))
        refused = self._add_files(draft, uploads, dropped)
        no_case = self._get_cases()
        if form.get("step") == SEARCH:
            return no_case, asked, {}, False
        visible = [question for question in asked if not question["hidden"]]
        shown = set(form.getlist("shown"))
        if not any(q["error"] for q in visible) and any(
            q["name"] not in shown for q in visible
        ):
            return no_case, asked, {}, True
        errors = {
            question["name"]: error
            for question in visible
            if (error := question["error"] or self._get_missing_error(question))
        }
        if refused:
            errors["files"] = " ".join(refused)
        answered = [q for q in visible if q["value"] is not None]
        if not errors and not answered and not draft.file_ids:
            name = visible[0]["name"] if visible else "files"
            errors[name] = self.env._("Tell us what it is about.")
        if errors:
            return no_case, asked, errors, False
        note, is_first = self._take_once(clean_text(form.get("once")))
        if not is_first:
            draft._discard()
            made = self._find_case(partner, (note.typed or {}).get("case", 0))
            return made, asked, {}, False
        made = self._make_case(partner, case_type, case, answered, draft, before)
        note.typed = {"case": made.id}
        return made, asked, {}, False

    @api.model
    def _get_missing_error(self, question):
        if question["required"] and question["value"] is None:
            return self.env._("%s: this must be answered.", question["label"])
        return None

    @api.model
    def _make_case(self, partner, case_type, asked_case, answered, draft, before):
        vals = self._prepare_report(partner, case_type)
        vals |= self._prepare_vals(
            asked_case, {question["key"]: question["value"] for question in answered}
        )
        for question in answered:
            if question["kind"] == answers.GOODS:
                vals = self._prepare_goods(question, vals) | vals
        vals |= {
            "channel": CHANNEL_PORTAL,
            "name": self._get_title(case_type, answered),
            "repeat_of_id": before.id,
        }
        case = self._get_cases().create(vals)
        if draft.file_ids:
            self._post(partner, case, "", draft.file_ids)
        draft._discard()
        case._queue_receipt()
        return case

    @api.model
    def _get_title(self, case_type, answered):
        """Return the title of a new case: what was said first, or what it is about."""
        for question in answered:
            is_text = question["kind"] == answers.TEXT
            title = is_text and first_line(question["value"], LONGEST_TITLE)
            if title:
                return title
        word = case_type._get_portal_word()
        for question in answered:
            if question["kind"] == answers.GOODS:
                piece, _quantity = question["wanted"][0]
                return f"{word}: {piece['label']}"[:LONGEST_TITLE]
        return word
