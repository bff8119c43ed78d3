from odoo import api, fields, models
from odoo.fields import Domain

from ...const import (
    AT_SITE,
    BOOKED_STATES,
    DONE,
    OPEN_VISITS,
    PARTS_MISSING,
    TO_PLAN,
)

# Cards that the lane shows at once, of visits and of cases each.
MOST_CARDS = 100
# The group of the lane that says to whom a visit belongs before somebody has it.
WANTED = {"lead_id": "wish_id", "subcontractor_id": None}


class AftersalesVisit(models.Model):
    """The lane beside the board: what is to be planned, the most urgent first."""

    _inherit = "aftersales.visit"

    @api.model
    @api.readonly
    def get_lane(self, domain, group_by, planned=False):
        """Return what is to be planned: visits, and open cases without an open visit.

        :param domain: of visits, as the search bar has it; cases are found by it as if
            each had a new visit
        :param group_by: name of the field that makes the rows of the board
        :param planned: whether to show open visits that are planned, too
        :returns: dict of ``cards`` in the order of their latest date, and of ``total``,
            how many there are with those beyond the limit
        :raises UserError: for a grouping that a board cannot have
        :raises AccessError: for who may not read visits
        """
        self.check_access("read")
        field = self._get_board_field(group_by)
        states = OPEN_VISITS if planned else (TO_PLAN,)
        wanted = Domain(domain) & Domain("state", "in", states)
        visits = self.search(wanted, order="latest, id", limit=MOST_CARDS)
        cases = self._get_cases_to_plan(domain)
        cards = visits._prepare_lane_visits(field) + self._prepare_lane_cases(
            cases[:MOST_CARDS], field
        )
        return {
            "cards": sorted(cards, key=lambda card: card["latest"] or "9"),
            "total": self.search_count(wanted) + len(cases),
        }

    # === Visits === #

    def _prepare_lane_visits(self, field):
        labels, now = self._get_board_labels(), fields.Datetime.now()
        movable = self._filtered_access("write")
        name = WANTED.get(field.name, field.name)
        return [
            {
                **visit._prepare_board_card(labels, now),
                "key": f"visit:{visit.id}",
                "kind": "visit",
                "group": visit._get_lane_group(name),
                "start": fields.Datetime.to_string(visit.start) or False,
                "stop": fields.Datetime.to_string(visit.stop) or False,
                # sudo: names, as every form shows them
                "crew": visit.crew_ids.resource_id.sudo().mapped("name"),
                "resource_ids": (visit.crew_ids.resource_id or visit.wish_id).ids,
                "missing": visit._get_lane_missing(),
                "can_move": visit in movable
                and visit.state in (TO_PLAN, *BOOKED_STATES)
                and not visit.locked,
            }
            for visit in self
        ]

    def _get_lane_group(self, name):
        """Return ``[id, name]`` of the group of the lane in which a visit stands."""
        self.ensure_one()
        # sudo: names, as every form shows them
        record = self[name].sudo() if name else None
        return [record.id, record.display_name] if record else [False, ""]

    def _get_lane_missing(self):
        """Hook: return what is still missing for a visit to be planned, in short words."""
        self.ensure_one()
        missing = []
        if self.place == AT_SITE and not self.site_id:
            missing.append(self.env._("Address"))
        # sudo: the telephone of an address that the user may read
        elif self.place == AT_SITE and not self.site_id.sudo().phone:
            missing.append(self.env._("Phone"))
        if self.parts_state == PARTS_MISSING:
            missing.append(self.env._("Parts"))
        return missing

    # === Cases without a visit === #

    @api.model
    def _get_cases_to_plan(self, domain):
        """Return the open cases for which nobody has planned anything, by due date."""
        Case = self.env["aftersales.case"]
        if not self._sees_others():
            return Case
        return Case.search(
            Domain("is_open", "=", True)
            # Who reads a case reads its visits: no rules are asked about them again.
            & Domain("visit_ids", "not any!", self._get_planning_domain())
            & self._to_case_domain(domain),
            order="next_due_at, id",
        )

    @api.model
    def _get_planning_domain(self):
        """Return the domain of visits for which their case waits, or that it had."""
        return Domain("state", "in", (*OPEN_VISITS, DONE))

    @api.model
    def _to_case_domain(self, domain):
        """Return the domain of cases whose new visit would be found by one of visits."""
        blank = self.new({"state": TO_PLAN})

        def translate(condition):
            name, *rest = condition.field_expr.split(".", 1)
            operator, value = condition.operator, condition.value
            if name == "case_id":
                own = "display_name" if operator.endswith("like") else "id"
                return Domain(rest[0] if rest else own, operator, value)
            if name in ("partner_id", "team_id", "company_id"):
                return Domain(condition.field_expr, operator, value)
            if name == "name":
                return Domain("display_name", operator, value)
            if name in ("site_id", "region_id"):
                return self._to_site_domain(condition)
            if rest:
                return Domain.FALSE
            return Domain(bool(blank.filtered_domain(condition)))

        return Domain(domain).map_conditions(translate)

    @api.model
    def _to_site_domain(self, condition):
        """Return the domain of cases that are worked on at such sites."""
        name = condition.field_expr
        if name.split(".", 1)[0] == "site_id":
            name = name.partition(".")[2] or "id"
        sites = self.env["aftersales.site"]._search(
            Domain(name, condition.operator, condition.value)
        )
        partners = Domain("id", "in", sites.subselect("partner_id"))
        at_site = Domain("site_id", "any", partners)
        at_contact = Domain("site_id", "=", False) & Domain(
            "contact_id", "any", partners
        )
        at_customer = (
            Domain("site_id", "=", False)
            & Domain("contact_id", "=", False)
            & Domain("partner_id", "any", partners)
        )
        return at_site | at_contact | at_customer

    @api.model
    def _prepare_lane_cases(self, cases, field):
        """Return the cards of cases, in a constant number of queries."""
        sites = cases._get_visit_sites()
        dues = cases._get_promised_at()
        now = fields.Datetime.now()
        may = (
            cases._filtered_access("write") if self.has_access("create") else cases[:0]
        )
        default = self.default_get(["duration", "place"])
        cards = []
        for case in cases:
            latest = dues[case] or case.next_due_at or False
            site = sites.get(case, self.env["aftersales.site"])
            late = latest and latest < now
            # sudo: the address of work that the user may read
            address = site.sudo().partner_id
            cards.append(
                {
                    "key": f"case:{case.id}",
                    "kind": "case",
                    "id": case.id,
                    "case_id": case.id,
                    "revision": 0,
                    "name": f"{case.number or ''} {case.partner_id.name or ''}".strip(),
                    "title": case.name,
                    "type": [case.type_id.id, case.type_id.name],
                    "customer": case.partner_id.display_name or "",
                    "where": " ".join(filter(None, [address.zip, address.city])),
                    "state": "case",
                    "state_label": self.env._("No visit yet"),
                    "duration": default.get("duration") or 1.0,
                    "latest": fields.Datetime.to_string(latest) or False,
                    "latest_stands": False,
                    "urgency": "late" if late else "none",
                    "skills": [],
                    "locked": False,
                    "start": False,
                    "crew": [],
                    "resource_ids": [],
                    "missing": [] if site else [self.env._("Address")],
                    "group": self._get_lane_group_of_case(case, site, field),
                    "can_move": case in may,
                }
            )
        return cards

    @api.model
    def _get_lane_group_of_case(self, case, site, field):
        record = None
        if field.name == "region_id":
            record = site.region_id
        elif field.name in ("partner_id", "team_id", "company_id"):
            record = case[field.name]
        elif field.name == "case_id":
            record = case
        # sudo: names, as every form shows them
        return [record.id, record.sudo().display_name] if record else [False, ""]
