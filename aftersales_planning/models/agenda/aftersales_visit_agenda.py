from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools import plaintext2html

from ...const import BLOCKING_STATES
from ..visit.aftersales_visit_book import Booking

# Our own writes on the calendar: told by identity, as a request may say any key.
PUSH_KEY, PUSH = "aftersales_agenda", object()
# Core mails, notes and follows otherwise: a visit is planned, nobody is invited.
QUIET = {
    "no_mail_to_attendees": True,
    "skip_attendee_notification": True,
    "dont_notify": True,
    "mail_create_nosubscribe": True,
    "mail_create_nolog": True,
    "skip_contact_description": True,
    "tracking_disable": True,
}
# What of a visit its entry shows, beside its name and what a booking writes.
SHOWN_FIELDS = {"site_id", "note", "place"}
NOTED = "aftersales_planning.agenda"


class AftersalesVisit(models.Model):
    """Visits in the calendars of those who go.

    The visit is what counts, the entry is its picture: one for each visit that is on
    somebody's day, with the users of its crew. A crew in which nobody has a log-in has
    no entry: it would stand in nobody's calendar. The link is stored on the entry alone.
    """

    _inherit = "aftersales.visit"

    event_ids = fields.One2many(
        "calendar.event",
        "visit_id",
        "Calendar Entry",
        readonly=True,
        copy=False,
        context={"active_test": False},
    )
    is_declined = fields.Boolean(
        "Declined",
        compute="_compute_is_declined",
        search="_search_is_declined",
        help="One of the crew said in his calendar that he does not come.",
    )

    @api.depends("event_ids.attendee_ids.state")
    def _compute_is_declined(self):
        attendees = self.env["calendar.attendee"].sudo()  # sudo: whether, not who
        found = attendees.search_fetch(
            [("event_id.visit_id", "in", self.ids), ("state", "=", "declined")],
            ["event_id"],
        )
        declined = found.event_id.visit_id
        for visit in self:
            visit.is_declined = visit._origin in declined

    def _search_is_declined(self, operator, value):
        if operator != "in":
            return NotImplemented
        attendees = self.env["calendar.attendee"].sudo()  # sudo: whether, not who
        found = attendees.search_fetch(
            [("event_id.visit_id", "!=", False), ("state", "=", "declined")],
            ["event_id"],
        )
        domain = Domain("id", "in", found.event_id.visit_id.ids)
        return domain if True in value else ~domain

    @api.depends("name", "case_id.confidential")
    @api.depends_context("uid")
    def _compute_display_name(self):
        """A link to a visit of a confidential case shows its number, as that of the case.

        The client reads the name of a link with sudo, whoever looks.
        """
        # sudo: whether it is a secret, asked of a visit that is shown by its number
        secret = self.sudo().filtered(lambda v: v.case_id.confidential and v._origin)
        secret = secret.with_env(self.env)
        # sudo: the other way round, to ask with the rights of whoever looks
        asked = secret.sudo(self.env.user._is_superuser())
        secret -= asked._filtered_access("read")
        for visit in self:
            is_secret = visit in secret
            visit.display_name = visit._get_neutral_name() if is_secret else visit.name

    # === What calls for it === #

    @api.depends("number", "case_id.number", "case_id.partner_id.name")
    def _compute_name(self):
        result = super()._compute_name()
        self._note_agenda()
        return result

    def write(self, vals):
        result = super().write(vals)
        if SHOWN_FIELDS & vals.keys():
            self._note_agenda()
        return result

    def _after_step(self, state):
        result = super()._after_step(state)
        self._push_agenda()
        return result

    def _note_agenda(self):
        """Have the entries of these visits looked at before the commit."""
        ids = [visit.id for visit in self if isinstance(visit.id, int)]
        if not ids:
            return
        precommit = self.env.cr.precommit
        if NOTED not in precommit.data:
            precommit.data[NOTED] = {}
            precommit.add(self.browse()._flush_agenda)
        precommit.data[NOTED] |= dict.fromkeys(ids)

    @api.model
    def _flush_agenda(self):
        """Let the calendar show now what else it would show before the commit."""
        ids = list(self.env.cr.precommit.data.pop(NOTED, ()))
        # sudo: what follows from an allowed change
        self.sudo().search(
            [("id", "in", ids), ("state", "in", BLOCKING_STATES)]
        )._push_agenda()

    # === Pushing === #

    def _get_agenda(self):
        """Return the calendar for our own writes: by the system, and nobody is told."""
        kept = ("lang", "tz", "allowed_company_ids")
        context = {
            key: self.env.context[key] for key in kept if key in self.env.context
        }
        events = self.env["calendar.event"].sudo()  # sudo: the system keeps the entries
        own = {PUSH_KEY: PUSH, "active_test": False}
        # The whole context: keys of the request must not reach our writes.
        return events.with_env(events.env(context=context | QUIET | own))

    def _push_agenda(self):
        """Let the calendar show these visits as they are; what stays is not written."""
        agenda = self._get_agenda()
        visits = self.with_env(agenda.env)
        events = agenda.search([("visit_id", "in", self.ids)])
        # Core keeps what others may not see of a private entry as empty for everybody.
        events.invalidate_recordset()
        people = {visit: visit._get_agenda_people() for visit in visits}
        shown = visits.filtered(lambda visit: people[visit])
        gone = events.filtered(lambda event: event.visit_id not in shown)
        known = (events - gone).grouped("visit_id")
        gone.unlink()
        changed = agenda.create(
            [
                visit._prepare_new_event_vals(people[visit])
                for visit in shown
                if visit not in known
            ]
        )
        for visit, event in known.items():
            if event._show(visit._prepare_event_vals(), people[visit]):
                changed |= event
        reminding = changed.filtered("alarm_ids")
        if reminding:
            reminding._setup_alarms()

    def _get_agenda_people(self):
        """Return the partners in whose calendars a visit stands: of users of ours."""
        self.ensure_one()
        if self.state not in BLOCKING_STATES:
            return self.env["res.partner"]
        users = self.crew_ids.resource_id.user_id
        return users.filtered(lambda user: user.active and not user.share).partner_id

    def _prepare_event_vals(self):
        """Return what the entry of a visit shows.

        All colleagues read it. Of a confidential case it is number and time alone.
        """
        self.ensure_one()
        secret = self.case_id.confidential
        address = self.site_id.partner_id.contact_address_inline
        return {
            "name": self._get_neutral_name() if secret else self._get_agenda_name(),
            "start": self.start,
            "stop": self.stop,
            "location": False if secret else address or False,
            "description": False
            if secret or not self.note
            else plaintext2html(self.note),
            "privacy": "private" if secret else "confidential",
        }

    def _prepare_new_event_vals(self, people):
        # Nobody is the organiser: core would have him accept each move anew.
        return self._prepare_event_vals() | {
            "visit_id": self.id,
            "user_id": False,
            "partner_ids": [Command.set(people.ids)],
            "attendee_ids": [
                Command.create({"partner_id": partner.id, "state": "accepted"})
                for partner in people
            ],
            "alarm_ids": [Command.set(self.company_id.visit_alarm_id.ids)],
            "allday": False,
            "show_as": "busy",
            # Else an activity is made on the record that is open.
            "activity_ids": [],
            "res_model_id": False,
            "res_id": False,
        }

    def _get_agenda_name(self):
        """Return what a visit is called in a calendar: who it is for is seen first."""
        self.ensure_one()
        parts = (self.partner_id.name, self._get_neutral_name())
        return ", ".join(filter(None, parts))

    def _get_neutral_name(self):
        """Return what everybody may know of a visit: its number."""
        self.ensure_one()
        # sudo: the number is no secret
        return f"{self.sudo().case_id.number}-{self.sudo().number}"

    # === Back from the calendar === #

    def _may_move_in_calendar(self):
        """Return those of these visits that the user may move in the calendar.

        Planners, and the crew where its company lets technicians move.
        """
        # sudo: the other way round, as core deletes entries with sudo for its user
        asked = self.sudo(self.env.user._is_superuser())
        writable = asked._filtered_access("write")
        own = (
            (asked - writable)
            ._filtered_access("read")
            .filtered(
                # sudo: a setting of the company
                lambda visit: (
                    visit.sudo().company_id.visit_crew_moves and visit._is_own()
                )
            )
        )
        return (writable | own).with_env(self.env)

    def _ensure_can_move_in_calendar(self):
        """Guard: every employee may write every entry; a visit asks for its own right.

        :raises AccessError: for who may not move one of these visits
        """
        refused = self - self._may_move_in_calendar()
        if refused:
            raise AccessError(
                self.env._(
                    "%s is a visit: only those who plan it can move it, or take it out of"
                    " the calendar. Ask them to do so on the planning board.",
                    refused[0].sudo()._get_neutral_name(),  # sudo: its number
                )
            )

    def _move_from_calendar(self, spans):
        """Plan visits as they were moved in the calendar.

        :param spans: ``{visit: (start, stop)}``, naive UTC
        """
        self._ensure_can_move_in_calendar()
        self._plan_from_calendar(
            [
                # sudo: who goes stays as it is; the right is asked for above
                Booking(visit, start, stop, visit.sudo().crew_ids.resource_id)
                for visit, (start, stop) in spans.items()
            ]
        )

    def _plan_from_calendar(self, bookings):
        """Judge and book what was moved in the calendar.

        The calendar asks for no reason: what only warns is refused there, too.

        :param bookings: list of ``Booking`` of visits that the user may move
        :raises UserError: with sentences that say why not
        """
        asked = self._get_asked(self._judge_moves(bookings, self.browse()), bookings)
        texts = [one.text for findings in asked.values() for one in findings]
        if texts:
            board = self.env._("Move it on the planning board if it has to be.")
            raise UserError("\n".join([*dict.fromkeys(texts), board]))
        self._claim()
        self._book(bookings)

    def _take_out_of_calendar(self):
        """Have visits planned anew whose entries somebody deleted or archived."""
        self._ensure_can_move_in_calendar()
        visits = self.sudo()  # sudo: the right is asked for above
        visits._unbook(self.env._("Taken out of the calendar"))
        for case, taken in visits.grouped("case_id").items():
            case._message_log(
                body=self.env._(
                    "%(user)s took %(visits)s out of the calendar. It is to be planned"
                    " anew.",
                    user=self.env.user.name,
                    visits=", ".join(v._get_neutral_name() for v in taken),
                )
            )

    def _note_declined(self, partner):
        """Tell those who plan these visits that one of the crew does not come.

        :param partner: ``res.partner`` of who declined
        """
        for visit in self.sudo():  # sudo: what follows from his answer
            planners = visit._get_planners() - self.env.user
            visit.case_id.message_post(
                body=self.env._(
                    "%(person)s declined %(visit)s in the calendar. It stays planned"
                    " until somebody moves it.",
                    person=partner.name,
                    visit=visit._get_neutral_name(),
                ),
                author_id=partner.id,
                partner_ids=planners.partner_id.ids,
                subtype_xmlid="mail.mt_note",
            )

    def _get_planners(self):
        """Hook: return the users who are told that a visit has to be planned anew."""
        self.ensure_one()
        leader = self.team_id.leader_id.filtered("active")
        return leader or self.case_id.user_id
