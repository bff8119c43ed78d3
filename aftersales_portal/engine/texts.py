"""Texts of messages, made fit for who reads them. Pure Python: text in, text out."""

import re

# Core's addresses of a file: with a token they work for anybody who has them.
FILE_URL = re.compile(
    r"""(?:https?://[^\s"'<>/]+)?/web/(?:image|content)/(\d+)(?:/[^\s"'<>?]*)?(?:\?[^\s"'<>]*)?"""
)


def replace_file_urls(body, make_url):
    """Return HTML with core's addresses of files replaced.

    :param make_url: function of a file's id that returns the address of ours

    >>> replace_file_urls('<img src="/web/image/7?access_token=x">', "/f/{}".format)
    '<img src="/f/7">'
    """
    return FILE_URL.sub(lambda match: make_url(int(match[1])), body)


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
