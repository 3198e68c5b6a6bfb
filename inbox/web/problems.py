"""How failures look to machines: RFC 9457 problem documents, one shape for every error of the API and the hooks.

`type` is `urn:vigie:problem:CODE`, with a stable code; `instance` names the request for our log. A 404 carries no
`instance`: missing and not yours must be the same bytes. `errors` lists what is wrong where: `{"pointer", "detail"}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import web
from pydantic import ValidationError

from inbox.errors import Refused

CONTENT_TYPE = "application/problem+json"
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)
Errors = Sequence[Mapping[str, str]]


def response(
    request: web.Request,
    status: int,
    code: str,
    detail: str,
    *,
    errors: Errors = (),
    members: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """`members`: further members of the document (what came in between, when to come back)."""
    document = {
        **(members or {}),
        "type": f"urn:vigie:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": list(errors),
    }
    if status != HTTPStatus.NOT_FOUND:
        document["instance"] = f"urn:vigie:request:{request.get(REQUEST_ID, '')}"
    body = orjson.dumps(document, default=str)
    return web.Response(body=body, status=status, content_type=CONTENT_TYPE, headers=headers)


def refused(request: web.Request, refusal: Refused) -> web.Response:
    members = dict(refusal.details)
    headers = {"WWW-Authenticate": "Bearer"} if refusal.status == HTTPStatus.UNAUTHORIZED else {}
    if "retry_after_s" in members:
        headers["Retry-After"] = str(members["retry_after_s"])
    errors = members.pop("errors", ())
    return response(
        request, refusal.status, refusal.code, refusal.message, errors=errors, members=members, headers=headers
    )


def bad(parameter: str, detail: str) -> Refused:
    """400 for one parameter of the query or the head, by its name."""
    errors = [{"pointer": parameter, "detail": detail}]
    return Refused("bad_request", f"{parameter}: {detail}", details={"errors": errors})


def invalid(error: ValidationError) -> Refused:
    """400 that names every bad field of a body by its JSON pointer, and repeats no value."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    errors = [{"pointer": _pointer(e["loc"]), "detail": e["msg"]} for e in found]
    named = ", ".join(sorted({e["pointer"] or "the body" for e in errors}))
    return Refused("bad_request", f"The body does not fit: {named}.", details={"errors": errors})


def _pointer(location: Sequence[int | str]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)
