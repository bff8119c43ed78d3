"""Texts of messages, made fit for who reads them. Pure Python: text in, text out."""

import re

# Core's addresses of a file: with a token they work for anybody who has them.
FILE_URL = re.compile(
    r"""(?:https?://[^\s"'<>/]+)?/web/(?:image|content)/(\d+)(?:-[^\s"'<>?/]*)?(?:/[^\s"'<>?]*)?(?:\?[^\s"'<>]*)?"""
)

# Of an address that says otherwise which file it is, the part that opens it.
TOKEN = re.compile(r"""(?<=[?&;])access_token=[^\s"'<>&]*""")
# A website as browsers name it.
ORIGIN = re.compile(
    r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:.]+\](:[0-9]{1,5})?"
)
USUAL_PORTS = {"http": ":80", "https": ":443"}
# What no text has and no database keeps: all but tab and line ends.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def clean_text(typed):
    """Return what was typed without signs that no text has; "" for what is no text.

    >>> clean_text("a\\0b"), clean_text(None)
    ('ab', '')
    """
    return UNWRITABLE.sub("", typed) if isinstance(typed, str) else ""


def replace_file_urls(body, make_url):
    """Return HTML with core's addresses of files replaced, and no token left.

    :param make_url: function of a file's id that returns the address of ours

    >>> replace_file_urls('<img src="/web/image/7?access_token=x">', "/f/{}".format)
    '<img src="/f/7">'
    """
    return TOKEN.sub("", FILE_URL.sub(lambda match: make_url(int(match[1])), body))


def first_line(text, limit):
    """Return the first line of a text that says something, cut at a word.

    >>> first_line("\\n  The pump leaks badly\\nsince Monday", 14)
    'The pump…'
    """
    line = next((part.strip() for part in text.splitlines() if part.strip()), "")
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    head, space, _tail = cut.rpartition(" ")
    return (head if space else cut).rstrip() + "…"


def read_origin(typed):
    """Return a website as browsers name it, or None for what names none.

    >>> read_origin("https://Shop.example:443/"), read_origin("shop.example")
    ('https://shop.example', None)
    """
    origin = (typed or "").strip().lower().removesuffix("/")
    if not ORIGIN.fullmatch(origin):
        return None
    return origin.removesuffix(USUAL_PORTS[origin.partition(":")[0]])
