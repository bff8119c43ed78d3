from collections import defaultdict

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...const import (
    CLOSED_STATES,
    OPEN_STATES,
    PRIORITIES,
    SCALE,
    STATE_DONE,
    STATE_REJECTED,
    STATES,
)

# urgency + impact, from 2 (low, low) to 6 (high, high)
PRIORITY_BY_SCALE = {2: "0", 3: "1", 4: "1", 5: "2", 6: "3"}


class AftersalesCase(models.Model):
    """Everything about one trouble after the sale, from report to closing.

    What happens when a case is made or written, and in which order, is told in
    ``aftersales_case_change.py``.
    """

    _name = "aftersales.case"
    _description = "Case"
    _inherit = [
        "rating.mixin",
        "mail.activity.mixin",
        "aftersales.job.mixin",
        "aftersales.form.mixin",
        "aftersales.bounded.mixin",
    ]
    _order = "sequence, priority desc, id desc"
    _rec_names_search = ["number", "name"]
    _primary_email = "email"
    _mail_post_access = "read"
    _check_company_auto = True

    # === Identity === #
    number = fields.Char(
        required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    name = fields.Char("Title", required=True, tracking=True, index="trigram")
    description = fields.Html(
        index="trigram", help="What happened, in the words of who reports it."
    )
    type_id = fields.Many2one(
        "aftersales.case.type",
        required=True,
        ondelete="restrict",
        index=True,
        tracking=True,
        check_company=True,
        default=lambda self: self._default_type_id(),
    )
    origin = fields.Selection(related="type_id.origin", store=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    category_id = fields.Many2one(
        "aftersales.category",
        domain="['|', ('type_ids', '=', False), ('type_ids', 'in', type_id)]",
        index="btree_not_null",
        tracking=True,
    )
    tag_ids = fields.Many2many("aftersales.tag", string="Tags")
    properties = fields.Properties(
        definition="type_id.properties_definition", copy=True
    )
    confidential = fields.Boolean(
        tracking=True,
        help="Only the responsible, the team's leader, the reporter, followers and"
        " managers can see a confidential case.",
    )

    # === People === #
    reporter_id = fields.Many2one(
        "res.partner",
        "Reported By",
        index="btree_not_null",
        tracking=True,
        default=lambda self: self._default_reporter_id(),
        help="Who told us, which may be a colleague and not the customer.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        tracking=True,
        check_company=True,
    )
    contact_id = fields.Many2one(
        "res.partner",
        domain="[('id', 'child_of', partner_id)] if partner_id else []",
        index="btree_not_null",
        tracking=True,
        check_company=True,
        help="The person at the customer's.",
    )
    email = fields.Char(compute="_compute_email", store=True, readonly=False)
    phone = fields.Char(compute="_compute_phone", store=True, readonly=False)
    site_id = fields.Many2one(
        "res.partner",
        "Site Address",
        check_company=True,
        help="Where the goods are and the work is done.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        required=True,
        ondelete="restrict",
        domain="[('share', '=', False)]",
        check_company=True,
        help="The one person who answers for the case; chosen by the rules of stage,"
        " type and team when left empty.",
    )
    team_id = fields.Many2one(
        "aftersales.team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )

    # === State === #
    stage_id = fields.Many2one(
        "aftersales.case.stage",
        compute="_compute_stage_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="restrict",
        index=True,
        copy=False,
        domain="[('link_ids.type_id', '=', type_id)]",
        group_expand="_read_group_stage_ids",
    )
    state = fields.Selection(
        related="stage_id.state", store=True, group_expand="_read_group_states"
    )
    is_open = fields.Boolean(
        "Open", compute="_compute_is_open", search="_search_is_open"
    )
    waiting_for = fields.Selection(related="stage_id.waiting_for", store=True)
    is_unassigned = fields.Boolean(
        "Not Taken Yet",
        compute="_compute_is_unassigned",
        search="_search_is_unassigned",
        help="The responsible is there by fallback: nobody took the case on purpose.",
    )
    sequence = fields.Integer(default=10, copy=False)
    urgency = fields.Selection(SCALE, default="2", tracking=True)
    impact = fields.Selection(SCALE, default="2", tracking=True)
    priority = fields.Selection(
        PRIORITIES,
        compute="_compute_priority",
        store=True,
        readonly=False,
        precompute=True,
        help="Follows from urgency and impact, and may be overruled.",
    )

    # === Dates === #
    reported_at = fields.Datetime(
        "Reported On",
        required=True,
        default=lambda self: fields.Datetime.now(),
        copy=False,
        tracking=True,
        help="When the customer told us; deadlines run from here.",
    )
    assigned_at = fields.Datetime("Assigned On", readonly=True, copy=False)
    closed_at = fields.Datetime("Handled On", readonly=True, copy=False)
    date_deadline = fields.Datetime("Deadline", copy=False, tracking=True)
    lead_time = fields.Float(
        "Lead Time (Days)",
        compute="_compute_lead_time",
        store=True,
        aggregator="avg",
        help="Calendar days from the report until the case was handled.",
    )
    days_open = fields.Integer(
        compute="_compute_days_open",
        help="Calendar days since the report, or until the case was handled.",
    )

    # === What it is about === #
    project_id = fields.Many2one(
        "project.project", index="btree_not_null", check_company=True, tracking=True
    )
    product_ids = fields.Many2many(
        "product.product", string="Products", check_company=True
    )
    product_categ_ids = fields.Many2many(
        "product.category", string="Product Categories"
    )
    supplier_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    parent_id = fields.Many2one(
        "aftersales.case",
        "Parent Case",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    child_ids = fields.One2many("aftersales.case", "parent_id", "Subcases")
    duplicate_of_id = fields.Many2one(
        "aftersales.case", index="btree_not_null", copy=False, check_company=True
    )
    repeat_of_id = fields.Many2one(
        "aftersales.case",
        index="btree_not_null",
        copy=False,
        check_company=True,
        help="The earlier case whose trouble came back.",
    )

    # === Outcome === #
    cause_id = fields.Many2one(
        "aftersales.cause",
        domain="['|', ('type_ids', '=', False), ('type_ids', 'in', type_id)]",
        index="btree_not_null",
        copy=False,
        tracking=True,
    )
    resolution_id = fields.Many2one(
        "aftersales.resolution",
        domain=f"[('outcome', '=', '{STATE_DONE}'),"
        " '|', ('type_ids', '=', False), ('type_ids', 'in', type_id)]",
        index="btree_not_null",
        copy=False,
        tracking=True,
    )
    rejection_reason_id = fields.Many2one(
        "aftersales.resolution",
        domain=f"[('outcome', '=', '{STATE_REJECTED}'),"
        " '|', ('type_ids', '=', False), ('type_ids', 'in', type_id)]",
        index="btree_not_null",
        copy=False,
        tracking=True,
    )
    solution = fields.Html(copy=False, help="What was done about it.")
    cost = fields.Monetary(
        "Costs", copy=False, tracking=True, help="What the case costs us, estimated."
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    # === History === #
    event_ids = fields.One2many("aftersales.case.event", "case_id", "History")
    duration_tracking = fields.Json(
        "Time per Stage",
        compute="_compute_duration_tracking",
        help="Seconds in each stage, replayed from the history.",
    )
    intake_ids = fields.One2many("aftersales.intake", "case_id", "Received Mails")

    # === Counters === #
    child_count = fields.Integer(compute="_compute_child_count")

    # Least loaded, "my cases" and the guard on users count open cases by user.
    _open_user_idx = models.Index("(user_id) WHERE state IN ('new', 'open', 'waiting')")
    # Boards and queues read the open cases of a team by deadline.
    _open_team_idx = models.Index(
        "(team_id, date_deadline) WHERE state IN ('new', 'open', 'waiting')"
    )
    # The triager's queue.
    _unassigned_idx = models.Index(
        "(team_id) WHERE assigned_at IS NULL AND state IN ('new', 'open', 'waiting')"
    )
    _number_uniq = models.UniqueIndex(
        "(company_id, number)",
        "This number belongs to another case of the company already.",
    )
    # Every list in its own order shows the first of all cases.
    _list_idx = models.Index("(sequence, priority DESC, id DESC)")
    # Reports of a period.
    _reported_idx = models.Index("(company_id, reported_at)")
    # A sender's earlier cases.
    _email_idx = models.Index("(lower(email)) WHERE email IS NOT NULL")

    # === Defaults === #

    @api.model
    def _default_type_id(self):
        # A type without stages can hold no case.
        return self.env["aftersales.case.type"].search(
            [("link_ids", "!=", False)], limit=1
        )

    @api.model
    def _default_reporter_id(self):
        return self.env.user.partner_id

    # === Computes === #

    @api.depends("number", "name", "confidential")
    @api.depends_context("uid")
    def _compute_display_name(self):
        """A link to a confidential case shows its number only, to those not concerned.

        The client reads the name of a link with sudo, whoever looks.
        """
        secret = self.filtered(lambda case: case.confidential and case._origin)
        # sudo: the other way round, to ask with the rights of whoever looks
        asked = secret.sudo(self.env.user._is_superuser())
        secret -= asked._filtered_access("read")
        for case in self:
            number = case.number if case.number != "/" else ""
            title = "" if case in secret else case.name
            case.display_name = f"{number or ''} {title or ''}".strip()

    @api.depends("contact_id")
    def _compute_partner_id(self):
        for case in self:
            if case.contact_id:
                case.partner_id = case.contact_id.commercial_partner_id

    @api.depends("contact_id.email", "partner_id.email")
    def _compute_email(self):
        for case in self:
            case.email = case.contact_id.email or case.partner_id.email or case.email

    @api.depends("contact_id.phone", "partner_id.phone")
    def _compute_phone(self):
        for case in self:
            number = case.contact_id.phone or case.partner_id.phone
            if number:
                country = case.contact_id.country_id or case.partner_id.country_id
                number = case._phone_format(number=number, country=country) or number
            case.phone = number or case.phone

    @api.depends("type_id")
    def _compute_team_id(self):
        for case in self:
            # sudo: a reporter need not see the team that will help him
            case.team_id = case.type_id.sudo().team_id or case.team_id

    @api.depends("type_id")
    def _compute_stage_id(self):
        first = {case_type: case_type._get_first_stage() for case_type in self.type_id}
        for case in self:
            if case.stage_id and case.type_id in case.stage_id.type_ids:
                continue
            # A case that changes its type keeps its stage by state.
            same = case.stage_id and case.type_id._get_stage_for_state(case.state)
            case.stage_id = same or first.get(case.type_id)

    @api.depends("state")
    def _compute_is_open(self):
        for case in self:
            case.is_open = case.state not in CLOSED_STATES

    def _search_is_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(
            Domain("state", "in", OPEN_STATES if wanted else CLOSED_STATES)
            for wanted in value
        )

    @api.depends("assigned_at")
    def _compute_is_unassigned(self):
        for case in self:
            case.is_unassigned = not case.assigned_at

    def _search_is_unassigned(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(
            Domain("assigned_at", "=" if wanted else "!=", False) for wanted in value
        )

    @api.depends("urgency", "impact")
    def _compute_priority(self):
        for case in self:
            scale = int(case.urgency or 2) + int(case.impact or 2)
            case.priority = PRIORITY_BY_SCALE[scale]

    @api.depends("reported_at", "closed_at")
    def _compute_lead_time(self):
        for case in self:
            if case.closed_at and case.reported_at:
                span = case.closed_at - case.reported_at
                case.lead_time = span.total_seconds() / 86400
            else:
                case.lead_time = 0

    @api.depends("reported_at", "closed_at")
    def _compute_days_open(self):
        now = fields.Datetime.now()
        for case in self:
            until = case.closed_at or now
            case.days_open = (until - (case.reported_at or until)).days

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_child_count(self):
        rows = self._read_group_linked("aftersales.case", "parent_id")
        counts = {parent.id: count for parent, count in rows}
        for case in self:
            case.child_count = counts.get(case.id, 0)

    def _read_group_linked(self, model, link, *groupby):
        """Count what is linked to these cases and seen by the user.

        Most cases have nothing: whether there is something at all is asked without the
        rules of who sees it, which cost more than the rest.

        :param link: name of the field that links to the case
        :returns: ``[(case, *groupby, count)]``; none for who may not read the model
        """
        Model = self.env[model]
        domain = [(link, "in", self.ids)]
        # sudo: see above; what comes out of it is not shown
        if not Model.has_access("read") or not Model.sudo().search_count(domain, 1):
            return []
        return Model._read_group(domain, [link, *groupby], ["__count"])

    @api.model
    def _read_group_states(self, states, domain):
        """Show the open states always, the closed ones when they have cases."""
        return [state for state, _label in STATES if state in (*OPEN_STATES, *states)]

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """Show the stages of a type in its order, empty ones too.

        Where not exactly one type is asked for, those in use in the order of all stages.
        """
        asked = self._get_asked_types(domain)
        if len(asked) != 1:
            return stages
        # sudo: see _get_stage_for_state
        ordered = asked.sudo().link_ids.sorted().stage_id
        return ordered.filtered(lambda stage: stage.active or stage in stages) | stages

    @api.model
    def _get_asked_types(self, domain):
        """Return the types that a domain names."""
        conditions = Domain(domain).optimize(self).iter_conditions()
        named = {
            type_id
            for condition in conditions
            if condition.field_expr == "type_id" and condition.operator == "in"
            for type_id in condition.value
            if type_id and isinstance(type_id, int)
        }
        return self.env["aftersales.case.type"].browse(named)

    # === Constraints === #

    @api.constrains("user_id")
    def _check_user_id(self):
        for case in self:
            user = case.user_id
            if user.share or not user.active or user.id == SUPERUSER_ID:
                raise ValidationError(
                    self.env._(
                        "Responsible: %(user)s cannot be responsible for case"
                        " %(case)s. Choose an active internal user.",
                        user=user.name,
                        case=case.number,
                    )
                )

    @api.constrains("type_id", "stage_id")
    def _check_stage_id(self):
        links = self.type_id._get_links()
        for case in self:
            if (case.type_id.id, case.stage_id.id) not in links:
                raise ValidationError(
                    self.env._(
                        "Stage: %(stage)s is no stage of type %(type)s. Choose one of"
                        " its stages, or add it to the type.",
                        stage=case.stage_id.name,
                        type=case.type_id.name,
                    )
                )

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._("Parent Case: a case cannot stand under itself.")
            )

    # === CRUD === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "A case with a history cannot be deleted. Cancel it with a reason"
                " instead."
            )
        )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for case, vals in zip(self, vals_list, strict=True):
            if not (default and "name" in default):
                vals["name"] = self.env._("%s (copy)", case.name)
            named = default and "user_id" in default
            if not (named or self._filter_eligible(case.user_id, case.company_id)):
                # Who has left answers for no new case: the rules choose.
                vals.pop("user_id", None)
        return vals_list

    # === Domains and hooks === #

    @api.model
    def _get_open_domain(self):
        """Return the domain of cases that are not finished."""
        return Domain("state", "in", OPEN_STATES)

    @api.model
    def _count_open_by(self, field_name, records):
        """Count the open cases the user may see.

        :param field_name: many2one of the case
        :param records: records of its model
        :returns: ``defaultdict`` of record id to (open cases, unassigned ones)
        """
        rows = self._read_group(
            Domain(field_name, "in", records.ids) & self._get_open_domain(),
            [field_name],
            ["__count", "assigned_at:count"],
        )
        counts = defaultdict(lambda: (0, 0))
        for record, total, assigned in rows:
            counts[record.id] = (total, total - assigned)
        return counts

    def _is_closed(self):
        self.ensure_one()
        return not self.is_open

    # Called by the change of a case, in the order of _get_change_steps: #

    @api.model
    def _after_event(self, events):
        """Hook: called once per batch with the events just logged.

        Other steps of the change may still have to run.
        """

    def _after_goods_change(self):
        """Hook: called once per batch with the cases whose goods (lines) changed.

        Slips, gates, events and the responsible are settled then; the stage has not
        reacted yet.
        """

    def _after_stage_change(self, moves):
        """Hook: called once per batch with the cases that have entered another stage.

        The last step of a change but for the announcement. A move made in here is
        judged and told in a further round.

        :param moves: ``{case: stage before}``; the cases stand in their new stage
        """

    def _request_hold(self, vals):
        """Hook: ask for an invoice of this case not to be dunned.

        Checked and idempotent: asked again, the running hold of this case and invoice is
        returned, or changed to what is asked for now. The caller looks after whether the
        case is the customer's who asks.

        :param vals: a dictionary of

            * ``move_id``: the posted invoice of the case's customer and company; not
              needed where there are lines
            * ``amount``: what of it is disputed, with tax, more than 0 and at most its
              total, of which no more is held than is open; default is what the lines
              cost, without lines what is open
            * ``lines``: list of ``(invoice line, quantity)``, in the unit of the line and
              at most its quantity; the delivered goods are taken from them
            * ``reason_id``, ``note``: for colleagues; the reason's default is the type's
            * ``by_customer``: say so when it is the customer who asks, but the user is
              neither a portal nor a public one; the company decides when such holds work
        :returns: the hold, with sudo; the core keeps none and returns False
        :raises ValidationError: one sentence that names the field; nothing was written
        :raises AccessError: when the user does not work on the case
        :raises ConcurrencyError: when it is asked for twice at the very same time; Odoo
            tries the request again
        """
        self.ensure_one()
        return False

    @api.model
    def _find_open_about(self, lines):
        """Hook: return ``{invoice line: open cases}`` about what invoice lines bill.

        Called with sudo, for who may report a problem with them; what of these cases he
        may know of is the caller's care. The core follows goods to no invoice.

        :param lines: ``account.move.line``
        """
        return {}

    def _get_payment_notes(self):
        """Hook: return what the customer is told of paying while this case runs.

        Called for the customer's own page of the case, with sudo.

        :returns: list of sentences in the user's language; the core promises nothing
        """
        self.ensure_one()
        return []

    def _is_coverage_decided(self):
        """Hook: say whether it is decided who pays for the work on this case.

        Asked of case by case of a batch before a visit is confirmed: the answer comes
        from fields of the case, with sudo. The core decides nothing, so that nothing is
        open.
        """
        self.ensure_one()
        return True

    def _get_invoices(self):
        """Hook: return the invoices that cases are about, in any state and of anybody.

        Called with sudo; who shows them looks after who may see them.
        """
        return self.env["account.move"]

    def _get_customer_partners(self):
        """Hook: return the partners who get the messages meant for the customer."""
        self.ensure_one()
        return self.contact_id or self.partner_id
