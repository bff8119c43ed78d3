import base64
import hashlib
import io
import struct
import zlib

from PIL import Image
from psycopg2.errors import NotNullViolation, RestrictViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, mute_logger

from ..models.case.aftersales_case_gate import GateError
from .common import AftersalesCommon, feature


def draw(width=300, height=80, image_format="PNG"):
    stream = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(stream, image_format)
    return base64.b64encode(stream.getvalue())


def claim_size(png, side):
    """Let a small drawing say that it is a large one, without a fault elsewhere."""
    header = b"IHDR" + struct.pack(">II", side, side) + png[24:29]
    checked = header + struct.pack(">I", zlib.crc32(header))
    return base64.b64encode(png[:12] + checked + png[33:])


class TestSignature(AftersalesCommon):
    """Who signed what: kept as it was, asked for by stages, printed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Signature = cls.env["aftersales.signature"]

    def _sign(self, case, **vals):
        return self.Signature._sign(case, "work", b"Report 1", "Anna Janssen", **vals)

    def test_drawn_and_typed(self):
        """Record, purpose, name and digest are kept; without a drawing it was typed."""
        case = self._new_case()
        typed = self._sign(case, partner_id=self.contact.id, address="192.0.2.7")
        self.assertTrue(typed.is_typed)
        self.assertEqual((typed.res_model, typed.res_id), (case._name, case.id))
        self.assertEqual(typed.digest, hashlib.sha256(b"Report 1").hexdigest())
        self.assertEqual(typed.purpose_label, "Work done")
        self.assertEqual(typed.channel, "hand")
        self.assertFalse(self._sign(case, image=draw()).is_typed)
        with self.assertRefused(ValidationError, "Signed By"):
            self.Signature._sign(case, "work", b"x", " ")

    def test_only_a_real_png(self):
        """What is no PNG, too large or broken is refused, naming the field."""
        case = self._new_case()
        whole = base64.b64decode(draw())
        heavy = base64.b64decode(draw()) + b"\0" * 200 * 1024
        for image in (
            base64.b64encode(b"<svg onload='alert(1)'/>"),
            base64.b64encode(whole[:60]),
            base64.b64encode(heavy),
            draw(2001, 10),
            draw(10, 2001),
            draw(image_format="JPEG"),
            claim_size(whole, 60_000),
            b"no base64!",
        ):
            with (
                self.subTest(image[:20]),
                self.assertRefused(ValidationError, "Drawing"),
            ):
                self._sign(case, image=image)
        self.assertTrue(self._sign(case, image=draw(2000, 2000)).image)

    def test_append_only(self):
        """Nobody changes or deletes one, the system neither; only the system adds one."""
        signature = self._sign(self._new_case())
        with self.assertRefused(UserError, "never changed"):
            signature.name = "Somebody else"
        with self.assertRefused(UserError, "never deleted"):
            signature.unlink()
        for user in (self.agent, self.manager):
            with mute_logger("odoo.addons.base.models.ir_access"):
                with self.assertRaises(AccessError):
                    self._as(user)["aftersales.signature"].create(
                        {
                            "case_id": signature.case_id.id,
                            "purpose": "work",
                            "name": "x",
                        }
                    )

    @mute_logger("odoo.sql_db")
    def test_database_refuses_to_change_one(self):
        """The trigger stops what the ORM does not see: UPDATE, DELETE and TRUNCATE."""
        self._sign(self._new_case())
        self.env.flush_all()
        table = SQL.identifier("aftersales_signature")
        for statement in (
            SQL("UPDATE %s SET name = 'Somebody else'", table),
            SQL("DELETE FROM %s", table),
            SQL("TRUNCATE %s", table),
        ):
            with (
                self.subTest(statement=statement.code),
                self.assertRaisesRegex(RestrictViolation, "Signatures are append-only"),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement)

    def test_follows_a_merged_contact(self):
        """Contacts can be merged: what one of them signed is the other's then."""
        signature = self._sign(self._new_case(), partner_id=self.contact.id)
        other = self.contact.copy({"name": "Anna Janssen-Smit"})
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.contact | other).ids, other)
        self.assertEqual(signature.partner_id, other)
        self.assertEqual(signature.name, "Anna Janssen")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute("UPDATE aftersales_signature SET address = 'x'")

    def test_who_recorded_it_may_be_deleted(self):
        """A user who goes takes his name along, and nothing of what was signed."""
        user = self.agent2.copy({"login": "as_assistant"})
        case = self._new_case()
        signature = self._as(user)["aftersales.signature"]._sign(
            case, "work", b"Report 1", "Anna Janssen"
        )
        self.assertEqual(signature.create_uid, user)
        user.unlink()
        signature.invalidate_recordset()
        self.assertFalse(signature.create_uid)
        self.assertEqual(signature.name, "Anna Janssen")

    def test_what_the_database_refused_is_told(self):
        """In the block of maintenance too: whoever tries again must know why."""
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(NotNullViolation),
            self.env.cr.savepoint(),
            self.env["aftersales.case.event"]._maintenance(),
        ):
            self.env.cr.execute(
                "INSERT INTO aftersales_signature (name) VALUES ('nobody')"
            )

    def test_read_as_the_case(self):
        """Who may not read the case reads no signature of it."""
        signature = self._sign(self._new_case(confidential=True, user_id=self.agent.id))
        self.assertTrue(self._as(self.agent, signature).name)
        with self.assertRaises(AccessError):
            self._as(self.agent2, signature).read(["name"])

    @feature("N-28")
    def test_stage_asks_for_it(self):
        """The gate names the missing signature; the right one opens it."""
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_progress
        )
        link.requirement_ids = [
            (0, 0, {"kind": "signature", "signature_purpose": "work"})
        ]
        case = self._complete(self._new_case(user_id=self.agent.id))
        with self.assertRefused(GateError, "Signature: Work done"):
            self._as(self.agent, case).stage_id = self.stage_progress
        self.Signature._sign(case, "agreement", b"x", "Anna Janssen")
        with self.assertRefused(GateError, "Signature: Work done"):
            self._as(self.agent, case).stage_id = self.stage_progress
        self._sign(case)
        self._as(self.agent, case).stage_id = self.stage_progress
        self.assertEqual(case.stage_id, self.stage_progress)
        with self.assertRefused(ValidationError, "Signed For"):
            link.requirement_ids = [(0, 0, {"kind": "signature"})]

    def test_judged_in_sets(self):
        """One card or eighty: the same number of queries."""
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_progress
        )
        requirement = self.env["aftersales.stage.requirement"].create(
            {"link_id": link.id, "kind": "signature", "signature_purpose": "work"}
        )
        cases = self.env["aftersales.case"].concat(
            *(self._new_case() for _number in range(80))
        )
        self._sign(cases[7])
        counts = []
        for batch in (cases[:1], cases):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            unmet = batch._get_unmet_signature({requirement: batch})
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts, [1, 1])
        self.assertEqual(len(unmet[requirement]), 79)

    @feature("N-28")
    def test_printed(self):
        """The printed history shows who signed, when, and for what."""
        case = self._new_case()
        report = self.env["ir.actions.report"]
        name = "aftersales_case.report_case_history"
        before = report._render_qweb_html(name, case.ids)[0].decode()
        self.assertNotIn("o_aftersales_signature", before)
        self._sign(case, image=draw())
        self.Signature._sign(case, "agreement", b"x", "Piet Janssen")
        page = report._render_qweb_html(name, case.ids)[0].decode()
        self.assertEqual(page.count("o_aftersales_signature"), 2)
        self.assertIn("data:image/png;base64,", page)
        self.assertIn("Piet Janssen", page)
        self.assertIn(hashlib.sha256(b"Report 1").hexdigest(), page)
