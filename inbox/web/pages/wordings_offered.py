"""The wordings that fit an item, beside the field where one writes: filled in as far as the person is known."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from aiohttp import web

from inbox import author_keeping, filling, gap_values, history, wording, wordings
from inbox.errors import NotFound
from inbox.ids import ItemId, SubjectId
from inbox.log.store import Connection, Log
from inbox.state import Item
from inbox.views.row import row_of
from inbox.web.context import deps
from inbox.web.pages import render
from inbox.web.routes import Route
from inbox.wording import Variant, Wording

MOST_OFFERED = 100


@dataclass(frozen=True, slots=True)
class Offer:
    """`text`: with its gaps filled as far as may be, `missing`: the others. `foreign`: in another language than the
    person's. `suggested`: likely, for what the item is about or what its wave was answered with."""

    wording: Wording
    variant: Variant
    text: str
    missing: tuple[str, ...]
    foreign: bool
    suggested: bool


async def show(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    past = await history.load(own.log, world.brand.id, _item_id(request))
    row = row_of(past.item, past.policy)
    today = world.say.local(own.clock.now()).date()
    async with own.pool.acquire() as connection:
        kept = await wordings.of_brand(connection, world.brand.id)
        in_wave = await wordings.in_waves(connection, world.brand.id, [row.wave] if row and row.wave else [])
        city = await _city(own.log, connection, world, past.subject)
    about = {reason.category for reason in past.item.reasons}
    found = wording.ranked(
        [one for one in kept if one.in_force(today)], about=about, lang=past.item.lang, network=past.item.network,
        in_wave=in_wave,
    )  # fmt: skip
    offers = [
        _offer(
            one, past.item, world, city, bool(in_wave.get(one.wording_id)) or bool(about & set(one.draft.categories))
        )
        for one in found[:MOST_OFFERED]
    ]
    return render.page(request, "wordings_offered.html", world.say, world=world, offers=offers)


async def _city(log: Log, connection: Connection, world: render.World, subject: SubjectId | None) -> str | None:
    if subject is None:
        return None
    persons = await author_keeping.persons(log, world.brand.id, connection=connection)
    told = await author_keeping.told(log, world.brand.id, persons, [subject], connection=connection)
    return told[subject].city


def _offer(one: Wording, item: Item, world: render.World, city: str | None, suggested: bool) -> Offer:
    variant = wording.nearest(one.draft.variants, item.lang, item.network)
    assert variant is not None, "only what can be sent there is ranked"
    channel = world.channel_names.get(item.channel_id, item.channel_id)
    values = gap_values.of(item, brand=world.brand.name, channel=channel, city=city)
    foreign = variant.lang is not None and item.lang is not None and variant.lang != item.lang
    text = filling.fill_what_is_known(variant.text, values)
    return Offer(one, variant, text, filling.gaps(text), foreign, suggested)


def _item_id(request: web.Request) -> ItemId:
    try:
        return ItemId(uuid.UUID(request.match_info["item_id"]))
    except ValueError as error:
        raise NotFound from error


ROUTES = [Route("GET", "/b/{brand_id}/items/{item_id}/wordings", show, "act", "page", "item_wordings")]
