import json
from contextlib import contextmanager

import psycopg2
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from odoo.exceptions import ConcurrencyError
from odoo.http import Controller, Response, request, route

from ..const import (
    LONGEST_LINE,
    REFUSED_CLOSED,
    REFUSED_CONTENT,
    REFUSED_ORIGIN,
    REFUSED_SIZE,
    REFUSED_TOKEN,
)
from ..engine.bodies import MOST_JSON, BodyError, Report, get_digest, read_json
from ..engine.problem import Problem
from .dispatcher import AftersalesApiDispatcher, says_no_length

API = "/aftersales/v1"
# To strangers, who have no session that somebody else could use.
OPEN = {
    "type": AftersalesApiDispatcher.routing_type,
    "auth": "public",
    "csrf": False,
    "save_session": False,
}
# What a page that only shows something allows.
READS = "GET, HEAD"
MEGABYTE = 1024 * 1024
# {(first part of the address after the channel, number of parts): methods}
ALLOWED = {
    ("cases", 1): "POST",
    ("cases", 2): READS,
    ("form", 1): READS,
    ("hook", 1): "POST",
    ("hook", 2): "POST",
    ("schema", 1): READS,
}
# Changes of the form are seen after so many seconds at the latest.
FRESH = 300


class WebIntake(Controller):
    """The web interface for forms of websites and programs.

    Reads requests; ``aftersales.portal.service`` judges what they say.
    """

    # === Documents === #

    @route(f"{API}/openapi.json", methods=["GET"], readonly=True, **OPEN)
    def aftersales_api_document(self):
        """Describe the interface; with ``?channel=`` the form of that one."""
        service = request.env["aftersales.portal.service"]
        name = request.httprequest.args.get("channel", "")
        channel = service._find_channel(name)
        if name and not channel:
            raise self._get_unknown()
        return self._answer_cached(service._get_api_document(channel, name))

    @route(f"{API}/<string:channel>/schema", methods=["GET"], readonly=True, **OPEN)
    def aftersales_api_schema(self, channel):
        """The form of a type as JSON Schema, in the language of who asks."""
        found = self._get_channel()
        service = request.env["aftersales.portal.service"]._of_channel(found)
        self._ensure_open(found)
        case_type = service._find_channel_type(found, request.httprequest.args)
        answer = self._answer_cached(service._get_schema(found, case_type))
        answer.headers["Aftersales-Start"] = service._get_start(found)
        return answer

    @route(f"{API}/<path:rest>", readonly=True, **OPEN)
    def aftersales_api_rest(self, rest):
        """What is there for no request, or not for this method."""
        _channel, _slash, path = rest.partition("/")
        steps = path.split("/")
        allowed = all(steps) and ALLOWED.get((steps[0], len(steps)))
        if rest == "openapi.json":
            allowed = READS
        elif allowed:
            self._get_channel()
        if allowed:
            raise Problem(
                405,
                "method",
                request.env._("This address takes other requests: %s.", allowed),
                headers={"Allow": f"{allowed}, OPTIONS"},
            )
        raise Problem(
            404, "unknown_address", request.env._("There is nothing at this address.")
        )

    def _answer_cached(self, content):
        """Answer with a document that browsers keep until it changes."""
        body = json.dumps(content, ensure_ascii=False).encode()
        answer = Response(body, content_type="application/json")
        answer.headers["Cache-Control"] = f"public, max-age={FRESH}"
        answer.headers["Content-Language"] = request.env.lang.replace("_", "-")
        answer.set_etag(get_digest(body)[:32])
        if request.httprequest.if_none_match.contains(answer.get_etag()[0]):
            answer.status_code = 304
            answer.set_data(b"")
        return answer

    # === Reporting === #

    @route(f"{API}/<string:channel>/cases", methods=["POST"], **OPEN)
    def aftersales_api_report(self, channel):
        """Report a case: JSON, or a form with files."""
        found = self._get_channel()
        report = Report(is_program=found._is_token(self._get_token()))
        service = request.env["aftersales.portal.service"]._of_channel(found)
        try:
            with self._keeping(service, found, report):
                self._ensure_open(found)
                self._ensure_allowed(found, report)
                self._read(service, found, report)
                receipt = service._process_report(found, report, self._get_key())
        except Problem as problem:
            return request.dispatcher.make_problem(problem)
        return self._answer_once(receipt, 201)

    def _answer_once(self, content, status=200):
        """Answer with what nobody else may read."""
        answer = Response(
            json.dumps(content, ensure_ascii=False),
            status=status,
            content_type="application/json",
        )
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["Content-Language"] = request.env.lang.replace("_", "-")
        return answer

    @contextmanager
    def _keeping(self, service, channel, report):
        """Count a report, and keep a row of it if it becomes no case."""
        try:
            self._ensure_few(service, channel, report)
            # A refusal undoes what was begun, and is no error: its row is kept.
            with request.env.cr.savepoint():
                yield
        except Problem as problem:
            service._keep_refused(channel, report, problem)
            raise
        except (psycopg2.Error, ConcurrencyError):
            raise  # is tried again
        except Exception as error:
            service._keep_failed(channel, report, error)
            raise

    def _get_unknown(self):
        return Problem(
            404, "channel_unknown", request.env._("There is no channel of this name.")
        )

    def _get_channel(self):
        """Return the channel that a request names.

        :raises Problem: when there is none
        """
        if not request.aftersales_channel:
            raise self._get_unknown()
        return request.aftersales_channel

    def _ensure_few(self, service, channel, report):
        """Count a request once, and judge it alike however often Odoo tries it."""
        if not hasattr(request, "aftersales_surplus"):
            request.aftersales_surplus = None
            address = request.httprequest.remote_addr or ""
            try:
                service._count_arrival(channel, address, report.is_program)
            except Problem as problem:
                request.aftersales_surplus = problem
        if request.aftersales_surplus:
            raise request.aftersales_surplus

    def _get_token(self):
        """Return the token that a program shows, or ""."""
        said = request.httprequest.headers.get("Authorization", "")
        scheme, _space, token = said.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def _ensure_open(self, channel):
        if not channel._is_open():
            raise Problem(
                410,
                "channel_closed",
                request.env._("This channel is closed. Nothing was taken."),
                reason=REFUSED_CLOSED,
            )

    def _ensure_allowed(self, channel, report):
        """Guard: programs show the token, browsers come from a website that may."""
        if report.is_program:
            return
        headers = request.httprequest.headers
        origin = headers.get("Origin", "")
        if not origin or channel.needs_token or headers.get("Authorization"):
            raise Problem(
                401,
                "token",
                request.env._("Authorization: show the token of this channel."),
                headers={"WWW-Authenticate": "Bearer"},
                reason=REFUSED_TOKEN,
            )
        # The page of a form that is ours, see controllers/embed.py.
        own = request.httprequest.host_url.rstrip("/")
        if origin != own and not channel._allows_origin(origin):
            raise Problem(
                403,
                "origin",
                request.env._("Reports from this website are not taken."),
                reason=REFUSED_ORIGIN,
                about=origin[:LONGEST_LINE],
            )

    # === Reading === #

    def _read(self, service, channel, report):
        """Read the body of a request, whose size it has said before."""
        sent = request.httprequest
        self._ensure_length()
        most = channel.most_megabytes * MEGABYTE
        is_json = sent.mimetype == "application/json"
        if sent.content_length > (min(most, MOST_JSON) if is_json else most):
            raise self._get_too_large(channel)
        sent.max_content_length = most
        if is_json:
            with self._reading(service, channel):
                content = sent.get_data(cache=True)
            report.digest = get_digest(content)
            try:
                report.body = read_json(content)
            except BodyError as error:
                raise service._get_malformed(str(error)) from None
        elif sent.mimetype == "multipart/form-data":
            with self._reading(service, channel):
                form, files = sent.form, sent.files
            service._read_form(channel, report, form, files)
            if not report.body and not files:
                raise service._get_malformed("multipart/form-data")
        else:
            raise Problem(
                415,
                "media_type",
                request.env._("Content-Type: send JSON, or a form with files."),
                headers={"Accept": ", ".join(AftersalesApiDispatcher.mimetypes)},
                reason=REFUSED_CONTENT,
            )

    def _ensure_length(self):
        if says_no_length(request.httprequest):
            raise Problem(
                411,
                "length",
                request.env._("Content-Length: say how long the report is."),
                reason=REFUSED_CONTENT,
            )

    @contextmanager
    def _reading(self, service, channel):
        """Tell what is wrong with a body that the server could not take apart."""
        try:
            yield
        except RequestEntityTooLarge:
            raise self._get_too_large(channel) from None
        except HTTPException as error:  # who sends it has gone, for one
            raise service._get_malformed(error.name) from None

    def _get_too_large(self, channel):
        return Problem(
            413,
            "too_large",
            request.env._(
                "The report is too large. Send %s MB at most.", channel.most_megabytes
            ),
            reason=REFUSED_SIZE,
        )

    def _get_key(self):
        key = request.httprequest.headers.get("Idempotency-Key", "")
        if len(key) > LONGEST_LINE or not key.isprintable():
            raise Problem(
                400,
                "key",
                request.env._("Idempotency-Key: use a shorter one."),
                reason=REFUSED_CONTENT,
            )
        return key.strip()
