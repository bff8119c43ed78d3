"""What the log of requests keeps of links: not their secrets.

Pure Python: records of the log in and out.
"""

import logging
import re

# Of our links, and of core's to rate; each opens a page to whoever has it.
SECRET = re.compile(r"(/(?:aftersales/l|rate)/)[^/?#\s\"']+")
# They write addresses: of each request, and of those that are refused.
LOGGERS = ("werkzeug", "odoo.http")


def hide_secrets(text):
    """Return a line of the log without the secrets of links.

    >>> hide_secrets("GET /aftersales/l/abc?x=1 HTTP/1.1")
    'GET /aftersales/l/***?x=1 HTTP/1.1'
    """
    return SECRET.sub(r"\1***", text)


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
