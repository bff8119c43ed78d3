"""A program of somebody else on loopback, which is called over real sockets."""

import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

ENOUGH = 10
NO_CONTENT = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


def answer(status, body=b"", *headers):
    """Return the bytes of an answer."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


@dataclass
class Request:
    line: str
    headers: dict
    body: bytes


@dataclass
class Receiver:
    """Keeps what it receives, and answers what it is told to.

    ``says`` is the answers to come, the last one for ever: bytes, or a function of the
    socket that sends them itself.
    """

    port: int = 0
    says: list = field(default_factory=lambda: [NO_CONTENT])
    requests: list = field(default_factory=list)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook"

    def take(self, connection):
        with connection, suppress(OSError):
            connection.settimeout(ENOUGH)
            with connection.makefile("rb") as stream:
                line = stream.readline().decode().strip()
                if not line:
                    return
                headers = {}
                while pair := stream.readline().decode().strip():
                    name, _colon, value = pair.partition(":")
                    headers[name.lower()] = value.strip()
                body = stream.read(int(headers.get("content-length", 0)))
            self.requests.append(Request(line, headers, body))
            say = self.says.pop(0) if len(self.says) > 1 else self.says[0]
            if callable(say):
                say(connection)
            else:
                connection.sendall(say)


@contextmanager
def listening(context=None):
    """Let a ``Receiver`` listen inside the block.

    :param context: for TLS
    """
    receiver, ended = Receiver(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        receiver.port = server.getsockname()[1]

        def serve():
            while not ended.is_set():
                try:
                    connection, _peer = server.accept()
                except OSError:
                    continue
                with suppress(ssl.SSLError, ConnectionError):
                    if context:
                        connection.settimeout(ENOUGH)
                        connection = context.wrap_socket(connection, server_side=True)
                    receiver.take(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            ended.set()
            thread.join(ENOUGH)
