"""From a search of this brand to a filter: what the words of `inbox.views.meaning` are looked up in, for pages and API.

    wanted = meaning.read(text, await searching.places(request, brand))

Whoever works on all that fits (bulk actions, exports) reads it the same way and asks `queue.count` and `queue.names`.
"""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from inbox.channels import ChannelRecord
from inbox.ids import BrandId
from inbox.people import brands, members
from inbox.people.members import Member
from inbox.views.meaning import Places
from inbox.web.context import deps, viewer

MOST_LETTERS = 500
"""Of what somebody types; more is no search."""


async def places(request: web.Request, brand: BrandId) -> Places:
    own = deps(request)
    record = await brands.get(own.log, brand)
    return placed(
        request, record.zone, await own.channels.list(brand), await members.of_brand(own.log, brand)
    )  # fmt: skip


def placed(request: web.Request, zone: str, channels: Iterable[ChannelRecord], team: Iterable[Member]) -> Places:
    """From what a page knows already."""
    return Places(
        me=viewer(request).actor,
        now=deps(request).clock.now(),
        zone=zone,
        channels={str(channel.channel_id): (channel.name, channel.network) for channel in channels},
        members={int(member.id): member.name for member in team},
    )
