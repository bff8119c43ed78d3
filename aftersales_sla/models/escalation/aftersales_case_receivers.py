from odoo import models

from ...const import (
    TO_DEPUTY,
    TO_LEADER,
    TO_NEXT_SUPERIOR,
    TO_OWNER,
    TO_PERSON,
    TO_RESPONSIBLE,
    TO_SUPERIOR,
    USUAL_CHANNELS,
)


class AftersalesCase(models.Model):
    """Whom the levels of a case's promises are for."""

    _inherit = "aftersales.case"

    def _get_level_people(self, pairs):
        """Return whom levels tell of cases, and by which channels.

        Who is no active colleague of the company, or may not read the case, is passed
        over; a superior for the next one above. Where nobody is left, it is the
        company's fallback, else a manager: nothing is reached unheard.

        :param pairs: list of (case, level)
        :returns: ``{(case, level): {user: [channel]}}``; none for a level without
            receivers
        """
        # sudo: who leads and stands in for whom is asked on behalf of the levels
        cases = self.sudo()
        above = cases._get_all_superiors()
        links = cases.type_id._get_links()
        asked = {
            (case, level): [
                (receiver, case._get_candidates_of(receiver, above, links))
                # sudo: as above
                for receiver in level.sudo().receiver_ids
            ]
            for case, level in pairs
        }
        readers = self._get_level_readers(asked, above)
        people = {}
        for (case, level), lines in asked.items():
            found = people[case, level] = {}
            readable = [user for user in readers if case.id in readers[user]]
            for receiver, candidates in lines:
                eligible = candidates.filtered(lambda user, r=readable: user in r)
                if receiver.kind == TO_NEXT_SUPERIOR:
                    eligible = eligible[1:]
                for user in eligible[:1]:
                    found.setdefault(user, receiver._get_channels())
            if lines and not found:
                last = case.user_id._get_aftersales_last_resort(case.company_id)
                for user in last.filtered(lambda user, r=readable: user in r)[:1]:
                    found[user] = list(USUAL_CHANNELS)
        return people

    def _get_candidates_of(self, receiver, above, links):
        """Return the users that a receiver may mean of this case, the nearest first."""
        self.ensure_one()
        responsible = self.user_id
        if receiver.kind in (TO_SUPERIOR, TO_NEXT_SUPERIOR):
            return above[responsible.id, self.company_id.id]
        link = links.get((self.type_id.id, self.stage_id.id))
        users = {
            TO_RESPONSIBLE: responsible,
            TO_DEPUTY: responsible.aftersales_deputy_id,
            TO_OWNER: link.user_id if link else responsible.browse(),
            TO_LEADER: self.team_id.leader_id,
            TO_PERSON: receiver.user_id,
        }
        return users[receiver.kind]

    def _get_all_superiors(self):
        """Return ``{(user id, company id): users above, the nearest first}``."""
        return {
            (user.id, company.id): above
            for company, cases in self.grouped("company_id").items()
            for user, above in cases.user_id._get_aftersales_superiors(company).items()
        }

    def _get_level_readers(self, asked, above):
        """Return ``{user: ids of the cases that he may be told of}``.

        :param asked: ``{(case, level): [(receiver, candidates)]}``
        :param above: see ``_get_all_superiors``
        """
        ids_of = {}
        for (case, _level), lines in asked.items():
            users = above[case.user_id.id, case.company_id.id] if lines else ()
            candidates = [user for _receiver, found in lines for user in found]
            for user in dict.fromkeys([*users, *candidates]):
                ids_of.setdefault(user, set()).add(case.id)
        return {
            user: set(self.browse(ids)._filter_readable_by(user).ids)
            for user, ids in ids_of.items()
        }

    def _filter_readable_by(self, user):
        """Return those of these cases that an active colleague may read."""
        if not user.active:
            return self.browse()
        # As this user sees them, in all of his companies.
        mine = self.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids
        )
        return mine._filtered_access("read")
