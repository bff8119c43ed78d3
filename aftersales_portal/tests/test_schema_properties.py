from odoo.addons.aftersales_case.tests.drawn import drawn, needs_hypothesis, st

from ..engine import answers, schema
from .common import PortalCommon

EXAMPLES = 40
SHIPPED = ("complaint", "dispute", "issue", "remark", "service", "ticket", "warranty")


@needs_hypothesis
class TestSchemaProperties(PortalCommon):
    """Whatever is answered: the schema allows what the judge accepts, and nothing else.

    Answers are drawn, the same ones each time.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.types = {
            name: cls.env.ref(f"aftersales_case.type_{name}").copy(
                {"company_id": cls.company.id, "team_id": cls.team.id}
            )
            for name in SHIPPED
        }
        cls.channel = cls.env["aftersales.channel"].create(
            {
                "name": "Website",
                "key": "drawn",
                "company_id": cls.company.id,
                "type_ids": cls.types["complaint"].ids,
            }
        )

    def _agree(self, case_type):
        """Let schema and judge look at the same answers; return how many passed."""
        service = self._service(self.anna)[0].with_user(
            self.env.ref("base.public_user")
        )
        case, asked = service._get_stranger_form(self.channel, case_type)
        built = service._build_schema(self.channel, case, asked)
        first = [dict(question) for question in asked]
        start = service._prepare_stranger(self.channel, case_type)
        passed = []

        @drawn(_draw_body(asked), examples=EXAMPLES)
        def run(body):
            # Leave out what was wrong until nothing is: most drawn answers contradict.
            while True:
                new = case.new(start)
                questions = [dict(question) for question in first]
                errors = schema.find_errors(built, body)
                errors = errors or service._judge_answers(new, questions, body)
                is_valid = schema.is_valid(built, body)
                self.assertEqual(is_valid, not errors, (body, errors))
                wrong = {field for field, _code in errors} & body.keys()
                if not wrong:
                    passed.append(is_valid)
                    break
                body = {key: body[key] for key in body if key not in wrong}

        run()
        return sum(passed)

    def test_shipped_types(self):
        """The forms of all types that come with after-sales and ask customers."""
        for name, case_type in self.types.items():
            with self.subTest(type=name):
                self.assertGreater(self._agree(case_type), 5)

    def test_conditions(self):
        """A form with conditions over every kind of answer, and over each other."""
        case_type = self.type_complaint
        case_type.field_rule_ids.unlink()
        kinds = {
            "tick": {"type": "boolean"},
            "count": {"type": "integer"},
            "word": {"type": "char"},
            "kind": {"type": "selection", "selection": [["a", "A"], ["b", "B"]]},
            "marks": {"type": "tags", "tags": [["x", "X", 1], ["y", "Y", 2]]},
            "day": {"type": "date"},
        }
        case_type.properties_definition = [
            {"name": name, "string": name.title()} | kind
            for name, kind in kinds.items()
        ]
        conditions = {
            "count": [("properties.tick", "=", "no")],
            "word": [("properties.count", "not in", "1,2")],
            "kind": [("properties.word", "=", "yes")],
            "marks": [
                ("properties.kind", "!=", "a"),
                ("properties.tick", "set", False),
            ],
            "day": [("properties.marks", "in", "x"), ("description", "set", False)],
            "description": [("urgency", "!=", "1")],
        }
        for name in ("urgency", "description", *kinds):
            key = f"properties.{name}" if name in kinds else name
            rule = self._show(
                key, portal="asked", portal_required=name in ("tick", "word")
            )
            rule.condition_ids = [
                (0, 0, {"key": of, "operator": operator, "value": value})
                for of, operator, value in conditions.get(name, ())
            ]
        self.assertGreater(self._agree(case_type), 5)


def _draw_body(asked):
    """Draw answers to a form: right ones as a rule, and sometimes anything at all."""
    right = {question["key"]: _draw(question) for question in asked}
    address = right.pop("email")
    wrong = {key: st.one_of(good, _draw_nonsense()) for key, good in right.items()}
    return st.one_of(
        st.fixed_dictionaries({"email": address}, optional=right),
        st.fixed_dictionaries({"email": address} | right),
        st.fixed_dictionaries({}, optional=wrong | {"email": st.just("x@")}),
    )


def _draw(question):
    keys = [key for key, _label in question["options"]]
    kind = question["kind"]
    drawn = {
        answers.WHOLE: st.sampled_from([0, 1, 2, 3.0, -5]),
        answers.NUMBER: st.sampled_from([0, 1.5, 2]),
        answers.YES_NO: st.booleans(),
        answers.DATE: st.sampled_from(["2030-01-31", "1999-02-28"]),
        answers.MOMENT: st.sampled_from(["2030-01-31T10:00:00Z"]),
        answers.EMAIL: st.sampled_from(["a@b.example", "Ä@c.example"]),
        answers.PHONE: st.sampled_from(["+31 20 794 0001", "020-7940001"]),
    }
    if kind in (answers.CHOICE, answers.ONE) and keys:
        return st.sampled_from(keys)
    if kind == answers.MANY and keys:
        return st.lists(st.sampled_from(keys), min_size=1, unique=True)
    return drawn.get(kind, st.sampled_from(["yes", " YES ", "x", "no\n"]))


def _draw_nonsense():
    return st.one_of(
        st.sampled_from([None, True, 0, "", " ", [], {}, "2030-02-30", 2**40]),
        st.text(max_size=5),
        st.lists(st.text(max_size=2), max_size=2),
    )
