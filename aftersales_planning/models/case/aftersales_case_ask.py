from odoo import models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aftersales_case.const import CLOSED_STATES

from ...const import BOOKED_STATES, CANCELLED, OPEN_VISITS, TO_PLAN


class AftersalesCase(models.Model):
    """Cases ask for visits, and let go of them when they are closed."""

    _inherit = "aftersales.case"

    def _ask_for_visits(self, vals_list):
        """Make visits to plan, the same for each of these cases.

        :param vals_list: values of the visits of one case
        :returns: the new visits
        :raises AccessError: for a case that the user may not work on
        :raises UserError: for a case that is closed
        """
        if not self._is_agent():
            raise AccessError(self.env._("Only agents ask for visits."))
        self.check_access("write")
        # sudo: who may work on a case asks for visits, which a planner plans
        visits = self.env["aftersales.visit"].sudo()
        return visits.create(
            [{**vals, "case_id": case.id} for case in self for vals in vals_list]
        ).with_env(self.env)

    def _ensure_takes_visits(self):
        """Guard: nobody goes for a case that is closed.

        :raises UserError: naming the case
        """
        closed = self.filtered(lambda case: not case.is_open)[:1]
        if closed:
            raise UserError(
                self.env._(
                    "Case %s is closed. Reopen it before you plan a visit.",
                    closed.number,
                )
            )

    def _after_stage_change(self, moves):
        result = super()._after_stage_change(moves)
        closed = self.filtered(lambda case: case.state in CLOSED_STATES)
        closed._call_visits_off()
        (self - closed)._ask_as_the_stage_does()
        return result

    def _call_visits_off(self):
        """Call off what is not begun: the case is closed."""
        # sudo: who may close a case frees the day of whoever would have gone
        visits = self.env["aftersales.visit"].sudo()
        off = visits.search(
            [
                ("case_id", "in", self.ids),
                ("state", "in", (TO_PLAN, *BOOKED_STATES)),
            ]
        )
        if off:
            off._enter(CANCELLED, self.env._("The case is closed."), locked=False)

    def _ask_as_the_stage_does(self):
        """Make the visit that a stage asks for by itself, where none is open."""
        links = self.type_id._get_links()
        asking = {}
        for case in self:
            link = links.get((case.type_id.id, case.stage_id.id))
            if link and link.visit_place:
                asking[case] = link
        if not asking:
            return
        # sudo: the stage asks, whoever moved the case
        visits = self.env["aftersales.visit"].sudo()
        cases = self.union(*asking)
        open_ones = visits.search(
            [("case_id", "in", cases.ids), ("state", "in", OPEN_VISITS)]
        )
        visits.create(
            [
                {
                    "case_id": case.id,
                    "place": link.visit_place,
                    "duration": link.visit_duration,
                }
                for case, link in asking.items()
                if case not in open_ones.case_id
            ]
        )

    # === Merge === #

    def _move_parts_to(self, target):
        """The case that goes on gets the visits, each with a number of its own there."""
        result = super()._move_parts_to(target)
        visits = self.env["aftersales.visit"].search([("case_id", "in", self.ids)])
        if visits:
            visits._go_over_to(target)
        return result
