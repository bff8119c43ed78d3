from odoo.tests import BaseCase, tagged

from ..engine.bodies import BodyError
from ..engine.submissions import FORM, JSON, Mapping, is_signed, pick, read


@tagged("post_install", "-at_install")
class TestSubmissions(BaseCase):
    """What plug-ins send, flattened; what would break us is refused."""

    def test_paths(self):
        for content, mimetype, found in (
            (b'{"a": {"b": "x"}}', JSON, {"a.b": ["x"]}),
            (b'{"a": ["x", "y"]}', JSON, {"a": ["x", "y"]}),
            (b'{"a": [{"b": 1}, {"b": 2}]}', JSON, {"a.0.b": ["1"], "a.1.b": ["2"]}),
            (b'{"a": true, "b": null, "c": " ", "d": ""}', JSON, {"a": ["true"]}),
            (b'{"a": "x\\u0000y"}', JSON, {"a": ["xy"]}),
            (b' {"a": "x"}', "text/plain", {"a": ["x"]}),
            (b"a=x&a=y&b%5B%5D=z", FORM, {"a": ["x", "y"], "b": ["z"]}),
            (b"f[e][value]=x&f[e][]=y", FORM, {"f.e.value": ["x"], "f.e": ["y"]}),
            (b"Your+name=%C3%A9", FORM, {"Your name": ["\u00e9"]}),
        ):
            with self.subTest(content):
                self.assertEqual(read(content, mimetype), found)

    def test_hostile(self):
        deep = b'{"a":' * 20 + b"1" + b"}" * 20
        many = b"&".join(b"a%d=1" % number for number in range(1500))
        wide = b"{" + b",".join(b'"a%d": 1' % number for number in range(600)) + b"}"
        for content, mimetype in (
            (deep, JSON),
            (b"[" * 9999, JSON),
            (many, FORM),
            (wide, JSON),
            (b"\xff=1", FORM),
            (b"x", "multipart/form-data"),
        ):
            with self.subTest(content[:20]), self.assertRaises(BodyError):
                read(content, mimetype)
        self.assertEqual(read(b"%s=1" % (b"x" * 251), FORM), {})

    def test_pick(self):
        found = {"a": ["Yes||No||Maybe"], "b": ["x"], "c": ["y"]}
        mappings = [
            Mapping("a", "many", "||", {"yes": "1", "no": "0"}),
            Mapping("b", "one"),
            Mapping("c", "one"),
            Mapping("d", "none"),
        ]
        self.assertEqual(
            pick(found, mappings), {"many": ["1", "0", "Maybe"], "one": ["x", "y"]}
        )

    def test_signature(self):
        signed = "9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae"
        header, now = f"t=1700000000,v={signed}", 1700000000
        self.assertTrue(is_signed("key", header, b"{}", now + 600))
        for secret, said, content, moment in (
            ("other", header, b"{}", now),
            ("key", header, b"{ }", now),
            ("key", header, b"{}", now + 601),
            ("key", header, b"{}", now - 601),
            ("key", header.replace("1700000000", "1700000001"), b"{}", now),
            ("key", None, b"{}", now),
        ):
            with self.subTest(secret=secret, said=said, moment=moment):
                self.assertFalse(is_signed(secret, said, content, moment))
