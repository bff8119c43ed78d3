"""A website of somebody else: another origin, with rules of its own for scripts."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8"/><title>Our shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1"/>{head}</head>
<body><main><h1>Our shop</h1>{body}</main></body></html>"""
# Nothing but our script and what it asks of us: no styles and no HTML of scripts.
STRICT = (
    "default-src 'none'; script-src {odoo}; connect-src {odoo}; style-src 'self';"
    " require-trusted-types-for 'script'"
)


class Site:
    """Pages by their path, and the headers that each has."""

    def __init__(self, origin):
        self.origin, self.pages, self.headers = origin, {}, {}

    def show(self, path, body, lang="en-US", head="", **headers):
        content = PAGE.format(body=body, lang=lang, head=head)
        self.pages[path] = (content.encode(), headers)
        return self.origin + path


@contextmanager
def serve_site():
    """Serve a website on the loopback while a test needs it."""
    site = Site("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            content, headers = site.pages.get(self.path, (b"", {}))
            self.send_response(200 if content else 404)
            self.send_header("Content-Length", str(len(content)))
            headers = {"Content_Type": "text/html; charset=utf-8"} | headers
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args):
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
