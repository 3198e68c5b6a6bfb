"""On which devices a member is told that something waits, of what, and when not."""

from __future__ import annotations

import uuid

from aiohttp import hdrs, web

from inbox.errors import NotFound, Refused
from inbox.ids import MemberId
from inbox.push import devices
from inbox.web import security, words
from inbox.web.context import deps, viewer
from inbox.web.i18n import N_, Speech
from inbox.web.pages import render
from inbox.web.pages.account import browser
from inbox.web.routes import Route

SAVED = {
    "added": N_("This device is told from now on."),
    "wishes": N_("Saved."),
    "renamed": N_("Saved."),
    "removed": N_("This device is told nothing any more."),
    "trial": N_("A test message is on its way."),
}


async def show(request: web.Request) -> web.StreamResponse:
    return await _shown(request, saved=SAVED.get(request.query.get("saved", "")))


async def _shown(
    request: web.Request, *, error: str | None = None, status: int = 200, saved: str | None = None
) -> web.StreamResponse:
    own, member = deps(request), _member(request)
    say = Speech(render.language_of(viewer(request)))
    wishes = await devices.wishes(own.pool, member)
    quiet = [at.isoformat("minutes") for at in wishes.quiet or ()] or ["", ""]
    return render.page(
        request, "account_devices.html", say, status=status, world=None, here="account", wishes=wishes, quiet=quiet,
        devices=await devices.of_member(own.pool, member), key=own.push_key, hours_error=error,
        priorities=[(number, f"P{number} · {words.priority(number, say)}") for number in (1, 2, 3, 4)],
        shows=[
            ("counts", say("how many")),
            ("channels", say("how many, and on which channels")),
            ("words", say("of a single item also who wrote what: it stands on the locked screen, too")),
        ],
        saved=say(saved) if saved else None, own_keys=await render.keys_of_no_brand(request),
    )  # fmt: skip


def _member(request: web.Request) -> MemberId:
    member = viewer(request).member
    assert member is not None
    return member


async def add(request: web.Request) -> web.StreamResponse:
    """From js/push.js, with what the browser gave it."""
    own, asking = deps(request), viewer(request)
    say = Speech(render.language_of(asking))
    agent = browser(request.headers.get(hdrs.USER_AGENT, ""), say)
    given = devices.subscription((await render.form(request)).get("subscription", ""))
    await devices.add(
        own.log, _member(request), list(asking.rights), given, name=agent,
        session=security.credential(request), allow=own.settings.outbound_allow, now=own.clock.now(),
    )  # fmt: skip
    return _back(request, "added")


async def choose(request: web.Request) -> web.StreamResponse:
    own, fields = deps(request), await render.form(request)
    try:
        wishes = devices.clean(
            await render.form_lists(request, "priority"), (fields.get("from", ""), fields.get("until", "")),
            through=fields.get("through") == "yes", shows=fields.get("shows", ""),
        )  # fmt: skip
    except Refused as refused:
        say = Speech(render.language_of(viewer(request)))
        told = say("Give both, as 22:00 and 07:00, or neither.")
        return await _shown(request, error=told, status=refused.status)
    await devices.choose(own.pool, _member(request), wishes)
    return _back(request, "wishes")


async def rename(request: web.Request) -> web.StreamResponse:
    name = (await render.form(request)).get("name", "")
    await devices.rename(deps(request).pool, _member(request), _device(request), name)
    return _back(request, "renamed")


async def try_out(request: web.Request) -> web.StreamResponse:
    own = deps(request)
    await devices.try_out(own.pool, _member(request), _device(request), own.clock.now())
    return _back(request, "trial")


async def remove(request: web.Request) -> web.StreamResponse:
    await devices.remove(deps(request).pool, _member(request), _device(request))
    return _back(request, "removed")


def _device(request: web.Request) -> uuid.UUID:
    try:
        return uuid.UUID(request.match_info["device"])
    except ValueError as error:
        raise NotFound from error


def _back(request: web.Request, saved: str) -> web.StreamResponse:
    return render.see_other(request, f"/account/devices?saved={saved}")


ROUTES = [
    Route("GET", "/account/devices", show, "signed_in", "page", "devices"),
    Route("POST", "/account/devices", add, "signed_in", "page", "devices_add"),
    Route("POST", "/account/devices/wishes", choose, "signed_in", "page", "devices_choose"),
    Route("POST", "/account/devices/{device}/rename", rename, "signed_in", "page", "devices_rename"),
    Route("POST", "/account/devices/{device}/try", try_out, "signed_in", "page", "devices_try"),
    Route("POST", "/account/devices/{device}/remove", remove, "signed_in", "page", "devices_remove"),
]
