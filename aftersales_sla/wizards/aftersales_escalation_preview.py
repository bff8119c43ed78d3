from odoo import api, fields, models
from odoo.fields import Command

from ..const import CHANNELS


class AftersalesEscalationPreview(models.TransientModel):
    """Who would be told of a case by a level, when, and by which channel."""

    _name = "aftersales.escalation.preview"
    _description = "Preview of an Escalation Level"

    level_id = fields.Many2one(
        "aftersales.escalation.level", "Escalation", required=True, ondelete="cascade"
    )
    sentence = fields.Char(related="level_id.sentence", related_sudo=False)
    case_id = fields.Many2one("aftersales.case", ondelete="cascade")
    answer = fields.Char(compute="_compute_line_ids")
    line_ids = fields.One2many(
        "aftersales.escalation.preview.line", "preview_id", compute="_compute_line_ids"
    )

    @api.depends("level_id", "case_id")
    def _compute_line_ids(self):
        for preview in self:
            lines = []
            preview.answer = self.env._("Pick a case.")
            if preview.case_id:
                preview.case_id.check_access("read")
                preview.level_id.check_access("read")
                preview.answer, lines = preview._try()
            preview.line_ids = [Command.clear(), *map(Command.create, lines)]

    def _try(self):
        """Return what would happen, in one sentence, and the values of the lines."""
        # sudo: how the job would see the case, and whom it would tell
        case, level = self.case_id._origin.sudo(), self.level_id._origin.sudo()
        if not level._applies(case):
            return self.env._(
                "It would be passed over: not all of its conditions hold."
            ), []
        people = case._get_level_people([(case, level)])[case, level]
        if not people:
            return self.env._("Nobody would be told: it has no receivers."), []
        moments = self._get_moments(case, level)
        if not moments:
            answer = self.env._(
                "No deadline of this case comes to this level now. If one did, it would"
                " be so:"
            )
            moments = [("", fields.Datetime.now())]
        else:
            answer = self.env._("The case would come to this level so:")
        lines = [
            line
            for what, moment in moments
            for line in self._prepare_lines(case, people, what, moment)
        ]
        return answer, lines

    def _get_moments(self, case, level):
        """Return ``[(what is promised, moment)]`` of the clocks that come to the level."""
        now = fields.Datetime.now()
        raw = self.env["aftersales.case.event"]._read_raw(case.ids, merged=True)
        forces = {case: case._get_logged_forces(raw)}
        found = []
        for row in case._prepare_clocks(raw, forces, now):
            target = case.env["aftersales.sla.target"].browse(row["target_id"])
            for one in row.get("reached", ()):
                if one.key == level.id and one.key not in row["told"]:
                    found.append((target._get_what(), max(one.moment, now)))
        return found

    def _prepare_lines(self, case, people, what, moment):
        company = case.company_id
        users = case.env["res.users"].union(*people)
        told = users._get_aftersales_stand_ins(company)
        there = case.env["res.users"].union(*told.values())
        openings = there._get_aftersales_openings(company, moment)
        for user, channels in people.items():
            whom = told[user]
            channel = next(c for c in channels if whom._has_aftersales_channel(c))
            yield {
                "what": what,
                "user_id": user.id,
                "told_user_id": whom.id,
                "told_at": openings[whom],
                "channel": channel,
            }


class AftersalesEscalationPreviewLine(models.TransientModel):
    _name = "aftersales.escalation.preview.line"
    _description = "Who Would Be Told"
    _order = "told_at, id"

    preview_id = fields.Many2one(
        "aftersales.escalation.preview", required=True, ondelete="cascade"
    )
    what = fields.Char("Promise", readonly=True)
    user_id = fields.Many2one("res.users", "For", readonly=True, ondelete="cascade")
    told_user_id = fields.Many2one(
        "res.users", "Told", readonly=True, ondelete="cascade"
    )
    told_at = fields.Datetime("When", readonly=True)
    channel = fields.Selection(CHANNELS, "By", readonly=True)


class AftersalesEscalationLevel(models.Model):
    _inherit = "aftersales.escalation.level"

    def action_preview(self):
        """Open the dialog that tells who would be told of a case.

        :returns: an action
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who Would Be Told?"),
            "res_model": "aftersales.escalation.preview",
            "view_mode": "form",
            "target": "new",
            "context": {"default_level_id": self.id},
        }
