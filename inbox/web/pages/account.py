"""The member's own page: name, language, look, password, and where they are signed in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from aiohttp import web

from inbox.errors import Refused
from inbox.people import members, sessions
from inbox.people.passwords import LEAST_LENGTH
from inbox.web import security
from inbox.web.context import deps, viewer
from inbox.web.i18n import N_, Speech
from inbox.web.pages import render
from inbox.web.pages.sign_in import password_refusal
from inbox.web.routes import Route

_BROWSER = re.compile(r"(Firefox|Edg|OPR|Chrome|Safari)/(\d+)")
_SYSTEM = re.compile(r"(Windows|Android|iPhone|iPad|Mac OS X|Linux)")


@dataclass(frozen=True)
class Seen:
    """One session in words. `key` names it in the form that closes it."""

    key: str
    agent: str
    created_at: datetime
    last_seen_at: datetime
    present: bool


def browser(user_agent: str, say: Speech) -> str:
    """`Chrome 141, Windows`, or as much as can be told."""
    named = {found[1]: found[2] for found in _BROWSER.finditer(user_agent)}
    family = next((name for name in ("Edg", "OPR", "Firefox", "Chrome", "Safari") if name in named), None)
    system = _SYSTEM.search(user_agent)
    title = {"Edg": "Edge", "OPR": "Opera"}.get(family or "", family)
    parts = [f"{title} {named[family]}" if family else None, system[1] if system else None]
    return ", ".join(part for part in parts if part) or say("unknown browser")


async def show(request: web.Request) -> web.StreamResponse:
    saved = {"preferences": N_("Saved."), "password": N_("The password is changed.")}
    return await _shown(request, {}, saved=saved.get(request.query.get("saved", "")))


async def _shown(
    request: web.Request, errors: dict[str, str], *, status: int = 200, saved: str | None = None
) -> web.StreamResponse:
    own, asking = deps(request), viewer(request)
    assert asking.member is not None
    say = Speech(render.language_of(asking), reads=asking.zone)
    present = security.credential(request)
    found = await sessions.of_member(own.pool, asking.member, now=own.clock.now())
    seen = [
        Seen(s.digest.hex(), browser(s.user_agent, say), s.created_at, s.last_seen_at, s.digest == present)
        for s in found
    ]
    has_password = bool(await own.pool.fetchval(members.sql.password_hash, asking.member))
    return render.page(
        request, "account.html", say, status=status, world=None, here="account", sessions=seen, name=asking.name,
        errors={"name": None, "current": None, "password": None, **errors}, saved=say(saved) if saved else None,
        themes=[("", say("as the system")), ("light", say("light")), ("dark", say("dark"))], least=LEAST_LENGTH,
        has_password=has_password, zones=sorted(available_timezones()), own_keys=await render.keys_of_no_brand(request),
    )  # fmt: skip


async def preferences(request: web.Request) -> web.StreamResponse:
    own, asking = deps(request), viewer(request)
    assert asking.member is not None
    fields = await render.form(request)
    try:
        await members.set_preferences(
            own.log,
            asking.member,
            name=fields.get("name", ""),
            locale=fields.get("locale", ""),
            theme=fields.get("theme", ""),
            zone=fields.get("zone", ""),
        )
    except Refused as refused:
        say = Speech(render.language_of(asking))
        return await _shown(request, {"name": say("A name has 1 to 100 characters.")}, status=refused.status)
    return render.see_other(request, "/account?saved=preferences")


async def password(request: web.Request) -> web.StreamResponse:
    own, asking = deps(request), viewer(request)
    assert asking.member is not None
    say = Speech(render.language_of(asking))
    form = await request.post()
    has_one = bool(await own.pool.fetchval(members.sql.password_hash, asking.member))
    if has_one and not await members.password_is(own.log, asking.member, str(form.get("current", ""))):
        return await _shown(request, {"current": say("That is not your present password.")}, status=400)
    try:
        await members.set_password(
            own.log, asking.member, str(form.get("password", "")), keep=security.credential(request)
        )
    except Refused as refused:
        return await _shown(request, {"password": password_refusal(refused, say)}, status=refused.status)
    return render.see_other(request, "/account?saved=password")


async def close_session(request: web.Request) -> web.StreamResponse:
    own, asking = deps(request), viewer(request)
    assert asking.member is not None
    try:
        digest = bytes.fromhex((await render.form(request)).get("session", ""))
    except ValueError:
        digest = b""
    await sessions.close_one(own.pool, asking.member, digest)
    return render.see_other(request, "/account")


ROUTES = [
    Route("GET", "/account", show, "signed_in", "page", "account"),
    Route("POST", "/account/preferences", preferences, "signed_in", "page", "account_preferences"),
    Route("POST", "/account/password", password, "signed_in", "page", "account_password"),
    Route("POST", "/account/sessions/close", close_session, "signed_in", "page", "account_close_session"),
]
