import datetime
import ssl
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from odoo.tests import BaseCase, tagged

from ..engine import public_hosts
from ..engine.public_hosts import Refused, Unreachable, call, is_allowed, judge
from .receiver import answer, listening

PUBLIC = ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822")
PRIVATE = ("10.0.0.1", "172.16.3.4", "192.168.1.1", "127.0.0.1", "127.8.8.8", "::1")
PRIVATE += ("fd12::1", "100.64.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1")
PRIVATE += ("2002:a00:1::1",)
NEVER = ("0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255", "240.0.0.1")
NEVER += ("fec0::1",)
NEVER += ("::", "fe80::1", "fe80::1%eth0", "ff02::1", "fd00:ec2::254", "nonsense")
NEVER += ("::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1")


def resolving(*addresses):
    """Return what resolves every name to these addresses."""

    def resolve(host, port, **kwargs):
        return [
            (10, 1, 6, "", (one, port, 0, 0))
            if ":" in one
            else (2, 1, 6, "", (one, port))
            for one in addresses
        ]

    return resolve


@tagged("post_install", "-at_install")
class TestJudge(BaseCase):
    """Where a program of ours may go."""

    def _refused(self, url, **kwargs):
        with self.assertRaises(Refused, msg=url) as caught:
            judge(url, **{"resolve": resolving(PUBLIC[0])} | kwargs)
        return caught.exception.code

    def test_addresses(self):
        """Public ones always, private ones when allowed, those of clouds never."""
        for address in PUBLIC:
            self.assertTrue(is_allowed(address), address)
        for address in PRIVATE:
            self.assertFalse(is_allowed(address), address)
            self.assertTrue(is_allowed(address, private=True), address)
        for address in NEVER:
            self.assertFalse(is_allowed(address), address)
            self.assertFalse(is_allowed(address, private=True), address)

    def test_urls(self):
        """Only plain web addresses: no other scheme, no credentials, no trick."""
        table = {
            "": public_hosts.BAD_URL,
            "nonsense": public_hosts.BAD_SCHEME,
            "ftp://shop.example/": public_hosts.BAD_SCHEME,
            "file:///etc/passwd": public_hosts.BAD_SCHEME,
            "https://": public_hosts.BAD_URL,
            "https://user:secret@shop.example/": public_hosts.BAD_USER,
            "https://@shop.example/": public_hosts.BAD_USER,
            "https://shop.example:99999/": public_hosts.BAD_URL,
            "https://shop.example:0/": public_hosts.BAD_PORT,
            "https://shop.example:25/": public_hosts.BAD_PORT,
            "https://shop.example:6379/": public_hosts.BAD_PORT,
            "https://shop.example/\r\nX-Evil: 1": public_hosts.BAD_URL,
            "https://shop.example\\@10.0.0.1/": public_hosts.BAD_URL,
            "https://shop .example/": public_hosts.BAD_URL,
            "https://shop%2eexample/": public_hosts.BAD_URL,
            "https://shop.example/" + "x" * 2000: public_hosts.BAD_URL,
            "https://" + "x" * 70 + ".example/": public_hosts.BAD_URL,
        }
        for url, code in table.items():
            self.assertEqual(self._refused(url), code, url)

    def test_target(self):
        """Name, port and path of an address, whatever its letters are."""
        target = judge(
            "HTTPS://Müller.example/a b".replace(" ", "%20") + "?q=ü#x",
            resolve=resolving(PUBLIC[0]),
        )
        self.assertEqual(target.host, "xn--mller-kva.example")
        self.assertEqual((target.scheme, target.port), ("https", 443))
        self.assertEqual(target.path, "/a%20b?q=%C3%BC")
        self.assertEqual(target.addresses, ((2, (PUBLIC[0], 443)),))

    def test_one_private(self):
        """A name with a public address and a private one leads nowhere."""
        code = self._refused(
            "https://shop.example/", resolve=resolving(PUBLIC[0], "10.0.0.1")
        )
        self.assertEqual(code, public_hosts.NOT_PUBLIC)

    def test_written_otherwise(self):
        """Numbers that mean this machine are judged by what they mean."""
        for host in ("2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]"):
            with self.assertRaises(Refused, msg=host) as caught:
                judge(f"http://{host}/")
            self.assertIn(
                caught.exception.code,
                (public_hosts.NOT_PUBLIC, public_hosts.UNKNOWN_HOST),
                host,
            )

    def test_private_allowed(self):
        """Where private addresses are allowed, any port is."""
        target = judge("http://localhost:8136/", private=True)
        self.assertEqual((target.host, target.port), ("localhost", 8136))


@tagged("post_install", "-at_install")
class TestCall(BaseCase):
    """What a call brings, over real sockets."""

    def setUp(self):
        super().setUp()
        self.receiver = self.enterContext(listening())

    def _call(self, *args, url=None, **kwargs):
        target = judge(url or self.receiver.url, private=True)
        return call(target, *args, **kwargs)

    def _fails(self, *args, **kwargs):
        with self.assertRaises(Unreachable) as caught:
            self._call(*args, **kwargs)
        return caught.exception.code

    def test_answer(self):
        """It is sent as told, and the answer is told."""
        self.receiver.says = [answer(201, b"made", "X-Number: 7")]
        found = self._call("POST", b"{}", {"Content-Type": "application/json"})
        self.assertEqual((found.status, found.body), (201, b"made"))
        self.assertEqual(found.headers["x-number"], "7")
        self.assertFalse(found.is_cut)
        request = self.receiver.requests[0]
        self.assertEqual(request.line, "POST /hook HTTP/1.1")
        self.assertEqual(request.headers["host"], f"127.0.0.1:{self.receiver.port}")
        self.assertEqual(request.body, b"{}")

    def test_checked_address(self):
        """It goes to the address that was checked: the name is resolved but once."""
        asked = []

        def resolve(host, port, **kwargs):
            asked.append(host)
            return resolving("127.0.0.1")(host, port)

        url = f"http://shop.example:{self.receiver.port}/"
        target = judge(url, private=True, resolve=resolve)
        self.assertEqual(call(target).status, 204)
        self.assertEqual(asked, ["shop.example"])
        host = self.receiver.requests[0].headers["host"]
        self.assertEqual(host, f"shop.example:{self.receiver.port}")

    def test_next_address(self):
        """Where one address of a name does not answer, the next one is called."""
        target = judge(
            f"http://shop.example:{self.receiver.port}/",
            private=True,
            resolve=resolving("::1", "127.0.0.1"),
        )
        self.assertEqual(call(target).status, 204)

    def test_redirect(self):
        """A redirect is an answer, and is not followed."""
        self.receiver.says = [answer(302, b"", "Location: http://10.0.0.1/")]
        self.assertEqual(self._call().status, 302)
        self.assertEqual(len(self.receiver.requests), 1)

    def test_huge(self):
        """Of an answer without end no more is read than wanted."""

        def flood(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            for _block in range(1000):
                connection.sendall(b"x" * 65536)

        self.receiver.says = [flood]
        found = self._call(most_bytes=1000)
        self.assertEqual(found.body, b"x" * 1000)
        self.assertTrue(found.is_cut)

    def test_slow(self):
        """Who sends a little now and then is cut off when the time is over."""

        def drip(start):
            def say(connection):
                connection.sendall(start)
                for _second in range(50):
                    connection.sendall(b"x")
                    time.sleep(0.1)

            return say

        for begin in (
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nX-Long: ",
            b"",
        ):
            self.receiver.says = [drip(begin)]
            start = time.monotonic()
            self.assertEqual(self._fails(seconds=0.5), public_hosts.NO_TIME)
            self.assertLess(time.monotonic() - start, 3)

    def test_no_answer(self):
        """Nobody there, and somebody who does not speak the web's language."""
        self.receiver.says = [b"220 mail.example ESMTP\r\n"]
        self.assertEqual(self._fails(), public_hosts.NO_HTTP)
        self.receiver.says = [b""]
        self.assertEqual(self._fails(), public_hosts.NO_CONNECTION)
        code = self._fails(url="http://127.0.0.1:1/")
        self.assertEqual(code, public_hosts.NO_CONNECTION)

    def test_header_injection(self):
        """A line break in a value makes no further header."""
        code = self._fails(headers={"X-Name": "a\r\nX-Evil: 1"})
        self.assertEqual(code, public_hosts.NO_HTTP)
        self.assertFalse(self.receiver.requests)


@tagged("post_install", "-at_install")
class TestTrust(BaseCase):
    """Certificates are those of the name, though an address is called."""

    def setUp(self):
        super().setUp()
        folder = Path(self.enterContext(TemporaryDirectory()))
        self.file = self._certify(folder, "shop.example")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file)
        self.names = []
        context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self.receiver = self.enterContext(listening(context))

    def _certify(self, folder, name):
        key = ec.generate_private_key(ec.SECP256R1())
        owner = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.timezone.utc)
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        made = (
            x509.CertificateBuilder()
            .subject_name(owner)
            .issuer_name(owner)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(names, critical=False)
            .sign(key, hashes.SHA256())
        )
        file = folder / "shop.pem"
        file.write_bytes(
            made.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return file

    def _call(self, host, context=None):
        url = f"https://{host}:{self.receiver.port}/"
        target = judge(url, private=True, resolve=resolving("127.0.0.1"))
        return call(target, context=context)

    def test_trusted(self):
        """The name is told and its certificate checked."""
        context = ssl.create_default_context(cafile=self.file)
        self.assertEqual(self._call("shop.example", context).status, 204)
        self.assertEqual(self.names, ["shop.example"])

    def test_not_trusted(self):
        """Another's certificate, and one that nobody vouches for, are refused."""
        context = ssl.create_default_context(cafile=self.file)
        for host, trust in (("evil.example", context), ("shop.example", None)):
            with self.assertRaises(Unreachable) as caught:
                self._call(host, trust)
            self.assertEqual(caught.exception.code, public_hosts.NO_TRUST)
        self.assertFalse(self.receiver.requests)
