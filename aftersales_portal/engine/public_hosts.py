"""Calling addresses that somebody typed: only where a program of ours may go.

How to use: ``judge(url)`` says where a URL leads, or raises ``Refused``;
``call(target, …)`` opens it there and returns the answer, or raises ``Unreachable``.

How it works: the name is resolved once. All its addresses must be allowed, and the
connection goes to one of them, so a name that resolves otherwise a moment later leads
nowhere else; certificate and Host are still of the name. Redirects are answers like any
other and are never followed. Time is of the whole call, however slowly somebody answers,
and no more is read than asked for. Proxies of the environment are not used: they would
resolve the name again.
"""

import ipaddress
import re
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import quote, urlsplit

PORTS = {"https": 443, "http": 80}
USUAL_PORTS = frozenset({80, 443, 8000, 8080, 8443})
LONGEST = 2000

# Why a URL is refused.
BAD_URL = "url"
BAD_SCHEME = "scheme"
BAD_USER = "user"
BAD_PORT = "port"
UNKNOWN_HOST = "unknown"
NOT_PUBLIC = "private"
# Why a call brought no answer.
NO_CONNECTION = "connection"
NO_TRUST = "tls"
NO_TIME = "timeout"
NO_HTTP = "answer"

# Addresses in which another one stands: a gateway leads there.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# What nobody needs who may go to private addresses: services of clouds, and no hosts.
_NEVER = (
    ipaddress.ip_network("169.254.0.0/16"),
    ipaddress.ip_network("fe80::/10"),
    ipaddress.ip_network("fd00:ec2::/32"),
    # Private once, and taken for public by Python.
    ipaddress.ip_network("fec0::/10"),
    ipaddress.ip_network("0.0.0.0/8"),
)
_NOT_IN_URLS = re.compile(r"[\x00-\x20\x7f\\]")


class Refused(Exception):
    """A URL leads where we do not go; ``args[0]`` is one of the codes above."""

    @property
    def code(self):
        return self.args[0]


class Unreachable(Exception):
    """A call brought no answer; ``args[0]`` is one of the codes above."""

    @property
    def code(self):
        return self.args[0]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads: checked, and resolved to addresses."""

    scheme: str
    host: str
    port: int
    path: str  # with its query
    addresses: tuple  # (family, address of the socket)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict  # names in small letters
    body: bytes
    is_cut: bool  # there was more than was read
    seconds: float


def judge(url, private=False, schemes=("https", "http"), resolve=socket.getaddrinfo):
    """Return the ``Target`` of a URL.

    :param private: whether addresses of private networks and unusual ports are allowed
    :raises Refused: when it is no address that we may call
    """
    scheme, host, port, path = read_url(url, schemes)
    if not private and port not in USUAL_PORTS:
        raise Refused(BAD_PORT)
    try:
        found = resolve(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused(UNKNOWN_HOST) from None
    addresses = tuple(
        dict.fromkeys(
            (family, address)
            for family, _kind, _protocol, _name, address in found
            if family in (socket.AF_INET, socket.AF_INET6)
        )
    )
    if not addresses:
        raise Refused(UNKNOWN_HOST)
    if not all(is_allowed(address[0], private) for _family, address in addresses):
        raise Refused(NOT_PUBLIC)
    return Target(scheme, host, port, path, addresses)


def read_url(url, schemes=("https", "http")):
    """Return ``(scheme, host, port, path)`` of a URL; nothing is looked up.

    :raises Refused: when it is none, or none of these schemes
    """
    if not url or len(url) > LONGEST or _NOT_IN_URLS.search(url):
        raise Refused(BAD_URL)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused(BAD_URL) from None
    if parts.scheme not in schemes:
        raise Refused(BAD_SCHEME)
    if "@" in parts.netloc:
        raise Refused(BAD_USER)
    host = _read_host(parts.hostname)
    if port == 0:
        raise Refused(BAD_PORT)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return parts.scheme, host, port or PORTS[parts.scheme], path


def _read_host(host):
    try:
        name = (host or "").encode("idna").decode()
    except UnicodeError:
        raise Refused(BAD_URL) from None
    if not name or not re.fullmatch(r"[0-9a-z._:-]+", name):
        raise Refused(BAD_URL)
    return name


def is_allowed(address, private=False):
    """Say whether a program of ours may go to an internet address.

    :param private: whether those of private networks and of this machine are allowed
    """
    try:
        found = _unwrap(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    if found.is_multicast or any(found in net for net in _NEVER):
        return False
    if found.is_global and not found.is_reserved and found not in _NAT64:
        return True
    if not private or found.is_unspecified:
        return False
    return found.is_loopback or not found.is_reserved


def _unwrap(found):
    """Return the address of version 4 that stands in one of version 6, if one does."""
    if found.version == 4:
        return found
    if found.ipv4_mapped or found.sixtofour:
        return found.ipv4_mapped or found.sixtofour
    if found in _NAT64:
        return ipaddress.ip_address(int(found) & 0xFFFFFFFF)
    if found.teredo:
        return found.teredo[1]
    return found


def call(
    target,
    method="GET",
    body=None,
    headers=None,
    *,
    seconds=10,
    most_bytes=64 * 1024,
    context=None,
):
    """Call a checked target and return its ``Answer``.

    :param seconds: of everything: connecting, sending, and the whole answer
    :param most_bytes: how much of its body is read; ``is_cut`` says that there is more
    :param context: for TLS, instead of the one that trusts what this machine trusts
    :raises Unreachable: when there is no answer
    """
    start = time.monotonic()
    connection = _Connection(target, start + seconds, context)
    try:
        connection.request(method, target.path, body=body, headers=headers or {})
        with connection.getresponse() as response:
            # One more than wanted tells whether there is more.
            found = _read(response, most_bytes + 1)
            connection.ensure_time()
            return Answer(
                status=response.status,
                headers={name.lower(): value for name, value in response.getheaders()},
                body=found[:most_bytes],
                is_cut=len(found) > most_bytes,
                seconds=time.monotonic() - start,
            )
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(connection.get_code(error)) from error
    finally:
        connection.end()


def _read(response, most):
    chunks, left = [], most
    while left > 0 and (chunk := response.read1(min(left, 16 * 1024))):
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)


class _Connection(HTTPConnection):
    """A connection to a checked address, cut when its time is over."""

    def __init__(self, target, deadline, context=None):
        super().__init__(target.host, target.port)
        self.target = target
        self.deadline = deadline
        self.is_over = False
        self.tls = context
        self._cut = None
        # For the header Host, which leaves out the port of the scheme.
        self.default_port = PORTS[target.scheme]

    def connect(self):
        error, left = None, len(self.target.addresses)
        for family, address in self.target.addresses:
            try:
                self.sock = self._open(family, address, self.get_left() / left)
                return
            except OSError as caught:
                error = caught
                if isinstance(caught, ssl.SSLError) or self.get_left() <= 0:
                    break
            left -= 1
        raise error

    def _open(self, family, address, seconds):
        raw = socket.socket(family, socket.SOCK_STREAM)
        try:
            # One that does not answer leaves time for the others.
            raw.settimeout(max(seconds, 0.001))
            raw.connect(address)
            raw.settimeout(max(self.get_left(), 0.001))
            # From here on each operation may last, and all of them no longer than this:
            # who sends a byte a second is cut off, too.
            self._watch(raw.fileno())
            if self.target.scheme == "https":
                context = self.tls or ssl.create_default_context()
                return context.wrap_socket(raw, server_hostname=self.target.host)
        except BaseException:
            self._stop_watch()
            raw.close()
            raise
        return raw

    def _watch(self, number):
        # A copy: the connection's own may be closed, and its number be another's by then.
        copy = socket.socket(fileno=socket.dup(number))

        def cut():
            self.is_over = True
            with suppress(OSError):
                copy.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(max(self.get_left(), 0), cut)
        timer.daemon = True
        self._cut = (timer, copy)
        timer.start()

    def _stop_watch(self):
        if self._cut:
            timer, copy = self._cut
            self._cut = None
            timer.cancel()
            timer.join()
            copy.close()

    def end(self):
        # Not in close(), which the library calls while an answer is still read.
        self._stop_watch()
        self.close()

    def get_left(self):
        return self.deadline - time.monotonic()

    def ensure_time(self):
        if self.is_over:
            raise TimeoutError

    def get_code(self, error):
        if self.is_over or isinstance(error, TimeoutError):
            return NO_TIME
        if isinstance(error, ssl.SSLError):
            return NO_TRUST
        return NO_CONNECTION if isinstance(error, OSError) else NO_HTTP
