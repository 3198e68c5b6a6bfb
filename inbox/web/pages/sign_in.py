"""Signing in by password or one-time link, choosing the first password, signing out."""

from __future__ import annotations

from aiohttp import web

from inbox.errors import Refused
from inbox.ids import BrandId
from inbox.people import links, members, sessions, sign_in
from inbox.people.passwords import LEAST_LENGTH
from inbox.web import address, security
from inbox.web.context import deps, viewer
from inbox.web.i18n import Speech, negotiate
from inbox.web.pages import guide, render
from inbox.web.routes import Route


def _say(request: web.Request) -> Speech:
    asking = viewer(request)
    if asking.member is not None:
        return Speech(render.language_of(asking))
    return Speech(negotiate(request.headers.get("Accept-Language")))


async def home(request: web.Request) -> web.StreamResponse:
    """To the first brand's queue, or its first steps where an owner has them before them; who is of no brand is told
    so."""
    rights = viewer(request).rights
    if not rights:
        return render.see_other(request, "/account")
    return await _into(request, min(rights))


async def brand(request: web.Request) -> web.StreamResponse:
    """A brand's bare address leads where signing in to it does."""
    return await _into(request, security.brand_of(request))


async def _into(request: web.Request, brand: BrandId) -> web.StreamResponse:
    begins = "own" in viewer(request).rights[brand] and await guide.welcomes(deps(request), brand)
    return render.see_other(request, f"/b/{brand}/{'guide' if begins else 'queue'}")


async def show(request: web.Request) -> web.StreamResponse:
    if viewer(request).member is not None:
        return render.see_other(request, security.safe_next(request.query.get("next")))
    wanted = security.safe_next(request.query.get("next"))
    return render.page(request, "sign_in.html", _say(request), email="", error_text=None, next=wanted)


async def with_password(request: web.Request) -> web.StreamResponse:
    own, say = deps(request), _say(request)
    fields = await render.form(request)
    email, wanted = fields.get("email", ""), security.safe_next(fields.get("next"))
    try:
        member = await sign_in.with_password(
            own.pool, email, fields.get("password", ""), address=address.client(request), now=own.clock.now()
        )
    except Refused as refused:
        return render.page(
            request,
            "sign_in.html",
            say,
            status=refused.status,
            email=email,
            error_text=_refusal(refused, say),
            next=wanted,
        )
    response = render.see_other(request, wanted)
    await security.start_session(request, response, member)
    return response


def _refusal(refused: Refused, say: Speech) -> str:
    """The same words whether the account exists or not."""
    if refused.status == 429:
        wait = say.duration(float(refused.details.get("retry_after_s", 60)))
        return say("Too many attempts. Wait %(time)s, then try again.", time=wait)
    if refused.code == "sign_in_failed":
        return say("E-mail and password do not fit together.")
    return refused.message


async def show_link(request: web.Request) -> web.StreamResponse:
    """Uses nothing up: scanners of mail open links, only people press buttons."""
    own, token = deps(request), request.match_info["token"]
    alive = await links.stands(own.pool, token, now=own.clock.now())
    return render.page(request, "link.html", _say(request), status=200 if alive else 410, alive=alive, token=token)


async def use_link(request: web.Request) -> web.StreamResponse:
    own, token = deps(request), request.match_info["token"]
    try:
        member = await sign_in.with_link(own.pool, token, address=address.client(request), now=own.clock.now())
    except Refused as refused:
        if refused.code != "link_dead":
            raise
        return render.page(request, "link.html", _say(request), status=410, alive=False, token=token)
    response = render.see_other(request, "/account/first-password")
    await security.start_session(request, response, member)
    return response


async def ask_first_password(request: web.Request) -> web.StreamResponse:
    """Who has one already goes on to work."""
    if await _has_password(request):
        return render.see_other(request, "/")
    return render.page(request, "choose_password.html", _say(request), error_text=None, least=LEAST_LENGTH)


async def first_password(request: web.Request) -> web.StreamResponse:
    own, asking, say = deps(request), viewer(request), _say(request)
    assert asking.member is not None
    if await _has_password(request):
        return render.see_other(request, "/account")
    try:
        chosen = str((await request.post()).get("password", ""))
        await members.set_password(own.log, asking.member, chosen, keep=security.credential(request))
    except Refused as refused:
        told = password_refusal(refused, say)
        return render.page(
            request, "choose_password.html", say, status=refused.status, error_text=told, least=LEAST_LENGTH
        )
    return render.see_other(request, "/")


def password_refusal(refused: Refused, say: Speech) -> str:
    if refused.code == "password_short":
        return say("Too short: at least %(least)s characters.", least=LEAST_LENGTH)
    if refused.code == "password_long":
        return say("Too long for a password.")
    return refused.message


async def _has_password(request: web.Request) -> bool:
    own, asking = deps(request), viewer(request)
    return bool(await own.pool.fetchval(members.sql.password_hash, asking.member))


FORGET_HERE = {"Clear-Site-Data": '"storage"'}
"""Drafts, searches, kept acts and the service worker: nothing of a brand stays readable on a device one has left."""


async def offline(request: web.Request) -> web.StreamResponse:
    """What a browser keeps for when there is no network: the same for everybody of one language."""
    return render.page(request, "offline.html", _say(request))


async def sign_out(request: web.Request) -> web.StreamResponse:
    response = render.see_other(request, "/sign-in")
    response.headers.update(FORGET_HERE)
    await security.end_session(request, response)
    return response


async def sign_out_everywhere(request: web.Request) -> web.StreamResponse:
    own, asking = deps(request), viewer(request)
    assert asking.member is not None
    await sessions.close_all(own.pool, asking.member)
    response = render.see_other(request, "/sign-in")
    response.headers.update(FORGET_HERE)
    await security.end_session(request, response)
    return response


ROUTES = [
    Route("GET", "/", home, "signed_in", "page", "home"),
    Route("GET", "/b/{brand_id}", brand, "personal", "page", "brand"),
    Route("GET", "/offline", offline, "public", "page", "offline"),
    Route("GET", "/sign-in", show, "public", "page", "sign_in"),
    Route("POST", "/sign-in", with_password, "public", "page", "sign_in_with_password"),
    Route("GET", "/sign-in/link/{token}", show_link, "public", "page", "sign_in_link"),
    Route("POST", "/sign-in/link/{token}", use_link, "public", "page", "sign_in_with_link"),
    Route("GET", "/account/first-password", ask_first_password, "signed_in", "page", "ask_first_password"),
    Route("POST", "/account/first-password", first_password, "signed_in", "page", "first_password"),
    Route("POST", "/sign-out", sign_out, "signed_in", "page", "sign_out"),
    Route("POST", "/sign-out/everywhere", sign_out_everywhere, "signed_in", "page", "sign_out_everywhere"),
]
