"""Freezes, for scripts: topics that nobody replies on until there is a position. Said and lifted by leads."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from inbox import freezing
from inbox.errors import NotFound
from inbox.freezes import MOST_REASON, MOST_WORDS, Freeze
from inbox.ids import BrandId
from inbox.views.row import timestamp
from inbox.web.api import asked, bodies
from inbox.web.api.answer import as_json
from inbox.web.api.described import IDEMPOTENCY_KEY, Operation
from inbox.web.context import deps, viewer
from inbox.web.routes import Route
from inbox.web.security import brand_of

BASE = "/api/v1/brands/{brand_id}/freezes"


class FreezeOrder(BaseModel):
    """`reason`: what the team reads. About items of any of the `categories`, of the `wave`, or that say one of the
    `words`; about everything where none is given. `until`: null until it is lifted. `holding_allowed`: people may still
    be told that we read them."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    reason: Annotated[str, Field(min_length=1, max_length=MOST_REASON)]
    categories: tuple[Annotated[str, Field(max_length=40)], ...] = Field((), max_length=20)
    wave: bodies.Id | None = None
    words: tuple[Annotated[str, Field(max_length=200)], ...] = Field((), max_length=MOST_WORDS)
    until: bodies.Promise | None = None
    holding_allowed: bool = True


class FreezeShape(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str
    reason: str
    categories: list[str]
    wave: str | None
    words: list[str]
    until: AwareDatetime | None
    holding_allowed: bool
    by: int
    at: AwareDatetime
    in_force: bool
    lifted_at: AwareDatetime | None
    lifted_by: int | None


class FreezesShape(BaseModel):
    model_config = ConfigDict(extra="forbid")
    freezes: list[FreezeShape]


async def listed(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    found = await freezing.of_brand(deps(request).log, brand_of(request))
    return as_json({"freezes": [_told(request, one) for one in reversed(found)]})


async def freeze(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    own, brand, key = deps(request), brand_of(request), asked.idempotency_key(request)
    order = await bodies.read(request, FreezeOrder)
    wanted = freezing.Wanted(
        order.reason, order.categories, order.wave, order.words, order.until, order.holding_allowed
    )  # fmt: skip
    made = await freezing.freeze(own.log, brand, wanted, by=viewer(request).actor, now=own.clock.now(), key=key)
    return as_json(await _one(request, brand, made))


async def lift(request: web.Request) -> web.StreamResponse:
    """Doing it again changes nothing."""
    asked.only(request)
    own, brand = deps(request), brand_of(request)
    try:
        freeze_id = uuid.UUID(request.match_info["freeze_id"])
    except ValueError as error:
        raise NotFound from error
    await _one(request, brand, freeze_id)
    await freezing.lift(own.log, brand, freeze_id, by=viewer(request).actor, now=own.clock.now())
    return as_json(await _one(request, brand, freeze_id))


async def _one(request: web.Request, brand: BrandId, freeze_id: uuid.UUID) -> dict[str, Any]:
    for one in await freezing.of_brand(deps(request).log, brand):
        if one.said.freeze_id == freeze_id:
            return _told(request, one)
    raise NotFound


def _told(request: web.Request, one: Freeze) -> dict[str, Any]:
    said = one.said
    return {
        "id": str(said.freeze_id), "reason": said.reason, "categories": list(said.categories),
        "wave": str(said.wave_id) if said.wave_id else None, "words": list(said.words), "until": timestamp(said.until),
        "holding_allowed": said.holding_allowed, "by": said.by, "at": timestamp(said.at),
        "in_force": one.in_force(deps(request).clock.now()), "lifted_at": timestamp(one.lifted_at),
        "lifted_by": one.lifted_by,
    }  # fmt: skip


ROUTES = [
    Route("GET", BASE, listed, "personal", "api", "api.freezes"),
    Route("POST", BASE, freeze, "manage", "api", "api.freeze"),
    Route("POST", BASE + "/{freeze_id}/lift", lift, "manage", "api", "api.lift_freeze"),
]
TAG = "Freezes"
OPERATIONS = {
    "api.freezes": Operation("All freezes there ever were, newest first", TAG, answers=FreezesShape),
    "api.freeze": Operation(
        "Say that nobody replies on a topic for now", TAG, parameters=(IDEMPOTENCY_KEY,), body=FreezeOrder,
        answers=FreezeShape, problems=(408, 413, 415, 422),
    ),
    "api.lift_freeze": Operation("Lift one; twice is once", TAG, answers=FreezeShape),
}  # fmt: skip
