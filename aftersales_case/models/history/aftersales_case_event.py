from contextlib import contextmanager, suppress

from psycopg2.errors import InFailedSqlTransaction

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ...const import (
    EVENT_ASSIGNED,
    EVENT_CUSTOMER_MESSAGE,
    EVENT_MAIL_FAILED,
    EVENT_MAIL_IN,
    EVENT_PROMISE,
    EVENT_REPLY,
    EVENT_SIGNAL,
    MAIL_BOUNCED,
    MAIL_EXPIRED,
    MAIL_REFUSED,
    PROMISE_KEPT,
    REASON_FALLBACK,
    REPLY_AUTOMATIC,
    REPLY_CONFIRMATION,
    REPLY_OUT_OF_OFFICE,
    REPLY_RATING,
    REPLY_STAGE,
)
from . import append_only


class AftersalesCaseEvent(models.Model):
    """What happened to a case: the one source of history, durations and clocks.

    Append-only. The ORM refuses every write, a database trigger refuses the rest.
    Events hold no customer text, so that the log may outlive the customer's data.
    """

    _name = "aftersales.case.event"
    _description = "Case Event"
    _order = "at, id"
    _rec_name = "kind"
    _case_field = "case_id"
    _log_access = False  # who and when are the event's own facts

    case_id = fields.Many2one("aftersales.case", required=True, ondelete="restrict")
    at = fields.Datetime(required=True)
    kind = fields.Char(required=True)
    actor_id = fields.Many2one("res.users", "By", required=True, ondelete="restrict")
    from_id = fields.Integer(help="Record before, in the model of the kind.")
    to_id = fields.Integer(help="Record after, in the model of the kind.")
    from_at = fields.Datetime("Date Before", help="Of a kind that is about a date.")
    to_at = fields.Datetime("Date After", help="Of a promise: the promised date.")
    key = fields.Char("Promise", help="What was promised to the customer.")
    stage_id = fields.Many2one(
        "aftersales.case.stage", required=True, ondelete="restrict"
    )
    state = fields.Char(required=True)
    waiting_for = fields.Char()
    team_id = fields.Many2one("aftersales.team", ondelete="restrict")
    user_id = fields.Many2one(
        "res.users", "Responsible", required=True, ondelete="restrict"
    )
    reason = fields.Char()
    summary = fields.Char(compute="_compute_summary")
    reason_text = fields.Char("Why", compute="_compute_reason_text")

    # Replay of one or many cases reads them in this order.
    _case_at_idx = models.Index("(case_id, at, id)")
    # Round robin asks for the last assignment of each member.
    _assigned_idx = models.Index("(to_id, at) WHERE kind = 'assigned'")

    def init(self):
        super().init()
        append_only.guard(
            self.env.cr, self._table, "aftersales_event", "The event log of cases is"
        )

    # === Append-only === #

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise UserError(
            self.env._("The history of a case is written by the system only.")
        )

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("The history of a case cannot be changed."))

    def unlink(self):  # pylint: disable=method-required-super
        message = self.env._("The history of a case cannot be deleted.")
        raise UserError(message)  # pylint: disable=no-raise-unlink

    @api.model
    def _log_events(self, vals_list):
        """Append events; the only way to make one.

        :param vals_list: dicts with at least ``case_id`` (record) and ``kind``;
            ``at`` (now), ``from_id``, ``to_id``, ``from_at``, ``to_at``, ``key``,
            ``reason`` as wanted. The rest is the snapshot of the case as it is at this
            moment.
        :returns: the new events; none when there is nothing to log
        """
        if not vals_list:
            return self.browse()
        now = fields.Datetime.now()
        rows = []
        for vals in vals_list:
            case = vals["case_id"]
            rows.append(
                {"at": now, "actor_id": self.env.uid}
                | self._prepare_snapshot(case)
                | vals
                | {"case_id": case.id}
            )
        # sudo: nobody may create events, everybody's actions leave them
        log = super(AftersalesCaseEvent, self.sudo())
        events = log.create(rows)  # pylint: disable=super-method-mismatch
        self.env["aftersales.case"]._after_event(events)
        return events

    @api.model
    def _prepare_snapshot(self, case):
        """Hook: return what a replay needs to know of a case from now on."""
        return {
            "stage_id": case.stage_id.id,
            "state": case.stage_id.state,
            "waiting_for": case.stage_id.waiting_for,
            "team_id": case.team_id.id,
            "user_id": case.user_id.id,
        }

    @contextmanager
    def _maintenance(self):
        """Let the triggers pass inside the block, for merge and erasure only.

        The caller logs what it did; nothing else may open this door.
        """
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL aftersales.maintenance = 'on'")
        try:
            yield
            self.env.flush_all()
        finally:
            # After an error of the database the door falls shut with the transaction;
            # that error says whether to try again, so no other may hide it.
            with suppress(InFailedSqlTransaction):
                self.env.cr.execute(
                    "SET LOCAL aftersales.maintenance = 'off'", log_exceptions=False
                )

    # === Reading === #

    @api.model
    def _get_hidden_kinds(self):
        """Hook: return the kinds of events that the caller does not read, as a tuple.

        Called by the rule of events and by the story of a case. The core hides none; a
        sibling adds those of which not everybody reads the source.
        """
        return ()

    # === Telling === #

    @api.model
    def _get_kind_models(self):
        """Hook: return ``{kind: (label, model of from_id and to_id or None)}``."""
        env = self.env
        return {
            "created": (env._("Created"), None),
            "stage": (env._("Stage"), "aftersales.case.stage"),
            "forced": (env._("Stage forced"), "aftersales.case.stage"),
            "type": (env._("Type"), "aftersales.case.type"),
            "assigned": (env._("Responsible"), "res.users"),
            "team": (env._("Team"), "aftersales.team"),
            "customer": (env._("Customer"), "res.partner"),
            "priority": (env._("Priority"), None),
            "mail_in": (env._("Mail received"), None),
            "mail_out": (env._("Mail sent"), None),
            "mail_failed": (env._("Mail not delivered"), None),
            "handover": (env._("Handed over"), "res.users"),
            "merge": (env._("Merged"), "aftersales.case"),
            "split": (env._("Split"), "aftersales.case"),
            "reopened": (env._("Reopened"), "aftersales.case.stage"),
            "signal": (env._("Signalled"), None),
            "imported": (env._("Imported"), None),
            "claim_confirmed": (env._("Claim confirmed"), "res.partner"),
            "claim_rejected": (env._("Claim rejected"), None),
            "claim_expired": (env._("Claim forgotten"), None),
            "slip_confirmed": (env._("Delivery slip confirmed"), None),
            "reply": (env._("Reply to the customer"), None),
            "customer_message": (env._("Message of the customer"), None),
            "message": (env._("Note, or message to others"), None),
            "reported": (env._("Reported on, corrected"), None),
            "promise": (env._("Promised to the customer"), None),
        }

    @api.depends("kind", "from_id", "to_id", "from_at", "to_at", "stage_id")
    @api.depends_context("lang", "tz", "uid")
    def _compute_summary(self):
        kinds = self._get_kind_models()
        names = self._get_display_names(kinds)
        for event in self:
            label, model = kinds.get(event.kind, (event.kind, None))
            sides = [
                names[model].get(record_id) or f"#{record_id}"
                for record_id in (event.from_id, event.to_id)
                if model and record_id
            ] or [
                format_datetime(self.env, moment)
                for moment in (event.from_at, event.to_at)
                if moment
            ]
            event.summary = ": ".join(filter(None, [label, " → ".join(sides)]))

    @api.depends("kind", "reason")
    @api.depends_context("lang")
    def _compute_reason_text(self):
        """The reason in the reader's words, where a key was logged and not a text."""
        attention = self.env["aftersales.case"]._fields["attention"]
        refusals = self.env["aftersales.intake"]._fields["reason"]
        mails = dict(refusals._description_selection(self.env))
        words = {
            EVENT_SIGNAL: dict(attention._description_selection(self.env)),
            EVENT_ASSIGNED: {REASON_FALLBACK: self.env._("nobody took it yet")},
            EVENT_MAIL_IN: mails,
            EVENT_CUSTOMER_MESSAGE: mails,
            EVENT_REPLY: {
                REPLY_STAGE: self.env._("the stage's message"),
                REPLY_CONFIRMATION: self.env._("confirmation of receipt"),
                REPLY_RATING: self.env._("request for a rating"),
                REPLY_OUT_OF_OFFICE: self.env._("out-of-office reply"),
                REPLY_AUTOMATIC: self.env._("automatic message"),
            },
            EVENT_PROMISE: {PROMISE_KEPT: self.env._("kept")},
            EVENT_MAIL_FAILED: {
                MAIL_REFUSED: self.env._("refused by the mail server"),
                MAIL_EXPIRED: self.env._("the mail server could not be reached"),
                MAIL_BOUNCED: self.env._("sent back by the receiver's server"),
            },
        }
        for event in self:
            text = words.get(event.kind, {}).get(event.reason, event.reason)
            event.reason_text = text

    def _get_display_names(self, kinds):
        ids = {}
        for event in self:
            model = kinds.get(event.kind, (None, None))[1]
            if model:
                ids.setdefault(model, set()).update({event.from_id, event.to_id} - {0})
        names = {}
        for model, record_ids in ids.items():
            # sudo: names in the history of a case one may read, of any company
            records = self.env[model].sudo().browse(record_ids).exists()
            names[model] = {record.id: record.display_name for record in records}
        return names
