from odoo import api, fields, models
from odoo.exceptions import AccessError

# Who may say that somebody knows something.
TRUSTED = "hr.group_hr_user,aftersales_case.group_aftersales_leader"
# What a skill says; a change of it is a new claim.
CLAIMS = frozenset(
    ("employee_id", "skill_id", "skill_level_id", "skill_type_id", "valid_from")
    + ("valid_to",)
)


class HrEmployeeSkill(models.Model):
    """A skill counts where it must be confirmed only when somebody else said so."""

    _inherit = "hr.employee.skill"

    is_confirmed = fields.Boolean(
        "Confirmed",
        readonly=True,
        copy=False,
        help="Written down or confirmed by a leader or Human Resources.",
    )
    confirmed_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, ondelete="set null"
    )
    needs_confirmation = fields.Boolean(related="skill_id.needs_confirmation")

    @api.model_create_multi
    def create(self, vals_list):
        said = self._prepare_said()
        return super().create([{**vals, **said} for vals in vals_list])

    def write(self, vals):
        own = ("is_confirmed", "confirmed_by_id")
        vals = {name: value for name, value in vals.items() if name not in own}
        if CLAIMS & vals.keys():
            vals |= self._prepare_said()
        return super().write(vals)

    @api.model
    def _prepare_said(self):
        """Return what is kept of who wrote a skill down: claim or confirmation."""
        trusted = self._is_trusted()
        return {
            "is_confirmed": trusted,
            "confirmed_by_id": self.env.uid if trusted else False,
        }

    @api.model
    def _is_trusted(self):
        # Of whoever acts: an employee's own page writes as superuser in his name.
        user = self.env.user
        return user._is_superuser() or user.has_groups(TRUSTED)

    def action_confirm(self):
        """Confirm that these employees have these skills.

        :raises AccessError: for who is neither leader nor Human Resources
        """
        self.check_access("read")
        if not self._is_trusted():
            raise AccessError(
                self.env._(
                    "Skills are confirmed by a leader of after-sales or by Human"
                    " Resources. Ask one of them."
                )
            )
        # sudo: leaders may confirm, though Odoo lets only Human Resources write
        rows = super(HrEmployeeSkill, self.sudo())
        rows.write(self._prepare_said())  # pylint: disable=super-method-mismatch
        return True
