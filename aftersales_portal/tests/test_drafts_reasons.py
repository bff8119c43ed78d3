from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.tests.common import feature

from .common import PortalSetup
from .drafts import DraftActions
from .test_decision import DecisionSetup


@tagged("post_install", "-at_install")
class TestClosingDrafts(DraftActions, PortalSetup, HttpCase):
    """Why a case is closed or opened again is saved while it is typed."""

    def setUp(self):
        super().setUp()
        self.type_complaint.link_ids.portal_agree = False
        self.case = self._new_case(stage_id=self.stage_progress.id)
        self.page = f"/my/cases/{self.case.id}"
        self.authenticate(self.anna.login, self.anna.login)

    def _ask_back(self):
        """Let the form to close ask what happened."""
        self.type_complaint.portal_close_stage_id = self.stage_solved
        self._complete(self.case).description = False
        self._show(
            "description",
            portal="editable",
            label="What Happened",
            required_from_id=self.stage_solved.id,
        )

    @feature("P-65")
    def test_close(self):
        """After the log-in has ended it is there again, with all that is asked."""
        self._ask_back()
        key, url = f"close-{self.case.id}", f"{self.page}/close"
        answer = self._save(key, reason="It works", description="A leak", other="x")
        self.assertState(answer, "saved")
        self.assertEqual(
            self._drafts().typed, {"reason": "It works", "description": "A leak"}
        )
        self.authenticate(self.anna.login, self.anna.login)  # another session
        page = self.url_open(url).text
        for text in (
            ">It works</textarea>",
            ">A leak</textarea>",
            "Not sent yet. Saved",
        ):
            self.assertIn(text, page)
        answer = self._save("", url=url, reason="It works!", description="A leak")
        self.assertIn(f'data-key="{key}"', answer.text)
        self.assertFalse(self.case.is_open)
        self.assertFalse(self._drafts())

    def test_mistake(self):
        """What was sent with a mistake is kept as well."""
        self._ask_back()
        url = f"{self.page}/close"
        answer = self._save("", url=url, reason="It works")
        self.assertEqual(answer.status_code, 422)
        self.assertEqual(self._drafts().typed["reason"], "It works")
        self.assertIn(">It works</textarea>", self.url_open(url).text)
        self._save("", url=url, step="discard")
        self.assertFalse(self._drafts())

    @feature("P-65")
    def test_reopen(self):
        """So is what is still wrong with a closed one."""
        self.case.stage_id = self.stage_cancelled
        key, url = f"reopen-{self.case.id}", f"{self.page}/reopen"
        self.assertState(self._save(key, reason="It leaks"), "saved")
        self.assertIn(">It leaks</textarea>", self.url_open(url).text)
        answer = self._save("", url=url, reason="It leaks again")
        self.assertIn(f'data-key="{key}"', answer.text)
        self.assertTrue(self.case.is_open)
        self.assertFalse(self._drafts())

    def test_not_his(self):
        """Who may not close or open a case saves nothing for it."""
        self._share("all")
        for user, key in (
            (self.anna, f"reopen-{self.case.id}"),
            (self.anna, f"refuse-{self.case.id}"),
            (self.ben, f"close-{self.case.id}"),
            (self.cleo, f"close-{self.case.id}"),
        ):
            with self.subTest(user=user.login, key=key):
                self.authenticate(user.login, user.login)
                answer = self._save(key, reason="Hello", text="Hello")
                self.assertEqual(answer.status_code, 404)
        self.assertFalse(self._drafts())


@tagged("post_install", "-at_install")
class TestRefusalDrafts(DraftActions, DecisionSetup, HttpCase):
    """Why somebody does not accept what a case shows is saved while it is typed."""

    @feature("P-65")
    def test_refuse(self):
        """Reason and text; gone when it is sent, or on demand."""
        self.page = f"/my/cases/{self.case.id}"
        self.authenticate(self.anna.login, self.anna.login)
        key, url = f"refuse-{self.case.id}", f"{self.page}/refuse"
        typed = {"reason": str(self.reason.id), "text": "Still wet"}
        self.assertState(self._save(key, **typed), "saved")
        page = self.url_open(url).text
        self.assertIn(">Still wet</textarea>", page)
        self.assertRegex(page, rf'value="{self.reason.id}" selected="selected"')
        self._save("", url=url, step="discard", **typed)
        self.assertFalse(self._drafts())
        self.assertEqual(self._save("", url=url, text="Wet").status_code, 422)
        self.assertEqual(self._drafts().typed["text"], "Wet")
        answer = self._save("", url=url, **typed)
        self.assertIn(f'data-key="{key}"', answer.text)
        self.assertFalse(self._drafts())

    def test_decided(self):
        """Of what was accepted meanwhile no refusal is kept."""
        self.page = f"/my/cases/{self.case.id}"
        self.authenticate(self.anna.login, self.anna.login)
        service, partner = self._service(self.anna)
        case = service._find_case(partner, self.case.id)
        typed = {"name": "Anna", "comment": "", "tick": "yes", "signature": ""}
        typed["proposal"] = service._get_proposal(case)[2]
        self.assertEqual(service._agree(partner, case, typed), {})
        self.env.flush_all()
        answer = self._save(f"refuse-{self.case.id}", text="Still wet")
        self.assertEqual(answer.status_code, 404)
        self.assertFalse(self._drafts())
