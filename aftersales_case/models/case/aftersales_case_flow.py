from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError

from ...const import (
    STATE_CANCELLED,
    STATE_DONE,
    STATE_REJECTED,
)


class AftersalesCase(models.Model):
    """The flow of a case through the stages of its type."""

    _inherit = "aftersales.case"

    # === Actions === #

    def action_reported(self):
        """Close the quick form with a link to the case that it made."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(case)s is reported. %(user)s takes care of it.",
                    case="%s",  # the place of the link
                    user=self.user_id.name,
                ),
                "links": [
                    {"label": self.number, "url": f"/odoo/reported-cases/{self.id}"}
                ],
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_done(self):
        return self._move_to_state(STATE_DONE)

    def action_reject(self):
        return self._move_to_state(STATE_REJECTED)

    def action_cancel(self):
        return self._move_to_state(STATE_CANCELLED)

    def action_view_history(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "aftersales_case.aftersales_case_event_action"
        )
        return action | {"domain": [("case_id", "in", self._get_merged_cases().ids)]}

    def action_view_children(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "aftersales_case.aftersales_case_action"
        )
        return action | {
            "domain": [("parent_id", "=", self.id)],
            "context": {
                "default_parent_id": self.id,
                "default_partner_id": self.partner_id.id,
                "default_contact_id": self.contact_id.id,
                "default_type_id": self.type_id.id,
            },
        }

    # === Moves === #

    def _move_to_state(self, state):
        """Move each case to the first stage of its type that has the given state.

        :raises UserError: when a type has no such stage
        """
        for case_type, cases in self.grouped("type_id").items():
            stage = case_type._get_stage_for_state(state)
            if not stage:
                label = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "Type %(type)s has no stage in state %(state)s. Add one to the"
                        " type first.",
                        type=case_type.name,
                        state=label[state],
                    )
                )
            cases.stage_id = stage
        return True

    def _set_closed_at(self):
        """Keep the date handled in step with the state."""
        closed = self.filtered(lambda case: case._is_closed() and not case.closed_at)
        closed.closed_at = fields.Datetime.now()
        self.filtered(lambda case: not case._is_closed() and case.closed_at).write(
            {"closed_at": False}
        )

    def _note_moves(self, moves):
        """Note the moves in the chatter and tell the followers who want to know.

        One batch for the notes, which is cheaper by far than core's tracking; a message
        of its own only for a case that somebody else follows.
        """
        arrow = Markup("%s → <b>%s</b>")
        bodies = {
            case.id: arrow % (old.name, case.stage_id.name)
            for case, old in moves.items()
        }
        followed = self._get_followed("aftersales_case.mt_case_stage")
        for case in followed:
            case.message_post(
                body=bodies[case.id],
                message_type="notification",
                subtype_xmlid="aftersales_case.mt_case_stage",
            )
        (self.browse(bodies) - followed)._message_log_batch(bodies)

    def _get_followed(self, subtype_xmlid):
        """Return those of these cases that others than the user follow for a subtype."""
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id(subtype_xmlid)
        # sudo: followers are read to write to them, not to show them
        followers = (
            self.env["mail.followers"]
            .sudo()
            ._read_group(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("subtype_ids", "in", [subtype_id]),
                    ("partner_id", "!=", self.env.user.partner_id.id),
                ],
                ["res_id"],
            )
        )
        return self.browse([res_id for (res_id,) in followers])
