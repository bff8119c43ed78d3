from ast import literal_eval
from datetime import datetime, timedelta

from odoo.tests import Form, freeze_time

from .common import AftersalesCommon, feature

MONDAY = datetime(2026, 3, 2, 8, 0, 0)


class TestDue(AftersalesCommon):
    """What is due next: shown, searched, sorted, and told to whoever plans by it."""

    def _cases(self, *days):
        """Return a case for each day after Monday; None is never due."""
        return self.env["aftersales.case"].create(
            [
                {
                    "name": f"Case {day}",
                    "type_id": self.type_complaint.id,
                    "user_id": self.agent.id,
                    "date_deadline": day is not None and MONDAY + timedelta(days=day),
                }
                for day in days
            ]
        )

    def test_only_what_is_open_is_due(self):
        """A deadline runs while the case is open, and again when it is reopened."""
        case = self._complete(self._cases(1))
        self.assertEqual(case.next_due_at, MONDAY + timedelta(days=1))
        case.stage_id = self.stage_solved
        self.assertFalse(case.next_due_at)
        case.stage_id = self.stage_progress
        self.assertEqual(case.next_due_at, MONDAY + timedelta(days=1))

    def test_search(self):
        """Every comparison finds what the field says."""
        cases = first, second, never, closed = self._cases(1, 2, None, 1)
        self._complete(closed).stage_id = self.stage_solved
        at = MONDAY + timedelta(days=1)
        for domain, expected in (
            (("next_due_at", "<", at), cases.browse()),
            (("next_due_at", "<=", at), first),
            (("next_due_at", ">", at), second),
            (("next_due_at", ">=", at), first | second),
            (("next_due_at", "=", at), first),
            (("next_due_at", "!=", at), second | never | closed),
            (("next_due_at", "=", False), never | closed),
            (("next_due_at", "!=", False), first | second),
            (("next_due_at", "in", [at, False]), first | never | closed),
        ):
            with self.subTest(domain):
                found = cases.search([("id", "in", cases.ids), domain])
                self.assertEqual(set(found), set(expected))

    @feature("B4-53")
    def test_list_is_sorted_by_what_is_due(self):
        """The list is sorted by what is due next; what is never due stands last."""
        cases = self._cases(3, None, 1, 2)
        Case = self._as(self.agent)["aftersales.case"]
        description = Case.fields_get(["next_due_at"])["next_due_at"]
        self.assertTrue(description["sortable"])
        self.assertFalse(description["groupable"])
        for order, expected in (
            ("next_due_at", ["Case 1", "Case 2", "Case 3", "Case None"]),
            ("next_due_at desc", ["Case 3", "Case 2", "Case 1", "Case None"]),
        ):
            with self.subTest(order):
                found = Case.web_search_read(
                    [("id", "in", cases.ids)], {"name": {}}, order=order
                )
                self.assertEqual([row["name"] for row in found["records"]], expected)

    def test_filters(self):
        """*Overdue* and *Today* go by the clock of the one who looks."""
        view = self.env.ref("aftersales_case.aftersales_case_view_search")
        cases = self._cases(0, 1, None)
        cases[0].date_deadline = datetime(2026, 3, 2, 22, 30)
        arch = self._as(self.agent)["aftersales.case"].get_view(view.id)["arch"]
        self.assertIn("next_due_at", arch)

        def found(name, zone):
            node = view._get_combined_arch().xpath(f"//filter[@name='{name}']")[0]
            Case = self._as(self.agent)["aftersales.case"].with_context(tz=zone)
            domain = literal_eval(node.get("domain"))
            return Case.search([("id", "in", cases.ids), *domain])

        with freeze_time(datetime(2026, 3, 2, 22, 0)):
            self.assertEqual(found("due_today", "UTC"), cases[0])
            # In Amsterdam it is 23:00, and half past eleven is today.
            self.assertEqual(found("due_today", "Europe/Amsterdam"), cases[0])
            # In Moscow it is Tuesday already, and so is that deadline.
            self.assertEqual(found("due_today", "Europe/Moscow"), cases[0] | cases[1])
            self.assertFalse(found("overdue", "UTC"))
        with freeze_time(datetime(2026, 3, 2, 22, 31)):
            self.assertEqual(found("overdue", "UTC"), cases[0])

    def test_promised(self):
        """The customer may be told a deadline where the type says so, while it runs."""
        case = self._cases(1)
        self.assertEqual(case._get_promised_at(), {case: False})
        with Form(self._as(self.manager, self.type_complaint)) as form:
            form.is_deadline_promised = True
        self.assertEqual(case._get_promised_at(), {case: MONDAY + timedelta(days=1)})
        self._complete(case).stage_id = self.stage_solved
        self.assertEqual(case._get_promised_at(), {case: False})

    def test_called_promised(self):
        """The type that calls its deadline promised, to customers too, promises it."""
        service = self.env.ref("aftersales_case.type_service")
        rule = self.env.ref("aftersales_case.rule_service_date_deadline")
        self.assertEqual((rule.label, rule.portal), ("Promised For", "visible"))
        self.assertTrue(service.is_deadline_promised)

    def test_told_once(self):
        """Who plans by it is told once before the commit, of what changed and no more."""
        told = []
        self.patch(
            self.registry["aftersales.case"],
            "_after_due_change",
            lambda cases: told.append((cases.env.su, cases.env.user, cases)),
        )
        run = self.env.cr.precommit.run
        self.env.flush_all()
        run()
        told.clear()
        cases = dated, undated = self._cases(1, None)
        cases = self._as(self.agent, cases)
        run()
        self.assertEqual([c for _su, _user, c in told], [dated])
        told.clear()
        cases[0].date_deadline = MONDAY + timedelta(days=1)
        undated.name = "Another title"
        run()
        self.assertEqual(told, [])
        cases.date_deadline = MONDAY + timedelta(days=2)
        cases[0].date_deadline = MONDAY + timedelta(days=3)
        run()
        self.assertEqual(
            [(su, user, c) for su, user, c in told], [(True, self.agent, cases)]
        )
        told.clear()
        self._complete(dated).stage_id = self.stage_solved
        self.env["aftersales.case"]._flush_due_change()
        run()
        self.assertEqual([c for _su, _user, c in told], [dated])
        told.clear()
        self.type_complaint.is_deadline_promised = True
        run()
        self.assertEqual([c for _su, _user, c in told], [undated])

    def test_costs_the_same(self):
        """What is due of eighty cases takes as many queries as of one."""
        cases = self._cases(*range(81))
        spec = {"next_due_at": {}}

        def read(ids):
            return lambda: cases.web_search_read(
                [("id", "in", ids)], spec, order="next_due_at"
            )

        counts = [
            self._count_queries(read(ids))
            for ids in (cases[:1].ids, cases[:1].ids, cases[1:].ids)
        ]
        self.assertEqual(counts[1], counts[2])
