from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_case.const import REQUIRE_FIELD, STATE_CANCELLED

from ...const import ASK_CLOSE, STEP_CLOSE, STEP_REOPEN
from ...engine.texts import clean_text
from .aftersales_portal_service_change import SEARCH


class AftersalesPortalService(models.AbstractModel):
    """Customers close their own cases, and open them again."""

    _inherit = "aftersales.portal.service"

    # === Close === #

    @api.model
    def _may_close(self, partner, case):
        """Say whether a person may close a case: his own, where the type lets him."""
        return (
            case.is_open
            and not case.merged_into_id
            and bool(self._get_close_stage(case))
            and self._is_own(partner, case)
        )

    @api.model
    def _get_close_stage(self, case):
        """Return where a case goes that its customer closes; none where he may not."""
        case_type = case.type_id
        if not case_type.portal_close:
            return self.env["aftersales.case.stage"]
        chosen = case_type.portal_close_stage_id
        return chosen or case_type._get_stage_for_state(STATE_CANCELLED)

    @api.model
    def _get_close_form(self, partner, case, form=None):
        """Return the questions that keep a case from being closed, as a form shows them.

        They are asked only where their answers are all that is missing: what the
        customer cannot fill in, a colleague does, and the rest as well.
        """
        missing = case._missing_for(self._get_close_stage(case))[case]
        keys = [item.name for item in missing if item.kind == REQUIRE_FIELD]
        asked = self._get_open_fields(partner, case)
        if len(keys) < len(missing) or set(keys) - asked.keys():
            return []
        questions = [
            self._get_question(partner, case, key, asked[key], form) for key in keys
        ]
        draft = self._get_draft(self._get_step_key(STEP_CLOSE, case))["typed"]
        return [
            question | {"required": True, "typed": draft.get(question["name"], "")}
            for question in questions
        ]

    @api.model
    def _close(self, partner, case, reason, form=None):
        """Close a case for its customer, or tell who is responsible that he wants it.

        What the stage asks for is asked of him, as far as he can fill it in.

        :param form: the request's ``MultiDict``, with the answers
        :returns: ``(what he reads then, questions with what was typed, {field:
            sentence})``; nothing where it was not sent yet
        """
        reason = (reason or "").strip()
        errors, values, questions = self._judge_reason(STEP_CLOSE, reason), {}, []
        for question in self._get_close_form(partner, case, form):
            typed = self._read_typed(form, question) if form is not None else ""
            value, error = self._read_answer(case, question, typed)
            if not error and value in (None, ""):
                error = self.env._("%s: this must be answered.", question["label"])
            if error:
                errors[question["name"]] = error
            values[question["key"]] = value
            questions.append(question | {"typed": typed})
        if errors or (form is not None and form.get("step") == SEARCH):
            typed = {question["name"]: question["typed"] for question in questions}
            self._keep_step(STEP_CLOSE, case, {"reason": reason} | typed)
            return "", questions, errors
        note, _is_first = self._take_once(clean_text((form or {}).get("once")))
        if values:
            self._write_change(partner, case, questions, values)
        is_closed = self._say_and_move(
            partner,
            case,
            self.env._("I close this: %s", reason),
            self._get_close_stage(case),
            ASK_CLOSE,
            reason=reason,
        )
        sent = "closed" if is_closed else "told"
        note.typed = {"sent": sent}
        self._discard_draft(self._get_step_key(STEP_CLOSE, case))
        return sent, [], {}

    @api.model
    def _say_and_move(self, partner, case, text, stage, ask, files=None, reason=None):
        """Post what a customer says, and move his case, where nothing keeps it.

        What a stage asks for and he cannot fill in, a colleague does: the responsible is
        asked, once.

        :param stage: where to; an empty one means that the case stays
        :param ask: what the responsible is asked to do, an ``ASK_…``
        :returns: whether the case stands where it should
        """
        error = None
        if stage and not case._missing_for(stage)[case]:
            try:
                with self.env.cr.savepoint(), case._changing(reason=reason) as moving:
                    self._post(partner, moving, text, files)
                    moving.stage_id = stage
                return True
            except UserError as refused:
                error = refused
        self._post(partner, case, text, files)
        if stage:
            case._ask_responsible(ask, stage, error)
        return not stage

    @api.model
    def _judge_reason(self, step, reason):
        if not reason and step == STEP_CLOSE:
            return {"reason": self.env._("Tell us why we can close it.")}
        if not reason:
            return {"reason": self.env._("Tell us what is still wrong.")}
        error = self._judge_text(reason)
        return {"reason": error} if error else {}

    # === Reopen === #

    @api.model
    def _may_reopen(self, partner, case):
        """Say whether a person may open a case again: his own, for some days."""
        return self._is_reopenable(case) and self._is_own(partner, case)

    @api.model
    def _is_reopenable(self, case):
        """Say whether a case was closed so lately that its customer may open it again."""
        days = case.type_id.portal_reopen_days
        return (
            not case.is_open
            and not case.merged_into_id
            and bool(case.closed_at)
            and days > 0
            and fields.Datetime.now() <= case.closed_at + timedelta(days=days)
        )

    @api.model
    def _reopen(self, partner, case, reason, once=""):
        """Open a case again for its customer.

        :param once: see ``_take_once``
        :returns: ``(what he reads then, {field: sentence})``
        """
        reason = (reason or "").strip()
        if errors := self._judge_reason(STEP_REOPEN, reason):
            self._keep_step(STEP_REOPEN, case, {"reason": reason})
            return "", errors
        note, _is_first = self._take_once(once)
        note.typed = {"sent": "reopened"}
        self._discard_draft(self._get_step_key(STEP_REOPEN, case))
        try:
            with self.env.cr.savepoint(), case._changing(reason=reason) as opening:
                opening._reopen(reason)
                self._post(partner, opening, reason)
        except UserError:
            self._post(partner, case, reason)
            note.typed = {"sent": "reply"}
        return (note.typed or {}).get("sent", "reopened"), {}
