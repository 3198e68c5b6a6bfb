"""Hand-overs at the end of a shift, for scripts: what is offered, offering, accepting, declining."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Annotated, Any

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, Strict

from inbox import freezing, handing, handover
from inbox.errors import NotFound
from inbox.handover import Handover
from inbox.views import shift
from inbox.views.row import timestamp
from inbox.web.api import asked, bodies
from inbox.web.api.answer import as_json
from inbox.web.api.described import IDEMPOTENCY_KEY, Operation
from inbox.web.context import deps, viewer
from inbox.web.routes import Route
from inbox.web.security import brand_of

BASE = "/api/v1/brands/{brand_id}/handovers"
USUAL_H = 8


class HandoverOrder(BaseModel):
    """`to`: a member, null for whoever takes it. `items`: of those you hold; left out: all of them. `hours`: how long
    your shift was. `text`: a word to the colleague; it names no person outside."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    to: int | None = Field(None, ge=1, le=2**62)
    items: tuple[Annotated[uuid.UUID, Strict(False)], ...] | None = Field(None, max_length=handover.MOST_ITEMS)
    hours: int = Field(USUAL_H, ge=1, le=48)
    text: bodies.Text | None = None


class HandoverRefusal(BaseModel):
    """`text`: why."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    text: bodies.Text | None = None


class HandedShape(BaseModel):
    """`why`: open, promised, approval (a reply waits for it), frozen (waits for the brand's position)."""

    model_config = ConfigDict(extra="forbid")
    item_id: str
    why: list[str]


class HandoverShape(BaseModel):
    """`state`: offered, accepted, declined (by `decided_by`; by who offered it: taken back). `acknowledged`,
    `answered`: turns since `since`."""

    model_config = ConfigDict(extra="forbid")
    id: str
    state: str
    by: int
    to: int | None
    since: AwareDatetime
    at: AwareDatetime
    items: list[HandedShape]
    acknowledged: int
    answered: int
    text: str
    decided_by: int | None


class HandoversShape(BaseModel):
    model_config = ConfigDict(extra="forbid")
    handovers: list[HandoverShape]


async def listed(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    now = deps(request).clock.now()
    found = await handing.of_brand(deps(request).log, brand_of(request))
    return as_json({"handovers": [_told(one) for one in found if one.is_open(now)]})


async def offer(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    own, brand, by, now = deps(request), brand_of(request), viewer(request).actor, deps(request).clock.now()
    key, body = asked.idempotency_key(request), await bodies.read(request, HandoverOrder)
    since, known = now - timedelta(hours=body.hours), await freezing.of_brand(own.log, brand)
    async with own.pool.acquire() as connection:
        held = await shift.digest(connection, brand, by, known, since, now)
    items = [one.handed for one in held.held if body.items is None or one.item_id in body.items]
    made = await handing.offer(
        own.log, brand, items, by=by, to=body.to, since=since, text=body.text or "",
        done=(held.acknowledged, held.answered), key=key, now=now,
    )  # fmt: skip
    return as_json(_told(made))


async def accept(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    own = deps(request)
    done = await handing.accept(
        own.log, brand_of(request), _ident(request), by=viewer(request).actor, now=own.clock.now()
    )
    return as_json(_told(done))


async def decline(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    own, body = deps(request), await bodies.read(request, HandoverRefusal)
    done = await handing.decline(
        own.log, brand_of(request), _ident(request), by=viewer(request).actor, text=body.text or "", now=own.clock.now()
    )
    return as_json(_told(done))


def _ident(request: web.Request) -> uuid.UUID:
    try:
        return uuid.UUID(request.match_info["handover_id"])
    except ValueError as error:
        raise NotFound from error


def _told(one: Handover) -> dict[str, Any]:
    said, ended = one.offered, one.ended
    state = "offered" if ended is None else ended.TYPE.removeprefix("Handover").lower()
    return {
        "id": str(one.ident), "state": state, "by": said.by, "to": said.to, "since": timestamp(said.since),
        "at": timestamp(said.at), "acknowledged": said.acknowledged, "answered": said.answered, "text": said.text,
        "items": [{"item_id": str(item.item_id), "why": list(item.why)} for item in said.items],
        "decided_by": None if ended is None else ended.by,
    }  # fmt: skip


ROUTES = [
    Route("GET", BASE, listed, "act", "api", "api.handovers"),
    Route("POST", BASE, offer, "act", "api", "api.offer_handover"),
    Route("POST", BASE + "/{handover_id}/accept", accept, "act", "api", "api.accept_handover"),
    Route("POST", BASE + "/{handover_id}/decline", decline, "act", "api", "api.decline_handover"),
]
TAG = "Hand-overs"
OPERATIONS = {
    "api.handovers": Operation("Hand-overs that wait for somebody to accept them", TAG, answers=HandoversShape),
    "api.offer_handover": Operation(
        "Offer what the token's member holds", TAG, parameters=(IDEMPOTENCY_KEY,), body=HandoverOrder,
        answers=HandoverShape, problems=(408, 409, 413, 415),
    ),
    "api.accept_handover": Operation(
        "Accept one: the items follow, each by an event of its own", TAG, answers=HandoverShape, problems=(409,)
    ),
    "api.decline_handover": Operation(
        "Decline one, or take back your own", TAG, body=HandoverRefusal, answers=HandoverShape,
        problems=(408, 409, 413, 415),
    ),
}  # fmt: skip
