"""What logs and quoted mails keep of links: not their secrets.

Pure Python: texts, and records of the log, in and out.
"""

import logging
import re

# Of our links, of core's to rate, and of hooks; each opens something to whoever has it.
SECRET = re.compile(
    r"(/aftersales/(?:l|feed|v1/[^/?#\s\"'<>&]+/(?:hook|cases))/)[^/?#\s\"'<>&]+"
    r"|(/rate/)[0-9a-f]{16,}"
)
# They write addresses: of each request, and of those that are refused.
LOGGERS = ("werkzeug", "odoo.http")


def hide_secrets(text):
    """Return a text without the secrets of links.

    >>> hide_secrets("GET /aftersales/l/abc?x=1 HTTP/1.1")
    'GET /aftersales/l/***?x=1 HTTP/1.1'
    """
    return SECRET.sub(lambda found: f"{found[1] or found[2]}***", text)


class _Filter(logging.Filter):
    def filter(self, record):
        if isinstance(record.args, tuple):
            record.args = tuple(
                hide_secrets(arg) if isinstance(arg, str) else arg
                for arg in record.args
            )
        if isinstance(record.msg, str):
            record.msg = hide_secrets(record.msg)
        return True


FILTER = _Filter()


def install():
    """Let those who log addresses leave out secrets; a second time changes nothing."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(FILTER)
