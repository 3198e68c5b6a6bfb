"""Who is asking, and may they: the one gate in front of every handler.

Pages know a member by the session cookie, the API by a bearer token (a session of the same origin may read). The
brand in the path is checked against what the viewer may do there; a brand that is not theirs answers as one that does
not exist. Every change by a page needs its form's CSRF token, and must come from our own origin. Nothing is cached:
whoever is deactivated, demoted or signed out is so with the next request.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from dataclasses import replace
from urllib.parse import quote, urlsplit

from aiohttp import hdrs, web

from inbox import walls
from inbox.errors import NotFound, Refused
from inbox.ids import BrandId, MemberId
from inbox.people import bearer, sessions, tokens
from inbox.web import address
from inbox.web.context import ANONYMOUS, DEPS, RIGHTS_OF_ROLE, VIEWER, Deps, Viewer, deps
from inbox.web.packing import unmasked
from inbox.web.routes import Route

CREDENTIAL: web.RequestKey[bytes] = web.RequestKey("credential", bytes)
"""Digest of the session or token that was shown: names it for the live stream's checks and for "sign out elsewhere"."""
VISIT: web.RequestKey[str] = web.RequestKey("visit", str)

MOST_BODY_BYTES = 256 * 1024
BODY_TIMEOUT_S = 10.0
SAFE_METHODS = frozenset({hdrs.METH_GET, hdrs.METH_HEAD})
_BRAND = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_BEARER = re.compile(r"bearer +(\S+)\s*", re.IGNORECASE)


class SignInFirst(Exception):
    """A page that needs a member was asked for by nobody: redirect to the sign-in page."""


# --- cookies ------------------------------------------------------------------------------------------------------


def session_cookie(settings_secure: bool) -> str:
    return "__Host-vigie" if settings_secure else "vigie"


def visit_cookie(settings_secure: bool) -> str:
    """Holds a random value before anybody signed in: what the CSRF token of the sign-in form is made of."""
    return "__Host-vigie-visit" if settings_secure else "vigie-visit"


def set_cookie(response: web.StreamResponse, name: str, value: str, *, secure: bool, max_age: int | None) -> None:
    response.set_cookie(name, value, max_age=max_age, path="/", secure=secure, httponly=True, samesite="Lax")


async def start_session(request: web.Request, response: web.StreamResponse, member: MemberId) -> None:
    """Signs the member in on this browser: a new session always, the one before it (if any) is closed."""
    own = deps(request)
    await _close_present(request, own)
    agent = request.headers.get(hdrs.USER_AGENT, "")
    token = await sessions.open_for(own.pool, member, user_agent=agent, now=own.clock.now())
    secure = own.settings.secure_cookies
    age = int(sessions.ABSOLUTE.total_seconds())
    set_cookie(response, session_cookie(secure), token, secure=secure, max_age=age)


async def end_session(request: web.Request, response: web.StreamResponse) -> None:
    own = deps(request)
    await _close_present(request, own)
    secure = own.settings.secure_cookies
    response.del_cookie(session_cookie(secure), path="/", secure=secure, httponly=True, samesite="Lax")


async def _close_present(request: web.Request, own: Deps) -> None:
    present = request.cookies.get(session_cookie(own.settings.secure_cookies))
    if present:
        await sessions.close(own.pool, present)


def credential(request: web.Request) -> bytes:
    """The digest of the session or token of this request."""
    return request[CREDENTIAL]


# --- who asks -----------------------------------------------------------------------------------------------------


async def _identify(request: web.Request, route: Route, own: Deps) -> Viewer:
    if route.surface == "hook" or (route.surface == "api" and route.access == "public"):
        return ANONYMOUS
    if route.surface == "api" and hdrs.AUTHORIZATION in request.headers:
        return await _by_token(request, own)
    return await _by_session(request, own) or _nobody(request, own)


async def _by_token(request: web.Request, own: Deps) -> Viewer:
    shown = _BEARER.fullmatch(request.headers[hdrs.AUTHORIZATION])
    found = await tokens.find(own.pool, shown[1], now=own.clock.now()) if shown else None
    if shown is None or found is None:
        raise Refused("unauthorised", "This token is unknown, or dead.", status=401)
    request[CREDENTIAL] = bearer.digest(shown[1])
    return Viewer(
        rights={found.brand: found.rights}, token=found.id, actor=found.actor, name=found.name, locale=found.locale
    )


async def _by_session(request: web.Request, own: Deps) -> Viewer | None:
    token = request.cookies.get(session_cookie(own.settings.secure_cookies))
    found = await sessions.find(own.pool, token, now=own.clock.now()) if token else None
    if token is None or found is None:
        return None
    request[CREDENTIAL] = bearer.digest(token)
    return Viewer(
        rights={brand: RIGHTS_OF_ROLE[role] for brand, role in found.roles.items()},
        member=found.member, actor=found.member, name=found.name, email=found.email,
        locale=found.locale, theme=found.theme, zone=found.zone, folds_waves=found.folds_waves, compact=found.compact,
        csrf=found.csrf,
    )  # fmt: skip


def _nobody(request: web.Request, own: Deps) -> Viewer:
    """Not signed in. Their forms carry a token made of the visit cookie (set by `remember_visit`)."""
    visit = request.cookies.get(visit_cookie(own.settings.secure_cookies)) or bearer.new()
    request[CREDENTIAL] = bearer.digest(visit)
    request[VISIT] = visit
    french = request.headers.get(hdrs.ACCEPT_LANGUAGE, "fr").lower().find("fr") >= 0
    return replace(ANONYMOUS, locale="fr" if french else "en", csrf=_csrf_of_visit(visit))


def _csrf_of_visit(visit: str) -> str:
    return hashlib.sha256(b"csrf/" + visit.encode("utf-8", "surrogatepass")).hexdigest()


def remember_visit(request: web.Request, response: web.StreamResponse) -> None:
    """Gives a browser that has not signed in the cookie its forms are checked against."""
    secure = request.config_dict[DEPS].settings.secure_cookies
    visit = request.get(VISIT)
    shared = "public" in response.headers.get(hdrs.CACHE_CONTROL, "")  # a cookie of one must not be kept for all
    if visit and not shared and not response.prepared and visit_cookie(secure) not in request.cookies:
        set_cookie(response, visit_cookie(secure), visit, secure=secure, max_age=None)


# --- may they -----------------------------------------------------------------------------------------------------


def brand_of(request: web.Request) -> BrandId:
    """The path's brand; what is no brand's number is a missing brand."""
    text = request.match_info["brand_id"]
    if not _BRAND.fullmatch(text):
        raise NotFound
    return BrandId(int(text))


def _admit(request: web.Request, route: Route, asking: Viewer) -> None:
    if route.access == "public":
        return
    if asking.member is None and (asking.token is None or route.access == "signed_in"):
        _ask_to_sign_in(route)
    if route.access == "signed_in":
        return
    brand = brand_of(request)
    if not asking.rights.get(brand):
        raise NotFound
    if not asking.may(brand, route.access):
        raise Refused("forbidden", "Your role does not allow this.", status=403)


def _ask_to_sign_in(route: Route) -> None:
    if route.surface == "page":
        raise SignInFirst
    raise Refused("unauthorised", "This needs an API token: Authorization: Bearer vg_…", status=401)


async def admit(request: web.Request, route: Route) -> None:
    """Sets `viewer(request)`, or raises `Refused`, `NotFound` or `SignInFirst`."""
    own = deps(request)
    walls.narrow(None)  # a connection of a browser brings requests of one task: what the last one was stays otherwise
    _refuse_large(request, route)
    asking = await _identify(request, route, own)
    if route.surface == "api" and asking.member is not None:
        _only_reading_from_here(request, own)
    request[VIEWER] = asking
    _admit(request, route, asking)
    if route.access != "public":
        walls.narrow(asking.rights)
    if route.surface == "page" and request.method not in SAFE_METHODS:
        await _check_form(request, asking, own)


def _refuse_large(request: web.Request, route: Route) -> None:
    most = max(MOST_BODY_BYTES, route.body_most)
    if route.surface != "hook" and (request.content_length or 0) > most:
        raise Refused("too_large", f"At most {most} bytes are taken.", status=413)


def _only_reading_from_here(request: web.Request, own: Deps) -> None:
    """A session reads the API from our own pages; it changes nothing, and a foreign page gets nothing."""
    if request.method not in SAFE_METHODS or not is_our_origin(request, own):
        raise Refused("unauthorised", "This needs an API token: Authorization: Bearer vg_…", status=401)


# --- CSRF ---------------------------------------------------------------------------------------------------------


def is_our_origin(request: web.Request, own: Deps) -> bool:
    """What the browser says of where the request comes from; a browser that says nothing has its token checked."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get(hdrs.ORIGIN)
    return origin is None or origin in address.our_origins(own.settings.base_url)


async def _check_form(request: web.Request, asking: Viewer, own: Deps) -> None:
    if not is_our_origin(request, own):
        raise Refused("foreign_origin", "This form was sent from another site.", status=403)
    given = request.headers.get("X-CSRF-Token") or await _form_field(request)
    if not given or not hmac.compare_digest(unmasked(given).encode("utf-8", "surrogatepass"), asking.csrf.encode()):
        raise Refused("csrf", "This form has run out. Load the page again.", status=403)


async def _form_field(request: web.Request) -> str:
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            value = (await request.post()).get("csrf", "")
    except TimeoutError as error:
        raise Refused("too_slow", "The form took too long to arrive.", status=408) from error
    except ValueError as error:
        raise Refused("bad_request", "The form cannot be read.") from error
    return value if isinstance(value, str) else ""


# --- ways back ----------------------------------------------------------------------------------------------------


def safe_next(value: str | None) -> str:
    """Where to go after sign-in: a path of ours, or "/" for anything that could lead elsewhere."""
    if not value or not value.isascii() or not value.isprintable() or "\\" in value:
        return "/"
    parts = urlsplit(value)
    ours = value.startswith("/") and not value.startswith("//") and not parts.scheme and not parts.netloc
    return value if ours and "//" not in parts.path else "/"


def sign_in_path(request: web.Request) -> str:
    """The sign-in page, which comes back to a page that was asked for by GET."""
    wanted = safe_next(request.path_qs) if request.method in SAFE_METHODS else "/"
    return "/sign-in" if wanted == "/" else f"/sign-in?next={quote(wanted, safe='/')}"
