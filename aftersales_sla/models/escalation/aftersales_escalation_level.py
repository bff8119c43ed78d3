from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import ormcache

from odoo.addons.aftersales_case.const import MOST_DAYS, MOST_HOURS

from ...const import LEVEL_UNITS, WHENS
from ...engine.levels import AFTER, BEFORE, SHARE, Step
from ...engine.terms import DAYS, HOURS, Term

MOST_PERCENT = 1000
MANAGER = "aftersales_case.group_aftersales_manager"
# What running clocks look for next follows from these.
MOVING = {"active", "when", "percent", "quantity", "unit", "policy_id", "target_id"}


class AftersalesEscalationLevel(models.Model):
    """What is done when a promise comes near its due time, or is past it.

    Of a policy, for all its targets, or of one target, whatever that is owned by. Where
    both name the same moment, the target's level takes the place of the policy's.
    """

    _name = "aftersales.escalation.level"
    _description = "Escalation Level"
    _inherit = [
        "aftersales.cached.mixin",
        "aftersales.sla.setting.mixin",
        "aftersales.bounded.mixin",
    ]
    _order = "sequence, id"
    _rec_name = "sentence"
    # The sentence is not stored.
    _rec_names_search = ["policy_id.name", "receiver_ids.user_id.name"]
    _bounds = {"percent": (1, MOST_PERCENT)}

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    policy_id = fields.Many2one(
        "aftersales.sla.policy", index="btree_not_null", ondelete="cascade"
    )
    target_id = fields.Many2one(
        "aftersales.sla.target", index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True, precompute=True
    )

    when = fields.Selection(WHENS, required=True, default=SHARE)
    percent = fields.Integer(
        "Share (%)", default=80, help="Of the time; 100 is the due time itself."
    )
    quantity = fields.Float("How Long", help="0 is the due time itself.")
    unit = fields.Selection(LEVEL_UNITS, required=True, default=HOURS)
    condition_ids = fields.One2many(
        "aftersales.escalation.condition",
        "level_id",
        "Only If",
        copy=True,
        help="It is passed over unless all of these hold at that moment.",
    )
    type_keys = fields.Json(compute="_compute_type_keys")

    receiver_ids = fields.One2many(
        "aftersales.escalation.receiver", "level_id", "Who Is Told", copy=True
    )
    is_reassigned = fields.Boolean(
        "Give to Somebody Else",
        help="The team's method chooses, whoever is responsible now left out.",
    )
    team_id = fields.Many2one(
        "aftersales.team", "Hand Over To", ondelete="restrict", help="A team."
    )
    is_raised = fields.Boolean("Raise the Priority", help="By one, up to urgent.")
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        "Plan an Activity",
        ondelete="restrict",
        domain="[('res_model', 'in', (False, 'aftersales.case'))]",
        help="For the responsible, on that day.",
    )
    server_action_id = fields.Many2one(
        "ir.actions.server",
        "Run an Action",
        ondelete="restrict",
        groups=MANAGER,
        domain="[('model_id.model', '=', 'aftersales.case')]",
    )
    sentence = fields.Char("Level", compute="_compute_sentence")

    # === Computes === #

    @api.model
    @ormcache()
    def _get_owner_ids(self):
        """Return the ids of the targets, and of the policies, that have levels."""
        # sudo: who is told does not depend on who looks
        levels = self.sudo().search([])
        return frozenset(levels.target_id.ids), frozenset(levels.policy_id.ids)

    @api.depends("policy_id.company_id", "target_id.company_id")
    def _compute_company_id(self):
        for level in self:
            level.company_id = level.policy_id.company_id or level.target_id.company_id

    @api.depends("policy_id.type_id", "target_id.policy_id.type_id")
    def _compute_type_keys(self):
        """The keys that the form offers for the conditions of this level."""
        known = dict(self.env["aftersales.escalation.condition"]._get_case_keys())
        for level in self:
            case_type = level._get_case_type()
            own = case_type._get_own_labels() if case_type else {}
            level.type_keys = sorted([*known, *own])

    @api.depends("when", "percent", "quantity", "unit", "receiver_ids.name")
    @api.depends_context("lang")
    def _compute_sentence(self):
        for level in self:
            level.sentence = ": ".join(
                filter(
                    None,
                    [
                        level._tell_when(),
                        ", ".join(filter(None, level.receiver_ids.mapped("name"))),
                    ],
                )
            )

    # === Checks === #

    def _get_bounds(self, vals):
        unit = vals.get("unit") or self[:1].unit or HOURS
        most = MOST_DAYS if unit == DAYS else MOST_HOURS
        return super()._get_bounds(vals) | {"quantity": (0, most)}

    @api.constrains("policy_id", "target_id")
    def _check_owner(self):
        for level in self:
            if bool(level.policy_id) == bool(level.target_id):
                raise ValidationError(
                    self.env._("Level: it belongs to one policy, or to one target.")
                )

    @api.constrains("when", "percent", "quantity", "unit")
    def _check_when(self):
        for level in self:
            if level.when == SHARE and not level.percent:
                raise ValidationError(self.env._("Share: enter 1 to 1000."))
            if level.when == BEFORE and level.quantity * 3600 < 1:
                raise ValidationError(
                    self.env._(
                        "How Long: enter more than 0. For the due time itself choose"
                        " After it was due, and 0."
                    )
                )
            if level.when != SHARE and level.unit == DAYS and level.quantity % 1:
                raise ValidationError(
                    self.env._("How Long: enter whole days, such as 2.")
                )

    @api.constrains(
        "receiver_ids",
        "is_reassigned",
        "team_id",
        "is_raised",
        "activity_type_id",
        "server_action_id",
    )
    def _check_does(self):
        """Refuse a level that nobody would notice."""
        # sudo: what it does, also what only managers see
        for level in self.sudo():
            if not level.receiver_ids and not level._get_actions():
                raise ValidationError(
                    self.env._(
                        "Who Is Told: the level %s tells nobody and does nothing. Add a"
                        " receiver, or what is to be done.",
                        level._tell_when(),
                    )
                )

    @api.constrains("server_action_id")
    def _check_server_action_id(self):
        # sudo: asked of the action, of which not everybody reads the model
        for level in self.sudo():
            model = level.server_action_id.model_id.model
            if model and model != "aftersales.case":
                raise ValidationError(
                    self.env._("Run an Action: choose one that works on cases.")
                )
            groups, user = level.server_action_id.group_ids, self.env.user
            if groups and not user._is_superuser() and not groups & user.all_group_ids:
                raise ValidationError(
                    self.env._("Run an Action: choose one that you may run yourself.")
                )

    @api.constrains("team_id", "company_id")
    def _check_team_id(self):
        for level in self:
            company = level.team_id.company_id
            if company and level.company_id and company != level.company_id:
                raise ValidationError(
                    self.env._("Hand Over To: choose a team of the policy's company.")
                )

    # === Changes === #

    @api.model_create_multi
    def create(self, vals_list):
        levels = super().create(vals_list)
        levels._wake_clocks()
        return levels

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & MOVING:
            self._wake_clocks()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        """Refuse to delete what people were told by, in words."""
        # sudo: alerts of confidential cases count too
        alerts = self.env["aftersales.sla.alert"].sudo()
        if found := alerts.search([("level_id", "in", self.ids)], limit=1).level_id:
            raise UserError(
                self.env._(
                    "%s was reached by cases already: archive it instead.",
                    found.sentence,
                )
            )

    def _wake_clocks(self):
        """Have the job look soon at what runs under these levels."""
        # sudo: what follows from an allowed change
        clocks = self.env["aftersales.sla.clock"].sudo()
        targets = self.target_id | self.policy_id.target_ids
        clocks._wake(targets)

    # === As the replay and the job know it === #

    def _get_step(self):
        """Return the level as arithmetic knows it."""
        self.ensure_one()
        if self.when == SHARE:
            return Step(share=self.percent / 100)
        sign = -1 if self.when == BEFORE else 1
        return Step(term=Term(sign * self.quantity, self.unit))

    def _applies(self, case):
        """Say whether all its conditions hold for a case now."""
        self.ensure_one()
        keys = self.condition_ids.mapped("key")
        return self.condition_ids._hold(case._get_plain_values(keys))

    def _get_step_key(self):
        """Return its moment as a text: levels of two policies are the same by it."""
        self.ensure_one()
        if self.when == SHARE:
            return f"{SHARE}:{self.percent}"
        return f"{self.when}:{self.quantity:g}:{self.unit}"

    def _get_actions(self):
        """Return the names of what is done besides telling people, in order."""
        self.ensure_one()
        done = {
            "_reassign": self.is_reassigned or self.team_id,
            "_raise_priority": self.is_raised,
            "_plan_activity": self.activity_type_id,
            "_run_server_action": self.server_action_id,
        }
        return [name for name, wanted in done.items() if wanted]

    # === Conditions === #

    def _get_case_type(self):
        return (self.policy_id or self.target_id.policy_id).type_id

    def _get_key_labels(self):
        labels = dict(self.env["aftersales.escalation.condition"]._get_case_keys())
        case_type = self._get_case_type()
        return labels | (case_type._get_key_labels() if case_type else {})

    def _get_key_models(self):
        Case, case_type = self.env["aftersales.case"], self._get_case_type()
        keys = dict(self.env["aftersales.escalation.condition"]._get_case_keys())
        found = {
            name: Case._fields[name].comodel_name
            for name in keys
            if Case._fields[name].relational
        }
        return found | (case_type._get_key_models() if case_type else {})

    # === In words === #

    def _tell_when(self):
        """Return the moment in few words."""
        self.ensure_one()
        env, number = self.env, f"{self.quantity:g}"
        if self.when == SHARE and self.percent != 100:
            return env._("At %s %% of the time", self.percent)
        if self.when == SHARE or (self.when == AFTER and not self.quantity):
            return env._("When it is missed")
        texts = {
            (BEFORE, HOURS): (
                env._("A working hour before it is due"),
                env._("%s working hours before it is due"),
            ),
            (BEFORE, DAYS): (
                env._("A working day before it is due"),
                env._("%s working days before it is due"),
            ),
            (AFTER, HOURS): (
                env._("A working hour after it was due"),
                env._("%s working hours after it was due"),
            ),
            (AFTER, DAYS): (
                env._("A working day after it was due"),
                env._("%s working days after it was due"),
            ),
        }
        single, many = texts.get((self.when, self.unit), ("", ""))
        return single if self.quantity == 1 else many.replace("%s", number)
