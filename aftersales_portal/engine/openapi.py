"""The document of the web interface (OpenAPI 3.1). Pure Python: values in, values out.

What it says of a channel is built of the schemas of its types; of no channel in
particular it says what is the same for all.
"""

from .problem import CONTENT_TYPE

TEXT = {"type": "string"}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "code": TEXT,
        "detail": TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {"field": TEXT, "code": TEXT, "detail": TEXT},
            },
        },
    },
}
RECEIPT = {
    "type": "object",
    "required": ["number", "status", "next", "message", "link"],
    "properties": {
        "number": {"type": ["string", "null"]},
        "status": TEXT,
        "next": TEXT,
        "message": TEXT,
        "link": {"type": ["string", "null"], "format": "uri"},
    },
}
MOMENT = {"type": ["string", "null"], "format": "date-time"}
STATUS = {
    "type": "object",
    "required": ["number", "status", "next", "reported", "promised", "closed"],
    "properties": {
        "number": TEXT,
        "status": TEXT,
        "next": TEXT,
        "reported": MOMENT,
        "promised": MOMENT,
        "closed": MOMENT,
    },
}
REFUSALS = {
    "400": "The body or a header cannot be read.",
    "401": "The token of the channel is missing or wrong.",
    "403": "The website of the browser is not allowed.",
    "404": "There is no such channel, or the link opens nothing.",
    "405": "The address takes other requests.",
    "410": "The channel is closed.",
    "411": "The length of the body is missing.",
    "413": "The report is too large.",
    "415": "The body is neither JSON nor a form with files.",
    "422": "An answer is missing or wrong; errors names the field.",
    "429": "Too many reports; Retry-After says when to try again.",
}
LOOKING = ("404", "405", "410", "422")
ANY_BODY = {"type": "object"}


def describe(server, channel=None, schemas=()):
    """Return the document.

    :param server: address of the interface
    :param channel: name of a channel in its address, or None
    :param schemas: list of the schemas of its types
    """
    place = f"/{channel}" if channel else "/{channel}"
    shared = {} if channel else {"parameters": [_get_parameter("channel", "path")]}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "After-sales web intake",
            "version": "1",
            "description": "Reports cases by a channel, and tells what can be reported.",
        },
        "servers": [{"url": server}],
        "paths": {
            f"{place}/schema": {"get": _get_schema_operation(schemas)} | shared,
            f"{place}/cases": {"post": _get_report_operation(schemas)} | shared,
            f"{place}/cases/{{link}}": {"get": _get_status_operation()} | shared,
        },
        "components": {
            "schemas": {"Problem": PROBLEM, "Receipt": RECEIPT, "Status": STATUS},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _get_parameter(name, place, **schema):
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "schema": TEXT | schema,
    }


def _get_schema_operation(schemas):
    codes = [schema["properties"]["type"]["const"] for schema in schemas]
    known = {"enum": codes} if codes else {}
    return {
        "operationId": "getSchema",
        "summary": "The form of a type as JSON Schema 2020-12",
        "parameters": [
            _get_parameter("type", "query", **known),
            _get_parameter("Accept-Language", "header"),
            _get_parameter("If-None-Match", "header"),
        ],
        "responses": {
            "200": {
                "description": "The schema; Aftersales-Start is sent with a report.",
                "headers": {
                    "Aftersales-Start": {"schema": TEXT},
                    "ETag": {"schema": TEXT},
                },
                "content": {"application/json": {"schema": ANY_BODY}},
            },
            "304": {"description": "The schema has not changed."},
        }
        | _get_refusals(LOOKING),
    }


def _get_report_operation(schemas):
    bodies = [_leave_out(schema, "$schema") for schema in schemas]
    return {
        "operationId": "report",
        "summary": "Report a case",
        "description": "Browsers of allowed websites send start, programs the token.",
        "security": [{"token": []}, {}],
        "parameters": [_get_parameter("Idempotency-Key", "header", maxLength=250)],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": _join(bodies)},
                "multipart/form-data": {"schema": _get_form(bodies)},
            },
        },
        "responses": {
            "201": {
                "description": "What becomes of it",
                "content": {
                    "application/json": {
                        "schema": {"$ref": "#/components/schemas/Receipt"}
                    }
                },
            }
        }
        | _get_refusals(REFUSALS),
    }


def _get_status_operation():
    return {
        "operationId": "getStatus",
        "summary": "How far a report is",
        "parameters": [
            _get_parameter("link", "path", description="The last part of the link."),
            _get_parameter("Accept-Language", "header"),
        ],
        "responses": {
            "200": {
                "description": "Number, status and what happens next",
                "content": {
                    "application/json": {
                        "schema": {"$ref": "#/components/schemas/Status"}
                    }
                },
            }
        }
        | _get_refusals(("404", "405")),
    }


def _join(bodies):
    if not bodies:
        return ANY_BODY
    return bodies[0] if len(bodies) == 1 else {"oneOf": bodies}


def _get_form(bodies):
    """Return what a form with files sends: texts, which are read as JSON would be."""
    files = {"type": "array", "items": {"type": "string", "format": "binary"}}
    names = {name for body in bodies for name in body["properties"]}
    return {
        "type": "object",
        "properties": {name: TEXT for name in sorted(names)} | {"files": files},
    }


def _get_refusals(codes):
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {code: {"description": REFUSALS[code], "content": content} for code in codes}


def _leave_out(schema, name):
    return {key: value for key, value in schema.items() if key != name}
