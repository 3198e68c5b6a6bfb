"""What was just done, told at the foot of the page, and the way back for ten seconds: also on the next page.

The way back is a form like any other, kept in a cookie of the browser, signed for this session alone: whatever page
comes next writes it out, with scripts or without. It names the position right after the act, so that it is refused
like any act where somebody else has moved on meanwhile. It runs out by the browser's clock and by ours.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

import orjson
from aiohttp import web

from inbox.web import security
from inbox.web.context import deps, viewer

LASTS = timedelta(seconds=10)
STEP_S = 2
"""How finely the style sheet knows what is left (`toast-left-…`)."""


@dataclass(frozen=True, slots=True)
class Told:
    """`said`: in words. `path` and `fields`: of the form that takes it back; none: nothing does. `pane`: that form
    answers with an item's pane. `wrote`: words left the composer. `until`: in milliseconds, 0 where it is not kept."""

    said: str
    path: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    pane: bool = False
    wrote: bool = False
    tone: str = "met"
    until: int = 0


def undoable(request: web.Request, said: str, path: str, fields: Mapping[str, str], *, pane: bool) -> Told:
    """From now on for ten seconds. Its key is of its own: pressed twice it is done once."""
    until = deps(request).clock.now() + LASTS
    own = {"undo": "yes", "idempotency_key": uuid.uuid4().hex, **fields}
    return Told(said, path, own, pane, until=int(until.timestamp() * 1000))


def keep(request: web.Request, response: web.StreamResponse, told: Told | None) -> None:
    """For the pages that come next. None: nothing is kept any more."""
    secure = deps(request).settings.secure_cookies
    if told is None:
        if _name(secure) in request.cookies:
            response.del_cookie(_name(secure), path="/", secure=secure, httponly=True, samesite="Lax")
        return
    body = base64.urlsafe_b64encode(orjson.dumps(asdict(told))).decode()
    value = f"{body}.{_signature(request, body)}"
    security.set_cookie(response, _name(secure), value, secure=secure, max_age=int(LASTS.total_seconds()))


def kept(request: web.Request) -> Told | None:
    """What this session was offered less than ten seconds ago; anything else than what we wrote is nothing."""
    body, _, signature = request.cookies.get(_name(deps(request).settings.secure_cookies), "").partition(".")
    if not body or not hmac.compare_digest(_signature(request, body).encode(), signature.encode("utf-8", "replace")):
        return None
    try:
        fields: dict[str, Any] = orjson.loads(base64.urlsafe_b64decode(body))
    except (binascii.Error, ValueError):
        return None
    told = Told(**fields)
    return told if left_s(request, told) > 0 else None


def left_s(request: web.Request, told: Told) -> int:
    """Whole steps, rounded up; all of them for what is not kept."""
    whole = int(LASTS.total_seconds())
    if not told.until:
        return whole
    left = told.until / 1000 - deps(request).clock.now().timestamp()
    return max(0, min(whole, -int(-left // STEP_S) * STEP_S))


def back_to(request: web.Request, fields: Mapping[str, str]) -> str | None:
    """Where the page stood from which something was taken back."""
    wanted = fields.get("next")
    return security.safe_next(wanted) if wanted else None


def _name(secure: bool) -> str:
    return "__Host-vigie-undo" if secure else "vigie-undo"


def _signature(request: web.Request, body: str) -> str:
    """Of this session: its form token is known to it and to us."""
    key = b"undo/" + viewer(request).csrf.encode("utf-8", "surrogatepass")
    return hmac.new(key, body.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
