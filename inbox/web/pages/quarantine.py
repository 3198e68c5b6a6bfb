"""The quarantine (leads): what was proven and could not be read, kept raw, to be looked at and read again."""

from __future__ import annotations

import uuid

from aiohttp import web

from inbox.channels import Reparsed
from inbox.errors import NotFound, Refused
from inbox.web import words
from inbox.web.context import deps
from inbox.web.i18n import Speech
from inbox.web.pages import render, settings
from inbox.web.routes import Route

SHOWN_MOST = 100
MOST_RAW = 100_000


async def quarantine(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    found = await own.channels.quarantined(world.brand.id, limit=SHOWN_MOST)
    return settings.shown(
        request, world, "quarantine", "settings_quarantine.html", deliveries=found, most=SHOWN_MOST, told=None
    )


def _delivery_id(request: web.Request) -> uuid.UUID:
    try:
        return uuid.UUID(request.match_info["delivery_id"])
    except ValueError as error:
        raise NotFound from error


async def raw(request: web.Request) -> web.StreamResponse:
    """The body as text, escaped: whatever is in it stays words."""
    own, world = deps(request), await render.world(request)
    delivery = await own.channels.delivery(world.brand.id, _delivery_id(request))
    body = None if delivery.body is None else delivery.body[:MOST_RAW].decode("utf-8", "replace").replace("\x00", "␀")
    return settings.shown(
        request, world, "quarantine", "settings_delivery.html", delivery=delivery, body=body,
        cut=delivery.body is not None and len(delivery.body) > MOST_RAW, told=None,
    )  # fmt: skip


async def parse_again(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    say, delivery_id = world.say, _delivery_id(request)
    try:
        read = await own.reparse(world.brand.id, delivery_id)
    except NotFound:
        raise
    except Refused as refused:
        told = ("alarm", words.refusal(refused, say))
    else:
        told = _read_again(read, say)
    left = await own.channels.quarantined(world.brand.id, limit=SHOWN_MOST)
    return settings.shown(
        request, world, "quarantine", "settings_quarantine.html", deliveries=left, most=SHOWN_MOST, told=told
    )


def _read_again(read: Reparsed, say: Speech) -> tuple[str, str]:
    found = say.many("Read again: %(num)s new message.", "Read again: %(num)s new messages.", read.new)
    if read.reason is None:
        return "met", found
    still = say("Still unreadable: %(reason)s", reason=words.unreadable(read.reason, say))
    return "alarm", f"{found} {still}"


_DELIVERY = "/b/{brand_id}/settings/quarantine/{delivery_id}"
ROUTES = [
    Route("GET", "/b/{brand_id}/settings/quarantine", quarantine, "manage", "page", "settings_quarantine"),
    Route("GET", _DELIVERY, raw, "manage", "page", "settings_delivery"),
    Route("POST", f"{_DELIVERY}/parse", parse_again, "manage", "page", "settings_parse_again"),
]
