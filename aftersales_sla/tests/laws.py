"""The kit for tests about legal terms: a Polish consumer, and a law of one's own."""

from .common import SlaCommon


class LegalCommon(SlaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.poland = cls.env.ref("base.pl")
        cls.consumer = cls.env["res.partner"].create(
            {
                "name": "Ewa Mazur",
                "country_id": cls.poland.id,
                "email": "ewa@mazur.example",
            }
        )
        cls.answer, cls.repair = cls.env["aftersales.remedy"].create(
            [
                {"name": "An answer", "missing_text": "No answer"},
                {"name": "A repair", "missing_text": "No repair"},
            ]
        )

    @classmethod
    def _term(cls, **vals):
        """Return the law of Poland that a consumer is answered within two weeks."""
        return cls.env["aftersales.legal.term"].create(
            {
                "name": "Answer (Poland)",
                "remedy_id": cls.answer.id,
                "country_id": cls.poland.id,
                "customer_kind": "consumer",
                "quantity": 14,
                "consequence": "accepted by law",
                "source": "art. 7a",
            }
            | vals
        )

    def _new_complaint(self, **vals):
        """Return a case of the consumer, who asks for an answer."""
        return self._new_case(
            **{
                "contact_id": self.consumer.id,
                "remedy_id": self.answer.id,
                "user_id": self.agent.id,
            }
            | vals
        )

    def _run_legal_job(self):
        """Let the scheduled jobs look again at cases whose law changed."""
        self._flush()
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("aftersales_sla.cron_legal").method_direct_trigger()
        self.env.invalidate_all()
        self._run_job()
