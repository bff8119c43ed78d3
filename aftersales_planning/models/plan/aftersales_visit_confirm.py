from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import (
    ASK_ACCESS,
    ASK_CONTACT,
    ASK_COVERAGE,
    ASK_OPENING,
    ASK_PARTS,
    ASK_PHONE,
    AT_DESK,
    AT_SITE,
    CONFIRMED,
    HARD,
    OFF,
    PARTS_MISSING,
    PLANNED,
    STAGE_CONFIRM,
)

# What is asked of which place; the rest is asked everywhere.
ONLY_AT_SITE = (ASK_OPENING, ASK_ACCESS)
ONLY_WITH_PEOPLE = (ASK_CONTACT, ASK_PHONE)


class AftersalesVisit(models.Model):
    """Before a visit is confirmed everything is there that it needs (N-20)."""

    _inherit = "aftersales.visit"

    missing_text = fields.Text(
        "Missing Before It Is Confirmed",
        compute="_compute_missing_text",
        help="What has to be known or ready before the visit is confirmed.",
    )
    warning_text = fields.Text(
        "What Speaks Against It",
        compute="_compute_warning_text",
        help="Of the place where it stands now.",
    )

    @api.depends(
        "case_id.contact_id.phone",
        "case_id.phone",
        "parts_state",
        "place",
        "site_id.access_note",
        "site_id.calendar_id",
        "site_id.contact_id.phone",
        "site_id.is_always_open",
        "site_id.phone",
        "state",
    )
    @api.depends_context("uid", "lang")
    def _compute_missing_text(self):
        planned = self.filtered(lambda one: one.state == PLANNED)
        missing = planned._get_missing()
        for visit in self:
            texts = [text for _key, text, _hard in missing.get(visit, ())]
            visit.missing_text = "\n".join(texts) or False

    @api.depends("crew_ids", "start", "stop", "state")
    @api.depends_context("uid", "lang")
    def _compute_warning_text(self):
        standing = self.filtered(lambda one: one.state in (PLANNED, CONFIRMED))
        found = standing._judge_now()
        for visit in self:
            texts = [one.text for one in found.get(visit, ())]
            visit.warning_text = "\n".join(texts) or False

    def action_confirm(self):
        """Say that these visits take place as planned.

        :raises UserError: naming what is missing, and what speaks against a plan
        """
        self.check_access("write")
        texts = [
            self.env._("%(visit)s: %(missing)s", visit=visit.name, missing=text)
            for visit, found in self._get_missing().items()
            for _key, text, hard in found
            if hard
        ]
        for findings in self._judge_now().values():
            texts += [one.text for one in findings if one.hard]
        if texts:
            raise UserError("\n".join(dict.fromkeys(texts)))
        self._enter(CONFIRMED)
        return True

    def _get_missing(self):
        """Return ``{visit: [(key, sentence, whether it is refused)]}``.

        By a constant number of queries; what a company does not ask is left out.
        """
        asked = self.env["aftersales.plan.rule"]._get_severities(
            self.company_id, STAGE_CONFIRM
        )
        return {
            visit: [
                (key, text, asked[visit.company_id][key] == HARD)
                for key, text in visit._ask().items()
                if asked[visit.company_id][key] != OFF
            ]
            for visit in self
        }

    def _ask(self):
        """Hook: return ``{key: sentence}`` of what is missing before it is confirmed."""
        self.ensure_one()
        # sudo: site and contact of a visit that the caller may read
        visit = self.sudo()
        there = visit._get_there()
        texts = self._get_ask_texts()
        return {
            key: texts[key]
            for key, is_there in there.items()
            if not is_there and visit._is_asked(key)
        }

    def _is_asked(self, key):
        """Say whether a place of work needs something."""
        if key in ONLY_AT_SITE:
            return self.place == AT_SITE
        if key in ONLY_WITH_PEOPLE:
            return self.place in (AT_SITE, AT_DESK)
        return True

    def _get_there(self):
        """Return ``{key: whether it is known or ready}``."""
        self.ensure_one()
        site, case = self.site_id, self.case_id
        contact = site.contact_id or case.contact_id
        return {
            ASK_COVERAGE: case._is_coverage_decided(),
            ASK_PARTS: self.parts_state != PARTS_MISSING,
            ASK_OPENING: bool(site.calendar_id or site.is_always_open),
            ASK_CONTACT: bool(contact),
            ASK_PHONE: bool(site.phone or contact.phone or case.phone),
            ASK_ACCESS: bool((site.access_note or "").strip()),
        }

    @api.model
    def _get_ask_texts(self):
        env = self.env
        return {
            ASK_COVERAGE: env._("It is not decided who pays."),
            ASK_PARTS: env._("The parts are not ready."),
            ASK_OPENING: env._(
                "Nobody knows when the site is open. Choose opening hours, or tick that"
                " it is always open."
            ),
            ASK_CONTACT: env._("There is no contact."),
            ASK_PHONE: env._("There is no phone number to call."),
            ASK_ACCESS: env._("Nothing says how one gets in. Note it at the site."),
        }
