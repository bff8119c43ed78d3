from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import EVENT_SIGNAL, STATE_WAITING
from ...engine import signals
from ...engine.working_time import NoWorkingTime

STAGE, WAITING, OPEN, BOUNCING = "stage", "waiting", "open", "bouncing"
ATTENTIONS = [
    (STAGE, "Too long in its stage"),
    (WAITING, "Waiting too long"),
    (OPEN, "Open too long"),
    (BOUNCING, "Bouncing between people"),
]
# A plan is made anew after so long: calendars change.
FRESH = timedelta(days=1)
# What the due moments follow from.
PLANNED_FROM = {
    "stage_id",
    "type_id",
    "team_id",
    "user_id",
    "reported_at",
    "company_id",
}
# Lines of one message; the rest is counted.
LISTED = 50


class AftersalesCase(models.Model):
    """Signals: cases that are stuck, wait too long, bounce or stay open too long.

    The moments at which a case will ask for attention are replayed from its events by
    a scheduled job and compared with the clock when somebody looks, so that showing
    them costs nothing. The job announces each once; its event is the memory.
    """

    _inherit = "aftersales.case"

    stage_since = fields.Datetime("In Stage Since", readonly=True, copy=False)
    stage_due_at = fields.Datetime(readonly=True, copy=False)
    open_due_at = fields.Datetime(readonly=True, copy=False)
    bouncing_until = fields.Datetime(readonly=True, copy=False)
    signals_planned_at = fields.Datetime(readonly=True, copy=False)
    attention = fields.Selection(
        ATTENTIONS, compute="_compute_attention", search="_search_attention"
    )
    attention_text = fields.Char("Needs Attention", compute="_compute_attention")

    _stage_due_idx = models.Index(
        "(stage_due_at) WHERE state IN ('new', 'open', 'waiting')"
    )
    _open_due_idx = models.Index(
        "(open_due_at) WHERE state IN ('new', 'open', 'waiting')"
    )
    _bouncing_idx = models.Index("(bouncing_until) WHERE bouncing_until IS NOT NULL")
    _signals_planned_idx = models.Index(
        "(signals_planned_at) WHERE state IN ('new', 'open', 'waiting')"
    )

    # === Reading === #

    @api.depends("stage_due_at", "open_due_at", "bouncing_until", "state")
    @api.depends_context("lang")
    def _compute_attention(self):
        texts = dict(self._fields["attention"]._description_selection(self.env))
        for case in self:
            found = case._get_attentions()
            case.attention = found[0] if found else False
            case.attention_text = (
                ", ".join(case._get_attention_text(key, texts[key]) for key in found)
                or False
            )

    def _get_attentions(self):
        """Return the keys of what asks for attention now, the most urgent first."""
        self.ensure_one()
        if self._is_closed():
            return []
        now = fields.Datetime.now()
        found = []
        if self.stage_due_at and self.stage_due_at <= now:
            found.append(WAITING if self.state == STATE_WAITING else STAGE)
        if self.open_due_at and self.open_due_at <= now:
            found.append(OPEN)
        if self.bouncing_until and self.bouncing_until > now:
            found.append(BOUNCING)
        return found

    def _get_attention_text(self, key, label):
        """Hook: return one reason in words, with its duration where it has one."""
        since = {
            STAGE: self.stage_since,
            WAITING: self.stage_since,
            OPEN: self.reported_at,
        }
        if not since.get(key):
            return label
        days = (fields.Datetime.now() - since[key]).days
        if days < 1:
            return label
        return self.env._("%(reason)s (%(days)s d)", reason=label, days=days)

    @api.model
    def _search_attention(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = self._get_attention_domains()
        parts = [domains[key] for key in value if key in domains]
        if False in value:
            parts.append(~Domain.OR(domains.values()))
        return Domain.OR(parts)

    @api.model
    def _get_attention_domains(self):
        """Hook: return ``{key: domain}`` of the cases that ask for attention now."""
        now = fields.Datetime.now()
        unfinished = self._get_open_domain()
        late = unfinished & Domain("stage_due_at", "<=", now)
        return {
            STAGE: late & Domain("state", "!=", STATE_WAITING),
            WAITING: late & Domain("state", "=", STATE_WAITING),
            OPEN: unfinished & Domain("open_due_at", "<=", now),
            BOUNCING: unfinished & Domain("bouncing_until", ">", now),
        }

    # === Planning === #

    def _prepare_change_vals(self, vals):
        if PLANNED_FROM & vals.keys():
            vals |= {"signals_planned_at": False}
        if vals.keys() & {"stage_id", "type_id"}:
            vals |= {"stage_since": fields.Datetime.now(), "stage_due_at": False}
        return super()._prepare_change_vals(vals)

    @api.model
    def _cron_signals(self):
        """Plan the cases that changed or whose plan is old, then announce what is due."""
        stale = Domain("signals_planned_at", "=", False) | Domain(
            "signals_planned_at", "<=", fields.Datetime.now() - FRESH
        )
        done = self._run_in_batches(
            self._get_open_domain() & stale, lambda cases: cases._plan_signals()
        )
        if done:
            self._run_in_batches(
                self._get_unannounced_domain(),
                lambda cases: cases._announce_signals(),
                batch=10000,
                task="announce",
            )

    def _plan_signals(self):
        """Replay the events of these cases into the moments at which they are due."""
        snapshots = self.env["aftersales.case.event"]._read_snapshots(self.ids)
        links = self.type_id._get_links()
        clocks = self._get_clocks(snapshots)
        rows = []
        for case in self:
            events = snapshots.get(case.id, [])
            since = signals.stay_since(events) or case.reported_at
            link = links.get((case.type_id.id, case.stage_id.id))
            clock = clocks[case._get_work_key()]
            case_type = case.type_id
            rows.append(
                (
                    case.id,
                    since,
                    _get_hours_due(
                        clock, since, link._get_signal_hours() if link else 0
                    ),
                    _get_days_due(clock, case.reported_at, case_type.max_days_open),
                    signals.bouncing_until(
                        signals.changes_of_hands(events),
                        case_type.max_changes,
                        timedelta(days=case_type.changes_days),
                    ),
                )
            )
        self._store_signals(rows)

    def _get_clocks(self, snapshots):
        """Return ``{result of _get_work_key: WorkClock}`` for these cases."""
        starts = {}
        for case in self:
            first = [event.at for event in snapshots.get(case.id, [])[:1]]
            key = case._get_work_key()
            starts[key] = min(
                [case.reported_at, *first, starts.get(key, case.reported_at)]
            )
        return {
            (calendar, company): calendar._get_aftersales_clock(company, start)
            for (calendar, company), start in starts.items()
        }

    def _store_signals(self, rows):
        """Write the plan of many cases at once; nobody changed them, so no write date."""
        if not rows:
            return
        self.flush_recordset()
        columns = [list(column) for column in zip(*rows, strict=True)]
        now = fields.Datetime.now()
        self.env.execute_query(
            SQL(
                "UPDATE aftersales_case c SET stage_since = v.since,"
                " stage_due_at = v.stage_due, open_due_at = v.open_due,"
                " bouncing_until = v.bouncing, signals_planned_at = %s"
                " FROM unnest(%s::int[], %s::timestamp[], %s::timestamp[],"
                " %s::timestamp[], %s::timestamp[])"
                " AS v(id, since, stage_due, open_due, bouncing)"
                " WHERE c.id = v.id RETURNING c.id",
                now,
                *columns,
            )
        )
        self.invalidate_recordset(
            [
                "stage_since",
                "stage_due_at",
                "open_due_at",
                "bouncing_until",
                "signals_planned_at",
            ],
            flush=False,
        )

    @api.model
    def _forget_plans(self, domain):
        """Have the open cases of a domain planned anew: what they follow from changed."""
        cases = self.sudo()._search(domain & self._get_open_domain())  # sudo: see cron
        self.flush_model()
        self.env.execute_query(
            SQL(
                "UPDATE aftersales_case SET signals_planned_at = NULL"
                " WHERE id IN %s RETURNING id",
                cases.subselect(),
            )
        )
        self.invalidate_model(["signals_planned_at"], flush=False)

    # === Announcing === #

    @api.model
    def _get_unannounced_domain(self):
        """Return the domain of planned cases with something that nobody was told of."""
        return Domain("signals_planned_at", "!=", False) & Domain.OR(
            domain & _not_announced(key)
            for key, domain in self._get_attention_domains().items()
        )

    def _announce_signals(self):
        """Tell responsible and leader, in one message each; log it, so that it is once."""
        told = {
            (event.case_id.id, event.reason)
            for event in self.env["aftersales.case.event"].search_fetch(
                [("case_id", "in", self.ids), ("kind", "=", EVENT_SIGNAL)],
                ["case_id", "reason", "at"],
            )
            if not event.case_id.stage_since or event.at >= event.case_id.stage_since
        }
        new = {
            case: [key for key in case._get_attentions() if (case.id, key) not in told]
            for case in self
        }
        self.env["aftersales.case.event"]._log_events(
            [
                {"case_id": case, "kind": EVENT_SIGNAL, "reason": key}
                for case, keys in new.items()
                for key in keys
            ]
        )
        receivers = {}
        for case, keys in new.items():
            if keys:
                for user in case._filter_readers(case._get_signal_receivers()):
                    receivers[user] = receivers.get(user, self.browse()) | case
        for user, cases in receivers.items():
            cases._notify_signals(user)

    def _get_signal_receivers(self):
        """Hook: return the users who are told that this case needs attention."""
        self.ensure_one()
        return (self.user_id | self.team_id.leader_id).filtered("active")

    def _notify_signals(self, user):
        cases = self.with_context(lang=user.lang)
        cases.invalidate_recordset(["attention_text"], flush=False)
        body = cases.env["ir.qweb"]._render(
            "aftersales_case.signals",
            {"cases": cases[:LISTED], "more": len(cases[LISTED:])},
        )
        if len(cases) == 1:
            subject = cases.env._("Case %s needs attention", cases.display_name)
        else:
            subject = cases.env._("%s cases need attention", len(cases))
        thread = self if len(self) == 1 else self.env["mail.thread"]
        thread.message_notify(
            subject=subject,
            body=body,
            partner_ids=user.partner_id.ids,
            email_layout_xmlid="mail.mail_notification_layout",
        )


def _get_hours_due(clock, start, hours):
    """Return when so many working hours have passed; None for no limit, or for ages."""
    if hours <= 0:
        return None
    try:
        return clock.ask(lambda time: time.due(start, round(hours * 3600)))
    except NoWorkingTime:
        return None


def _get_days_due(clock, start, days):
    """Return when so many working days have passed; None for no limit, or for ages."""
    if days <= 0:
        return None
    try:
        return clock.ask(lambda time: time.after_days(start, days))
    except NoWorkingTime:
        return None


def _not_announced(key):
    """Return the domain of cases of whose stay in their stage this was not said yet."""

    def to_sql(model, alias, query):
        return SQL(
            "NOT EXISTS (SELECT 1 FROM aftersales_case_event e WHERE e.case_id = %s"
            " AND e.kind = %s AND e.reason = %s AND e.at >= %s)",
            SQL.identifier(alias, "id"),
            EVENT_SIGNAL,
            key,
            SQL.identifier(alias, "stage_since"),
        )

    return Domain.custom(to_sql=to_sql)
