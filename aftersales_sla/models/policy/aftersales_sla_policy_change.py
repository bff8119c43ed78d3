from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, date_utils

from ...const import OPEN_CLOCKS

# What a change of decides for which cases a policy holds.
MATCHED = {"active", "agreement_id", "date_from", "date_to", "sequence"}


class AftersalesSlaPolicy(models.Model):
    """What becomes of running clocks when a policy is changed, archived or replaced."""

    _inherit = "aftersales.sla.policy"

    next_policy_id = fields.Many2one(
        "aftersales.sla.policy",
        "Changed Into",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )
    is_moved_over = fields.Boolean(
        "Running Cases Move Over",
        readonly=True,
        copy=False,
        help="Cases under this policy follow what it was changed into, from that day on.",
    )
    running_count = fields.Integer("Running Cases", compute="_compute_running_count")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_running_count(self):
        self.env["aftersales.case"]._flush_clocks()
        groups = self.env["aftersales.sla.clock"]._read_group(
            [("policy_id", "in", self.ids), ("state", "in", OPEN_CLOCKS)],
            ["policy_id"],
            ["case_id:count_distinct"],
        )
        counts = {policy.id: count for policy, count in groups}
        for policy in self:
            policy.running_count = counts.get(policy.id, 0)

    # === From a date on === #

    def _get_holding(self, case):
        """Return what holds where this policy won: itself, or what it was changed into.

        :param case: which moves over on that day, where its company is
        """
        day = case.company_id._get_sla_day(fields.Datetime.now())
        policy, seen = self, self
        while policy.is_moved_over and (later := policy.next_policy_id):
            if later in seen or not later.active or (later.date_from or day) > day:
                break
            policy, seen = later, seen | later
        return policy.filtered("active")

    def _change_from(self, day, is_moved_over):
        """Make a new version that holds from a day on; this one ends the day before.

        :param is_moved_over: whether cases that run under this one follow then
        :returns: the new version
        """
        self.ensure_one()
        self.check_access("write")
        if self.next_policy_id:
            raise UserError(
                self.env._(
                    "%(policy)s was changed already, into %(next)s. Change that one.",
                    policy=self.name,
                    next=self.next_policy_id.display_name,
                )
            )
        if self.date_from and day <= self.date_from:
            raise UserError(
                self.env._(
                    "Valid From: choose a day after %s, on which this policy began.",
                    self.date_from,
                )
            )
        if self.date_to and day > self.date_to:
            raise UserError(
                self.env._(
                    "Valid From: this policy ends on %s; choose that day or an earlier"
                    " one.",
                    self.date_to,
                )
            )
        until = self.date_to
        self.date_to = date_utils.subtract(day, days=1)
        made = self.copy({"name": self.name, "date_from": day, "date_to": until})
        # sudo: kept by the system, after what it asks for was judged
        self.sudo().write({"next_policy_id": made.id, "is_moved_over": is_moved_over})
        self._mark_clocks()
        return made

    @api.model
    def _cron_move_over(self):
        """Have the cases looked at whose policy was changed into another one by now.

        Once they have moved, none of them runs under the former any more.
        """
        tomorrow = date_utils.add(fields.Date.today(), days=1)
        policies = self.with_context(active_test=False).search(
            [
                ("is_moved_over", "=", True),
                ("next_policy_id.date_from", "<=", tomorrow),
            ]
        )
        policies.filtered("running_count")._mark_clocks()

    # === Changes === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._ensure_not_versioned(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._ensure_not_versioned(vals)
        result = super().write(vals)
        # The rules asked about the company it leaves, this about the one it goes to.
        self.check_access("write")
        if vals.keys() & {*MATCHED, *self._get_criteria(), "calendar_id"}:
            self._mark_clocks()
        return result

    def copy_data(self, default=None):
        """A copy for the same cases at the same time would tie: it is archived at first."""
        default = dict(default or {})
        if not default.keys() & {"agreement_id", "date_from"}:
            default["active"] = False
        return [
            vals | {"name": self.env._("%s (copy)", policy.name)} | default
            for policy, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.model
    def _ensure_not_versioned(self, vals):
        """Guard: which version follows is said by the dialog only, which checks it."""
        if not self.env.su and vals.keys() & {"next_policy_id", "is_moved_over"}:
            raise UserError(
                self.env._("Changed Into: use the button Change From a Date On.")
            )

    def _mark_clocks(self):
        """Have the clocks that run under these policies replayed by the job."""
        if self.ids:
            # sudo: what follows from an allowed change
            clocks = self.env["aftersales.sla.clock"].sudo()
            of_these = SQL("c.policy_id = ANY(%s)", self.ids)
            clocks._mark(of_these, is_unmatched=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_promised(self):
        """Refuse to delete what clocks tell of, in words."""
        self.target_ids._ensure_not_promised()


class AftersalesSlaTarget(models.Model):
    """What runs follows a changed target; one that was promised is not deleted."""

    _inherit = "aftersales.sla.target"

    @api.model_create_multi
    def create(self, vals_list):
        targets = super().create(vals_list)
        targets.policy_id._mark_clocks()
        return targets

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() - {"sequence", "goal_percent"}:
            self.policy_id._mark_clocks()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_promised(self):
        self._ensure_not_promised()

    def _ensure_not_promised(self):
        """Guard: what clocks tell of is not deleted."""
        # sudo: clocks of confidential cases count too
        clocks = self.env["aftersales.sla.clock"].sudo()
        found = clocks.search([("target_id", "in", self.ids)], limit=1).target_id
        self._refuse_promised(found)

    @api.model
    def _refuse_promised(self, found):
        if found:
            raise UserError(
                self.env._(
                    "%(target)s was promised to cases already. Archive the policy"
                    " %(policy)s, or change it from a date on.",
                    target=found.sentence,
                    policy=found.policy_id.name,
                )
            )
