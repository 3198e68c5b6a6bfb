"""What a list that is shown asks about itself: how many fit its search, which of the items that changed fit it now, and
which words the search field may offer. Small answers in JSON, for the browser's own modules."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from aiohttp import web

from inbox.categories import LEVEL_OF
from inbox.errors import Refused
from inbox.views import grammar, marks, meaning, queue, waves
from inbox.web import searching, words
from inbox.web.context import deps
from inbox.web.i18n import Speech
from inbox.web.pages import asking, render
from inbox.web.routes import Route
from inbox.web.security import brand_of

MOST_ITEMS = 200
MOST_WAVES = 8
LANGS = ("fr", "en", "es", "de", "it", "pt", "ar", "hi")


async def count(request: web.Request) -> web.StreamResponse:
    """`{"count": 3412}`: of all that fit, however many."""
    own, brand = deps(request), brand_of(request)
    wanted = asking.read(request.query, await searching.places(request, brand)).filter
    async with own.pool.acquire() as connection:
        found = await queue.count(connection, brand, wanted, own.clock.now())
    return _json({"count": found})


async def fits(request: web.Request) -> web.StreamResponse:
    """`{"fits": [id, …]}`: of the items named (`ids`, commas between), those that belong to the list."""
    own, brand = deps(request), brand_of(request)
    wanted = asking.read(request.query, await searching.places(request, brand)).filter
    asked = _ids(request.query.get("ids", ""))
    async with own.pool.acquire() as connection:
        found = await queue.fitting(connection, brand, wanted, asked, own.clock.now())
    return _json({"fits": sorted(map(str, found))})


def _ids(text: str) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(part) for part in text.split(",") if part][:MOST_ITEMS]
    except ValueError as error:
        raise Refused("bad_request", "`ids` are ids of items.") from error


async def offered(request: web.Request) -> web.StreamResponse:
    """What the search field offers behind each key: `{"keys": {key: what it narrows to}, "values": {key: [[value, what
    it is called]]}}`. Values of this brand, in the reader's language."""
    own, world = deps(request), await render.world(request)
    async with own.pool.acquire() as connection:
        found = await waves.of_brand(connection, world.brand.id, own.clock.now())
    values = {**_values(world), "wave": [(str(one.id), _wave(one, world.say)) for one in found[:MOST_WAVES]]}
    return _json({"keys": {key: world.say(words.FILTER_KEYS[key]) for key in grammar.KEYS}, "values": values})


def _wave(wave: waves.Wave, say: Speech) -> str:
    """How many, how urgent, in which languages: nobody's words, of which some stay folded until they are asked for."""
    said = say.many("%(num)s message", "%(num)s messages", wave.messages, num=say.number(wave.messages))
    return " · ".join([said, words.level(wave.level, say), *map(say.language, wave.langs)])


def _values(world: render.World) -> dict[str, list[tuple[str, str]]]:
    say = world.say
    networks = sorted({channel.network for channel in world.channels})
    channels = [(code, words.network(code, say)) for code in networks]
    channels += [(meaning.folded(channel.name), channel.name) for channel in world.channels if channel.name.strip()]
    team = [(meaning.folded(member.name), member.name) for member in world.team]
    return {
        "p": [(str(number), words.priority(number, say)) for number in (1, 2, 3, 4)],
        "is": [(name, say(words.FILTER_STATES[name])) for name in (*meaning.STATES, *meaning.FLAGS)
               if name in words.FILTER_STATES and name != "open"],
        "channel": channels,
        "lang": [(code, say.language(code)) for code in LANGS],
        "assignee": [("me", say("me")), ("none", say("nobody")), *team],
        "category": [(name, words.reason(name, say)) for name in LEVEL_OF],
        "has": [(name, say(words.FILTER_HAS[name])) for name in marks.HAS],
        "since": [(name, say(words.FILTER_TIMES[name])) for name in words.FILTER_TIMES],
        "before": [(name, say(words.FILTER_TIMES[name])) for name in words.FILTER_TIMES],
    }  # fmt: skip


def _json(answer: dict[str, Any]) -> web.Response:
    return web.Response(body=orjson.dumps(answer), content_type="application/json")


ROUTES = [
    Route("GET", "/b/{brand_id}/queue/count", count, "personal", "page", "queue_count"),
    Route("GET", "/b/{brand_id}/queue/fits", fits, "personal", "page", "queue_fits"),
    Route("GET", "/b/{brand_id}/queue/words", offered, "personal", "page", "queue_words"),
]
