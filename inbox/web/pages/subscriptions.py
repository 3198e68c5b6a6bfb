"""Settings › Webhooks out (leads): where the brand's events are sent, how that goes, pausing, and sending again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import get_args

from aiohttp import web

from inbox import subscriptions
from inbox.errors import NotFound, Refused
from inbox.events import EVENT_TYPES
from inbox.ids import BrandId
from inbox.subscription import ATTEMPTS_KEPT, By, PauseReason, Subscription, Word
from inbox.web.context import deps, viewer
from inbox.web.i18n import N_, Speech
from inbox.web.pages import render, settings
from inbox.web.routes import Route

ERRORS: Mapping[Word, str] = {
    "address_not_allowed": N_("this address may not be called"), "unreachable": N_("nobody answers there"),
    "no_answer": N_("no answer in time"), "connection_lost": N_("the connection was lost"),
    "redirected": N_("it redirects elsewhere"), "gone": N_("it says that it is gone for good"),
    "busy": N_("it asks to come back later"), "refused": N_("it refused"), "failed": N_("it failed"),
    "broken": N_("a fault of ours"), "interrupted": N_("interrupted: nobody knows"),
}  # fmt: skip
PAUSES: Mapping[PauseReason, str] = {
    "by_hand": N_("Paused by hand. What happens meanwhile waits."),
    "gone": N_("Paused: the subscriber said that it is gone for good. What happens meanwhile waits."),
    "failing": N_("Paused after a day in which every attempt failed. What happens meanwhile waits."),
}
REFUSALS: Mapping[str, tuple[str, str]] = {
    "address_bad": ("address", N_("That is no web address, or there is a password in it.")),
    "address_plain": ("address", N_("It must begin with https. Plain http needs the operator's leave.")),
    "address_private": ("address", N_("This address is not public, and the operator has not allowed it.")),
    "type_unknown": ("types", N_("There is no event of that kind.")),
    "right_not_yours": ("personal", N_("You may not read names and words of people, so you cannot have them sent.")),
    "too_many": ("form", N_("There are as many as there may be. Remove one first.")),
    "not_sent_yet": ("position", N_("Choose a position that was reached already.")),
    "already_paused": ("form", N_("It is paused already.")),
    "not_paused": ("form", N_("It is not paused.")),
}
NO_ERRORS: Mapping[str, str | None] = dict.fromkeys(("address", "types", "personal", "description", "position", "form"))
_SHOWN = {*get_args(Word)}


def error_word(code: str, say: Speech) -> str:
    return say(ERRORS[code]) if code in _SHOWN else code  # type: ignore[index]


def _errors(refused: Refused, say: Speech) -> dict[str, str]:
    if refused.code not in REFUSALS:
        raise refused
    field, message = REFUSALS[refused.code]
    return {field: say(message)}


async def show(request: web.Request) -> web.StreamResponse:
    return await _list(request, await render.world(request))


async def _list(
    request: web.Request, world: render.World, *, given: Mapping[str, str] | None = None,
    types: list[str] | None = None, errors: Mapping[str, str] | None = None, status: int = 200,
) -> web.Response:  # fmt: skip
    return settings.shown(
        request, world, "subscriptions", "settings_subscriptions.html", status=status,
        subscriptions=await subscriptions.of_brand(deps(request).log, world.brand.id), all_types=sorted(EVENT_TYPES),
        given={"address": "", "description": "", "personal": "", **(given or {})}, types=types or [],
        errors={**NO_ERRORS, **(errors or {})},
    )  # fmt: skip


async def add(request: web.Request) -> web.StreamResponse:
    """Shows the secret, this once, on the page that answers."""
    own, world = deps(request), await render.world(request)
    fields, types = await render.form(request), await render.form_lists(request, "types")
    try:
        made, secret = await subscriptions.create(
            own.log, world.brand.id, address=fields.get("address", ""), description=fields.get("description", ""),
            types=types, personal="personal" in fields, by=_by(request, world), allow=own.settings.outbound_allow,
            now=own.clock.now(),
        )  # fmt: skip
    except Refused as refused:
        errors = _errors(refused, world.say)
        return await _list(request, world, given=fields, types=types, errors=errors, status=refused.status)
    return await _one(request, world, made, fresh=secret)


def _by(request: web.Request, world: render.World) -> By:
    return By(viewer(request).actor, world.may("personal"))


async def one(request: web.Request) -> web.StreamResponse:
    return await _one(request, await render.world(request), request.match_info["subscription_id"])


async def _one(
    request: web.Request, world: render.World, subscription_id: str, *, fresh: str | None = None,
    given: Mapping[str, str] | None = None, types: list[str] | None = None, errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> web.Response:  # fmt: skip
    log, brand = deps(request).log, world.brand.id
    found = await subscriptions.one(log, brand, subscription_id)
    held = {"address": found.address, "description": found.description, "personal": "on" if found.personal else ""}
    return settings.shown(
        request, world, "subscriptions", "settings_subscription.html", status=status, subscription=found, fresh=fresh,
        attempts=await subscriptions.attempts(log, brand, subscription_id), most=ATTEMPTS_KEPT,
        given_up=await subscriptions.given_up(log, brand, subscription_id), all_types=sorted(EVENT_TYPES),
        given={**held, "position": "", **(given or {})}, types=list(found.types) if types is None else types,
        errors={**NO_ERRORS, **(errors or {})}, paused=_paused(found, world.say), error_word=error_word,
    )  # fmt: skip


def _paused(found: Subscription, say: Speech) -> str | None:
    return say(PAUSES[found.pause_reason]) if found.pause_reason is not None else None


async def change(request: web.Request) -> web.StreamResponse:
    own, world, subscription_id = deps(request), await render.world(request), request.match_info["subscription_id"]
    fields, types = await render.form(request), await render.form_lists(request, "types")
    try:
        await subscriptions.update(
            own.log, world.brand.id, subscription_id, address=fields.get("address", ""),
            description=fields.get("description", ""), types=types, personal="personal" in fields,
            by=_by(request, world), allow=own.settings.outbound_allow, now=own.clock.now(),
        )  # fmt: skip
    except NotFound:
        raise
    except Refused as refused:
        given = {**fields, "personal": fields.get("personal", "")}
        return await _one(
            request, world, subscription_id, given=given, types=types, errors=_errors(refused, world.say),
            status=refused.status,
        )  # fmt: skip
    return _back(request, world, subscription_id)


def _back(request: web.Request, world: render.World, subscription_id: str) -> web.Response:
    return render.see_other(request, f"{world.base}/settings/subscriptions/{subscription_id}?saved=1")


# --- buttons ------------------------------------------------------------------------------------------------------

Act = Callable[..., Awaitable[object]]
SIMPLE: Mapping[str, Act] = {
    "pause": subscriptions.pause, "resume": subscriptions.resume, "retire": subscriptions.retire,
}  # fmt: skip


async def act(request: web.Request) -> web.StreamResponse:
    """Each by its own button: pause, resume, rotate, retire, remove, again (one event), onwards (from it on)."""
    world, subscription_id = await render.world(request), request.match_info["subscription_id"]
    fields = await render.form(request)
    try:
        fresh = await _do(request, world.brand.id, subscription_id, _by(request, world), fields)
    except NotFound:
        raise
    except Refused as refused:
        errors = _errors(refused, world.say)
        return await _one(request, world, subscription_id, given=fields, errors=errors, status=refused.status)
    if fields.get("do") == "remove":
        return render.see_other(request, f"{world.base}/settings/subscriptions?saved=1")
    if fresh is not None:
        return await _one(request, world, subscription_id, fresh=fresh)
    return _back(request, world, subscription_id)


async def _do(
    request: web.Request, brand: BrandId, subscription_id: str, by: By, fields: Mapping[str, str]
) -> str | None:  # fmt: skip
    """The new secret, where one was made."""
    log, now, what = deps(request).log, deps(request).clock.now(), fields.get("do", "")
    if what in SIMPLE:
        await SIMPLE[what](log, brand, subscription_id, by=by, now=now)
    elif what == "rotate":
        return await subscriptions.rotate(log, brand, subscription_id, by=by, now=now)
    elif what == "remove":
        await subscriptions.remove(log, brand, subscription_id, by=by, now=now)
    elif what in {"again", "onwards"}:
        position, onwards = _position(fields.get("position", "")), what == "onwards"
        await subscriptions.send_again(log, brand, subscription_id, position, onwards=onwards, by=by, now=now)
    else:
        raise NotFound
    return None


def _position(text: str) -> int:
    """0, which is nowhere, for what is no number."""
    digits = "".join(text.split())
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0


BASE = "/b/{brand_id}/settings/subscriptions"
ONE = BASE + "/{subscription_id}"
ROUTES = [
    Route("GET", BASE, show, "manage", "page", "settings_subscriptions"),
    Route("POST", BASE, add, "manage", "page", "settings_subscribe"),
    Route("GET", ONE, one, "manage", "page", "settings_subscription"),
    Route("POST", ONE, change, "manage", "page", "settings_change_subscription"),
    Route("POST", ONE + "/act", act, "manage", "page", "settings_act_on_subscription"),
]
