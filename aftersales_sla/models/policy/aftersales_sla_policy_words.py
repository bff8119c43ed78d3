from odoo import models
from odoo.tools import format_date

from ...engine import match


class AftersalesSlaPolicy(models.Model):
    """Why a policy holds for a case or does not, in words."""

    _inherit = "aftersales.sla.policy"

    def _explain(self, verdict, winner, owners):
        """Return why this policy won or lost.

        :param verdict: ``Verdict`` of this policy
        :param winner: ``Verdict`` of the one that holds, or None
        :param owners: ids of the partner and his parents, the nearest first
        """
        self.ensure_one()
        if not self.active:
            return self.env._("It is archived.")
        if self.agreement_id.is_template:
            return self.env._("It belongs to an example.")
        if not self.agreement_id.active and self.agreement_id:
            return self.env._("Its agreement is archived.")
        if verdict.misses:
            return " ".join(self._get_miss_text(miss) for miss in verdict.misses)
        if verdict == winner:
            return self._get_won_text(owners)
        return self._get_lost_text(verdict, winner)

    def _get_miss_text(self, miss):
        if miss == match.NOT_THEIRS:
            return self.env._(
                "It is of an agreement with %s.",
                self.agreement_id.partner_id.display_name,
            )
        periods = self._get_periods()
        if miss == match.NOT_YET:
            first = max(start for start, _end in periods if start)
            return self.env._("It is valid from %s on.", format_date(self.env, first))
        if miss == match.OVER:
            last = min(end for _start, end in periods if end)
            return self.env._("It was valid until %s.", format_date(self.env, last))
        return self.env._(
            "Only for %(criterion)s: %(value)s.",
            criterion=self._fields[miss]._description_string(self.env),
            value=self._get_criterion(miss),
        )

    def _get_won_text(self, owners):
        partner = self.agreement_id.partner_id
        if not partner:
            return self.env._("It holds, for want of an agreement that fits better.")
        if partner.id == owners[0]:
            return self.env._("It holds: the agreement is with the partner himself.")
        return self.env._(
            "It holds: the agreement is with %s, above him.", partner.display_name
        )

    def _get_lost_text(self, verdict, winner):
        other = self.browse(winner.key)
        reason = match.compare(verdict, winner)
        if reason == match.FARTHER:
            return self.env._(
                "It fits, but %s is of an agreement that is nearer.", other.name
            )
        if reason == match.WIDER:
            return self.env._(
                "It fits, but %(other)s says more exactly for which cases it is"
                " (%(theirs)s criteria against %(mine)s).",
                other=other.name,
                theirs=-winner.rank[1],
                mine=-verdict.rank[1],
            )
        return self.env._(
            "It fits as well as %(other)s, which comes first by its sequence"
            " (%(theirs)s before %(mine)s).",
            other=other.name,
            theirs=winner.rank[2],
            mine=verdict.rank[2],
        )
