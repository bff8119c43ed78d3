from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import feature
from .gateway import GatewayCommon, write_mail


class TestChannel(GatewayCommon):
    """A case says how it reached us, and nobody can say it otherwise."""

    def test_mail_and_hand(self):
        """The gateway says mail; a case that a person makes came by hand."""
        self.assertEqual(self._receive_case(write_mail()).channel, "mail")
        case = self._as(self.agent, self._new_case())
        self.assertEqual(case.channel, "hand")
        self.assertEqual(case.channel_label, "By hand")
        self.assertEqual(case.copy().channel, "hand")

    @feature("N-28")
    def test_quick_report_says_phone(self):
        """Who reports what he heard on the phone ticks it."""
        Case = self._as(self.reporter)["aftersales.case"]
        view = "aftersales_case.aftersales_case_view_form_report"
        with Form(Case, view=view) as form:
            form.name = "Machine leaks"
            form.type_id = self.type_complaint
            form.by_phone = True
        self.assertEqual(form.record.channel, "phone")
        self.assertTrue(form.record.by_phone)

    def test_nobody_makes_it_up(self):
        """A caller names no channel, neither for a new case nor for one that stands."""
        Case = self._as(self.agent)["aftersales.case"]
        vals = {"name": "x", "type_id": self.type_complaint.id, "channel": "portal"}
        with self.assertRefused(AccessError, "hannel"):
            Case.create(vals)
        case = self._as(self.agent, self._new_case(user_id=self.agent.id))
        with self.assertRefused(AccessError, "hannel"):
            case.channel = "mail"
        # A sibling does, with sudo.
        self.assertEqual(Case.sudo().create(vals).channel_label, "Customer portal")

    def test_search_and_group(self):
        """Cases are found and counted by channel."""
        self._receive_case(write_mail())
        Case = self._as(self.manager)["aftersales.case"]
        ours = [("type_id", "=", self.type_complaint.id)]
        self.assertEqual(Case.search_count([*ours, ("channel", "=", "mail")]), 1)
        self._new_case()
        groups = Case.formatted_read_group(ours, ["channel"], ["__count"])
        self.assertEqual(
            {group["channel"]: group["__count"] for group in groups},
            {"hand": 1, "mail": 1},
        )

    def test_a_part_keeps_the_channel(self):
        """What is split off reached us as the whole did."""
        case = self._receive_case(write_mail())
        self.assertEqual(case._prepare_split_vals()["channel"], "mail")

    def test_intake_of_other_kinds(self):
        """A row of another channel needs nothing of a mail; a mail needs its id."""
        vals = {"received_at": "2026-03-02 08:00:00", "company_id": self.company.id}
        rows = self.Intake.create(
            [vals | {"channel": "web"}, vals | {"channel": "api"}]
        )
        self.assertEqual(rows.mapped("message_id"), [False, False])
        self.assertEqual(self._receive(write_mail()).channel, "mail")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.Intake.create(vals)
            self.env.flush_all()
