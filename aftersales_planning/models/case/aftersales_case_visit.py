from odoo import api, fields, models
from odoo.tools import format_datetime

from ...const import (
    EVENT_LOCKED,
    EVENT_MOVED,
    EVENT_OVERRULED,
    EVENT_UNLOCKED,
    EVENT_VISIT,
    OPEN_VISITS,
    VISIT_STATES,
)


class AftersalesCase(models.Model):
    """The visits of a case."""

    _inherit = "aftersales.case"

    visit_ids = fields.One2many("aftersales.visit", "case_id", "Visits")
    visit_count = fields.Integer(compute="_compute_visit_count")
    visit_text = fields.Char(compute="_compute_visit_text")

    @api.depends("visit_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_visit_count(self):
        counts = dict(self._read_group_linked("aftersales.visit", "case_id"))
        for case in self:
            case.visit_count = counts.get(case, 0)

    @api.depends("visit_ids.state", "visit_ids.start")
    @api.depends_context("lang", "tz")
    def _compute_visit_text(self):
        """When somebody goes next, for the card."""
        visits = self.env["aftersales.visit"].search_fetch(
            [("case_id", "in", self.ids), ("state", "in", OPEN_VISITS)],
            ["case_id", "start"],
        )
        first = {}
        for visit in visits:
            first.setdefault(visit.case_id, visit)
        for case in self:
            visit = first.get(case)
            if visit and visit.start:
                case.visit_text = format_datetime(
                    self.env, visit.start, dt_format="short"
                )
            else:
                case.visit_text = visit and self.env._("Visit to plan")

    def action_open_visits(self):
        """Open the visits of these cases.

        :returns: an action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_planning.aftersales_visit_action"
        )
        action["domain"] = [("case_id", "in", self.ids)]
        action["context"] = {"default_case_id": self[:1].id}
        return action

    def _get_visit_sites(self):
        """Return ``{case: site}`` of the addresses where work on these cases is done.

        Of its addresses the first one that has a site.
        """
        partners = {case: case._get_visit_places() for case in self}
        wanted = self.site_id | self.contact_id | self.partner_id
        found = self.env["aftersales.site"].search([("partner_id", "in", wanted.ids)])
        sites = found.grouped("partner_id")
        nearest = {
            case: next((sites[one] for one in mine if one in sites), None)
            for case, mine in partners.items()
        }
        return {case: site for case, site in nearest.items() if site}

    def _get_visit_places(self):
        """Return where work can be: address of the case, its contact, its customer."""
        self.ensure_one()
        return self.site_id, self.contact_id, self.partner_id

    def _make_visit_sites(self):
        """Make sites of the addresses of these cases, which have none yet.

        An address without a street is nowhere to go to.

        :returns: ``{case: site}``
        """
        places = {}
        # sudo: an address may be out of sight of who asks for a visit there
        for case, known in zip(self, self.sudo(), strict=True):
            mine = known._get_visit_places()
            if place := next((one for one in mine if one.street), None):
                places[case] = place
        # sudo: a site says no more than its address; who asks for a visit keeps no sites
        Site = self.env["aftersales.site"].sudo()
        wanted = self.env["res.partner"].union(*places.values())
        known = Site.search([("partner_id", "in", wanted.ids)]).partner_id
        made = Site.create([{"partner_id": one.id} for one in wanted - known])
        # sudo: off again, where the caller has none
        sites = made.sudo(self.env.su).grouped("partner_id")
        return {case: sites[one] for case, one in places.items() if one in sites}


class AftersalesCaseEvent(models.Model):
    _inherit = "aftersales.case.event"

    @api.model
    def _get_kind_models(self):
        env = self.env
        labels = dict(
            env["aftersales.visit"]._fields["state"]._description_selection(env)
        )
        states = {
            f"{EVENT_VISIT}{state}": (env._("Visit: %s", labels[state]), None)
            for state, _label in VISIT_STATES
        }
        return {
            **super()._get_kind_models(),
            **states,
            EVENT_MOVED: (env._("Visit moved"), None),
            EVENT_LOCKED: (env._("Visit locked"), None),
            EVENT_UNLOCKED: (env._("Visit unlocked"), None),
            EVENT_OVERRULED: (env._("Visit planned against a warning"), None),
        }
