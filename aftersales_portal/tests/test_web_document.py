from odoo.tests import tagged

from odoo.addons.aftersales_case.tests.common import feature

from .web import API, WebSetup

try:
    import schemathesis
    from hypothesis import HealthCheck, given, seed, settings
    from openapi_spec_validator import validate
    from schemathesis.specs.openapi import checks
except ImportError:
    schemathesis = None

EXAMPLES = 25
KEY = "Idempotency-Key"
# What holds for whatever is sent.
ALWAYS = ("status_code", "content_type", "response_schema")


@tagged("post_install", "-at_install")
class TestWebDocument(WebSetup):
    """The interface is what its own document says, whatever a program sends."""

    def setUp(self):
        super().setUp()
        if schemathesis is None:
            self.skipTest("schemathesis is not installed")
        self._ask("urgency")
        rule = self._ask("phone")
        rule.condition_ids = [(0, 0, {"key": "urgency", "operator": "=", "value": "3"})]

    def _read(self, query="?channel=website"):
        answer = self._send(path=f"/openapi.json{query}", method="GET")
        self.assertEqual(answer.status_code, 200)
        return answer.json()

    def test_document(self):
        """It is OpenAPI 3.1: of a channel, of several types, and of none."""
        self.assertIn("/website/cases", self._read()["paths"])
        self.assertIn("/{channel}/cases", self._read("")["paths"])
        self.channel.type_ids |= self.type_service
        for query in ("", "?channel=website"):
            with self.subTest(query=query):
                validate(self._read(query))
        answer = self._send(path="/openapi.json?channel=none", method="GET")
        self.assertEqual(answer.status_code, 404)

    def _try(self, path, method, mode, judged):
        """Send what the document allows, or what it forbids; return the statuses."""
        document = schemathesis.openapi.from_dict(self._read())
        operation = document[path][method]
        statuses = []
        headers = {"Authorization": f"Bearer {self.token}"}

        @seed(1)
        @settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode))
        def run(case):
            if KEY in case.headers and mode == schemathesis.GenerationMode.POSITIVE:
                # The document cannot say that each report has a key of its own.
                case.headers[KEY] = f"{len(statuses)}{case.headers[KEY]}"[:250]
            answer = case.call(
                base_url=f"{self.base_url()}{API}",
                session=self.opener,
                headers=headers,
                timeout=60,
            )
            statuses.append(answer.status_code)
            self.assertLess(answer.status_code, 500, answer.text)
            names = [f"{name}_conformance" for name in ALWAYS]
            if case.media_type == "application/json":
                names += judged
            case.validate_response(answer, checks=[getattr(checks, n) for n in names])

        run()
        return statuses

    @feature("N-26", "B4-03")
    def test_allowed(self):
        """What the document allows is taken."""
        mode = schemathesis.GenerationMode.POSITIVE
        found = self._try("/website/cases", "POST", mode, ["positive_data_acceptance"])
        self.assertIn(201, found)
        self.assertIn(200, self._try("/website/schema", "GET", mode, []))
        # Nobody guesses a link.
        self.assertEqual({404}, {*self._try("/website/cases/{link}", "GET", mode, [])})

    @feature("N-26")
    def test_forbidden(self):
        """What it forbids is refused, and breaks nothing."""
        mode = schemathesis.GenerationMode.NEGATIVE
        found = self._try("/website/cases", "POST", mode, ["negative_data_rejection"])
        self.assertIn(422, found)
        self.assertTrue(self._try("/website/schema", "GET", mode, []))
