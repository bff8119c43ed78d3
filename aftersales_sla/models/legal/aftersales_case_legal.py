from typing import NamedTuple

from odoo import models

from ...const import EVENT_LEGAL
from ...engine.held import Held, get_beginning, get_forces, read_terms


class LegalKey(NamedTuple):
    """The key of a legal term among those of policies: see ``_get_targets``."""

    term: int


class AftersalesCase(models.Model):
    """Which law held when: logged as it is found, and replayed from there.

    A case for which another remedy is asked cancels the former clock; what was missed
    stays missed.
    """

    _inherit = "aftersales.case"

    def _prepare_change_vals(self, vals):
        if "remedy_id" in vals:
            self._mark_clocks()
        return super()._prepare_change_vals(vals)

    def _match_clocks(self, raw, now, cases):
        forces, events = super()._match_clocks(raw, now, cases)
        found, histories, live = cases._find_legal_terms(), {}, set(cases)
        for case in self:
            told = case._get_own_rows(raw)
            history = read_terms(told)
            if history or case in found:
                histories[case] = history
            old = history[-1].policy if history else 0
            new = found[case].id if case in found else 0
            if case in live and old != new:
                history.append(Held(get_beginning(told, now), new))
                events.append(
                    {
                        "case_id": case,
                        "kind": EVENT_LEGAL,
                        "from_id": old,
                        "to_id": new,
                    }
                )
        for case, held in self._get_legal_forces(histories).items():
            forces[case] = forces[case] | held
        return forces, events

    def _get_logged_forces(self, raw):
        history = read_terms(self._get_own_rows(raw))
        held = self._get_legal_forces({self: history})[self]
        return super()._get_logged_forces(raw) | held

    def _get_own_rows(self, raw):
        """Return the rows of the log that this case lived through itself."""
        return [row for row in raw.get(self.id, ()) if row.case_id == self.id]

    def _get_legal_forces(self, histories):
        """Return ``{case: {LegalKey: [Force]}}`` of what held of the terms there are."""
        forces = {
            case: get_forces({EVENT_LEGAL: history})
            for case, history in histories.items()
        }
        ids = {term for held in forces.values() for term in held}
        known = set(self.env["aftersales.legal.term"].browse(ids).exists().ids)
        return {
            case: {LegalKey(term): held[term] for term in held if term in known}
            for case, held in forces.items()
        }

    def _get_targets(self, forces):
        """Add the target of the law that holds, unless its number is still to be set."""
        legal, others = {}, {}
        for case, found in forces.items():
            keys = [key for key in found if isinstance(key, LegalKey)]
            if keys:
                legal[case] = {key: found[key] for key in keys}
                found = {key: found[key] for key in found if key not in legal[case]}
            others[case] = found
        targets = super()._get_targets(others)
        for case, found in legal.items():
            terms = self.env["aftersales.legal.term"].with_company(case.company_id)
            for key, held in found.items():
                term = terms.browse(key.term)
                if term._get_quantity():
                    targets[case] += [(target, held) for target in term.target_ids]
        return targets
