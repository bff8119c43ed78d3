from odoo.tools import SQL

from .migration import MigrationCommon


class TestMigrationTold(MigrationCommon):
    """Mails about decisions, and questions about holds, outlast the update."""

    def test_templates(self):
        """They name what service may read, in every language; own words stay."""
        self.env["res.lang"]._activate_lang("nl_NL")
        template = self.env.ref("aftersales_dunning.mail_outcome_rejected")
        own = self.env.ref("aftersales_dunning.mail_outcome_remedied")
        old = "{{ object.move_id.name or '' }}"
        template.subject = f"About your complaint: {old}"
        template.with_context(lang="nl_NL").subject = f"Over uw klacht: {old}"
        template.partner_to = (
            "{{ object.move_id.partner_id.id or object.partner_id.id }}"
        )
        own.write({"subject": "Ours", "partner_to": "{{ object.move_id.id }}"})
        self.assertTrue(template._has_unsafe_expression())
        self._run_script("19.0.1.4.0/post-told.py", "19.0.1.3.0")
        self.assertFalse(template._has_unsafe_expression())
        new = "{{ object.invoice_name }}"
        self.assertEqual(template.subject, f"About your complaint: {new}")
        dutch = template.with_context(lang="nl_NL").subject
        self.assertEqual(dutch, f"Over uw klacht: {new}")
        self.assertEqual(template.partner_to, "{{ object.addressee_id.id }}")
        self.assertEqual(own.subject, "Ours")
        self.assertEqual(own.partner_to, "{{ object.move_id.id }}")

    def test_questions(self):
        """What debtor control was asked before is closed with its hold."""
        invoice = self._new_invoice(1000)
        case = self._complete(self._new_case(user_id=self.agent.id))
        hold = self._hold(invoice, "amount", 100, case)
        case.resolution_id = False
        case._force_stage(self.stage_solved, "No time")
        question = hold.question_id
        self.env.flush_all()
        self.env.cr.execute(
            SQL("UPDATE aftersales_dunning_hold SET question_id = NULL")
        )
        self.env.invalidate_all()
        self._run_script("19.0.1.4.0/post-told.py", "19.0.1.3.0")
        self.assertEqual(hold.question_id, question)
