from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ...const import MOST_HOURS_OF_VISIT
from .aftersales_visit_agenda import PUSH, PUSH_KEY

MOVING_FIELDS = {"start", "stop", "duration"}
# Of the entry of a visit, these are said by the visit alone.
FIXED_FIELDS = (
    "name",
    "visit_id",
    "allday",
    "start_date",
    "stop_date",
    "partner_ids",
    "attendee_ids",
    "user_id",
    "privacy",
    "location",
    "description",
    "recurrency",
    "recurrence_id",
    "res_model_id",
    "res_id",
)


class CalendarEvent(models.Model):
    """The entries of visits: moving one moves the visit, where one may.

    Core lets every employee write and delete every entry.
    """

    _inherit = "calendar.event"

    visit_id = fields.Many2one(
        "aftersales.visit",
        readonly=True,
        copy=False,
        ondelete="cascade",
        help="What this entry shows.",
    )

    _visit_unique = models.UniqueIndex(
        "(visit_id) WHERE visit_id IS NOT NULL",
        "A visit has one entry in the calendar.",
    )

    # What people have besides visits: these are a thousand a day.
    _others_idx = models.Index("(start) WHERE visit_id IS NULL")

    @api.model
    def _get_public_fields(self):
        """Let everybody see whether an entry is a visit: its name says a number only."""
        return super()._get_public_fields() | {"visit_id"}

    def _compute_user_can_edit(self):
        """Let planners drag visits they do not go on, and the crew only where it may."""
        result = super()._compute_user_can_edit()
        shown = self._of_visits()
        may = shown._get_visits()._may_move_in_calendar()
        for event in shown:
            event.user_can_edit = event._get_visits() <= may
        return result

    # === Our own writes === #

    def _is_push(self):
        return self.env.context.get(PUSH_KEY) is PUSH

    def _of_visits(self):
        """Return those of these entries that show a visit."""
        return self.sudo().filtered("visit_id").with_env(self.env)  # sudo: whether

    def _get_visits(self):
        """Return the visits of these entries, with the rights of the user."""
        return self.sudo().visit_id.with_env(self.env)  # sudo: which, no more

    def _show(self, vals, people):
        """Write what differs from a visit: core makes attendees anew each time.

        :param vals: as ``_prepare_event_vals`` of the visit returns it
        :param people: ``res.partner``
        :returns: whether something differed
        """
        self.ensure_one()
        changed = {name: value for name, value in vals.items() if self[name] != value}
        if self.partner_ids != people:
            changed["partner_ids"] = [Command.set(people.ids)]
        if not self.active:
            changed["active"] = True
        if changed:
            self.write(changed)
        if changed.keys() & {"start", "stop", "partner_ids"}:
            # Who declined did so for another time.
            others = self.attendee_ids.filtered(lambda one: one.state != "accepted")
            if others:
                others.write({"state": "accepted"})
        return bool(changed)

    # === What others write === #

    @api.model_create_multi
    def create(self, vals_list):
        said = {"visit_id": self.env.context.get("default_visit_id")}
        if not self._is_push() and any(v.get("visit_id") for v in [said, *vals_list]):
            self._refuse_visit()
        events = super().create(vals_list)
        if not self._is_push() and events._of_visits():
            self._refuse_visit()
        return events

    def _refuse_visit(self):
        raise AccessError(
            self.env._("Visits come into the calendar from the planning board.")
        )

    def write(self, vals):
        if self._is_push():
            return super().write(vals)
        shown = self._of_visits()
        others = self - shown
        if others or not shown:
            if vals.get("visit_id"):
                self._refuse_visit()
            super(CalendarEvent, others).write(dict(vals))
        if shown:
            rest = shown._write_visits(vals)
            if rest:
                super(CalendarEvent, shown.exists()).write(rest)
        return True

    def _write_visits(self, vals):
        """Do to the visits of these entries what somebody does to these in the calendar.

        :returns: what is left to write on the entries themselves
        :raises AccessError: where he may not
        :raises UserError: one sentence that says why not
        """
        self._ensure_can_touch()
        self._ensure_fixed(vals)
        if not vals.get("active", True):
            self._archive_visits()
            return {}
        if MOVING_FIELDS & vals.keys():
            self._move_visits(vals)
        taken = {
            *MOVING_FIELDS,
            *self._get_fixed_fields(),
            "active",
            "recurrence_update",
        }
        return {name: value for name, value in vals.items() if name not in taken}

    def _archive_visits(self):
        """Have the visits planned anew; the archived entries show none of them any more."""
        visits = self._get_visits()
        visits._ensure_can_move_in_calendar()
        agenda = visits._get_agenda().browse(self.ids)
        agenda.write({"active": False, "visit_id": False})
        visits._take_out_of_calendar()

    def _ensure_can_touch(self):
        visits = self._get_visits()
        # sudo: who goes
        visits.sudo(False).filtered(
            lambda visit: self.env.user not in visit.sudo().crew_ids.resource_id.user_id
        )._ensure_can_move_in_calendar()

    @api.model
    def _get_fixed_fields(self):
        return {*FIXED_FIELDS, *self._get_recurrent_fields()}

    def _ensure_fixed(self, vals):
        """Guard: what an entry says of a visit is changed on the visit.

        :raises UserError: naming the field, and where to change it
        """
        said = [name for name in vals if name in self._get_fixed_fields()]
        for event in self.sudo() if said else ():  # sudo: compared, not shown
            after = event.new({name: vals[name] for name in said}, origin=event)
            for name in said:
                if event._differs(after, name):
                    raise UserError(
                        self.env._(
                            "%(field)s: this is visit %(visit)s, and the calendar shows"
                            " it as it is planned. Change it on the planning board.",
                            field=self._fields[name]._description_string(self.env),
                            visit=event.visit_id._get_neutral_name(),
                        )
                    )

    def _differs(self, after, name):
        then = after[name]
        if self._fields[name].relational:
            then = then._origin if len(then) == len(then._origin) else None
        return then != self[name]

    def _move_visits(self, vals):
        spans = {}
        for event in self:
            start = fields.Datetime.to_datetime(vals.get("start")) or event.start
            stop = fields.Datetime.to_datetime(vals.get("stop"))
            self.env["aftersales.visit"]._ensure_near(start, stop or start)
            if not stop:
                stop = start + self._get_span(vals.get("duration") or event.duration)
            if stop <= start:
                raise UserError(self.env._("End: a visit ends after it starts."))
            if (start, stop) != (event.start, event.stop):
                spans[event._get_visits()] = (start, stop)
        if spans:
            self._get_visits()._move_from_calendar(spans)

    @api.model
    def _get_span(self, hours):
        if not 0 < hours <= MOST_HOURS_OF_VISIT:
            raise UserError(
                self.env._(
                    "Duration: enter the hours of work, more than none and at most 24."
                    " What takes several days is several visits."
                )
            )
        return timedelta(minutes=round(hours * 60))

    def unlink(self):
        if self._is_push():
            return super().unlink()
        shown = self._of_visits()
        if shown:
            shown._get_visits()._take_out_of_calendar()
        return super(CalendarEvent, self - shown).unlink()

    def action_unlink_event(self, attendee_id=None, recurrence=False):
        """Take a visit out of the calendar without the letter that core offers to send.

        :param attendee_id: as core's
        :param recurrence: as core's
        :returns: an action
        """
        if not self._of_visits():
            return super().action_unlink_event(attendee_id, recurrence)
        self.unlink()
        return {"type": "ir.actions.act_url", "target": "self", "url": "/odoo/calendar"}

    def action_open_visit(self):
        """Open the visit of an entry.

        :returns: an action
        """
        self.ensure_one()
        visit = self._get_visits()
        visit.check_access("read")
        return visit.get_formview_action()
