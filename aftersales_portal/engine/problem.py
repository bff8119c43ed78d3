"""What a program is told whose request is refused (RFC 9457). Pure Python."""

from werkzeug.exceptions import HTTPException

CONTENT_TYPE = "application/problem+json"


class Problem(HTTPException):
    """A request that is refused; no error of ours, so nothing of it is logged as one.

    :param code: status of HTTP
    :param kind: the kind of trouble, for programs: ``too_large``
    :param detail: a sentence for people, in their language
    :param errors: list of ``{"field", "code", "detail"}``
    :param headers: further headers of the answer
    :param reason: why the row in the intake is refused; None keeps no row
    :param about: what the row names and no answer tells: the website, the files
    """

    def __init__(
        self, code, kind, detail, errors=(), headers=None, reason=None, about=""
    ):
        super().__init__(detail)
        self.code = code
        self.kind = kind
        self.detail = detail
        self.errors = list(errors)
        self.headers = headers or {}
        self.reason = reason
        self.about = about

    def get_content(self):
        content = {
            "type": "about:blank",
            "title": self.name,
            "status": self.code,
            "code": self.kind,
            "detail": self.detail,
        }
        return content | ({"errors": self.errors} if self.errors else {})

    def get_log(self):
        """Return in one line what was wrong, for the row in the intake."""
        fields = ", ".join(f"{one['field']}: {one['code']}" for one in self.errors)
        told = self.about or fields
        return f"{self.code} {self.kind}" + (f" ({told})" if told else "")
