import hashlib

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.mail import html2plaintext

from odoo.addons.aftersales_case.const import (
    CHANNEL_PORTAL,
    EVENT_STAGE,
    EVENT_TYPE,
    SIGNED_AGREEMENT,
)

from ...const import (
    ASK_AGREED,
    ASK_REFUSED,
    EVENT_AGREED,
    EVENT_REFUSED,
    LONGEST_LINE,
    STEP_REFUSE,
    WAITING_MODEL,
)
from ...engine.answers import read_ids

DECIDED = (EVENT_AGREED, EVENT_REFUSED)


class AftersalesPortalService(models.AbstractModel):
    """Customers accept what was done, or is proposed, or refuse it.

    A stage asks for it, once each time that a case enters it. What is accepted is what
    the case shows the customer just then: the form knows it by its digest.
    """

    _inherit = "aftersales.portal.service"

    # === Who and what === #

    @api.model
    def _get_decision(self, partner, case):
        """Return what a case asks its customer to decide, or how he did.

        :returns: dictionary with ``state`` (``open`` or the kind of the event) and
            ``moment``; None where nothing is asked of this person
        """
        link = self._get_stage_link(case)
        if not (link and link.portal_agree) or case.merged_into_id:
            return None
        event = self._get_decided(case)
        if event:
            return {"state": event.kind, "moment": self._format_moment(event.at)}
        return {"state": "open"} if self._may_decide(partner, case) else None

    @api.model
    def _get_end(self, partner, case):
        """Return what a page asks at the end of a case: one thing after the other."""
        decision = self._get_decision(partner, case)
        rating = self._get_rating(partner, case)
        is_open = bool(decision) and decision["state"] == "open"
        return {
            "decision": decision,
            "rating": None if is_open and rating and not rating["word"] else rating,
            "may_reopen": not is_open and self._may_reopen(partner, case),
        }

    @api.model
    def _may_decide(self, partner, case):
        """Say whether a person decides for the customer, or rates what we did.

        It is his own case, or he sees those of his colleagues. Who is only kept
        informed of it reads and writes, and decides nothing.
        """
        # sudo: set by agents, read here for whom it is about
        sharing = self.env["aftersales.portal.sharing"].sudo()
        return self._is_own(partner, case) or bool(
            case.filtered_domain(sharing._get_shared_domain(partner))
        )

    @api.model
    def _get_stage_link(self, case):
        return case.type_id._get_links().get((case.type_id.id, case.stage_id.id))

    @api.model
    def _get_decided(self, case):
        """Return the event by which the customer decided since the case came here."""
        # sudo: see the class
        events = self.env["aftersales.case.event"].sudo()
        kinds = (EVENT_STAGE, EVENT_TYPE, *DECIDED)
        last = events.search(
            [("case_id", "=", case.id), ("kind", "in", kinds)],
            order="id desc",
            limit=1,
        )
        return last.filtered(lambda event: event.kind in DECIDED)

    @api.model
    def _get_proposal(self, case):
        """Return ``(what the page shows of it, the same as text, its digest)``."""
        shown = {
            "answers": self._get_answers(case),
            "goods": self._get_goods(case) if case.type_id.portal_goods else [],
        }
        lines = [f"{case.number}: {case.name}"]
        for section, found in shown["answers"]:
            lines += [section] if section else []
            lines += [
                f"{one['label']}: {html2plaintext(str(one['value'])).strip()}"
                for one in found
            ]
        lines += [
            " ".join(filter(None, map(str, line.values()))) for line in shown["goods"]
        ]
        text = "\n".join(lines)
        return shown, text, hashlib.sha256(text.encode()).hexdigest()

    @api.model
    def _hold_case(self, case):
        """Let who decides at the same time wait, and then see what was decided."""
        self.env.cr.execute(
            SQL(
                "UPDATE aftersales_case SET write_date = write_date WHERE id = %s",
                case.id,
            ),
            log_exceptions=False,
        )

    # === Accept === #

    @api.model
    def _agree(self, partner, case, typed, address=None):
        """Sign what a case shows its customer.

        :param typed: ``{name of the field of the form: text}``: name, comment, tick,
            signature (PNG as base64; empty where the name is enough), proposal
        :param address: network address from which it is signed
        :returns: ``{field: sentence}`` of what keeps it from being signed
        """
        self._hold_case(case)
        if self._get_decided(case):
            return {}
        _shown, text, digest = self._get_proposal(case)
        if errors := self._judge_agreement(typed, digest):
            return errors
        name, comment = typed["name"].strip(), typed["comment"].strip()
        signatures = self.env["aftersales.signature"]
        try:
            with self.env.cr.savepoint():
                signature = signatures._sign(
                    case,
                    SIGNED_AGREEMENT,
                    text.encode(),
                    name,
                    partner_id=partner.id,
                    channel=CHANNEL_PORTAL,
                    address=address,
                    image=typed["signature"].encode() or False,
                )
        except ValidationError as error:
            return {"signature": str(error)}
        self._log_decision(case, EVENT_AGREED)
        said = self.env._("I accept this.")
        self._say_and_move(
            partner,
            case,
            "\n".join(filter(None, [said, comment])),
            self._get_stage_link(case)._get_agreed_stage(),
            ASK_AGREED,
            files=self._print_agreement(case, signature, text, comment),
        )
        return {}

    @api.model
    def _judge_agreement(self, typed, digest):
        errors = {}
        if typed["proposal"] != digest:
            errors["proposal"] = self.env._(
                "This changed while you were reading. Read it again, then decide."
            )
        if not typed["name"].strip():
            errors["name"] = self.env._("Name: write your name.")
        elif len(typed["name"]) > LONGEST_LINE:
            errors["name"] = self.env._("Name: shorten it.")
        if error := self._judge_text(typed["comment"]):
            errors["comment"] = error
        if not typed["tick"]:
            errors["tick"] = self.env._("Tick that you accept this.")
        return errors

    @api.model
    def _log_decision(self, case, kind, **vals):
        vals |= {"case_id": case, "kind": kind}
        self.env["aftersales.case.event"]._log_events([vals])

    @api.model
    def _print_agreement(self, case, signature, text, comment):
        """Return the file of what was agreed, ready to be sent with a message."""
        # sudo: printed for whoever signed it, of what he has seen
        reports = self.env["ir.actions.report"].sudo()
        files = self.env["ir.attachment"].sudo()
        head, *lines = text.split("\n")
        try:
            content, _kind = reports._render_qweb_pdf(
                "aftersales_portal.agreement_report",
                signature.ids,
                data={"head": head, "lines": lines, "comment": comment},
            )
        except UserError as error:
            # What was signed is kept; the paper can be printed from the history.
            case._message_log(body=str(error))
            return files
        number = case.number.replace("/", "-")
        return files.create(
            {
                "name": self.env._("Agreement %s.pdf", number),
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": WAITING_MODEL,
                "res_id": 0,
            }
        )

    # === Refuse === #

    @api.model
    def _get_refusal_reasons(self, case):
        """Return ``[(key, label)]`` of the reasons that a customer may give."""
        # sudo: a list for all customers
        reasons = self.env["aftersales.refusal.reason"].sudo()
        for_type = Domain("type_ids", "=", False) | Domain(
            "type_ids", "in", case.type_id.ids
        )
        return [(str(reason.id), reason.name) for reason in reasons.search(for_type)]

    @api.model
    def _refuse(self, partner, case, reason, text, once=""):
        """Refuse what a case shows its customer: it goes on, or somebody sees to it.

        :param reason: key of one of the reasons
        :param text: as typed
        :param once: see ``_take_once``
        :returns: ``(whether it goes on, {field: sentence})``
        """
        self._hold_case(case)
        if self._get_decided(case):
            return True, {}
        reasons, text, errors = dict(self._get_refusal_reasons(case)), text.strip(), {}
        if reasons and reason not in reasons:
            errors["reason"] = self.env._("Reason: choose one.")
        if not text:
            errors["text"] = self.env._("Tell us what is not right.")
        elif error := self._judge_text(text):
            errors["text"] = error
        if errors:
            self._keep_step(STEP_REFUSE, case, {"reason": reason, "text": text})
            return False, errors
        self._take_once(once)
        self._discard_draft(self._get_step_key(STEP_REFUSE, case))
        reason_id = next(iter(read_ids([reason])), 0) if reasons else 0
        self._log_decision(case, EVENT_REFUSED, to_id=reason_id)
        why = reasons.get(reason, "")
        moved = self._say_and_move(
            partner,
            case,
            "\n".join([self.env._("I do not accept this. %s", why).strip(), text]),
            self._get_stage_link(case)._get_refused_stage(),
            ASK_REFUSED,
            reason=why,
        )
        return moved, {}
