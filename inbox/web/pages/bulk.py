"""Bulk actions: what was chosen, what would come of it and who is left out, then progress, a stop, and a report."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from aiohttp import web

from inbox.author_card import NOTHING_TOLD, Told
from inbox.bulk import forecast, foretelling, jobs, reaching, summing
from inbox.bulk.jobs import Job
from inbox.bulk.orders import Orders, What
from inbox.errors import NotFound, Refused
from inbox.views.row import row_of
from inbox.views.stored import load_item
from inbox.web import bulk_words, foreseeing, words
from inbox.web.context import deps, viewer
from inbox.web.i18n import Speech
from inbox.web.pages import bulk_form, choosing, render, rows
from inbox.web.routes import Route

PER_PAGE = 50
SHOWN = {"waiting": "waiting", "excluded": "excluded", "refused": "refused", "done": "done", "nothing": "nothing"}


@dataclass(frozen=True, slots=True)
class Instead:
    """The item in which the same person is written to."""

    item_id: uuid.UUID
    author: str
    network: str


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a job as the page shows it. `text`: what its author would read; `stand_ins`: gaps that
    nothing is known for and whose own words stand in it; `change`: of what it is about; `why`: why not."""

    item_id: uuid.UUID
    place: int
    author: str
    network: str
    said: str
    fold: Sequence[str]
    state: str
    text: str | None
    stand_ins: Sequence[str]
    lang: str | None
    change: str | None
    why: str | None
    instead: Instead | None
    receipt: str | None


async def listed(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    found = await jobs.of_brand(deps(request).pool, world.brand.id)
    return render.page(request, "bulk_jobs.html", world.say, world=world, here="bulk", jobs=found, told=bulk_words)


async def choose(request: web.Request) -> web.StreamResponse:
    """A draft of what was chosen; its page says what would come of it."""
    own, world = deps(request), await render.world(request)
    now, what = own.clock.now(), _what(await render.form(request))
    chosen = await choosing.chosen(request, world, now)
    job_id = await jobs.draft(own.log, world.brand.id, Orders(what=what), chosen, by=viewer(request).actor, now=now)
    await _foretell(request, world, job_id)
    return _to(request, world, job_id)


def _what(fields: Mapping[str, str]) -> What:
    for what in get_args(What):
        if what == fields.get("what"):
            found: What = what
            return found
    raise Refused("bad_request", "There is no such action.")


async def _foretell(request: web.Request, world: render.World, job_id: uuid.UUID) -> None:
    own = deps(request)
    async with own.pool.acquire() as connection:
        job = await jobs.one(connection, world.brand.id, job_id)
        await foreseeing.foretell(own, connection, world.brand, world.channel_names, job)


async def show(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    return await _shown(request, world, await jobs.one(deps(request).pool, world.brand.id, _job_id(request)))


async def _shown(
    request: web.Request, world: render.World, job: Job, *, error: Refused | None = None, orders: Orders | None = None
) -> web.Response:
    own, say = deps(request), world.say
    counts = await jobs.counts(own.pool, world.brand.id, job.job_id)
    state = SHOWN.get(request.query.get("state", ""), "waiting" if job.state == "draft" else None)
    code, receipt = (_name(request.query.get(field, "")) for field in ("code", "receipt"))
    after = request.query.get("after", "")
    place = int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0
    lines = await _lines(request, world, job, state, code, receipt, place)
    return render.page(
        request, "bulk_job.html", say, status=error.status if error else 200, world=world, here="bulk", job=job,
        told=bulk_words, counts=summing.summed(counts), lines=lines[:PER_PAGE], state=state, code=code, receipt=receipt,
        total=sum(count.items for count in counts), path=f"{world.base}/bulk/{job.job_id}",
        more=lines[PER_PAGE - 1].place if len(lines) > PER_PAGE else None,
        error_text=words.refusal(error, say) if error else None, orders=orders or job.orders,
        resolve_reasons=list(words.RESOLVE_REASONS),
        **await bulk_form.context(request, world, job, orders or job.orders),
    )  # fmt: skip


def _name(text: str) -> str | None:
    """Of a fate, as our own links write it."""
    return text if text.isascii() and text.replace("_", "").isalnum() and len(text) <= 40 else None


async def _lines(
    request: web.Request, world: render.World, job: Job, state: str | None, code: str | None, receipt: str | None,
    place: int,
) -> list[Line]:  # fmt: skip
    own = deps(request)
    async with own.pool.acquire() as connection:
        setting = await foreseeing.setting(own, connection, world.brand, world.channel_names, job)
        states = [state] if state else None
        found = await connection.fetch(
            jobs.sql.states, world.brand.id, job.job_id, place, states, PER_PAGE + 1, code, receipt
        )
        left = [row["subject_id"] for row in found if row["code"] == "same_person" and row["subject_id"]]
        instead = await reaching.instead(connection, world.brand.id, job, setting.persons, left)
        told = await foretelling.told(
            own.log, connection, world.brand.id, setting, (row["subject_id"] for row in found)
        )
    return [
        _line(row, job, setting, instead.get(who := row["subject_id"]), told.get(who, NOTHING_TOLD), world.say)
        for row in found
    ]


def _instead(row: Any, setting: forecast.Setting, say: Speech) -> Instead:
    shown = row_of(load_item(row["item"]), setting.policy)
    assert shown is not None, "what was never heard is not chosen"
    return Instead(row["item_id"], rows.author_name(shown, say), shown.network)


def _line(row: Any, job: Job, setting: forecast.Setting, instead: Any, told: Told, say: Speech) -> Line:
    item = load_item(row["item"])
    shown = row_of(item, setting.policy)
    assert shown is not None, "what was never heard is not chosen"
    said = forecast.of(item, row["before"], setting, told) if job.state == "draft" else forecast.Forecast()
    why = bulk_words.code(row["code"], say) if row["code"] else None
    if said.refused is not None and said.refused.code == "gap_missing":
        why = words.refusal(said.refused, say)
    if row["receipt"] == "failed":
        why = words.reply_failure(row["reason"], say)
    waits = job.state == "draft" and row["state"] == "waiting"
    change = bulk_words.change(item, job.orders, say) if waits else None
    return Line(
        row["item_id"], row["place"], rows.author_name(shown, say), shown.network, shown.text or "", shown.fold,
        row["state"], said.text if waits else None, said.stand_ins if waits else (), item.lang, change, why,
        _instead(instead, setting, say) if instead and row["code"] == "same_person" else None, row["receipt"],
    )  # fmt: skip


async def change(request: web.Request) -> web.StreamResponse:
    """Other orders; what would come of them is worked out anew."""
    own, world, job_id = deps(request), await render.world(request), _job_id(request)
    job = await jobs.one(own.pool, world.brand.id, job_id)
    orders = job.orders
    try:
        orders = await bulk_form.orders(request, job.orders, world)
        await jobs.order(own.log, world.brand.id, job_id, orders, by=viewer(request).actor)
    except NotFound:
        raise
    except Refused as refused:
        return await _shown(request, world, job, error=refused, orders=orders)
    await _foretell(request, world, job_id)
    return _to(request, world, job_id)


async def begin(request: web.Request) -> web.StreamResponse:
    own, world, job_id = deps(request), await render.world(request), _job_id(request)
    await jobs.begin(own.log, world.brand.id, job_id, by=viewer(request).actor, now=own.clock.now())
    return _to(request, world, job_id)


async def stop(request: web.Request) -> web.StreamResponse:
    own, world, job_id = deps(request), await render.world(request), _job_id(request)
    try:
        await jobs.stop(own.log, world.brand.id, job_id, by=viewer(request).actor, now=own.clock.now())
    except NotFound:
        raise
    except Refused as refused:
        job = await jobs.one(own.pool, world.brand.id, job_id)
        return await _shown(request, world, job, error=refused)
    return _to(request, world, job_id)


async def undo(request: web.Request) -> web.StreamResponse:
    return await _again(request, jobs.undo)


async def follow_up(request: web.Request) -> web.StreamResponse:
    return await _again(request, jobs.follow_up)


async def _again(request: web.Request, make: Any) -> web.StreamResponse:
    """A draft made from what a job did."""
    own, world, job_id = deps(request), await render.world(request), _job_id(request)
    try:
        made = await make(own.log, world.brand.id, job_id, by=viewer(request).actor, now=own.clock.now())
    except NotFound:
        raise
    except Refused as refused:
        job = await jobs.one(own.pool, world.brand.id, job_id)
        return await _shown(request, world, job, error=refused)
    await _foretell(request, world, made)
    return _to(request, world, made)


def _to(request: web.Request, world: render.World, job_id: uuid.UUID) -> web.Response:
    return render.see_other(request, f"{world.base}/bulk/{job_id}")


def _job_id(request: web.Request) -> uuid.UUID:
    try:
        return uuid.UUID(request.match_info["job_id"])
    except ValueError as error:
        raise NotFound from error


BASE = "/b/{brand_id}/bulk"
ONE = BASE + "/{job_id}"
ROUTES = [
    Route("GET", BASE, listed, "act", "page", "bulk"),
    Route("POST", BASE, choose, "act", "page", "bulk_choose"),
    Route("GET", ONE, show, "act", "page", "bulk_job"),
    Route("POST", ONE + "/orders", change, "act", "page", "bulk_orders"),
    Route("POST", ONE + "/begin", begin, "act", "page", "bulk_begin"),
    Route("POST", ONE + "/stop", stop, "act", "page", "bulk_stop"),
    Route("POST", ONE + "/undo", undo, "act", "page", "bulk_undo"),
    Route("POST", ONE + "/follow", follow_up, "act", "page", "bulk_follow"),
]
