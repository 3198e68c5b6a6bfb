"""What owners do about a person: give out all that is held of them, forget them, and say how long words are kept."""

from __future__ import annotations

from typing import Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from inbox.desk import Commands
from inbox.people import persons, retention
from inbox.people.retention import LEAST_WORDS_DAYS, MOST_DAYS, Retention
from inbox.web.api import asked, bodies
from inbox.web.api.answer import as_json
from inbox.web.api.described import Operation
from inbox.web.api.items import PATH
from inbox.web.api.shapes import Shape
from inbox.web.context import deps, viewer
from inbox.web.routes import Route
from inbox.web.security import brand_of

RETENTION = "/api/v1/brands/{brand_id}/retention"


class Forgetting(BaseModel):
    """`forget_for_ever`: true; nothing brings the words back."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    forget_for_ever: Literal[True]


class RetentionAsked(BaseModel):
    """`words_days`: so long after the last word of or to them a person is forgotten; null: when somebody asks for it.
    `raw_days`: so long raw deliveries are kept. `hold`: a legal hold; nothing is thrown away, nobody forgotten.
    `reason`: why there is one; name no person in it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    words_days: int | None = Field(ge=LEAST_WORDS_DAYS, le=MOST_DAYS)
    raw_days: int = Field(ge=1, le=MOST_DAYS)
    hold: bool
    reason: str = Field("", max_length=retention.MOST_REASON)


class ForgottenShape(Shape):
    """`position`: of `AuthorForgotten` in the log."""

    position: int


class RetentionShape(Shape):
    words_days: int | None
    raw_days: int
    hold: bool
    reason: str


async def exported(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    brand, own = brand_of(request), deps(request)
    found = await persons.of_item(
        own.log, brand, asked.item_id(request), by=viewer(request).actor, now=own.clock.now()
    )  # fmt: skip
    return as_json(found)


async def forget(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    brand, item_id, own, asking = brand_of(request), asked.item_id(request), deps(request), viewer(request)
    await bodies.read(request, Forgetting)
    position = await Commands(own.log, own.clock).forget(brand, item_id, by=asking.actor)
    return as_json({"position": position})


async def shown(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    return _rule(await retention.of_brand(deps(request).log, brand_of(request)))


async def changed(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    brand, own = brand_of(request), deps(request)
    body = await bodies.read(request, RetentionAsked)
    wanted = Retention(body.words_days, body.raw_days, body.hold, body.reason)
    await retention.change(own.log, brand, wanted, by=viewer(request).actor, now=own.clock.now())
    return _rule(wanted)


def _rule(rule: Retention) -> web.Response:
    reason = rule.reason if rule.hold else ""
    return as_json({"words_days": rule.words_days, "raw_days": rule.raw_days, "hold": rule.hold, "reason": reason})


ROUTES = [
    Route("GET", PATH + "/{item_id}/person", exported, "own", "api", "api.person"),
    Route("POST", PATH + "/{item_id}/forget", forget, "own", "api", "api.forget"),
    Route("GET", RETENTION, shown, "own", "api", "api.retention"),
    Route("PUT", RETENTION, changed, "own", "api", "api.change_retention"),
]
OPERATIONS = {
    "api.person": Operation(
        "All that is held of the item's author, in all their items; leaves a line in the log", "Persons",
        answers="application/json", problems=(409,),
    ),
    "api.forget": Operation(
        "Forget the item's author: their words become unreadable everywhere, for ever", "Persons", body=Forgetting,
        answers=ForgottenShape, problems=(404, 408, 409, 413, 415),
    ),
    "api.retention": Operation("How long people's words are kept", "Persons", answers=RetentionShape),
    "api.change_retention": Operation(
        "Say how long people's words are kept, and whether a legal hold suspends it", "Persons", body=RetentionAsked,
        answers=RetentionShape, problems=(408, 413, 415),
    ),
}  # fmt: skip
