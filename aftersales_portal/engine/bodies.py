"""Bodies of requests, read without trust. Pure Python: bytes in, values out."""

import hashlib
import json
from dataclasses import dataclass, field

# Of answers without files.
MOST_JSON = 1024 * 1024
# No answer has so many lists in lists; who reads it further on may stumble over them.
DEEPEST = 20


class BodyError(ValueError):
    """A body that is no JSON object; the text says where, in English, for programs."""


def read_json(content):
    """Return the object that a body of JSON holds.

    :raises BodyError: when it holds none

    >>> read_json(b'{"a": 1}')
    {'a': 1}
    """
    try:
        text = content.decode("utf-8")
        body = json.loads(text, parse_constant=_refuse)
        # Half a sign, such as \\ud83d, is no text.
        json.dumps(body, ensure_ascii=False).encode("utf-8")
        _ensure_flat(body)
    except json.JSONDecodeError as error:
        raise BodyError(f"line {error.lineno}, column {error.colno}") from None
    except (RecursionError, ValueError) as error:
        raise BodyError(type(error).__name__) from None
    if not isinstance(body, dict):
        raise BodyError("line 1, column 1")
    return body


def _ensure_flat(body):
    level, depth = [body], 0
    while level := [
        part
        for whole in level
        if isinstance(whole, (dict, list))
        for part in (whole.values() if isinstance(whole, dict) else whole)
    ]:
        depth += 1
        if depth > DEEPEST:
            raise ValueError(f"more than {DEEPEST} levels")


def _refuse(name):
    raise ValueError(name)


def get_digest(content):
    """Return by what a body is known again.

    :param content: bytes, or for forms a list of (name, bytes) in any order
    """
    digest = hashlib.sha256()
    if isinstance(content, bytes):
        digest.update(content)
        return digest.hexdigest()
    for name, value in sorted(content):
        for part in (name.encode(errors="replace"), value):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


@dataclass
class Report:
    """What one request reports, as far as it was read.

    :param files: list of ``(name, content, mimetype)``
    :param is_program: whether it showed the token of the channel
    :param case_type: record of what it reports, once that is known
    """

    body: dict = field(default_factory=dict)
    files: list = field(default_factory=list)
    is_program: bool = False
    case_type: object = None
    digest: str = ""
