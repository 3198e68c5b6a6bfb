"""Proposed replies that wait for somebody to look at them. What is done with one is a command on its item."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from inbox.views import notices
from inbox.views.notices import Waiting
from inbox.views.row import timestamp
from inbox.web.api import asked
from inbox.web.api.answer import as_json
from inbox.web.api.described import Operation
from inbox.web.api.shapes import ProposalsShape
from inbox.web.context import deps
from inbox.web.routes import Route
from inbox.web.security import brand_of

PATH = "/api/v1/brands/{brand_id}/proposals"


async def listed(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    async with deps(request).pool.acquire() as connection:
        waiting = await notices.waiting(connection, brand_of(request))
    return as_json({"proposals": [_told(one) for one in waiting]})


def _told(one: Waiting) -> dict[str, Any]:
    return {
        "id": str(one.proposal_id), "item_id": str(one.item_id), "by": one.by, "asked": one.asked,
        "at": timestamp(one.at), "expires_at": timestamp(one.expires_at),
    }  # fmt: skip


ROUTES = [Route("GET", PATH, listed, "read", "api", "api.proposals")]
OPERATIONS = {
    "api.proposals": Operation(
        "Proposed replies that wait, those whose time is over soonest first", "Items", answers=ProposalsShape
    )
}
