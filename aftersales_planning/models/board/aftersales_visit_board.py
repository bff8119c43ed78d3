from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import (
    BOOKED_STATES,
    CANCELLED,
    CONFIRMED,
    FAILED,
    TO_PLAN,
)
from ...engine.judge import LATE, LOCKED, PARTS, PROMISE
from ..visit.during import during

# What the client may ask for at once: a month and half of one on either side.
MOST_DAYS = 100
MOST_VISITS = 2000
# Off the board: it is on nobody's day any more.
OFF_BOARD = (TO_PLAN, CANCELLED, FAILED)
# From this far ahead the last moment is no worry yet.
SOON = timedelta(days=2)
# The marks of what a card has a sign of its own for, by the rule of the judge.
BADGES = {LATE: "late", PROMISE: "promise", PARTS: "parts"}
URGENCY_LATE, URGENCY_SOON, URGENCY_NONE = "late", "soon", "none"


class AftersalesVisit(models.Model):
    """What the planning board shows: rows, visits on them, what is closed, the load."""

    _inherit = "aftersales.visit"

    subcontractor_id = fields.Many2one(
        related="lead_id.visit_partner_id",
        string="Subcontractor",
        store=True,
        index="btree_not_null",
    )

    @api.model
    @api.readonly
    def get_board(self, domain, group_by, start, stop):
        """Return what stands on the board in a span of time, as the user may read it.

        :param domain: of visits, as the search bar has it
        :param group_by: name of a many2one field of the visit, whose records are the rows
        :param start: naive UTC text, "YYYY-MM-DD HH:MM:SS"
        :param stop: likewise, at most 100 days later
        :returns: dict of ``rows``, ``visits``, ``grounds``, ``days``, ``hours`` (of the
            day in which anybody works), ``can_plan``, ``zone``, and ``cut``, whether there
            are more visits than shown
        :raises UserError: for a span or a grouping that a board cannot have
        :raises AccessError: for who may not read visits
        """
        self.check_access("read")
        field = self._get_board_field(group_by)
        start, stop = self._get_board_span(start, stop)
        visits = self.search(
            Domain(domain) & during(start, stop) & Domain("state", "not in", OFF_BOARD),
            order="start, id",
            limit=MOST_VISITS + 1,
        )
        cut, visits = len(visits) > MOST_VISITS, visits[:MOST_VISITS]
        rows = self._get_board_rows(field, visits)
        sheet = self._get_board_sheet(field, rows, visits, start, stop)
        return {
            **self._prepare_board_rows(field, rows, visits, sheet),
            "visits": visits._prepare_board_visits(field),
            "hours": self._get_board_hours(sheet),
            "can_plan": self.has_access("write"),
            "zone": str(self.env.tz),
            "cut": cut,
        }

    @api.model
    def _get_board_field(self, group_by):
        """Return the field that makes the rows.

        :raises UserError: for what is no single record of each visit
        """
        field = self._fields.get(group_by) if isinstance(group_by, str) else None
        if not field or field.type != "many2one" or not field.store:
            raise UserError(
                self.env._(
                    "The board cannot be grouped by “%s”. Group it by technician,"
                    " customer, region, team or subcontractor.",
                    field._description_string(self.env) if field else group_by,
                )
            )
        self._check_field_access(field, "read")
        return field

    @api.model
    def _get_board_span(self, start, stop):
        try:
            start = fields.Datetime.to_datetime(start)
            stop = fields.Datetime.to_datetime(stop)
        except (TypeError, ValueError):
            start = stop = None
        if (
            not start
            or not stop
            or not timedelta() < stop - start <= timedelta(days=MOST_DAYS)
        ):
            raise UserError(
                self.env._("The board shows at most %s days at once.", MOST_DAYS)
            )
        return start, stop

    # === Visits === #

    def _prepare_board_visits(self, field):
        """Return the visits as the client draws them."""
        labels = self._get_board_labels()
        movable = self._filtered_access("write")
        badges = self._get_board_badges()
        now = fields.Datetime.now()
        return [
            {
                **visit._prepare_board_card(labels, now),
                "start": fields.Datetime.to_string(visit.start),
                "stop": fields.Datetime.to_string(visit.stop),
                "rows": visit._get_board_row_ids(field),
                "resource_ids": visit.crew_ids.resource_id.ids,
                # sudo: names, as every form shows them
                "crew": visit.crew_ids.resource_id.sudo().mapped("name"),
                "can_write": visit in movable,
                "can_move": visit in movable
                and visit.state in BOOKED_STATES
                and not visit.locked,
                "badges": badges[visit],
            }
            for visit in self
        ]

    def _get_board_row_ids(self, field):
        """Return the ids of the rows on which a visit is drawn: of each of its crew."""
        self.ensure_one()
        if field.name == "lead_id":
            return self.crew_ids.resource_id.ids
        return [self[field.name].id]

    @api.model
    def _get_board_labels(self):
        env = self.env
        return {
            "state": dict(self._fields["state"]._description_selection(env)),
            "place": dict(self._fields["place"]._description_selection(env)),
        }

    def _prepare_board_card(self, labels, now):
        """Hook: return what a card says of a visit, on the board and in the lane alike.

        :param labels: of ``_get_board_labels``
        :param now: naive UTC
        """
        self.ensure_one()
        return {
            "id": self.id,
            "case_id": self.case_id.id,
            "revision": self.revision,
            "name": self.name,
            "title": self.case_id.name,
            "type": [self.case_id.type_id.id, self.case_id.type_id.name],
            "customer": self.partner_id.display_name or "",
            "where": self._get_board_where(),
            "state": self.state,
            "state_label": labels["state"][self.state],
            "place": self.place,
            "place_label": labels["place"][self.place],
            "duration": self.duration,
            "latest": fields.Datetime.to_string(self.latest) or False,
            "latest_stands": self.latest_stands,
            "urgency": self._get_board_urgency(now),
            "skills": self.skill_ids.skill_id.mapped("name"),
            "locked": self.locked,
        }

    def _get_board_where(self):
        self.ensure_one()
        # sudo: the address of work that the user may read
        address = self.site_id.sudo().partner_id
        return " ".join(filter(None, [address.zip, address.city])) if address else ""

    def _get_board_urgency(self, now):
        """Say how near the last moment is: of what is planned, whether it is kept."""
        self.ensure_one()
        if not self.latest:
            return URGENCY_NONE
        if self.latest < (self.stop or now):
            return URGENCY_LATE
        return URGENCY_SOON if self.latest < now + SOON else URGENCY_NONE

    # === Badges === #

    def _get_board_badges(self):
        """Hook: return ``{visit: [{"key", "text"}]}``, the marks of visits, the worst first.

        A visit was judged when it was planned; the judge says what speaks against it now,
        as an absence since then. In batch, by a constant number of queries.
        """
        booked = self.filtered(lambda one: one.state in BOOKED_STATES)
        findings = booked._judge_now()
        return {
            visit: visit._prepare_board_badges(findings.get(visit, []))
            for visit in self
        }

    def _prepare_board_badges(self, findings):
        self.ensure_one()
        badges = [
            {
                "key": "conflict" if one.hard else BADGES.get(one.rule, "warning"),
                "text": one.text,
            }
            for one in findings
            if one.rule != LOCKED
        ]
        if self.state == CONFIRMED:
            badges.append({"key": "confirmed", "text": self.env._("Confirmed")})
        return badges
