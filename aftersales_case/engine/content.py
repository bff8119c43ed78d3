"""The words and the files of a mail, as its sender sent them.

Takes ``email.message.EmailMessage`` objects, returns values; no ORM, no database. Words
are text as far as they can be read, files are bytes that nobody has touched.
"""

import base64
import io
import re
import warnings
from contextlib import suppress
from dataclasses import dataclass, field

from PIL import Image

# More parts than this are no mail of a person's: the rest stays in the original.
MOST_PARTS = 500
# Multiparts in each other; Python's own parser gives up at a few hundred.
DEEPEST = 30
# What people have in mind who name these: RFC 2046 and the WHATWG table of encodings.
WIDER = {
    "big5": "big5hkscs",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso8859-1": "cp1252",
    "ks_c_5601-1987": "cp949",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "shift_jis": "cp932",
}
NO_CHARSET = ("", "ascii", "us-ascii", "ansi_x3.4-1968", "unknown-8bit")
META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset=[\"']?\s*([\w.:-]+)", re.IGNORECASE
)
ENVELOPE = ("html", "body", "head", r"!\s*doctype")
DOCUMENT_TAGS = re.compile(rf"</?(?:{'|'.join(ENVELOPE)})[^>]*>", re.IGNORECASE)
# Files in which some programs wrap all that was written.
WRAPPERS = (
    "application/ms-tnef",
    "application/pgp-encrypted",
    "application/vnd.ms-tnef",
)
WRAPPER_NAMES = ("winmail.dat", "smime.p7m", "encrypted.asc")
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
END_OF_JPEG = b"\xff\xd9"
# Stands for bytes that could not be read.
LOST = "\ufffd"


@dataclass
class File:
    """A file of a mail; ``cid`` where its text shows it."""

    name: str
    data: bytes
    kind: str
    cid: str | None = None


@dataclass
class Content:
    """What a mail, or a part of it, says and brings."""

    texts: list = field(default_factory=list)  # (is_html, text)
    files: list = field(default_factory=list)
    # Messages that came as files, as parsed.
    messages: list = field(default_factory=list)
    damaged: bool = False
    parts: int = 0

    @property
    def has_words(self):
        return any(text.strip() for _is_html, text in self.texts)

    def find_wrapper(self):
        """Return the name of the file in which all words are, or None."""
        if self.has_words:
            return None
        for file in self.files:
            if file.kind in WRAPPERS or file.name.lower() in WRAPPER_NAMES:
                return file.name
        return None


def read_content(message):
    """Return the ``Content`` of a mail.

    :param message: ``EmailMessage`` as parsed
    """
    content = Content()
    _read(message, content, 0)
    content.damaged |= any(is_broken_picture(file.data) for file in content.files)
    return content


def decode_text(data, charset, is_html=False):
    """Return (text, whether all of it could be read).

    :param data: bytes of a text
    :param charset: the name that its part gives, or None. Without one, it is UTF-8 if
        it can be, else what Windows writes.
    """
    charset = (charset or "").strip().lower()
    if charset in NO_CHARSET and is_html:
        found = META_CHARSET.search(data[:2000])
        charset = found.group(1).decode().lower() if found else ""
    named = charset not in NO_CHARSET and _is_codec(charset)
    if not named or charset in ("utf-8", "utf8"):
        return _decode_utf8(data, named)
    for name in (WIDER.get(charset, charset), charset):
        try:
            return data.decode(name), True
        except (UnicodeError, ValueError):
            continue
    return data.decode(WIDER.get(charset, charset), errors="replace"), False


def is_broken_picture(data):
    """Say whether a picture ends before its end: no program shows it whole."""
    if data.startswith(JPEG):
        return END_OF_JPEG not in data[-4096:]
    if not data.startswith(PNG):
        return False
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data)) as picture:
            warnings.simplefilter("ignore")
            picture.verify()
    except Exception:  # the library raises whatever it stumbles over
        return True
    return False


def join_html(texts, plain_to_html):
    """Return one HTML of the texts of a mail.

    :param texts: pairs (is_html, text)
    :param plain_to_html: function that makes HTML of a plain text
    """
    if len(texts) == 1 and texts[0][0]:
        return texts[0][1]
    return "".join(
        f"\n{DOCUMENT_TAGS.sub('', text)}\n" if is_html else plain_to_html(text)
        for is_html, text in texts
    )


def _read(part, content, depth):
    content.parts += 1
    if content.parts > MOST_PARTS or depth > DEEPEST:
        content.damaged = True
        return
    kind = part.get_content_type()
    if kind == "message/rfc822":
        _read_message(part, content, depth)
    elif kind == "multipart/alternative" and part.is_multipart():
        _read_alternatives(part, content, depth)
    elif kind.startswith("multipart/"):
        children = part.get_payload() if part.is_multipart() else ()
        for child in children:
            if content.parts > MOST_PARTS:
                content.damaged = True
                break
            _read(child, content, depth + 1)
    else:
        _read_leaf(part, content, kind)


def _read_alternatives(part, content, depth):
    """Keep one of several texts that say the same: the richest that says anything."""
    chosen = []
    for child in part.get_payload():
        found = Content(parts=content.parts)
        _read(child, found, depth + 1)
        content.parts = found.parts
        content.files += found.files
        content.messages += found.messages
        content.damaged |= found.damaged
        rich = any(is_html for is_html, _text in found.texts)
        if found.has_words and (rich or not chosen):
            chosen = found.texts
    content.texts += chosen


def _read_message(part, content, depth):
    """Keep a mail in a mail as the file that it is, and beside it what it brings."""
    inner = part.get_payload()
    inner = inner[0] if isinstance(inner, list) and inner else None
    if inner is None:
        _read_leaf(part, content, "message/rfc822")
        return
    # Against the standard, some programs encode it.
    data = _flatten(inner)
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        try:
            data = base64.b64decode(inner.get_payload().encode(), validate=False)
        except (ValueError, AttributeError):
            content.damaged = True
    name = _get_name(part) or _get_subject_name(inner)
    content.files.append(File(name, data, "message/rfc822"))
    content.messages.append(inner)
    found = Content(parts=content.parts)
    _read(inner, found, depth + 1)
    content.parts = found.parts
    content.files += found.files
    content.damaged |= found.damaged


def _read_leaf(part, content, kind):
    data = _get_bytes(part)
    name = _get_name(part)
    cid = str(part.get("Content-Id") or "").strip().strip("<>") or None
    disposition = str(part.get("Content-Disposition") or "").strip().lower()
    is_text = kind in ("text/plain", "text/html")
    if not is_text or name or disposition.startswith("attachment"):
        cid = cid if name else None
        content.files.append(File(name or "attachment", data, kind, cid))
        return
    is_html = kind == "text/html"
    charset = part.get_param("charset")
    charset = charset if isinstance(charset, str) else None
    text, complete = decode_text(data, charset, is_html)
    content.damaged |= not complete
    if text.strip():
        content.texts.append((is_html, text))


def _decode_utf8(data, named):
    """Read a text as UTF-8, or as what Windows writes if nothing in it is UTF-8.

    A byte that was lost on the way leaves the rest what it is.
    """
    with suppress(UnicodeError):
        return data.decode(), True
    text = data.decode(errors="replace")
    if any(letter > "\x7f" and letter != LOST for letter in text):
        return text, False
    with suppress(UnicodeError):
        return data.decode("cp1252"), not named
    return text, False


def _get_bytes(part):
    """Return what a part holds, as it was before it was encoded for its way."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return b"\r\n".join(_flatten(child) for child in payload)
    return part.get_payload(decode=True) or b""


def _flatten(message):
    policy = message.policy.clone(refold_source="none", linesep="\r\n")
    try:
        return message.as_bytes(policy=policy)
    except Exception:  # a header that cannot be written again; its words can be read
        text = "".join(f"{key}: {value}\n" for key, value in message.raw_items())
        payload = _get_bytes(message)
        return text.encode(errors="surrogateescape") + b"\n" + payload


def _get_name(part):
    try:
        return part.get_filename() or None
    except Exception:  # Python's parser of parameters stumbles over some
        return None


def _get_subject_name(message):
    try:
        subject = re.sub(r"[^\w .()-]+", " ", str(message.get("Subject") or "")).strip()
    except Exception:  # as above
        subject = ""
    return f"{subject[:60].strip() or 'attachment'}.eml"


def _is_codec(name):
    try:
        b"x".decode(name, errors="replace")
    except (LookupError, ValueError):
        return False
    return True
