from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.models import MAGIC_COLUMNS
from odoo.tools import ormcache

from ...const import (
    CLOSED_STATES,
    EVENT_ASSIGNED,
    EVENT_CREATED,
    EVENT_CUSTOMER,
    EVENT_FORCED,
    EVENT_IMPORTED,
    EVENT_PRIORITY,
    EVENT_REOPENED,
    EVENT_REPORTED,
    EVENT_STAGE,
    EVENT_TEAM,
    EVENT_TYPE,
    REASON_FALLBACK,
)
from ...engine.change import Change
from ...engine.private import get_private
from ..type.aftersales_field_rule import PROPERTY_FIELDS

# The running change stands in the context under this key.
RUNNING = "aftersales_change"
# Changes that set off changes: more rounds than this are a circle.
MOST_ROUNDS = 10
LONGEST_REASON = 500
# Nobody has a form open for longer before he saves it.
LONGEST_FORM = timedelta(days=1)

# Fields whose change is an event, in the order in which the events of one change stand.
LOGGED_FIELDS = {
    "type_id": EVENT_TYPE,
    "reported_at": EVENT_REPORTED,
    "partner_id": EVENT_CUSTOMER,
    "priority": EVENT_PRIORITY,
    "team_id": EVENT_TEAM,
    "stage_id": EVENT_STAGE,
}
# The responsible is chosen last: the choice depends on the others.
ASSIGNED_FIELDS = {"user_id": EVENT_ASSIGNED}
TRACKED_FIELDS = (*LOGGED_FIELDS, *ASSIGNED_FIELDS)
# Writing one of these may change a tracked field: itself, or one that follows it.
LEADING_FIELDS = {*TRACKED_FIELDS, "contact_id", "impact", "urgency"}

LEADER_FIELDS = {"reported_at"}
LINK_FIELDS = ("parent_id", "duplicate_of_id", "repeat_of_id")

# What somebody without a role may tell, and correct, in his own report.
REPORT_FIELDS = {
    "category_id",
    "contact_id",
    "description",
    "email",
    "impact",
    "name",
    "partner_id",
    "phone",
    "product_categ_ids",
    "product_ids",
    "properties",
    "site_id",
    "slip_number",
    "tag_ids",
    "urgency",
}
# What he says once, when he reports it.
NEW_REPORT_FIELDS = REPORT_FIELDS | {
    "by_phone",
    "company_id",
    "confidential",
    "line_ids",
    "new_file_ids",
    "type_id",
}


@dataclass
class News:
    """What one round of a change is about."""

    created: models.BaseModel
    moves: dict = field(default_factory=dict)  # {case: stage before}, no new cases
    retyped: models.BaseModel = None  # cases that have another type
    reteamed: models.BaseModel = None  # cases that another team has
    slips: dict = field(default_factory=dict)  # {case: slip before}
    resolutions: dict = field(default_factory=dict)  # {closed case: the one before}


class AftersalesCase(models.Model):
    """The change of a case, from the request to the last thing that follows from it.

    This is the only place where cases are created and written. The order:

    1. the caller's values are judged: his role, system fields, locks, links;
    2. hooks prepare the values: ``_prepare_case_vals``, ``_prepare_change_vals``;
    3. core writes;
    4. the steps of ``_get_change_steps`` run, each once for the whole batch.

    What is written while a change runs joins it: it is prepared and written at once, and
    the steps learn of it. When a step changes what earlier steps have judged, the steps
    run again for that. Steps run with sudo, and as the user: the change was allowed, what
    follows from it is the system's doing.
    """

    _inherit = "aftersales.case"

    # === The only create and write === #

    @api.model_create_multi
    def create(self, vals_list):
        self._ensure_known(name for vals in vals_list for name in vals)
        vals_list = self._leave_out_unsaid(vals_list)
        self._ensure_can_create(vals_list)
        self._ensure_no_own_defaults()
        vals_list = [self._prepare_case_vals(dict(vals)) for vals in vals_list]
        self._number_cases(vals_list)
        self._fill_responsible(vals_list)
        self._get_responsibles(vals_list)._lock_for_cases()
        with self._changing(imported=self._is_import()) as model:
            # Core announces each responsible with a mail of its own, 14 queries a case;
            # ours is one message for the whole batch.
            quiet = model.with_context(mail_auto_subscribe_no_notify=True)
            cases = super(AftersalesCase, quiet).create(vals_list)
            # sudo: to keep what was made, also of a case that its reporter may not read
            model.sudo().browse(cases.ids)._join_created(asked=not self.env.su)
        return cases.with_env(self.env)

    def write(self, vals):
        self._ensure_known(vals)
        self._ensure_can_change(vals)
        self._ensure_no_own_defaults()
        with self._changing() as cases:
            vals = cases._join_written(vals)
            answers = {
                name: cases._get_answers(name)
                for name in PROPERTY_FIELDS
                if name in vals
            }
            quiet = cases.with_context(mail_auto_subscribe_no_notify=True)
            res = super(AftersalesCase, quiet).write(vals)
            for name, before in answers.items():
                cases._note_answers(name, before)
        return res

    def _join_written(self, vals):
        """Let the running change know of what is about to be written on these cases.

        :returns: the values, prepared
        """
        change = self._get_change()
        written = set(vals)
        vals = self._prepare_change_vals(dict(vals))
        if "user_id" in vals and not vals["user_id"]:
            del vals["user_id"]
            change.to_choose |= dict.fromkeys(self.ids)
        elif "user_id" in vals and "assigned_at" not in vals:
            vals["assigned_at"] = fields.Datetime.now()
            change.named |= set(self.ids)
        if vals.get("user_id"):
            self._get_responsibles([vals])._lock_for_cases()
        if vals.keys() & LEADING_FIELDS:
            change.meet(self._get_tracked_values())
        if "resolution_id" in vals:
            for case in self.filtered(lambda case: case._is_closed()):
                change.resolutions.setdefault(case.id, case.resolution_id.id)
        slip_fields = {"slip_number", *self._get_slip_fields()}
        if slip_fields & written and not change.takes_slips:
            self._meet_slips(change, written)
        return vals

    def _join_created(self, asked):
        """Let the running change know of cases that were just made.

        :param asked: whether a person asked for them, who is told what they lack
        """
        change = self._get_change()
        change.meet(self._get_tracked_values())
        change.created += self.ids
        if asked:
            change.asked |= set(self.ids)
        if not change.takes_slips:
            named = self.filtered(lambda case: case.slip_number or case._get_slip())
            slip_fields = {"slip_number", *self._get_slip_fields()}
            self._meet_slips(change, slip_fields, cases=named)

    def _meet_slips(self, change, written, cases=None):
        for case in self if cases is None else cases:
            slip = case._get_slip()
            before = slip.browse() if case.id in change.created else slip
            change.slips.setdefault(case.id, (before._name, before.ids))
            change.written.setdefault(case.id, set()).update(written)

    # === The change === #

    @contextmanager
    def _changing(self, imported=False, **said):
        """Make one change of all that is written in this block.

        Opens a change, whose steps run at the end of the block, or joins the one that
        runs already.

        :param imported: the cases come from another system, with their past
        :param said: what is known of these cases: see ``Change.say``
        :returns: context manager that yields these cases, as part of the change
        """
        change = self._get_change()
        if change:
            change.say(self.ids, **said)
            yield self
            return
        change = Change(imported=imported)
        change.say(self.ids, **said)
        cases = self.with_context(**{RUNNING: change})
        try:
            yield cases
            # sudo: what was asked for was judged; this is what follows from it
            cases.browse().sudo()._run_change(change)
        finally:
            change.runs = False

    def _get_change(self):
        """Return the ``Change`` that runs here, or None."""
        change = get_private(self.env.context, RUNNING, Change)
        return change if change and change.runs else None

    def _run_change(self, change):
        """Run the steps until nothing that they do is news to them."""
        told = []
        for _round in range(MOST_ROUNDS):
            if not self._has_news(change):
                break
            news = self._take_news(change)
            told += news.created.ids
            for step in self._get_change_steps():
                getattr(self, step)(news)
        else:
            raise UserError(
                self.env._(
                    "These cases are moved in a circle: each move sets off the next."
                    " Check what their stages do by themselves."
                )
            )
        self._announce_change(change, self.browse(told))

    def _has_news(self, change):
        return bool(
            change.created
            or change.to_choose
            or change.slips
            or change.goods
            or change.resolutions
            or self._get_differences(change, TRACKED_FIELDS)
        )

    def _take_news(self, change):
        return News(
            created=self.browse(change.take("created")),
            retyped=self.browse(),
            reteamed=self.browse(),
            slips={
                self.browse(case_id): self.env[model].browse(ids)
                for case_id, (model, ids) in change.take("slips").items()
            },
            resolutions={
                self.browse(case_id): self.env["aftersales.resolution"].browse(before)
                for case_id, before in change.take("resolutions").items()
            },
        )

    def _get_differences(self, change, names):
        """Return ``{case: {field: (told, now)}}`` of what the history does not say yet."""
        cases = self.browse(change.told)
        found = change.get_differences(cases._get_tracked_values(), names)
        return {self.browse(case_id): values for case_id, values in found.items()}

    def _get_tracked_values(self):
        """Return ``{id: {field: plain value}}`` of the fields whose change is an event."""
        return {
            case.id: {
                name: case[name].id if case._fields[name].relational else case[name]
                for name in TRACKED_FIELDS
            }
            for case in self
        }

    # === The steps, in their order === #

    @api.model
    def _get_change_steps(self):
        """Hook: return the names of the steps of a change, in the order in which they run.

        Each is a method that takes the ``News`` of the round; it runs on no records, with
        sudo and as the user, and may write: that joins the change. A sibling puts its
        step behind the one it builds on.
        """
        return [
            "_change_slips",
            "_change_gates",
            "_change_dates",
            "_change_events",
            "_change_responsible",
            "_change_goods",
            "_change_plans",
            "_change_reactions",
        ]

    @api.model
    def _change_slips(self, news):
        """Take over what new slips say, let go what came from former ones."""
        if news.slips:
            self.union(*news.slips)._after_slip_change(news)

    @api.model
    def _change_gates(self, news):
        """Judge the moves, and new cases where they stand; nothing passes unjudged."""
        change = self._get_change()
        differences = self._get_differences(change, ("type_id", "stage_id"))
        stages = self.env["aftersales.case.stage"]
        for case, found in differences.items():
            if "stage_id" in found:
                news.moves[case] = stages.browse(found["stage_id"][0])
            if "type_id" in found:
                news.retyped |= case
        judged = {c: old for c, old in news.moves.items() if c.id not in change.forced}
        if judged:
            self.union(*judged)._check_gates(judged)
        asked = news.created.filtered(lambda case: case.id in change.asked)
        if change.imported:
            news.created._settle_import()
        else:
            asked._check_gate_of_creation()

    @api.model
    def _change_dates(self, news):
        """Keep in step with the stage what follows from it: date handled, team, list."""
        moved = self.union(*news.moves)
        moved._set_closed_at()
        links = moved.type_id._get_links()
        for case in moved:
            link = links.get((case.type_id.id, case.stage_id.id))
            if link and link.team_id and case.team_id != link.team_id:
                case.team_id = link.team_id
        (news.created | news.retyped)._sync_checklist()

    @api.model
    def _change_events(self, news):
        """Log what changed: by case, and for each in one fixed order."""
        change = self._get_change()
        differences = self._get_differences(change, LOGGED_FIELDS)
        cases = news.created | self.union(*differences)
        events, new_ids = [], set(news.created.ids)
        for case in cases.sorted("id"):
            changes = differences.get(case, {})
            told = self._prepare_change_events(case, changes)
            is_new = case.id in new_ids
            events += self._prepare_first_events(case, told) if is_new else told
            if "team_id" in changes:
                news.reteamed |= case
        change.tell(cases._get_tracked_values(), LOGGED_FIELDS)
        self.env["aftersales.case.event"]._log_events(events)

    def _prepare_change_events(self, case, changes):
        events = []
        for name, (old, new) in changes.items():
            events.append(self._prepare_event(case, LOGGED_FIELDS[name], old, new))
            if name == "stage_id":
                events += self._prepare_stage_events(case, old, new)
        return events

    def _prepare_first_events(self, case, changes):
        """Return the events of a new case; one of the past began when it was reported."""
        events = [
            {"case_id": case, "kind": EVENT_CREATED},
            *changes,
            self._prepare_first_assignment(case),
        ]
        if not self._get_change().imported:
            return events
        imported = {"case_id": case, "kind": EVENT_IMPORTED}
        return [event | {"at": case.reported_at} for event in events] + [imported]

    def _prepare_event(self, case, kind, old, new, reason=None):
        if kind == EVENT_REPORTED:
            sides = {"from_at": old, "to_at": new}
        else:
            sides = {"from_id": int(old or 0), "to_id": int(new or 0)}
        return sides | {
            "case_id": case,
            "kind": kind,
            "reason": reason and str(reason)[:LONGEST_REASON],
        }

    def _prepare_stage_events(self, case, old, new):
        """Return the events that a move is beside itself: forced, a reopening."""
        change, events = self._get_change(), []
        reason = change.forced.get(case.id)
        if reason:
            events.append(self._prepare_event(case, EVENT_FORCED, old, new, reason))
        before = self.env["aftersales.case.stage"].browse(old)
        if before.state in CLOSED_STATES and not case._is_closed():
            reason = change.reasons.get(case.id)
            events.append(self._prepare_event(case, EVENT_REOPENED, old, new, reason))
        return events

    def _prepare_first_assignment(self, case):
        reason = None if case.assigned_at else REASON_FALLBACK
        return self._prepare_event(case, EVENT_ASSIGNED, False, case.user_id.id, reason)

    @api.model
    def _change_responsible(self, news):
        """Choose once for each case whose move, team or wish asks for it; log it."""
        change = self._get_change()
        self._choose_in_change(news)
        differences = self._get_differences(change, ASSIGNED_FIELDS)
        change.tell(self.union(*differences)._get_tracked_values(), ASSIGNED_FIELDS)
        self.env["aftersales.case.event"]._log_events(
            [
                self._prepare_event(case, EVENT_ASSIGNED, *values["user_id"])
                for case, values in sorted(
                    differences.items(), key=lambda item: item[0].id
                )
            ]
        )

    @api.model
    def _change_goods(self, news):
        """Tell whoever follows the goods that they changed."""
        changed = self.browse(self._get_change().take("goods")).exists()
        if changed:
            changed._after_goods_change()

    @api.model
    def _change_plans(self, news):
        """Start what must be done on new cases."""
        if not self._get_change().imported:
            news.created._start_activity_plan()

    @api.model
    def _change_reactions(self, news):
        """Let stages do what they do by themselves, then whoever reacts to moves."""
        if news.moves:
            moved = self.union(*news.moves)
            moved._note_moves(news.moves)
            moved._send_on_moves()
            moved._after_stage_change(news.moves)

    def _announce_change(self, change, created):
        """Tell people of their new cases, at the very end and once."""
        if not change.imported:
            created._announce()
        handed_on = self.browse(
            [
                case.id
                for case in self.browse(change.first) - created
                if change.first[case.id]["user_id"] != case.user_id.id
            ]
        )
        handed_on._announce_assignment()

    # === The caller's values === #

    @api.model
    def default_get(self, fields_list):
        """Take a default of the request, or of a user, only for what he may say himself.

        Core fills in defaults after the caller's values were judged.
        """
        values = super().default_get(fields_list)
        if self.env.su:
            return values
        for name in [name for name in values if not self._may_say(name, values[name])]:
            del values[name]
            definition = self._fields[name]
            if definition.default:
                value = definition.convert_to_cache(definition.default(self), self)
                value = definition.convert_to_record(value, self)
                values[name] = definition.convert_to_write(value, self)
        return values

    @api.model
    def _ensure_known(self, names):
        """Guard: who names a field that there is not is told which one.

        :raises UserError: naming the first such field
        """
        unknown = next((name for name in names if name not in self._fields), None)
        if unknown is not None:
            raise UserError(
                self.env._(
                    "A case has no field “%s”. Correct its name, or leave it out.",
                    unknown,
                )
            )

    @api.model
    def _leave_out_unsaid(self, vals_list):
        """Leave out what a form sends along although nobody said it.

        A form sends all its fields. What a report would have anyway is not said by its
        reporter; where he says something else he is refused.
        """
        if self.env.su or self._is_agent():
            return vals_list
        return [self._leave_out_usual(vals) for vals in vals_list]

    def _get_new_report_fields(self):
        return NEW_REPORT_FIELDS | set(self._get_slip_fields())

    def _leave_out_usual(self, vals):
        told = self._get_new_report_fields()
        said = {name: vals[name] for name in vals if name in told}
        sent = [name for name in vals if name in self._fields and name not in said]
        if not sent:
            return vals
        # sudo: what the rules would choose, to be compared only
        usual = self.sudo().new(self.default_get(sent) | said)
        left = {name: vals[name] for name in vals if not usual._is_usual(name, vals)}
        return said | left

    def _is_usual(self, name, vals):
        """Return whether a value says no more than this new case has by itself."""
        definition, value = self._fields.get(name), vals[name]
        if not definition or name in self._get_new_report_fields():
            return False
        if not value:
            return True
        if name == "reported_at":
            # The form was opened a while ago.
            opened = fields.Datetime.to_datetime(value)
            return abs(fields.Datetime.now() - opened) < LONGEST_FORM
        if definition.type in ("one2many", "many2many"):
            return False
        value = definition.convert_to_cache(value, self, validate=False)
        value = definition.convert_to_write(
            definition.convert_to_record(value, self), self
        )
        return value == definition.convert_to_write(self[name], self)

    def _may_say(self, name, value):
        """Return whether the user may give a new case this value himself."""
        try:
            self._ensure_can_create([{name: value}])
        except AccessError:
            return False
        return True

    def _ensure_can_create(self, vals_list):
        """Guard: what the caller says of new cases is his to say.

        :raises AccessError: naming the first field that is not
        """
        if self.env.su:
            return
        is_agent = self._is_agent()
        for vals in vals_list:
            self._ensure_no_system_fields(vals)
            self._ensure_can_link(vals)
            if not is_agent:
                self._ensure_only(self._get_new_report_fields(), vals)

    def _ensure_can_change(self, vals):
        """Guard: who writes, what, and whether it is locked.

        :raises AccessError: naming the first field that may not be written
        """
        if self.env.su:
            return
        self._ensure_can_write(vals)
        self._ensure_no_system_fields(vals)
        self._ensure_leads(vals)
        self._ensure_can_link(vals)
        self._ensure_not_locked(vals)

    def _ensure_can_write(self, vals):
        """Hook: refuse who may not write these fields; a reporter runs no case.

        Called for everybody but the system.

        :raises AccessError: naming the first field he may not change
        """
        if not self._is_agent():
            self._ensure_only(REPORT_FIELDS, vals)

    def _is_agent(self):
        return self.env.user.has_group("aftersales_case.group_aftersales_agent")

    def _ensure_only(self, names, vals):
        refused = next((name for name in vals if name not in names), None)
        if refused:
            raise AccessError(
                self.env._(
                    "%(field)s: only agents of After-sales change this. Write a message"
                    " on the case instead.",
                    field=self._get_field_label(refused),
                )
            )

    def _ensure_no_system_fields(self, vals):
        """Guard: what the system keeps is not said by callers.

        :raises AccessError: naming the first such field
        """
        if self._is_import():
            return
        system = self._get_system_fields()
        refused = next((name for name in vals if name in system), None)
        if refused:
            raise AccessError(
                self.env._(
                    "%(field)s is kept by the system and cannot be set.",
                    field=self._get_field_label(refused),
                )
            )

    def _ensure_leads(self, vals):
        """Guard: when the customer told us is changed by leaders only.

        :raises AccessError: naming the field
        """
        leader = "aftersales_case.group_aftersales_leader"
        refused = next((name for name in vals if name in LEADER_FIELDS), None)
        if refused and not self.env.user.has_group(leader):
            raise AccessError(
                self.env._(
                    "%(field)s: only leaders change this, because deadlines run from"
                    " it.",
                    field=self._get_field_label(refused),
                )
            )

    @api.model
    @ormcache()
    def _get_system_fields(self):
        """Return the names of the fields that nobody but the system sets.

        These are the stored fields that are read-only by their own definition, siblings'
        included: a list kept by hand would forget one.
        """
        return frozenset(
            name
            for name, definition in self._fields.items()
            if definition.store and definition.readonly and name not in MAGIC_COLUMNS
        ) - frozenset(self._get_writable_readonly())

    @api.model
    def _get_writable_readonly(self):
        """Hook: return names of stored read-only fields that callers may set all the same.

        Called once for each registry.
        """
        return ()

    def _ensure_can_link(self, vals):
        """Guard: a case is tied only to cases that the user may read.

        :raises AccessError: from the rules of the other case
        """
        named = [vals[name] for name in LINK_FIELDS if vals.get(name)]
        # Core also takes a dict for a record; what is neither it refuses itself.
        ids = [value.get("id") if isinstance(value, dict) else value for value in named]
        linked = self.browse({value for value in ids if isinstance(value, int)})
        if linked:
            linked.check_access("read")

    def _get_field_label(self, name):
        known = self._fields.get(name)
        return known._description_string(self.env) if known else name

    # === The values to write === #

    @api.model
    def _prepare_case_vals(self, vals):
        """Hook: complete the values of one new case before the responsible is chosen.

        :param vals: values as given to ``create`` (a copy that may be changed)
        :returns: the values to create with; ``user_id`` only when it is truthy
        """
        if not vals.get("user_id"):
            vals.pop("user_id", None)
        missing = {"type_id", "reported_at"} - vals.keys()
        vals = self.default_get(list(missing)) | vals
        # sudo: types and teams are set up by managers and used by everybody
        case_type = self.env["aftersales.case.type"].sudo().browse(vals.get("type_id"))
        if not vals.get("company_id"):
            company = case_type.company_id or case_type.team_id.company_id
            vals["company_id"] = (company or self.env.company).id
        return vals

    def _prepare_change_vals(self, vals):
        """Hook: complete the values that are written on these cases.

        :param vals: values as given to ``write`` (a copy that may be changed)
        :returns: the values to write
        """
        return vals

    @api.model
    def _number_cases(self, vals_list):
        """Draw the numbers of new cases; those that are taken already are passed over.

        A number can be taken by an imported case, or by a type that had the code before.

        :raises ValidationError: when a number that is given belongs to another case
        """
        given = [vals for vals in vals_list if vals.get("number", "/") != "/"]
        keys = Counter((vals["company_id"], vals["number"]) for vals in given)
        double = {key for key, count in keys.items() if count > 1}
        for _company_id, number in self._get_taken_numbers(given) | double:
            raise ValidationError(
                self.env._(
                    "Number: %s is the number of another case. Leave it empty, and the"
                    " case gets a new one.",
                    number,
                )
            )
        waiting = [vals for vals in vals_list if vals.get("number", "/") == "/"]
        while waiting:
            for vals in waiting:
                # sudo: as in _prepare_case_vals
                types = self.env["aftersales.case.type"].sudo()
                case_type = types.browse(vals.get("type_id"))
                vals["number"] = case_type._next_number() if case_type else "/"
            taken = self._get_taken_numbers(waiting)
            waiting = [
                vals
                for vals in waiting
                if (vals["company_id"], vals["number"]) in taken
            ]

    @api.model
    def _get_taken_numbers(self, vals_list):
        """Return those (company id, number) of these values that cases have already."""
        if not vals_list:
            return set()
        # sudo: numbers of cases that the user may not see are taken, too
        rows = self.sudo()._read_group(
            [
                ("company_id", "in", [vals["company_id"] for vals in vals_list]),
                ("number", "in", [vals["number"] for vals in vals_list]),
                ("number", "!=", "/"),
            ],
            ["company_id", "number"],
        )
        return {(company.id, number) for company, number in rows}
