from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from ...const import (
    EVENT_ASSIGNED,
    EVENT_CUSTOMER_MESSAGE,
    EVENT_HANDOVER,
    EVENT_MAIL_IN,
    EVENT_REPLY,
    EVENT_SIGNAL,
)

# What happens to a case without its responsible's doing.
PASSIVE_KINDS = (
    EVENT_ASSIGNED,
    EVENT_CUSTOMER_MESSAGE,
    EVENT_HANDOVER,
    EVENT_MAIL_IN,
    EVENT_SIGNAL,
)


class AftersalesCase(models.Model):
    """Hand-over of cases to others, for good or until a date."""

    _inherit = "aftersales.case"

    return_user_id = fields.Many2one(
        "res.users",
        "Goes Back To",
        readonly=True,
        copy=False,
        help="Who handed the case over for the time of his absence.",
    )
    return_on = fields.Date("Goes Back On", readonly=True, copy=False)

    _return_idx = models.Index("(return_on) WHERE return_user_id IS NOT NULL")

    def _prepare_change_vals(self, vals):
        if vals.get("user_id") and "return_user_id" not in vals:
            # Whoever gives the case to somebody else cancels the loan.
            vals |= {"return_user_id": False, "return_on": False}
        return super()._prepare_change_vals(vals)

    @api.model
    def _hand_over(self, receivers, leaving=None, return_on=False):
        """Give cases to others: one write and one message for each receiver.

        :param receivers: ``{case: user}``; for an empty user the rules choose
        :param leaving: users whom the rules must not choose
        :param return_on: date on which the cases go back to who has them now
        """
        by_user = defaultdict(self.browse)
        for case, user in receivers.items():
            by_user[user] |= case
        owners = {case: case.user_id for case in receivers}
        now = fields.Datetime.now()
        with self._changing(leaving=leaving.ids if leaving else ()) as model:
            for user, given in by_user.items():
                cases = given.with_env(model.env)
                if user:
                    cases.write({"user_id": user.id, "assigned_at": now})
                else:
                    cases._assign(by_team=True)
        handed_on = (
            self.browse()
            .union(*receivers)
            .filtered(lambda case: case.user_id != owners[case])
        )
        self._log_hand_over(handed_on, owners, return_on)
        if return_on:
            for owner, lent in handed_on.grouped(owners.get).items():
                lent.write({"return_user_id": owner.id, "return_on": return_on})

    def _log_hand_over(self, cases, owners, return_on):
        self.env["aftersales.case.event"]._log_events(
            [
                {
                    "case_id": case,
                    "kind": EVENT_HANDOVER,
                    "from_id": owners[case].id,
                    "to_id": case.user_id.id,
                    "reason": (return_on and fields.Date.to_string(return_on)) or None,
                }
                for case in cases
            ]
        )

    # === The way back === #

    @api.model
    def _cron_give_back(self):
        """Give cases back to those who are there again, in batches."""
        domain = Domain("return_user_id", "!=", False) & Domain(
            "return_on", "<=", fields.Date.context_today(self)
        )
        self._run_in_batches(domain, lambda cases: cases._give_back())

    def _give_back(self):
        """Give cases back whose responsible is there again; the rest waits or stays."""
        due = self.browse()
        for company, cases in self.grouped("company_id").items():
            absent = cases.return_user_id._get_absent(company)
            due |= cases.filtered(lambda c, a=absent: c.return_user_id not in a)
        able = due.filtered(
            lambda case: (
                not case._is_closed()
                and self._filter_eligible(case.return_user_id, case.company_id)
            )
        )
        worked_on = able._get_worked_on()
        back = able - worked_on
        owners = {case: case.user_id for case in back}
        loan_over = {"return_user_id": False, "return_on": False}
        with back._changing() as returned:
            for user, cases in returned.grouped("return_user_id").items():
                cases.write({"user_id": user.id} | loan_over)
        (due - back).write(loan_over)
        self._log_hand_over(back, owners, False)
        notes = {
            case.id: self.env._(
                "Stays with %s, who has worked on it.", case.user_id.name
            )
            for case in worked_on
        }
        worked_on._message_log_batch(notes)

    def _get_worked_on(self):
        """Return the lent cases that their deputy has worked on, where that counts.

        Worked on means that he moved or changed it, or wrote on it, since he has it.
        """
        cases = self.filtered(
            lambda case: not case.company_id.aftersales_return_worked_on
        )
        if not cases:
            return cases
        Event = self.env["aftersales.case.event"]
        lent = dict(
            Event._read_group(
                [("case_id", "in", cases.ids), ("kind", "=", EVENT_HANDOVER)],
                ["case_id"],
                ["id:max"],
            )
        )
        loans = Event.browse(lent.values())
        since = {loan.case_id: loan for loan in loans}
        acts = Event.search(
            [
                ("case_id", "in", cases.ids),
                ("id", ">", min(loans.ids, default=0)),
                ("kind", "not in", PASSIVE_KINDS),
                # An automatic reply is nobody's work.
                "|",
                ("kind", "!=", EVENT_REPLY),
                ("reason", "=", False),
            ]
        )
        touched = {
            act.case_id
            for act in acts
            if act.case_id in since
            and act.id > since[act.case_id].id
            and act.actor_id == act.case_id.user_id
        }
        return cases.filtered(lambda case: case in touched)
