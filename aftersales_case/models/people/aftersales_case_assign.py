import sys
from collections import Counter
from typing import NamedTuple

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import (
    ASSIGN_KEEP,
    ASSIGN_LEADER,
    ASSIGN_TEAM,
    ASSIGN_USER,
    CHOOSE_LEADER,
    CHOOSE_LEAST_LOADED,
    CHOOSE_ROUND_ROBIN,
    CLOSED_STATES,
    EVENT_ASSIGNED,
    OPEN_STATES,
    STATE_NEW,
)


class Seat(NamedTuple):
    """A place for a responsible: all that the chooser asks of a case, saved or not."""

    case_type: object
    stage: object
    team: object
    company: object


class Choice(NamedTuple):
    """The chooser's answer; ``deliberate`` is False for a mere fallback."""

    user: object
    deliberate: bool


class Pool(NamedTuple):
    """Of whom one is chosen, and how: by a method, or the first."""

    users: object
    method: str | None
    deliberate: bool


class AftersalesCase(models.Model):
    """The choice of the one responsible. ``_assign`` is the only chooser."""

    _inherit = "aftersales.case"

    # === Actions === #

    def action_take(self):
        """Make the current user responsible, on purpose."""
        self.user_id = self.env.user
        return True

    def action_assign(self):
        """Let the team's method choose, whatever the stage says."""
        self.check_access("write")
        self._assign(by_team=True)
        return True

    # === Repair === #

    @api.model
    def _cron_repair_responsible(self):
        """Give open cases of those who can no longer answer for them to somebody else.

        The guards on users leave none; what was changed past them is found here.
        """
        self._run_in_batches(
            self._get_open_domain() & Domain.custom(to_sql=_has_no_responsible),
            lambda cases: cases._repair_responsible(),
        )

    def _repair_responsible(self):
        former = {case: case.user_id for case in self}
        self._assign()
        self._message_log_batch(
            {
                case.id: self.env._(
                    "%(user)s can no longer be responsible for this case; it was given"
                    " to %(other)s.",
                    user=former[case].name,
                    other=case.user_id.name,
                )
                for case in self
            }
        )

    # === Chooser === #

    def _assign(self, by_team=False):
        """Choose the responsible of these cases anew and write what changed.

        :param by_team: skip the stage's own setting and ask type and team
        :returns: the cases that have another responsible now; these people are told
            at the end of the change
        """
        # sudo: the rules of the type hand the case on, not the user who moved it
        with self.sudo()._changing() as cases:
            handed_on = cases._write_choices(by_team)
        return self.browse(handed_on.ids)

    def _write_choices(self, by_team):
        cases = self.filtered(lambda case: not case._is_closed())
        seats = [case._get_seat(by_team) for case in cases]
        now = fields.Datetime.now()
        to_write, handed_on = {}, self.browse()
        for case, choice in zip(cases, self._choose(seats), strict=True):
            assigned_at = case.assigned_at
            if choice.deliberate:
                assigned_at = assigned_at or now
            elif choice.user != case.user_id:
                assigned_at = False
            if (choice.user, assigned_at) != (case.user_id, case.assigned_at):
                key = (choice.user.id, assigned_at)
                to_write[key] = to_write.get(key, self.browse()) | case
        for (user_id, assigned_at), changed in to_write.items():
            handed_on |= changed.filtered(lambda c, u=user_id: c.user_id.id != u)
            changed.write({"user_id": user_id, "assigned_at": assigned_at})
        return handed_on

    # === One choice per change === #

    def _choose_in_change(self, news):
        """Choose anew where a move, another team or a wish asks for it, once for each.

        Whoever named the responsible in the same change has decided. The stage's own
        rule comes before that of a new team.

        :param news: ``News`` of the round
        """
        change = self._get_change()
        wished = self.browse(change.take("to_choose"))
        open_to_choice = self.union(*news.moves).filtered(
            lambda case: case.id not in change.named
        )
        by_stage = open_to_choice._filter_stage_chooses(news.moves) | wished
        by_team = (news.reteamed - by_stage).filtered(
            lambda case: (
                case.id not in change.named
                and case.team_id.member_ids
                and case.user_id not in case.team_id.member_ids
            )
        )
        by_stage._assign()
        by_team._assign(by_team=True)

    def _filter_stage_chooses(self, moves):
        """Return those of these cases for which their new stage chooses.

        Not those that are confidential. Somebody of the team who has the case keeps it:
        a case that comes back from waiting goes on where it was. A reopened case needs
        somebody who is there.
        """
        links = self.type_id._get_links()

        def chooses(case):
            link = links.get((case.type_id.id, case.stage_id.id))
            rule = link.assignment if link else ASSIGN_KEEP
            if moves[case].state in CLOSED_STATES and not self._filter_eligible(
                case.user_id, case.company_id
            ):
                return True
            if case.confidential or rule == ASSIGN_KEEP:
                return False
            is_mine = case.assigned_at and case.user_id in case.team_id.member_ids
            return rule != ASSIGN_TEAM or not is_mine

        return self.filtered(chooses)

    def _get_seat(self, by_team=False):
        self.ensure_one()
        stage = self.stage_id.browse() if by_team else self.stage_id
        return Seat(self.type_id, stage, self.team_id, self.company_id)

    def _fill_responsible(self, vals_list):
        """Put ``user_id`` and ``assigned_at`` into the values of new cases."""
        now = fields.Datetime.now()
        open_vals = []
        for vals in vals_list:
            if vals.get("user_id"):
                vals.setdefault("assigned_at", now)
            else:
                open_vals.append(vals)
        types = {vals["type_id"] for vals in open_vals if vals.get("type_id")}
        first = {
            case_type.id: case_type._get_first_stage()
            for case_type in self.env["aftersales.case.type"].browse(types)
        }
        seats = [self._prepare_seat(vals, first) for vals in open_vals]
        for vals, choice in zip(open_vals, self._choose(seats), strict=True):
            vals["user_id"] = choice.user.id
            vals["assigned_at"] = now if choice.deliberate else False

    @api.model
    def _get_responsibles(self, vals_list):
        """Return the users to whom values give a case."""
        return self.env["res.users"].browse({vals["user_id"] for vals in vals_list})

    def _prepare_seat(self, vals, first):
        """Return the seat of a new case.

        :param first: ``{type id: first stage}``
        """
        case_type = self.env["aftersales.case.type"].browse(vals.get("type_id"))
        stage = self.env["aftersales.case.stage"].browse(vals.get("stage_id"))
        team = self.env["aftersales.team"].browse(vals.get("team_id"))
        return Seat(
            case_type,
            stage or first.get(case_type.id, stage),
            team or case_type.sudo().team_id,  # sudo: see _choose
            self.env["res.company"].browse(vals["company_id"]),
        )

    def _choose(self, seats):
        """Choose a responsible for every seat.

        The first rule that names somebody decides; the absent are passed over for
        their deputy, and only when nobody at all is there, absence is ignored.

        :param seats: list of ``Seat``
        :returns: list of ``Choice``, in the same order; never without a user
        :raises UserError: when the database has no internal user left
        """
        if not seats:
            return []
        # sudo: teams, colleagues and their leave are read on behalf of the rules
        chooser = self.sudo()
        steps = chooser._get_steps_by_seat(set(seats))
        pools = chooser._get_pools(steps)
        users = [pool.users for pool in pools.values() if len(pool.users) > 1]
        ranks = chooser._get_ranks(chooser.env["res.users"].union(*users))
        choices = []
        for seat in seats:
            users, method, deliberate = pools[seat]
            rank = ranks.get(method)
            user = users[0]
            if rank is not None:
                user = min(users, key=lambda u, r=rank: (r[u.id], u.id))
            # The next case of this batch finds the choice made.
            ranks[CHOOSE_LEAST_LOADED][user.id] += 1
            ranks[CHOOSE_ROUND_ROBIN][user.id] = sys.maxsize + len(choices)
            choices.append(Choice(user, deliberate))
        return choices

    def _get_steps_by_seat(self, seats):
        links = (
            self.env["aftersales.case.type"]
            .union(*(seat.case_type for seat in seats))
            ._get_links()
        )
        return {
            seat: self._get_assign_steps(
                seat, links.get((seat.case_type.id, seat.stage.id))
            )
            for seat in seats
        }

    def _get_pools(self, steps_by_seat):
        """Return ``{seat: Pool}`` of the first rule that names somebody who is there.

        Who stands in for want of others is asked for only when the seat's own rules
        name nobody who is there.
        """
        pools = self._get_present_pools(steps_by_seat)
        left = {s: steps for s, steps in steps_by_seat.items() if s not in pools}
        if left:
            fallback = self._get_fallback_steps()
            left = {seat: [*steps, *fallback] for seat, steps in left.items()}
            pools |= self._get_present_pools(left)
        for seat, steps in left.items():
            if seat not in pools:
                pools[seat] = self._get_pool_of_all(seat, steps)
        return pools

    def _get_present_pools(self, steps_by_seat):
        """Return ``{seat: Pool}`` of those for whom a rule names somebody who is there."""
        candidates = self.env["res.users"].union(
            *(users for steps in steps_by_seat.values() for users, _how, _why in steps)
        )
        asked = candidates | candidates.aftersales_deputy_id
        absent = {c: asked._get_absent(c) for c in {s.company for s in steps_by_seat}}
        pools = {}
        for seat, steps in steps_by_seat.items():
            for candidates, method, deliberate in steps:
                users = self._filter_eligible(candidates, seat.company)
                users = self._replace_absent(users, absent[seat.company], seat.company)
                if users:
                    pools[seat] = Pool(users, method, deliberate)
                    break
        return pools

    def _get_pool_of_all(self, seat, steps):
        """Return the ``Pool`` of a seat when nobody whom a rule names is there."""
        for candidates, method, deliberate in steps:
            if users := self._filter_eligible(candidates, seat.company):
                return Pool(users, method, deliberate)
        # The last resort, so that a mail is never lost for want of a manager.
        users = self._filter_eligible(
            self.env["res.users"].search(
                [("share", "=", False), ("company_ids", "in", seat.company.ids)],
                order="id",
            ),
            seat.company,
        )[:1]
        if users:
            return Pool(users, None, False)
        raise UserError(
            self.env._(
                "Responsible: no active internal user was found for company"
                " %(company)s. Give a user the role Manager of After-sales there.",
                company=seat.company.name,
            )
        )

    def _get_assign_steps(self, seat, link):
        """Hook: return the rules of a seat in order of precedence.

        :param seat: the ``Seat`` to fill
        :param link: the stage's ``aftersales.type.stage`` for the seat's type, or None
        :returns: list of (candidates, method or None for the first, deliberate)
        """
        team, case_type = seat.team.sudo(), seat.case_type.sudo()  # sudo: see _choose
        # Work that a stage sends to the leader is his; what is new he has yet to sort.
        is_new = seat.stage.sudo().state in (STATE_NEW, False)
        leader = (team.leader_id, None, False)
        steps = []
        if link and link.assignment == ASSIGN_USER:
            steps.append((link.user_id, None, True))
        elif link and link.assignment == ASSIGN_LEADER:
            steps.append((team.leader_id, None, not is_new))
        elif link and link.assignment == ASSIGN_TEAM:
            steps.append(self._get_team_step(team))
        steps.append((case_type.user_id, None, True))
        steps.append(self._get_team_step(team))
        steps.append(leader)
        company = seat.company.sudo()  # sudo: see _choose
        steps.append((company.aftersales_user_id, None, False))
        return steps

    def _get_fallback_steps(self):
        """Return the rules behind those of every seat, as ``_get_assign_steps`` does."""
        return [
            (self._get_managers(), None, False),
            (self.env.ref("base.user_admin"), None, False),
        ]

    def _get_team_step(self, team):
        if team.assignment_method == CHOOSE_LEADER:
            return (team.leader_id, None, False)
        return (team.member_ids, team.assignment_method, True)

    def _get_managers(self):
        group = self.env.ref("aftersales_case.group_aftersales_manager")
        return group.all_user_ids.filtered("active").sorted("id")

    def _filter_eligible(self, users, company):
        change = self._get_change()
        leaving = change.leaving if change else ()
        return users.filtered(
            lambda user: (
                user.active
                and user.id not in leaving
                and not user.share
                and user.id != SUPERUSER_ID
                and company in user.company_ids
            )
        )

    def _replace_absent(self, users, absent, company):
        """Return those who are there, and the deputies of those who are not."""
        present = users.filtered(lambda user: user not in absent)
        if present:
            return present
        deputies = self._filter_eligible(users.aftersales_deputy_id, company)
        return deputies.filtered(lambda user: user not in absent)

    def _get_ranks(self, users):
        """Return ``{method: Counter by user id}``; the lowest rank is chosen."""
        if not users:
            return {CHOOSE_LEAST_LOADED: Counter(), CHOOSE_ROUND_ROBIN: Counter()}
        loads = self._read_group(
            [
                ("user_id", "in", users.ids),
                ("state", "in", OPEN_STATES),
                # What somebody holds by mere fallback is no work that he took.
                ("assigned_at", "!=", False),
            ],
            ["user_id"],
            ["__count"],
        )
        turns = self.env["aftersales.case.event"]._read_group(
            [("kind", "=", EVENT_ASSIGNED), ("to_id", "in", users.ids)],
            ["to_id"],
            ["id:max"],
        )
        return {
            CHOOSE_LEAST_LOADED: Counter({user.id: count for user, count in loads}),
            CHOOSE_ROUND_ROBIN: Counter(dict(turns)),
        }

    def _get_unfinished_of(self, users):
        """Return all open cases of these users, in every company."""
        # sudo: the guard on users must count what the caller cannot see
        return self.sudo().search(
            Domain("user_id", "in", users.ids) & self._get_open_domain()
        )


def _has_no_responsible(model, alias, query):
    """Return the condition that nobody answers for a case: archived, or not ours."""
    return SQL(
        "NOT EXISTS (SELECT 1 FROM res_users u JOIN res_company_users_rel r"
        " ON r.user_id = u.id AND r.cid = %(company)s WHERE u.id = %(user)s"
        " AND u.active AND u.share IS NOT TRUE)",
        company=SQL.identifier(alias, "company_id"),
        user=SQL.identifier(alias, "user_id"),
    )
