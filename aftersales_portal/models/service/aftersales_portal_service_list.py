from odoo import api, models
from odoo.fields import Domain
from odoo.tools.sql import escape_psql

from odoo.addons.aftersales_case.const import (
    CLOSED_STATES,
    OPEN_STATES,
    PORTAL_HIDDEN,
    STATE_WAITING,
    WAIT_CUSTOMER,
)

from ...engine.texts import clean_text

LONGEST_SEARCH = 100
SORT, FILTER, GROUP = "newest", "all", "none"
TYPE_FILTER = "type-"


class AftersalesPortalService(models.AbstractModel):
    """The list of a person's cases: sorted, filtered, searched, grouped, by pages."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _count_cases(self, partner, options=None):
        """Count the cases that a list shows; all of them without options."""
        return self._get_cases().search_count(self._get_list_domain(partner, options))

    @api.model
    def _get_list_options(self, partner, asked):
        """Return what can be chosen for a list, and what of it is.

        :param asked: ``{name: str}`` as the request says it; what is unknown counts as
            the default
        :returns: dictionary with ``sortings``, ``filters``, ``groups`` (each ``{key:
            {"label": str}}``) and the choices ``sort``, ``filter``, ``group``, ``search``
        """
        options = {
            "sortings": {
                SORT: {"label": self.env._("Newest")},
                "changed": {"label": self.env._("Last change")},
                "status": {"label": self.env._("Status")},
            },
            "filters": {
                FILTER: {"label": self.env._("All")},
                "open": {"label": self.env._("Open")},
                "waiting": {"label": self.env._("Waiting for you")},
                "finished": {"label": self.env._("Finished")},
            }
            | self._get_type_filters(partner),
            "groups": {
                GROUP: {"label": self.env._("None")},
                "status": {"label": self.env._("Status")},
                "type": {"label": self.env._("Type")},
                "reporter": {"label": self.env._("Reported by")},
            },
        }
        for name, known, default in (
            ("sort", "sortings", SORT),
            ("filter", "filters", FILTER),
            ("group", "groups", GROUP),
        ):
            choice = asked.get(name)
            options[name] = choice if choice in options[known] else default
        options["search"] = clean_text(asked.get("search")).strip()[:LONGEST_SEARCH]
        return options

    @api.model
    def _get_type_filters(self, partner):
        """Return a filter for each type, where there are several."""
        rows = self._get_cases()._read_group(
            self._get_list_domain(partner), ["type_id"]
        )
        if len(rows) < 2:
            return {}
        return {
            f"{TYPE_FILTER}{case_type.id}": {"label": case_type._get_portal_word()}
            for (case_type,) in rows
        }

    @api.model
    def _get_list_domain(self, partner, options=None):
        domain = Domain("merged_into_id", "=", False) & self._get_seen_domain(partner)
        if not options:
            return domain
        chosen = options["filter"]
        if chosen == "open":
            domain &= Domain("state", "in", OPEN_STATES)
        elif chosen == "finished":
            domain &= Domain("state", "in", CLOSED_STATES)
        elif chosen == "waiting":
            domain &= Domain("state", "=", STATE_WAITING)
            domain &= Domain("waiting_for", "=", WAIT_CUSTOMER)
        elif chosen.startswith(TYPE_FILTER):
            domain &= Domain("type_id", "=", int(chosen.removeprefix(TYPE_FILTER)))
        if options["search"]:
            domain &= self._get_search_domain(options["search"])
        return domain

    @api.model
    def _get_search_domain(self, text):
        """Return the domain of a search: it finds by nothing that is not shown."""
        text = escape_psql(text)
        domain = Domain("number", "ilike", text) | Domain("name", "ilike", text)
        rules = self.env["aftersales.field.rule"].sudo()  # sudo: see the class
        for key, path in (
            ("slip_number", "slip_number"),
            ("product_ids", "product_ids.name"),
        ):
            if not self._is_public(self._get_cases(), key):
                continue
            # Whether others show it, each case decides.
            shown = rules.search(
                [
                    ("key", "=", key),
                    ("portal", "!=", PORTAL_HIDDEN),
                    ("visible_from_id", "=", False),
                    ("condition_ids", "=", False),
                ]
            )
            domain |= Domain("type_id", "in", shown.type_id.ids) & Domain(
                path, "ilike", text
            )
        return domain

    @api.model
    def _get_rows(self, partner, options, offset, limit):
        """Return the cases of one page, grouped: ``[(heading or None, [row])]``."""
        orders = {
            SORT: "reported_at desc, id desc",
            "changed": "portal_changed_at desc nulls last, id desc",
            "status": "stage_id, reported_at desc, id desc",
        }
        groups = {"status": "stage_id", "type": "type_id", "reporter": "reporter_id"}
        order = ", ".join(
            filter(None, [groups.get(options["group"]), orders[options["sort"]]])
        )
        cases = self._get_cases().search(
            self._get_list_domain(partner, options),
            order=order,
            offset=offset,
            limit=limit,
        )
        own = cases.filtered_domain(self._get_own_domain(partner))
        result = {}
        for case in cases:
            row = self._get_row(case, case in own)
            heading = {
                "status": row["status"],
                "type": row["word"],
                "reporter": self._get_person(case) or self.env._("Nobody"),
            }.get(options["group"])
            result.setdefault(heading, []).append(row)
        return list(result.items())

    @api.model
    def _get_row(self, case, is_own):
        """Return what a list says of a case."""
        return {
            "id": case.id,
            "url": self._get_url(case.id),
            "number": case.number,
            "name": case.name,
            "word": case.type_id._get_portal_word(),
            "status": case.customer_status,
            "is_open": case.is_open,
            "waits_for_you": self._waits_for_customer(case),
            "reported_at": case.reported_at,
            "reporter": None if is_own else self._get_person(case),
        }

    @api.model
    def _get_url(self, case_id, page=""):
        return f"/my/cases/{case_id}{page}"

    @api.model
    def _waits_for_customer(self, case):
        return case.state == STATE_WAITING and case.waiting_for == WAIT_CUSTOMER

    @api.model
    def _get_person(self, case):
        """Return the name of who reported a case at the customer's, or its contact."""
        return (self._get_reporter(case) or self._get_contact(case)).name or None

    @api.model
    def _get_reporter(self, case):
        """Return who reported a case, unless it is a colleague of ours, or has left it.

        Who reported it for another customer is nothing to the one whose case it is now.
        """
        reporter = case.reporter_id.filtered("partner_share")
        return reporter - case.portal_left_id

    @api.model
    def _get_contact(self, case):
        """Return the contact of a case, unless he is of another customer."""
        contact, customer = case.contact_id, case.partner_id.commercial_partner_id
        is_theirs = customer in (customer.browse(), contact.commercial_partner_id)
        return contact if is_theirs else contact.browse()
