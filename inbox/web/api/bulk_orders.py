"""What a script orders for many items at once: which, what, and with which words. Read strictly, as the page's form."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from inbox import correcting, wordings
from inbox.bulk import choosing
from inbox.bulk.jobs import MOST, Choice
from inbox.bulk.orders import Orders, What
from inbox.correcting import LANGUAGE
from inbox.desk import WORKING_ROLES
from inbox.errors import Refused
from inbox.events import ResolveReason
from inbox.ids import BrandId
from inbox.people import members
from inbox.people.brands import Brand
from inbox.web.api import bodies
from inbox.web.api.items import looks_into_words, searched_for
from inbox.web.context import deps, viewer
from inbox.web.pages import holding
from inbox.web.problems import bad
from inbox.wording import MOST_VARIANTS, Variant

STRICTLY = ConfigDict(extra="forbid", strict=True, frozen=True)


class ChosenItem(BaseModel):
    """`position`: at which it was seen; what came in since refuses it alone."""

    model_config = STRICTLY
    id: bodies.Id
    position: int = Field(ge=0, le=2**62)


class VariantOfJob(BaseModel):
    """`lang`: ISO 639, null for any; `network`: null for any."""

    model_config = STRICTLY
    text: bodies.Text
    lang: Annotated[str, Field(pattern=LANGUAGE.pattern)] | None = None
    network: str | None = None


class BulkWords(BaseModel):
    """`assignee`: of `assign`, null for nobody. `categories`: of `tag`, none for nothing of note. `reason`: of
    `resolve`. `variants`: of `reply`, or of an `acknowledge` that tells the person; with a `wording` and no variants,
    its own. `values`: of gaps, given once for all."""

    model_config = STRICTLY
    assignee: int | None = Field(None, ge=1, le=2**62)
    categories: tuple[Annotated[str, Field(max_length=40)], ...] | None = Field(None, max_length=20)
    reason: ResolveReason = "answered"
    variants: tuple[VariantOfJob, ...] = Field((), max_length=MOST_VARIANTS)
    wording: bodies.Id | None = None
    values: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")], bodies.Text] = Field({}, max_length=40)
    promise_until: bodies.Promise | None = None


class BulkOrder(BulkWords):
    """One of `items`, `q` (a search as of `GET /items`: all that fit, not a page) and `wave` (all of it that wait)."""

    what: What
    items: tuple[ChosenItem, ...] = Field((), max_length=MOST)
    q: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    wave: bodies.Id | None = None


def digest(order: BaseModel) -> str:
    return hashlib.sha256(order.model_dump_json().encode()).hexdigest()


async def chosen(request: web.Request, brand: BrandId, order: BulkOrder, now: datetime) -> list[Choice]:
    """Refused: `bad_request`; `forbidden` (403) for words without the right to them."""
    if sum(map(bool, (order.items, order.q, order.wave))) > 1:
        raise bad("/items", "one of items, q and wave")
    own = deps(request)
    if order.q is not None:
        wanted = await searched_for(request, brand, order.q, "/q")
        if looks_into_words(wanted) and not viewer(request).may(brand, "personal"):
            raise Refused("forbidden", "Searching names and words needs the right `personal`.", status=403)
        async with own.pool.acquire() as connection:
            return await choosing.that_fit(connection, brand, wanted, now)
    if order.wave is not None:
        async with own.pool.acquire() as connection:
            return await choosing.of_wave(connection, brand, order.wave)
    return [(one.id, one.position, None) for one in order.items]


async def orders(request: web.Request, brand: Brand, what: What, said: BulkWords, asked: str | None) -> Orders:
    """Refused: `bad_request`, `assignee_unknown`, `no_such_category`; `NotFound` for a wording that is not there."""
    variants = await _variants(request, brand.id, said)
    if what not in {"reply", "acknowledge"} and (variants or said.promise_until):
        raise bad("/variants", "only reply and acknowledge write to people")
    if what == "assign":
        await _check_assignee(request, brand.id, said.assignee)
    elif said.assignee is not None:
        raise bad("/assignee", "only assign gives items to somebody")
    if what != "tag" and said.categories is not None:
        raise bad("/categories", "only tag says what items are about")
    categories = None if said.categories is None else correcting.named(said.categories)
    now = deps(request).clock.now()
    return Orders(
        what=what, assignee=said.assignee, categories=categories, reason=said.reason, variants=variants,
        wording=said.wording if variants else None, values=said.values, promise_until=said.promise_until,
        promise_said=holding.in_each_language(said.promise_until, now, brand.zone) if said.promise_until else {},
        asked=asked,
    )  # fmt: skip


async def _variants(request: web.Request, brand: BrandId, said: BulkWords) -> tuple[Variant, ...]:
    own = deps(request)
    for number, one in enumerate(said.variants):
        if one.network is not None and one.network not in own.networks:
            raise bad(f"/variants/{number}/network", "there is no such network here")
    if said.wording is not None and not said.variants:
        return (await wordings.one(own.pool, brand, uuid.UUID(int=said.wording.int))).draft.variants
    return tuple(Variant.model_validate(one.model_dump()) for one in said.variants)


async def _check_assignee(request: web.Request, brand: BrandId, assignee: int | None) -> None:
    if assignee is not None and await members.role_in(deps(request).log, brand, assignee) not in WORKING_ROLES:
        raise Refused(
            "assignee_unknown", "Nobody who answers for this brand has that id.",
            details={"errors": [{"pointer": "/assignee", "detail": "not an active member who may act here"}]},
        )  # fmt: skip
