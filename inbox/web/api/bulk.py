"""Many items at once, for scripts: a draft that says what would come of it, then begin, look, stop, take back, write
again to the same people. The rules are the page's: drafts are their maker's alone, each item is done as by hand."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from inbox.author_card import NOTHING_TOLD, Told
from inbox.bulk import forecast, foretelling, jobs, reaching, summing
from inbox.bulk.jobs import Job
from inbox.errors import NotFound
from inbox.ids import BrandId, dedupe_key
from inbox.people import brands
from inbox.views.row import timestamp
from inbox.views.stored import load_item
from inbox.web import foreseeing
from inbox.web.api import asked, bodies, bulk_orders
from inbox.web.api.answer import as_json
from inbox.web.api.bulk_orders import BulkOrder, BulkWords
from inbox.web.api.bulk_shapes import BulkItemsShape, BulkJobShape, BulkJobsShape
from inbox.web.api.described import IDEMPOTENCY_KEY, LIMIT, POSITION, Operation, Parameter
from inbox.web.context import deps, viewer
from inbox.web.routes import Route
from inbox.web.security import brand_of

STATES = ("waiting", "excluded", "refused", "done", "nothing")
RECEIPTS = ("sent", "failed", "uncertain", "not_sent")
Change = Callable[..., Awaitable[None]]
Again = Callable[..., Awaitable[uuid.UUID]]


async def listed(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    own, brand = deps(request), brand_of(request)
    found = await jobs.of_brand(own.pool, brand)
    return as_json({"jobs": [await _told(request, brand, job) for job in found]})


async def create(request: web.Request) -> web.StreamResponse:
    """A draft, foretold. Nothing is done before it is begun."""
    asked.only(request)
    own, brand, now = deps(request), brand_of(request), deps(request).clock.now()
    job_id, order = _new_id(request, brand), await bodies.read(request, BulkOrder)
    mark = bulk_orders.digest(order)
    if not await jobs.repeated(own.pool, brand, job_id, mark):
        orders = await bulk_orders.orders(request, await brands.get(own.log, brand), order.what, order, mark)
        chosen = await bulk_orders.chosen(request, brand, order, now)
        await jobs.draft(own.log, brand, orders, chosen, by=viewer(request).actor, now=now, job_id=job_id)
    return await _foretold(request, brand, job_id)


def _new_id(request: web.Request, brand: BrandId) -> uuid.UUID:
    """Of the key, so that the same order sent again finds its job."""
    by, key = viewer(request).actor, asked.idempotency_key(request)
    return uuid.UUID(int=dedupe_key("bulk", str(brand), str(by), key).int)


async def _foretold(request: web.Request, brand: BrandId, job_id: uuid.UUID) -> web.Response:
    own = deps(request)
    async with own.pool.acquire() as connection:
        job = await jobs.one(connection, brand, job_id)
        if job.state == "draft":
            record = await brands.get(own.log, brand)
            await foreseeing.foretell(own, connection, record, await _channel_names(request, brand), job)
    return as_json(await _told(request, brand, job))


async def _channel_names(request: web.Request, brand: BrandId) -> dict[str, str]:
    return {str(channel.channel_id): channel.name for channel in await deps(request).channels.list(brand)}


async def shown(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    brand = brand_of(request)
    return as_json(await _told(request, brand, await jobs.one(deps(request).pool, brand, _job_id(request))))


async def items(request: web.Request) -> web.StreamResponse:
    """The preview of a draft, the report of a job: item by item."""
    asked.only(request, "state", "code", "receipt", "after", "limit")
    own, brand, limit = deps(request), brand_of(request), asked.limit(request)
    states, receipts = list(asked.chosen(request, "state", STATES)), list(asked.chosen(request, "receipt", RECEIPTS))
    place = asked.number(request, "after", 0, 0, jobs.MOST + 1)
    async with own.pool.acquire() as connection:
        job = await jobs.one(connection, brand, _job_id(request))
        wanted = (states or None, limit + 1, asked.one(request, "code"), receipts[0] if receipts else None)
        rows = await connection.fetch(jobs.sql.states, brand, job.job_id, place, *wanted)
        names = await _channel_names(request, brand)
        setting = await foreseeing.setting(own, connection, await brands.get(own.log, brand), names, job)
        left = [row["subject_id"] for row in rows if row["code"] == "same_person" and row["subject_id"]]
        instead = await reaching.instead(connection, brand, job, setting.persons, left)
        told = await foretelling.told(own.log, connection, brand, setting, (row["subject_id"] for row in rows))
    personal = viewer(request).may(brand, "personal")
    more = rows[limit - 1]["place"] if len(rows) > limit else None
    lines = [
        _line(row, job, setting, instead.get(who := row["subject_id"]), told.get(who, NOTHING_TOLD), personal)
        for row in rows[:limit]
    ]
    return as_json({"items": lines, "next": more})


def _line(row: Any, job: Job, setting: forecast.Setting, instead: Any, told: Told, personal: bool) -> dict[str, Any]:
    drafted = personal and job.state == "draft"
    said = forecast.of(load_item(row["item"]), row["before"], setting, told) if drafted else forecast.Forecast()
    return {
        "item_id": str(row["item_id"]), "position": row["seen"], "state": row["state"], "code": row["code"],
        "instead": str(instead["item_id"]) if instead and row["code"] == "same_person" else None,
        "text": said.text, "receipt": row["receipt"], "reason": row["reason"],
    }  # fmt: skip


async def change(request: web.Request) -> web.StreamResponse:
    """Other orders for a draft, all of them; what would come of it is worked out anew."""
    asked.only(request)
    own, brand = deps(request), brand_of(request)
    said = await bodies.read(request, BulkWords)
    job = await jobs.one(own.pool, brand, _job_id(request))
    record = await brands.get(own.log, brand)
    orders = await bulk_orders.orders(request, record, job.orders.what, said, job.orders.asked)
    kept = orders.model_copy(update={"undo": job.orders.undo})
    await jobs.order(own.log, brand, job.job_id, kept, by=viewer(request).actor)
    return await _foretold(request, brand, job.job_id)


async def begin(request: web.Request) -> web.StreamResponse:
    return await _changed(request, jobs.begin)


async def stop(request: web.Request) -> web.StreamResponse:
    return await _changed(request, jobs.stop)


async def _changed(request: web.Request, act: Change) -> web.Response:
    asked.only(request)
    own, brand, job_id = deps(request), brand_of(request), _job_id(request)
    await act(own.log, brand, job_id, by=viewer(request).actor, now=own.clock.now())
    return as_json(await _told(request, brand, await jobs.one(own.pool, brand, job_id)))


async def undo(request: web.Request) -> web.StreamResponse:
    return await _again(request, jobs.undo)


async def follow_up(request: web.Request) -> web.StreamResponse:
    return await _again(request, jobs.follow_up)


async def _again(request: web.Request, make: Again) -> web.Response:
    """A draft made from what a job did."""
    asked.only(request)
    own, brand = deps(request), brand_of(request)
    by, now, new = viewer(request).actor, own.clock.now(), _new_id(request, brand)
    made = await make(own.log, brand, _job_id(request), by=by, now=now, as_id=new)
    return await _foretold(request, brand, made)


async def _told(request: web.Request, brand: BrandId, job: Job) -> dict[str, Any]:
    sums = summing.summed(await jobs.counts(deps(request).pool, brand, job.job_id))
    return {
        "id": str(job.job_id), "state": job.state, "what": job.orders.what, "undo": job.orders.undo,
        "orders": job.orders.model_dump(mode="json", include=set(BulkWords.model_fields)), "made_by": job.made_by,
        "made_at": timestamp(job.made_at), "begun_at": timestamp(job.begun_at), "ended_at": timestamp(job.ended_at),
        "why": job.why, "follows": str(job.follows) if job.follows else None, "undoable": job.undoable,
        "waiting": sums.waiting, "done": sums.done, "nothing": sums.nothing,
        "left_out": [{"state": state, "code": code, "items": items} for state, code, items in sums.whys],
        "receipts": [{"receipt": receipt, "items": items} for receipt, items in sums.receipts],
    }  # fmt: skip


def _job_id(request: web.Request) -> uuid.UUID:
    """What is no id is a job that is not there."""
    try:
        return uuid.UUID(request.match_info["job_id"])
    except ValueError as error:
        raise NotFound from error


BASE = "/api/v1/brands/{brand_id}/bulk"
ONE = BASE + "/{job_id}"
ROUTES = [
    Route("GET", BASE, listed, "act", "api", "api.bulk"),
    Route("POST", BASE, create, "act", "api", "api.bulk_draft"),
    Route("GET", ONE, shown, "act", "api", "api.bulk_job"),
    Route("GET", ONE + "/items", items, "act", "api", "api.bulk_items"),
    Route("PUT", ONE + "/orders", change, "act", "api", "api.bulk_orders"),
    Route("POST", ONE + "/begin", begin, "act", "api", "api.bulk_begin"),
    Route("POST", ONE + "/stop", stop, "act", "api", "api.bulk_stop"),
    Route("POST", ONE + "/undo", undo, "act", "api", "api.bulk_undo"),
    Route("POST", ONE + "/follow", follow_up, "act", "api", "api.bulk_follow"),
]
TAG = "Many at once"
OF_BODY = (408, 409, 413, 415)
KEYED = (IDEMPOTENCY_KEY,)
OPERATIONS = {
    "api.bulk": Operation("The latest jobs that were begun, newest first", TAG, answers=BulkJobsShape),
    "api.bulk_draft": Operation(
        "A draft for many items: says what would come of it and does nothing", TAG, parameters=KEYED, body=BulkOrder,
        answers=BulkJobShape, problems=(*OF_BODY, 422),
    ),
    "api.bulk_job": Operation("One job: how far it is, and what was refused and why", TAG, answers=BulkJobShape),
    "api.bulk_items": Operation(
        "A job item by item: the preview of a draft, the report of what was begun", TAG,
        parameters=(
            Parameter("state", "Repeated or comma-separated.", {"type": "string", "enum": list(STATES)}),
            Parameter("code", "Why it was left out or refused."),
            Parameter("receipt", "What became of the words.", {"type": "string", "enum": list(RECEIPTS)}),
            Parameter("after", "`next` of the page before.", POSITION), Parameter("limit", "How many at most.", LIMIT),
        ),
        answers=BulkItemsShape,
    ),
    "api.bulk_orders": Operation(
        "Other orders for a draft, all of them", TAG, body=BulkWords, answers=BulkJobShape, problems=OF_BODY
    ),
    "api.bulk_begin": Operation("Begin it, by whoever made the draft; twice is once", TAG, answers=BulkJobShape),
    "api.bulk_stop": Operation(
        "Stop it: what was done stays, what has not left is held back", TAG, answers=BulkJobShape, problems=(409,)
    ),
    "api.bulk_undo": Operation(
        "A draft that takes back what it did", TAG, parameters=KEYED, answers=BulkJobShape, problems=(409, 422)
    ),
    "api.bulk_follow": Operation(
        "A draft to write again to those whom it reached", TAG, parameters=KEYED, answers=BulkJobShape,
        problems=(409, 422),
    ),
}  # fmt: skip
