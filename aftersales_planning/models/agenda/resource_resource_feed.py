from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.aftersales_portal.engine.links import LinkPurpose, make_secret

from ...const import BLOCKING_STATES, PLANNED
from ...engine import ics
from ..visit.during import during
from .aftersales_visit_gone import KEPT

FEED = "feed"
FEED_URL = "/aftersales/feed"
# A program subscribes to it for good; it ends when another one is made, or by hand.
FOREVER = timedelta(days=36500)
BACK, AHEAD = timedelta(days=30), timedelta(days=90)


class ResourceResource(models.Model):
    """The calendar of a technician, at an address that his own programs read.

    Whoever has the address reads it; the table keeps a digest of it only. One address at
    a time: a new one replaces the one before.
    """

    _name = "resource.resource"
    _inherit = ["resource.resource", "aftersales.link.mixin"]

    feed_at = fields.Datetime(
        "Calendar Address Since",
        compute="_compute_feed_at",
        compute_sudo=True,
        help="Since when another program may read his visits.",
    )
    may_make_feed = fields.Boolean(compute="_compute_may_make_feed")

    def _compute_feed_at(self):
        links = self._get_feed_links().grouped("res_id")
        for resource in self:
            resource.feed_at = (
                links[resource.id].create_date if (resource.id in links) else False
            )

    @api.depends("does_visits", "active", "user_id")
    @api.depends_context("uid")
    def _compute_may_make_feed(self):
        for resource in self:
            resource.may_make_feed = resource._may_have_feed() and (
                resource._may_change_feed()
            )

    # === The address === #

    @api.model
    def _get_link_purposes(self):
        label = self.env._("Calendar of the visits")
        return super()._get_link_purposes() | {FEED: LinkPurpose(label, FOREVER)}

    def _may_have_link(self, purpose, partner, address):
        """Let programs read as long as he goes on visits."""
        if purpose != FEED:
            return super()._may_have_link(purpose, partner, address)
        return self._may_have_feed()

    def _may_have_feed(self):
        self.ensure_one()
        user = self.user_id
        return self.does_visits and self.active and (not user or user.active)

    def _may_change_feed(self):
        """Say whether the user may make the address: his own, or a leader's for others."""
        self.ensure_one()
        is_leader = self.env.user.has_group("aftersales_case.group_aftersales_leader")
        return self.user_id == self.env.user or is_leader

    def _ensure_can_change_feed(self):
        """Guard: an address opens the visits of a technician to whoever has it.

        :raises AccessError: for who is neither the technician nor a leader
        """
        self.check_access("read")
        if not all(resource._may_change_feed() for resource in self):
            raise AccessError(
                self.env._(
                    "Calendar Address: only the technician himself and leaders may make"
                    " one."
                )
            )

    def _get_feed_links(self):
        """Return the open links of the calendars of these technicians, with sudo."""
        links = self.env["aftersales.link"].sudo()  # sudo: nobody reads these links
        return links.search(
            [
                ("res_model", "=", "resource.resource"),
                ("res_id", "in", self.ids),
                ("purpose", "=", FEED),
                ("revoked_at", "=", False),
            ]
        )

    def action_make_feed(self):
        """Make a new calendar address, which replaces the one before; show it, this once.

        :returns: an action
        :raises AccessError: for who is neither the technician nor a leader
        :raises UserError: for who does not go on visits
        """
        self.ensure_one()
        self._ensure_can_change_feed()
        if not self._may_have_feed():
            raise UserError(
                self.env._(
                    "Calendar Address: %s does not go on visits. Tick “Goes on Visits”"
                    " first.",
                    self.name,
                )
            )
        self.action_remove_feed()
        secret = make_secret()
        # sudo: the right is asked for above
        links, receiver = self.env["aftersales.link"].sudo(), self.sudo()
        partner = receiver.user_id.partner_id or receiver.visit_partner_id
        links._make(receiver, FEED, partner, None, "", secret=secret)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Calendar Address of %s", self.name),
            "res_model": "aftersales.feed.address",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            # Never stored: the dialog is closed, not saved.
            "context": {
                "default_address": f"{self.get_base_url()}{FEED_URL}/{secret}.ics",
                "dialog_size": "medium",
            },
        }

    def action_remove_feed(self):
        """Let the calendar address open nothing any more.

        :raises AccessError: for who is neither the technician nor a leader
        """
        self._ensure_can_change_feed()
        links = self._get_feed_links()
        links.action_revoke()
        links.expires_at = fields.Datetime.now()  # so that they are forgotten in time
        return True

    # === What is read there === #

    def _get_feed(self):
        """Return the file of this technician's calendar; called with sudo.

        Visits that were called off or taken from him stay for thirty days, as such.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        mine = Domain("resource_id", "=", self.id) & during(now - BACK, now + AHEAD)
        rows = self.env["aftersales.visit.crew"].search(mine, order="start, id")
        gone = self.env["aftersales.visit.gone"].search(
            mine & Domain("create_date", ">", now - KEPT), order="start, id"
        )
        over = rows.filtered(lambda row: row.visit_id.state not in BLOCKING_STATES)
        old = over.filtered(lambda row: row.write_date <= now - KEPT)
        gone = gone.filtered(lambda row: row.visit_id not in rows.visit_id)
        entries = [self._get_feed_entry(row) for row in rows - old]
        entries += [self._get_feed_entry(row, is_gone=True) for row in gone]
        name = self.env._("Visits of %s", self.name)
        return ics.build(name, entries)

    def _get_feed_entry(self, row, is_gone=False):
        """Return what the calendar says of a visit.

        :param row: of the crew, or of who is gone
        """
        visit = row.visit_id
        is_off = is_gone or visit.state not in BLOCKING_STATES
        is_open = not is_gone and not visit.case_id.confidential
        state = ics.TENTATIVE if visit.state == PLANNED else ics.CONFIRMED
        entry = ics.Entry(
            uid=visit._get_uid(),
            sequence=visit.revision,
            stamp=max(row.write_date, visit.write_date),
            start=row.start,
            stop=row.stop,
            summary=visit._get_agenda_name() if is_open else self.env._("Busy"),
            status=ics.CANCELLED if is_off else state,
            is_private=not is_open,
        )
        if not is_open:
            return entry
        return entry._replace(
            location=visit.site_id.partner_id.contact_address_inline or "",
            description=visit._get_feed_text(),
            url=f"{visit.get_base_url()}/odoo/{visit._name}/{visit.id}",
        )


class AftersalesVisit(models.Model):
    _inherit = "aftersales.visit"

    def _get_uid(self):
        """Return what names this visit in all calendars of the world, for ever."""
        self.ensure_one()
        # sudo: an identifier of the database, no secret
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"aftersales-visit-{self.id}@{database}"

    def _get_feed_text(self):
        """Return what a technician reads of a visit in a calendar of his own.

        How one gets in (keys, codes) is not in it: other companies keep such calendars.
        """
        site = self.site_id
        phone = site.phone or self.case_id.phone
        who = ", ".join(filter(None, [site.contact_id.name, phone]))
        return "\n".join(filter(None, [self.note or self.case_id.name, who]))
