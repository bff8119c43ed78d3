"""What a hostile caller tries by RPC: forged companies, moved settings, foreign ids."""

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user

from .escalation import EscalationCommon

ROLE = "aftersales_case.group_aftersales_%s"


class TestHostile(EscalationCommon):
    """The manager and the agent of another company, and a manager who is no admin."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.other_manager, cls.other_agent = (
            new_test_user(
                cls.env,
                f"other_{role}",
                groups=ROLE % role,
                company_id=cls.other.id,
                company_ids=[Command.set(cls.other.ids)],
            )
            for role in ("manager", "agent")
        )
        cls.agreement = cls._agreement(name="Secret Contract")
        cls.theirs = cls._policy(
            {"metric": "response", "quantity": 2},
            name="Secret Policy",
            agreement_id=cls.agreement.id,
        )
        cls.level = cls._level("responsible")
        env = cls.env(
            user=cls.other_manager, context={"allowed_company_ids": cls.other.ids}
        )
        cls.own_policy = env["aftersales.sla.policy"].create(
            {
                "name": "Own",
                "calendar_id": False,
                "company_id": cls.other.id,
                "target_ids": [Command.create({"metric": "response"})],
            }
        )
        cls.own_level = env["aftersales.escalation.level"].create(
            {
                "policy_id": cls.own_policy.id,
                "receiver_ids": [Command.create({"kind": "responsible"})],
                "condition_ids": [
                    Command.create({"key": "team_id", "operator": "set"})
                ],
            }
        )
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _assert_refused_each(self, user, attempts):
        for name, attempt in attempts.items():
            self.env.invalidate_all()
            with (
                self.subTest(user=user.login, name=name),
                self.assertRefused(AccessError, ""),
            ):
                attempt()

    def test_company_is_not_said(self):
        """The company of a setting follows from what it belongs to."""
        env, other = self._as(self.other_manager), self.other.id
        target = self.policy.target_ids
        for model, vals in (
            (self.level, {"target_id": target.id, "is_raised": True}),
            (target, {"policy_id": self.policy.id}),
            (target, {"case_type_id": self.type_complaint.id}),
        ):
            with (
                self.subTest(vals),
                self.assertRefused(AccessError, "kept by the system"),
            ):
                env[model._name].create({**vals, "company_id": other})

    def test_nothing_is_moved_to_others(self):
        """What is written may not end where its writer may not write."""
        policy, level = self.own_policy, self.own_level
        theirs = self.policy
        for record, vals in (
            (policy, {"company_id": self.company.id, "sequence": 1}),
            (policy.target_ids, {"policy_id": theirs.id}),
            (level, {"policy_id": False, "target_id": theirs.target_ids.id}),
            (level.receiver_ids, {"level_id": self.level.id}),
            (level.condition_ids, {"level_id": self.level.id}),
        ):
            self.env.invalidate_all()
            with self.subTest(record=record), self.assertRefused(AccessError, ""):
                record.write(vals)

    def test_which_one_wins_elsewhere(self):
        """The dialog tells nothing of companies that are not the caller's."""
        matches = self._as(self.other_agent)["aftersales.sla.match"]
        described = {"company_id": self.company.id, "partner_id": self.customer.id}
        for vals in (described, {"policy_id": self.theirs.id}):
            asked = matches.create(vals)
            self.env.invalidate_all()
            with self.subTest(vals), self.assertRefused(AccessError, ""):
                asked.read(["answer", "promises"])
            self.env.invalidate_all()
            with self.subTest(vals), self.assertRefused(AccessError, ""):
                asked.read(["legal_text"])
        lines = self._as(self.other_agent)["aftersales.sla.match.line"]
        line = lines.create({"match_id": asked.id, "policy_id": self.theirs.id})
        self.env.invalidate_all()
        with self.assertRefused(AccessError, ""):
            line.read(["agreement_id", "scope"])

    def test_action_of_administrators(self):
        """A level runs no action that whoever chooses it may not run himself."""
        action = self.env["ir.actions.server"].create(
            {
                "name": "For administrators",
                "state": "code",
                "code": "record.write({'name': env.user.login})",
                "model_id": self.env["ir.model"]._get_id("aftersales.case"),
                "group_ids": [Command.link(self.env.ref("base.group_system").id)],
            }
        )
        levels = self._as(self.manager)["aftersales.escalation.level"]
        with self.assertRefused(ValidationError, "that you may run yourself"):
            levels.create({"policy_id": self.policy.id, "server_action_id": action.id})

    def test_found_by_name(self):
        """Whatever is typed where a record is chosen, it is searched for."""
        self.env["aftersales.sla.penalty"].create(
            {"agreement_id": self.agreement.id, "amount": 77}
        )
        for model, text in (
            ("aftersales.sla.target", "Secret Policy"),
            ("aftersales.sla.penalty", "Secret Contract"),
            ("aftersales.escalation.level", "Standard"),
        ):
            with self.subTest(model):
                self.assertTrue(self._as(self.manager)[model].name_search(text))

    def test_count_of_running_cases(self):
        """The dialog counts the cases that its user may see, and no others."""
        self._start()
        self._flush()
        self.env.flush_all()
        for user, count in ((self.manager, 1), (self.other_manager, 0)):
            self.env.invalidate_all()
            asked = self._as(user)["aftersales.sla.change"].create(
                {"policy_id": self.theirs.id}
            )
            self.env.invalidate_all()
            self.assertEqual(asked.running_count, count)

    def test_parts_of_all_companies(self):
        """Nor does he change the limit of a type that all share, or a part of its level."""
        case_type = self.type_complaint.copy(
            {"code": "SHARED", "company_id": False, "team_id": False}
        )
        case_type.link_ids[:1].limit_quantity = 5
        target = case_type.link_ids[:1].limit_ids
        level = self._level("responsible", owner=target)
        condition = {"key": "team_id", "operator": "set"}
        level.condition_ids = [Command.create(condition)]
        self.assertFalse(target.company_id | level.company_id)
        vals = {"level_id": level.id}
        for record, new in (
            (target, {"case_type_id": case_type.id}),
            (level.receiver_ids, vals),
            (level.condition_ids, vals | condition),
        ):
            mine = self._as(self.other_manager, record)
            with self.subTest(model=record._name):
                self.assertTrue(mine.has_access("read"))
                for operation in ("write", "unlink"):
                    self.assertFalse(mine.has_access(operation))
                with self.assertRefused(AccessError, ""):
                    mine.create(new)

    def test_levels_of_all_companies(self):
        """What counts for all companies is told otherwise by who works in all of them."""
        remedy = self.env["aftersales.remedy"].create({"name": "A repair"})
        term = self.env["aftersales.legal.term"].create(
            {"name": "Repair", "remedy_id": remedy.id, "quantity": 14}
        )
        target = term.target_ids
        level = self._level("responsible", owner=target)
        condition = {"key": "team_id", "operator": "set"}
        level.condition_ids = [Command.create(condition)]
        self.assertFalse(level.company_id)
        vals = {"target_id": target.id, "is_raised": True}
        added = {"receiver_ids": [Command.create({"kind": "leader"})]}
        for user in (self.manager, self.other_manager):
            mine, their = self._as(user, level), self._as(user, target)
            attempts = {
                "create": lambda m=mine: m.create(vals),
                "write": lambda m=mine: m.write({"is_raised": True}),
                "unlink": lambda m=mine: m.unlink(),
                "receiver": lambda m=mine: m.write(added),
                "condition": lambda m=mine: m.condition_ids.write(condition),
                "archive": lambda m=mine: m.action_archive(),
                "target": lambda t=their: t.write(
                    {"level_ids": [Command.create({"is_raised": True})]}
                ),
                "warning": lambda t=their: t.write({"warn_percent": 1}),
                "goal": lambda t=their: t.write({"goal_percent": 1}),
            }
            self._assert_refused_each(user, attempts)
        everywhere = self.env["res.company"].search([])
        self.manager.write({"company_ids": [Command.set(everywhere.ids)]})
        made = self._as(self.manager, level).create(vals)
        self.assertTrue(made.is_raised)
        self._as(self.manager, level).write(added)
        self._as(self.manager, self.own_level).is_raised = True

    def test_penalties_of_all_companies(self):
        """So are penalties of an agreement of no company, its fee and its limits."""
        shared = self._agreement(company_id=False, code="ALL")
        penalty = self.env["aftersales.sla.penalty"].create(
            {"agreement_id": shared.id, "amount": 50}
        )
        self.assertFalse(penalty.company_id)
        vals = {"agreement_id": shared.id, "amount": 1}
        own = self._agreement(company_id=self.other.id, code="OWN")
        for user in (self.manager, self.other_manager):
            mine, agreement = self._as(user, penalty), self._as(user, shared)
            self.assertTrue(mine.has_access("read"))
            attempts = {
                "create": lambda m=mine: m.create(vals),
                "write": lambda m=mine: m.write({"amount": 1}),
                "unlink": lambda m=mine: m.unlink(),
                "archive": lambda m=mine: m.action_archive(),
                "moved away": lambda m=mine: m.write({"agreement_id": own.id}),
                "added": lambda a=agreement: a.write(
                    {"sla_penalty_ids": [Command.create({"amount": 1})]}
                ),
                "fee": lambda a=agreement: a.write({"sla_monthly_fee": 1}),
                "limit": lambda a=agreement: a.write({"sla_month_cap": 1}),
                "currency": lambda a=agreement: a.write({"sla_currency_id": 1}),
                "company": lambda a=agreement, u=user: a.write(
                    {"company_id": u.company_id.id}
                ),
            }
            self._assert_refused_each(user, attempts)
        everywhere = self.env["res.company"].search([])
        self.manager.write({"company_ids": [Command.set(everywhere.ids)]})
        self.assertTrue(self._as(self.manager, penalty).create(vals))
        self._as(self.manager, shared).sla_monthly_fee = 7
        self._as(self.manager, penalty).amount = 7

    def test_review_tells_no_company(self):
        """A dialog that names a foreign agreement does not say whose it is."""
        reviews = self._as(self.other_manager)["aftersales.sla.review"]
        review = reviews.create({"agreement_id": self.agreement.id})
        self.env.invalidate_all()
        self.assertNotIn(self.company.name, str(review.read()))
