"""Wordings, for scripts: words prepared beforehand, with gaps, by language and network."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, Strict

from inbox import wording, wordings
from inbox.decisions import MAX_TEXT
from inbox.errors import Refused
from inbox.views.row import timestamp
from inbox.web.api import asked, bodies
from inbox.web.api.answer import as_json
from inbox.web.api.described import Operation
from inbox.web.api.shapes import WordingShape, WordingsShape
from inbox.web.context import deps, viewer
from inbox.web.pages.wordings import wording_id
from inbox.web.problems import bad
from inbox.web.routes import Route
from inbox.web.security import brand_of

FIELDS = {
    "title_bad": "title", "no_variant": "variants", "variant_twice": "variants", "no_such_category": "categories",
    "no_such_language": "variants", "no_such_network": "variants", "owner_unknown": "owner",
}  # fmt: skip


class VariantOrder(BaseModel):
    """`lang`: ISO 639, null for any; `network`: null for any."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    text: str = Field(max_length=MAX_TEXT)
    lang: str | None = None
    network: str | None = None


class WordingOrder(BaseModel):
    """All of it: what is left out is empty. `owner`: the member who keeps it true; `expires_on`: its last day, in the
    brand's time zone; `approved`: as it stands."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    title: str = Field(max_length=400)
    variants: tuple[VariantOrder, ...] = Field(max_length=100)
    categories: tuple[str, ...] = Field((), max_length=50)
    owner: int | None = Field(None, ge=1, le=2**62)
    expires_on: Annotated[date, Strict(False)] | None = None
    approved: bool = False


class WordingChange(WordingOrder):
    """`version`: the one that you changed; refused with 409 if somebody was faster."""

    version: int = Field(ge=1, le=2**31 - 1)


async def listed(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    found = await wordings.of_brand(deps(request).pool, brand_of(request))
    return as_json({"wordings": [wording_json(one) for one in found]})


async def shown(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    return as_json(wording_json(await wordings.one(deps(request).pool, brand_of(request), wording_id(request))))


async def create(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    own, order, brand = deps(request), await bodies.read(request, WordingOrder), brand_of(request)
    try:
        made = await wordings.create(
            own.log, brand, _draft(order), networks=own.networks, by=viewer(request).actor, now=own.clock.now()
        )
    except Refused as refused:
        raise _named(refused) from refused
    return as_json(wording_json(await wordings.one(own.pool, brand, made)))


async def change(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    own, order, brand = deps(request), await bodies.read(request, WordingChange), brand_of(request)
    try:
        await wordings.change(
            own.log, brand, wording_id(request), _draft(order), version=order.version, networks=own.networks,
            by=viewer(request).actor, now=own.clock.now(),
        )  # fmt: skip
    except Refused as refused:
        raise _named(refused) from refused
    return as_json(wording_json(await wordings.one(own.pool, brand, wording_id(request))))


async def remove(request: web.Request) -> web.StreamResponse:
    """Answers what it was."""
    asked.only(request)
    own, brand = deps(request), brand_of(request)
    was = await wordings.one(own.pool, brand, wording_id(request))
    await wordings.remove(own.log, brand, was.wording_id, by=viewer(request).actor, now=own.clock.now())
    return as_json(wording_json(was))


def _draft(order: WordingOrder) -> wording.Draft:
    return wording.Draft.model_validate(order.model_dump(exclude={"version"}))


def _named(refused: Refused) -> Refused:
    """With the name of the field that is at fault."""
    field = FIELDS.get(refused.code)
    return refused if field is None else bad(f"/{field}", refused.message)


def wording_json(one: wording.Wording) -> dict[str, Any]:
    return {
        "id": str(one.wording_id), **one.draft.model_dump(mode="json", exclude={"approved"}), "version": one.version,
        "used": one.used, "approved_by": one.approved_by, "approved_at": timestamp(one.approved_at),
        "changed_by": one.changed_by, "changed_at": timestamp(one.changed_at),
    }  # fmt: skip


BASE = "/api/v1/brands/{brand_id}/wordings"
ONE = BASE + "/{wording_id}"
ROUTES = [
    Route("GET", BASE, listed, "read", "api", "api.wordings"),
    Route("POST", BASE, create, "manage", "api", "api.create_wording"),
    Route("GET", ONE, shown, "read", "api", "api.wording"),
    Route("PUT", ONE, change, "manage", "api", "api.change_wording"),
    Route("DELETE", ONE, remove, "manage", "api", "api.remove_wording"),
]
TAG = "Wordings"
OF_BODY = (408, 409, 413, 415)
OPERATIONS = {
    "api.wordings": Operation("Words prepared beforehand", TAG, answers=WordingsShape),
    "api.create_wording": Operation("Add one", TAG, body=WordingOrder, answers=WordingShape, problems=OF_BODY),
    "api.wording": Operation("One of them", TAG, answers=WordingShape),
    "api.change_wording": Operation("Change all of it", TAG, body=WordingChange, answers=WordingShape,
                                    problems=OF_BODY),
    "api.remove_wording": Operation("Remove it; what was written with it stays", TAG, answers=WordingShape),
}  # fmt: skip
