"""Questions to customers, for tests."""

from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time

from .links import LINK, LinkSetup

REF = "aftersales_case.%s"


class QuestionSetup(LinkSetup):
    """Service cases of Dora, who has no log-in; pick-up or shipping is asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.question = cls.type_service.question_ids
        for name in ("assigned", "settle", "ship", "pickup"):
            setattr(cls, name, cls.env.ref(REF % f"stage_{name}"))
        cls.wait = cls.env.ref(REF % "stage_wait_customer")
        # Only what a test asks for keeps a case.
        cls.type_service.link_ids.requirement_ids.unlink()
        cls.type_service.field_rule_ids.unlink()

    def _new_service(self, **vals):
        vals = {"type_id": self.type_service.id, "contact_id": self.dora.id} | vals
        stage = vals.pop("stage_id", False)
        case = self._new_case(**vals)
        if stage:
            with case._changing(forced=True, reason="Set-up") as cases:
                cases.stage_id = stage
            self._get_mails(case).unlink()
        return case

    def _new_photo_question(self, **vals):
        kind = self.env.ref(REF % "attachment_kind_photo")
        return self.env["aftersales.question"].create(
            {
                "type_id": self.type_service.id,
                "name": "Photos?",
                "kind": "files",
                "attachment_kind_id": kind.id,
            }
            | vals
        )

    def _get_stage_link(self, stage):
        return self.type_service.link_ids.filtered(lambda link: link.stage_id == stage)

    def _choose(self, asked, number, partner=None):
        chosen = asked.question_id.answer_ids[number]
        asked._answer(chosen, "", [], partner or self.dora, "link")

    def _get_mails(self, case):
        return self.env["mail.mail"].search(
            [("model", "=", case._name), ("res_id", "=", case.id)], order="id"
        )

    def _get_mail_body(self, case):
        """Return the only mail of a case as it leaves."""
        (values,) = self._get_mails(case)._prepare_outgoing_list()
        return values["body"]

    def _find_link(self, body):
        """Return the path of the link in a text."""
        found = LINK.search(body)
        return found and found[0]

    def _in_days(self, days):
        return freeze_time(fields.Datetime.now() + timedelta(days=days))
