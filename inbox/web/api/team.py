"""Who works for the brand, and which channels it has: for assigning, and for reading ids in items and events."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from inbox.channels import Health
from inbox.people import members
from inbox.views.row import timestamp
from inbox.web.api import asked
from inbox.web.api.answer import as_json
from inbox.web.api.described import Operation
from inbox.web.api.shapes import ChannelsShape, MembersShape
from inbox.web.context import deps
from inbox.web.routes import Route
from inbox.web.security import brand_of


async def list_members(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    everybody = await members.of_brand(deps(request).log, brand_of(request))
    return as_json({"members": [{"id": m.id, "name": m.name, "role": m.role} for m in everybody if m.active]})


async def list_channels(request: web.Request) -> web.StreamResponse:
    """Names and health only: neither settings nor secrets."""
    asked.only(request)
    brand, channels = brand_of(request), deps(request).channels
    health = await channels.health(brand)
    return as_json({
        "channels": [
            {
                "id": channel.channel_id,
                "network": channel.network,
                "name": channel.name,
                "enabled": channel.disabled_at is None,
                "health": _health(health.get(channel.channel_id)),
            }
            for channel in await channels.list(brand)
        ]
    })  # fmt: skip


TIMES = ("last_delivery_at", "last_failure_at", "swept_at", "last_gap_at")


def _health(health: Health | None) -> dict[str, Any] | None:
    if health is None:
        return None
    times = {name: timestamp(getattr(health, name)) for name in TIMES}
    return {**health._asdict(), **times}


ROUTES = [
    Route("GET", "/api/v1/brands/{brand_id}/members", list_members, "read", "api", "api.members"),
    Route("GET", "/api/v1/brands/{brand_id}/channels", list_channels, "read", "api", "api.channels"),
]
OPERATIONS = {
    "api.members": Operation("Active members of the brand", "Team", answers=MembersShape),
    "api.channels": Operation("Channels of the brand, and how they do", "Team", answers=ChannelsShape),
}
