from odoo import api, models
from odoo.exceptions import UserError


class AftersalesVisit(models.Model):
    """Planning a case that has no visit yet, in one step."""

    _inherit = "aftersales.visit"

    @api.model
    def plan_case(self, case_id, move, reason=None):
        """Make a visit of a case and put it on somebody's day, or do neither.

        :param case_id: id of an ``aftersales.case``
        :param move: dict of ``start``, ``stop`` and ``resource_ids`` as ``plan_move``
            takes them
        :param reason: why a warning is overruled
        :returns: what ``plan_move`` returns, and ``visit_id``
        :raises UserError: for what the judge refuses
        :raises AccessError: for who may not plan visits of this case
        """
        case = self._read_case(case_id)
        if not isinstance(move, dict) or not move.get("start"):
            raise self._get_unreadable()
        savepoint = self.env.cr.savepoint()
        visit = self.create({"case_id": case.id})
        result = visit.plan_move(
            [
                {
                    "id": visit.id,
                    "revision": visit.revision,
                    "start": move.get("start"),
                    "stop": move.get("stop"),
                    "resource_ids": move.get("resource_ids"),
                }
            ],
            reason=reason,
        )
        savepoint.close(rollback=not result["done"])
        return {**result, "visit_id": visit.id if result["done"] else False}

    @api.model
    def _read_case(self, case_id):
        """Return the case of a request, for which the user may plan.

        :raises UserError: for what is none, or was deleted
        :raises AccessError: for a case that is not his to work on
        """
        cases = self.env["aftersales.case"]
        case = cases.browse(case_id if type(case_id) is int else []).exists()
        if not case:
            raise UserError(
                self.env._("This case was deleted meanwhile. Look at the board again.")
            )
        case.check_access("write")
        return case

    @api.model
    def get_case_slots(self, case_id):
        """Return the best slots for the visit that a case does not have yet.

        :param case_id: id of an ``aftersales.case``
        :returns: what ``get_best_slots`` returns, with those who cannot take it
        :raises AccessError: for who may not plan visits of this case
        """
        case = self._read_case(case_id)
        savepoint = self.env.cr.savepoint()
        slots = self.create({"case_id": case.id}).get_best_slots(refusals=True)
        savepoint.close(rollback=True)
        return slots
