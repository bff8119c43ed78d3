import json

from werkzeug.exceptions import HTTPException, LengthRequired, abort

from odoo.exceptions import AccessDenied, AccessError, UserError
from odoo.http import HttpDispatcher, Response

from ..const import PAGE_TYPE
from ..engine.problem import CONTENT_TYPE, Problem

METHODS = "GET, HEAD, POST, OPTIONS"
MAY_SEND = "Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key"
MAY_READ = "Aftersales-Start, Content-Language, ETag, Retry-After"
# How long a browser believes what it was allowed.
BELIEVED = "600"


def says_no_length(sent):
    """Say whether a request brings a body without saying how long it is: none is read."""
    return sent.content_length is None or bool(sent.headers.get("Transfer-Encoding"))


class AftersalesPageDispatcher(HttpDispatcher):
    """Pages of ours for who has no log-in: what is sent to them has no name of ours.

    Core hands all that an address or a form says to the method of the route, by the name
    that its sender chose; parts of forms without one, too.
    """

    routing_type = PAGE_TYPE

    def dispatch(self, endpoint, args):
        sent = self.request.httprequest
        if sent.method == "POST" and says_no_length(sent):
            raise LengthRequired
        self.request.params = dict(args)
        return self.request.registry["ir.http"]._dispatch(endpoint)


class AftersalesApiDispatcher(HttpDispatcher):
    """Requests of programs: errors are problem+json, and pages of others may read them.

    Core's ``cors`` knows one website only, and gives errors no header, so that a form on
    another website could not say what was wrong.
    """

    routing_type = "aftersales_api"
    mimetypes = ("application/json", "multipart/form-data")

    def pre_dispatch(self, rule, args):
        result = super().pre_dispatch(rule, args)
        request = self.request
        # Core takes what the browser asks for, also a language that we do not have.
        request.update_context(lang=None)
        name = args.get("channel") or args.get("rest", "").partition("/")[0]
        service = request.env["aftersales.portal.service"]
        channel = service._find_channel(name)
        request.aftersales_channel = channel
        origin = request.httprequest.headers.get("Origin", "")
        request.aftersales_cors = self._get_cors(channel, origin)
        for header, value in request.aftersales_cors.items():
            request.future_response.headers.set(header, value)
        languages = [code for code, _q in request.httprequest.accept_languages]
        request.update_context(lang=service._choose_language(channel, languages))
        # What belongs to the channel is read in this language, too.
        request.aftersales_channel = channel.with_context(lang=request.env.lang)
        if request.httprequest.method == "OPTIONS":
            abort(Response(status=204))
        return result

    def _get_cors(self, channel, origin):
        """Return the headers that let a page of an allowed website read the answer."""
        headers = {"Vary": "Origin, Accept-Language"}
        if not origin or not channel or not channel._allows_origin(origin):
            return headers
        return headers | {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": MAY_SEND,
            "Access-Control-Expose-Headers": MAY_READ,
            "Access-Control-Max-Age": BELIEVED,
        }

    def dispatch(self, endpoint, args):
        # What the body says, the endpoint reads: nothing of it is believed here.
        self.request.params = dict(args)
        return self.request.registry["ir.http"]._dispatch(endpoint)

    def handle_error(self, exc):
        problem = exc if isinstance(exc, Problem) else self._get_problem(exc)
        response = self.make_problem(problem)
        response.headers.update(getattr(self.request, "aftersales_cors", {}))
        return response

    def make_problem(self, problem):
        """Return the answer to a request that is refused."""
        response = Response(
            json.dumps(problem.get_content(), ensure_ascii=False),
            status=problem.code,
            content_type=CONTENT_TYPE,
            headers=list({"Cache-Control": "no-store", **problem.headers}.items()),
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def _get_problem(self, exc):
        """Return what a program is told of an error that is none of its kind."""
        env = self.request.env
        if env is None:
            return Problem(500, "error", "Something went wrong here.")
        if isinstance(exc, AccessDenied | AccessError):
            return Problem(403, "forbidden", env._("You may not do this."))
        if isinstance(exc, UserError):
            return Problem(422, "refused", str(exc))
        if isinstance(exc, HTTPException) and exc.code and exc.code < 500:
            kind = exc.name.lower().replace(" ", "_")
            return Problem(exc.code, kind, exc.description or exc.name)
        env.cr.rollback()  # what failed may be the database
        return Problem(
            500, "error", env._("Something went wrong here. Send it again later.")
        )
