from odoo import api, fields, models
from odoo.fields import Domain

from ...engine.hints import find_phones

# So many devices are named; more are looked up on the customer.
MOST_DEVICES = 20
LONGEST_NUMBER = 64
# So many open cases are shown; a link leads to all of them.
MOST_CASES = 10


class AftersalesCall(models.TransientModel):
    """Somebody calls: who it is, what he has of us, what is open.

    Any telephone that opens an address shows it: ``/aftersales/call?phone=…``.
    """

    _name = "aftersales.call"
    _description = "Call"

    phone = fields.Char(size=LONGEST_NUMBER)
    candidate_ids = fields.Many2many("res.partner", compute="_compute_candidate_ids")
    contact_id = fields.Many2one(
        "res.partner",
        "Who Calls",
        compute="_compute_contact_id",
        store=True,
        readonly=False,
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", related="contact_id.commercial_partner_id"
    )
    is_known = fields.Boolean(compute="_compute_candidate_ids")
    case_ids = fields.Many2many(
        "aftersales.case", string="Open Cases", compute="_compute_case_ids"
    )
    case_count = fields.Integer(compute="_compute_case_ids")
    more_text = fields.Char(compute="_compute_case_ids")
    devices = fields.Text(compute="_compute_devices")

    @api.depends("phone")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for call in self:
            call.display_name = call.phone or self.env._("A Call")

    @api.depends("phone")
    def _compute_candidate_ids(self):
        partners = self.env["res.partner"]
        for call in self:
            found = partners._aftersales_match_phones(call._get_numbers())
            # Whom the user may not read he is not told of.
            call.candidate_ids = found._filtered_access("read")
            call.is_known = bool(call.candidate_ids)

    @api.depends("phone")
    def _compute_contact_id(self):
        for call in self:
            found = call.candidate_ids
            call.contact_id = found if len(found) == 1 else False

    @api.depends("contact_id")
    @api.depends_context("lang")
    def _compute_case_ids(self):
        """Show the newest open cases, and say how many there are."""
        cases = self.env["aftersales.case"]
        for call in self:
            domain = call._get_cases_domain()
            call.case_ids = cases.search(
                domain, order="reported_at desc, id desc", limit=MOST_CASES
            )
            shown = len(call.case_ids)
            is_more = shown == MOST_CASES
            call.case_count = cases.search_count(domain) if is_more else shown
            call.more_text = call.case_count > shown and self.env._(
                "All %s open cases", call.case_count
            )

    def _get_cases_domain(self):
        """Return which cases are open for who calls; none while nobody is chosen."""
        self.ensure_one()
        customer = self.contact_id.commercial_partner_id
        if not customer:
            return Domain.FALSE
        return Domain("is_open", "=", True) & Domain(
            "partner_id", "child_of", customer.id
        )

    @api.depends("contact_id")
    @api.depends_context("lang")
    def _compute_devices(self):
        for call in self:
            customer = call.contact_id.commercial_partner_id
            call.devices = (
                "\n".join(call._list_devices(customer)) if customer else False
            )

    def _list_devices(self, customer):
        """Return a line for each device that was delivered to a customer, latest first."""
        rows = (
            self.env["stock.move.line"]
            .sudo()  # sudo: what his goods are, as on his cases
            ._read_group(
                Domain("lot_id", "!=", False)
                & Domain("state", "=", "done")
                & Domain("picking_id.picking_type_code", "=", "outgoing")
                & Domain("picking_id.partner_id", "child_of", customer.id)
                & Domain("company_id", "in", self.env.companies.ids),
                ["lot_id"],
                ["date:max"],
                order="date:max desc",
                limit=MOST_DEVICES,
            )
        )
        return [f"{lot.product_id.display_name}, {lot.name}" for lot, _date in rows]

    def _get_numbers(self):
        """Return what was dialled, in E.164, by the country of the company."""
        self.ensure_one()
        text = self.phone or ""
        # An address bar takes the plus for a space.
        if text[:1] == " " and text[1:2].isdigit():
            text = f"+{text[1:]}"
        return find_phones(text, self.env.company.country_id.code or None)

    @api.model
    def open_call(self, phone):
        """Open who calls.

        :param phone: as a telephone writes it
        :returns: the record
        :raises AccessError: for who works on no cases
        """
        return self.create({"phone": (phone or "")[:LONGEST_NUMBER]})

    def action_view_cases(self):
        """Go to all open cases of who calls.

        :returns: an action
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "aftersales_case.aftersales_case_action"
        )
        return action | {
            "display_name": self.env._(
                "Open Cases of %s", self.partner_id.display_name
            ),
            "domain": list(self._get_cases_domain()),
            "context": {"default_partner_id": self.partner_id.id},
        }

    def action_new_case(self):
        """Note the call: a case of the type for calls, with who called.

        :returns: an action
        """
        self.ensure_one()
        case_type = self.env.ref("aftersales_case.type_call", raise_if_not_found=False)
        numbers = self._get_numbers()
        values = {
            "default_by_phone": True,
            "default_partner_id": self.partner_id.id,
            "default_phone": numbers[0] if numbers else self.phone,
        }
        if self.contact_id != self.partner_id:
            values["default_contact_id"] = self.contact_id.id
        if case_type and case_type.active and case_type.has_access("read"):
            values["default_type_id"] = case_type.id
        return {
            "type": "ir.actions.act_window",
            "res_model": "aftersales.case",
            "view_mode": "form",
            "views": [(False, "form")],
            "context": values,
        }
