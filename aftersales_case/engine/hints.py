"""What a text tells about its sender: phone numbers and document numbers in it.

What he quotes is not his: ``drop_quotes`` and ``drop_quoted_lines`` leave his own words.
Pure Python: text in, values out.
"""

import re

import phonenumbers
from lxml import etree, html

# Letters and digits with separators, at least one digit: S00042, KB/OUT/01233, INV-7.
DOCUMENT = re.compile(r"\b(?=[\w/-]*\d)[A-Za-z][\w]*(?:[/-][\w]+)*\b")
# As people write them from memory: "s01233", "INV 2026 00002", "wh out 00012".
SPACED = re.compile(
    r"[A-Za-z]{1,6}(?:[ /_-]{1,2}[A-Za-z]{2,5}){0,2}(?:[ /_-]{1,2}\d{1,8}){1,2}\b"
)
SEPARATORS = re.compile(r"[ /_-]+")
SHORTEST_DOCUMENT = 4
MOST_DOCUMENTS = 50
MOST_TEXT = 20_000

# How mail programs mark in HTML what they quote; the attribute is Odoo's own, for the
# signature under what our colleagues write.
QUOTES = etree.XPath(
    "//blockquote"
    " | //*[@data-o-mail-quote or @data-o-mail-quote-container]"
    " | //*[contains(concat(' ', normalize-space(@class), ' '), ' gmail_quote ')]"
    " | //*[contains(concat(' ', normalize-space(@class), ' '), ' yahoo_quoted ')]"
    " | //*[contains(concat(' ', normalize-space(@class), ' '), ' moz-cite-prefix ')]"
)
# Outlook marks where the quoted mail begins: the rest of the text is quoted.
REST_IS_QUOTED = etree.XPath(
    "//*[@id='divRplyFwdMsg' or @id='appendonsend'"
    " or @id='mail-editor-reference-message-container']"
)
# "On 3 March 2026 Anna wrote:", in the languages our customers write.
ATTRIBUTION = re.compile(
    r"^(on|op|am|dnia|w dniu|le|il|el)\b.{3,200}"
    r"\b(wrote|schreef|schrieb|napisa\S*|pisze|\S+ [ée]crit|scritto|escribi\S*)\b"
    r".{0,120}:\s*$",
    re.IGNORECASE,
)
SEPARATOR = re.compile(
    r"^-{2,}\s*(original message|oorspronkelijk bericht|"
    r"urspr\S+ (nachricht|mail)|wiadomo\S+ oryginalna|forwarded message|"
    r"doorgestuurd bericht|weitergeleitete nachricht)\s*-{2,}$",
    re.IGNORECASE,
)
HEAD_FROM = re.compile(r"^[*>\s]*(from|van|von|od|de)\s*\*?:\s*\*?\s*\S", re.IGNORECASE)
HEAD_DATE = re.compile(
    r"^[*>\s]*(sent|date|verzonden|datum|gesendet|wys\S+ano|data|envoy\S+)\s*\*?:",
    re.IGNORECASE,
)
HEAD_LINES = 4


def find_phones(text, country_code):
    """Return the phone numbers in a text, in E.164, each once, in order.

    :param text: plain text, such as the body of a mail with its signature
    :param country_code: ISO code of the country for numbers without prefix, or None
    """
    matches = phonenumbers.PhoneNumberMatcher((text or "")[:MOST_TEXT], country_code)
    numbers = (
        phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        for match in matches
    )
    return list(dict.fromkeys(numbers))


def find_documents(text):
    """Return what in a text may be the number of a document, each once.

    First as it is written, then as our documents are: in capitals, with slashes.
    """
    text = (text or "")[:MOST_TEXT]
    words = DOCUMENT.findall(text)
    meant = [word.upper() for word in words]
    for start in re.finditer(r"\b[A-Za-z]", text):
        found = SPACED.match(text, start.start())
        if found:
            pieces = SEPARATORS.split(found.group().upper())
            meant += ["/".join(pieces), "".join(pieces)]
    likely = (word for word in [*words, *meant] if len(word) >= SHORTEST_DOCUMENT)
    return list(dict.fromkeys(likely))[:MOST_DOCUMENTS]


def drop_quotes(body):
    """Return the HTML of a mail without what its sender quotes.

    :param body: HTML as mail programs write it, or nothing
    :returns: HTML; the same text when nothing in it is marked as quoted
    """
    if not (body or "").strip():
        return ""
    # As bytes: lxml refuses a text that names its own encoding.
    parser = html.HTMLParser(encoding="utf-8")
    try:
        tree = html.document_fromstring(body.encode(), parser=parser)
    except etree.LxmlError:
        return body
    for start in REST_IS_QUOTED(tree):
        for element in [*start.itersiblings(), start]:
            _drop(element)
    for element in QUOTES(tree):
        _drop(element)
    return html.tostring(tree, encoding="unicode")


def drop_quoted_lines(text):
    """Return a plain text without the lines that its sender quotes.

    Where a program names whom it quotes but marks no lines, the rest is quoted.
    """
    lines = (text or "").splitlines()
    own = []
    for place, line in enumerate(lines):
        if line.lstrip().startswith(">"):
            continue
        if _is_attribution(lines, place):
            if not _is_marked(lines, place + 1):
                break
            continue
        if SEPARATOR.match(line.strip()) or _is_head(lines, place):
            break
        own.append(line)
    return "\n".join(own)


def _drop(element):
    """Remove an element, but not the text that follows it."""
    if element.getparent() is not None:
        element.drop_tree()


def _is_attribution(lines, place):
    """Say whether a line, or two that were wrapped, name whom the rest quotes."""
    line = lines[place].strip()
    following = lines[place + 1].strip() if place + 1 < len(lines) else ""
    return bool(ATTRIBUTION.match(line) or ATTRIBUTION.match(f"{line} {following}"))


def _is_marked(lines, place):
    """Say whether quoted lines begin within a few lines from a place."""
    return any(line.lstrip().startswith(">") for line in lines[place : place + 3])


def _is_head(lines, place):
    """Say whether the headers of a quoted mail begin at a place: Outlook's way."""
    following = lines[place + 1 : place + 1 + HEAD_LINES]
    return bool(HEAD_FROM.match(lines[place])) and any(map(HEAD_DATE.match, following))
