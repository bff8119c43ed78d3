from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form

from .common import AftersalesCommon

TITLE = "Theft by the driver"


class TestConfidential(AftersalesCommon):
    """Who may not read a case learns its number at most, never its title."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_team = cls.env["aftersales.team"].create(
            {"name": "Board", "company_id": cls.company.id, "leader_id": cls.manager.id}
        )
        cls.secret = cls._new_secret()
        cls.public = cls.env["aftersales.case"].create(
            {
                "name": "Box missing",
                "type_id": cls.type_complaint.id,
                "company_id": cls.company.id,
                "user_id": cls.agent.id,
                "partner_id": cls.customer.id,
            }
        )

    @classmethod
    def _new_secret(cls, **vals):
        case = cls.env["aftersales.case"].create(
            {
                "name": TITLE,
                "confidential": True,
                "type_id": cls.type_complaint.id,
                "company_id": cls.company.id,
                "team_id": cls.other_team.id,
                "user_id": cls.manager.id,
                "partner_id": cls.customer.id,
                "reporter_id": False,
            }
            | vals
        )
        case.message_unsubscribe(cls.env.user.partner_id.ids)
        return case

    def _get_told(self, user):
        """Return all texts that were sent to a user, by mail or to his inbox."""
        self.env.flush_all()
        messages = self.env["mail.notification"].search(
            [("res_partner_id", "=", user.partner_id.id)]
        )
        told = messages.mail_message_id
        return " ".join(
            f"{message.subject} {message.body} {message.with_user(user).record_name}"
            for message in told
        )

    def _get_chatter(self, case):
        return " ".join(case.message_ids.mapped("body"))

    def test_merge_into_a_secret(self):
        """The chatter of a public case names the secret one it goes on in by number."""
        self._as(self.manager, self.public)._merge_into(
            self._as(self.manager, self.secret)
        )
        self.assertNotIn(self.agent.partner_id, self.secret.message_partner_ids)
        chatter = self._get_chatter(self.public)
        self.assertIn(self.secret.number, chatter)
        self.assertNotIn(TITLE, chatter)
        history = self._as(self.agent, self.public).history_html
        self.assertIn(self.secret.number, history)
        self.assertNotIn(TITLE, history)

    def test_merge_of_a_secret(self):
        """A public case that takes a secret one up becomes one, and tells no title."""
        self._as(self.manager, self.secret)._merge_into(
            self._as(self.manager, self.public)
        )
        self.assertTrue(self.public.confidential)
        self.public.confidential = False
        self.assertNotIn(TITLE, self._get_chatter(self.public))

    def test_split(self):
        """What is split off and made public tells nothing of where it came from."""
        wizard = self._as(self.manager)["aftersales.split"].with_context(
            active_model="aftersales.case", active_ids=self.secret.ids
        )
        with Form(wizard) as form:
            form.name = "Box to be sent again"
        wizard = form.save()
        new = self.env["aftersales.case"].browse(wizard.action_split()["res_id"])
        new.write({"confidential": False, "team_id": self.team.id})
        self.assertIn(self.secret.number, self._get_chatter(new))
        self.assertNotIn(TITLE, self._get_chatter(new))
        parent = self._as(self.agent, new).web_read(
            {"parent_id": {"fields": {"display_name": {}}}}
        )[0]["parent_id"]
        self.assertEqual(parent["display_name"], self.secret.number)

    def test_approval(self):
        """The role is asked; who may not read the case sees its number."""
        group = self.env["res.groups"].create(
            {
                "name": "Quality",
                "user_ids": [Command.set((self.agent | self.manager).ids)],
            }
        )
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_progress
        )
        link.requirement_ids = [
            Command.create({"kind": "approval", "group_id": group.id})
        ]
        self._as(self.leader, self.secret).sudo().action_ask_approval(
            self.stage_progress.id
        )
        told = self._get_told(self.agent)
        self.assertIn(f"Approval asked: {self.secret.number}", told)
        self.assertNotIn(TITLE, told)
        self.assertIn(TITLE, self._get_told(self.manager))

    def test_announcement(self):
        """Neither the team nor its leader of a new one is told but who is concerned."""
        self._new_secret(team_id=self.team.id, name=f"{TITLE} again")
        self._as(self.leader, self._new_secret()).sudo().user_id = self.agent2
        for user in self.agent, self.leader:
            self.assertNotIn(TITLE, self._get_told(user))
        self.assertIn(TITLE, self._get_told(self.agent2))

    def test_signals(self):
        """A signal reaches responsible and leader; nobody else by a wider hook."""
        self.patch(
            type(self.env["aftersales.case"]),
            "_get_signal_receivers",
            lambda case: self.agent | self.manager,
        )
        self.secret.sudo().write({"stage_since": "2020-01-01"})
        self.env.cr.execute(
            "UPDATE aftersales_case SET stage_due_at = '2020-01-02',"
            " signals_planned_at = now() WHERE id = %s",
            [self.secret.id],
        )
        self.secret.invalidate_recordset()
        self.secret._announce_signals()
        self.assertIn(TITLE, self._get_told(self.manager))
        self.assertNotIn(TITLE, self._get_told(self.agent))

    def test_counters(self):
        """A gate's count is that of the cases its reader sees."""
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_solved
        )
        link.requirement_ids = [
            Command.create({"kind": "field", "key": "solution"}),
        ]
        for user, count in ((self.agent, 1), (self.manager, 2)):
            with self.subTest(user=user.login):
                self.assertEqual(self._as(user, link).stopped_case_count, count)

    def test_counters_of_companies(self):
        """The cases of companies that the reader has not chosen do not count."""
        shared = self.env.ref("aftersales_case.type_complaint")
        link = shared.link_ids.filtered(lambda lk: lk.stage_id == self.stage_solved)
        link.requirement_ids = [Command.create({"kind": "field", "key": "solution"})]
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.manager.company_ids |= elsewhere
        self._new_case(
            type_id=shared.id,
            company_id=elsewhere.id,
            contact_id=False,
            user_id=self.manager.id,
        )
        for companies, count in ((self.company, 0), (self.company | elsewhere, 1)):
            mine = self._as(self.manager, link)
            mine = mine.with_context(allowed_company_ids=companies.ids)
            self.assertEqual(mine.stopped_case_count, count)

    def test_activities(self):
        """The name stored on an activity is the number, also of what became secret."""
        activity = self.secret.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.agent.id
        )
        self.assertEqual(activity.res_name, self.secret.number)
        later = self.public.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.agent2.id
        )
        self.assertIn("Box missing", later.res_name)
        self.public.confidential = True
        self.assertEqual(later.res_name, self.public.number)

    def test_ratings(self):
        """Core lets every colleague read all ratings: not those of hidden cases."""
        ratings = self.env["rating.rating"].create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id(case._name),
                    "res_id": case.id,
                    "rating": 1,
                    "feedback": TITLE,
                    "consumed": True,
                }
                for case in (self.secret, self.public)
            ]
        )
        self.assertEqual(ratings[0].res_name, self.secret.number)
        self.env.flush_all()
        for user, found in (
            (self.agent, ratings[1]),
            (self.manager, ratings),
            (self.reporter, ratings.browse()),
        ):
            with self.subTest(user=user.login):
                mine = self._as(user, ratings)
                self.assertEqual(mine.search([("id", "in", ratings.ids)]), found)
                self.assertEqual(mine._filtered_access("read"), found)

    def test_searches(self):
        """Neither a search, a path through links, a group nor an export tells it."""
        self.public.write({"duplicate_of_id": self.secret.id})
        self.secret.parent_id = self.public
        Case = self._as(self.agent)["aftersales.case"]
        self.assertFalse(Case.name_search("Theft"))
        for path in (
            "name",
            "display_name",
            "duplicate_of_id",
            "duplicate_of_id.name",
            "child_ids.name",
            "child_ids",
            "merged_from_ids.name",
            "suggested_case_ids.name",
        ):
            with self.subTest(path=path):
                try:
                    found = Case.search([(path, "ilike", "Theft")])
                except ValueError:
                    continue  # not stored: cannot be searched at all
                self.assertFalse(found)
        groups = Case.formatted_read_group(
            [("id", "=", self.public.id)], ["duplicate_of_id"], ["__count"]
        )
        self.assertNotIn(TITLE, repr(groups))
        self.assertIn(self.secret.number, repr(groups))
        self.env.flush_all()
        self.env.invalidate_all()
        public = self._as(self.agent, self.public)
        self.assertNotIn(TITLE, repr(public._export_rows([["name"], ["child_ids"]])))
        with self.assertRaises(AccessError):
            public._export_rows([["duplicate_of_id"]])

    def test_handover(self):
        """Who hands over a colleague's cases is offered those that he may read."""
        self.public.user_id = self.manager
        Handover = self._as(self.agent)["aftersales.handover"]
        of_user = Handover.with_context(
            active_model="res.users", active_ids=self.manager.ids
        )
        with Form(of_user) as form:
            form.return_on = "2099-01-01"
            shown = [
                (row["team_id"], row["case_count"]) for row in form.line_ids._records
            ]
            self.assertEqual(shown, [(self.team.id, 1)])
        self.assertEqual(form.record.sudo().line_ids.team_id, self.team)
        self.assertEqual(form.record.case_count, 1)
        self.assertEqual(form.record._get_cases(), self._as(self.agent, self.public))
        of_case = Handover.with_context(
            active_model="aftersales.case", active_ids=self.secret.ids
        )
        with self.assertRaises(AccessError):
            of_case.default_get(["case_ids"])

    def test_similar_cases(self):
        """A new report like a secret one does not find it."""
        case = self._as(self.agent)["aftersales.case"].new(
            {"name": TITLE, "partner_id": self.customer.id}
        )
        self.assertNotIn(self.secret, case.suggested_case_ids._origin)
        self.assertNotIn(self.secret, case.customer_case_ids._origin)
