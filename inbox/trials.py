"""Trying a model on a brand's history, and putting it in force: what was asked, how far it is, what came of it.

A run is a row that outlives every process: a worker walks over the messages of the log from `first_position` to
`head`, keeps its place, and writes the report as it goes. Nothing changes for the team until somebody has seen the
report and switches: then `ModelSwitched` stands in the brand's log, and the same walk appends the new judgements. What
was judged before stays in the log.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import asyncpg
import orjson
from pydantic import TypeAdapter

from inbox import events as ev
from inbox.catalogue import ModelCard, usable
from inbox.comparison import Report
from inbox.errors import NotFound, Refused
from inbox.ids import BrandId, dedupe_key
from inbox.log.record import NewEvent
from inbox.log.store import Connection, Log
from inbox.sql import beside
from inbox.state import Message
from inbox.views import items
from inbox.views.stored import load_item

sql = beside(__file__, "trials.sql")

State = Literal["asked", "trying", "tried", "applying", "applied", "failed", "stopped"]
STREAM = "classifier"
MOST_SHOWN = 20
MOST_DAYS = 366
_REPORT = TypeAdapter(Report)


@dataclass(frozen=True, slots=True)
class Trial:
    """One run. `model` is a name of the settings, "" for the default one; `model_id` what it calls itself."""

    run_id: uuid.UUID
    model: str
    model_id: str
    sha256: str
    since: datetime
    asked_at: datetime
    asked_by: int | None
    state: State
    first_position: int
    position: int
    head: int
    report: Report
    reason: str | None
    changed_at: datetime

    @property
    def active(self) -> bool:
        return self.state in {"asked", "trying", "applying"}

    @property
    def progress(self) -> float:
        """0 to 1 of the present walk."""
        length = self.head - self.first_position
        if length <= 0:
            return 0.0 if self.state == "asked" else 1.0
        return (self.position - self.first_position) / length


def written(report: Report) -> bytes:
    return orjson.dumps(report)


def trial_of(row: asyncpg.Record) -> Trial:
    fields: dict[str, Any] = {name: row[name] for name in Trial.__dataclass_fields__}
    # The driver's UUIDs are a subclass that JSON writers do not know.
    fields["run_id"] = uuid.UUID(int=row["run_id"].int)
    fields["report"] = _REPORT.validate_json(row["report"]) if row["report"] else Report()
    return Trial(**fields)


async def ask(log: Log, brand: BrandId, model: str, *, since: datetime, by: int | None, now: datetime) -> uuid.UUID:
    """Refused: `trial_running` (409) while another run of the brand is active."""
    if since >= now:
        raise Refused("since_bad", "There is nothing to judge yet after that time.")
    run_id = uuid.uuid4()
    if await log.pool.fetchval(sql.ask, brand, run_id, model, since, now, by) is None:
        raise Refused("trial_running", "A run of this brand is under way; wait until it has ended.", status=409)
    return run_id


async def of_brand(connection: Connection | asyncpg.Pool, brand: BrandId, most: int = MOST_SHOWN) -> list[Trial]:
    return [trial_of(row) for row in await connection.fetch(sql.of_brand, brand, most)]


async def try_on(
    log: Log, brand: BrandId, cards: Sequence[ModelCard], model: str, *, days: int, by: int, now: datetime
) -> uuid.UUID:
    """As `ask`, for a member: only a model on offer, and a stretch of at most a year. Refused: `model_unknown`,
    `since_bad`, `trial_running`."""
    if usable(cards, model) is None:
        raise Refused("model_unknown", "No model of that name can be used here.")
    if not 1 <= days <= MOST_DAYS:
        raise Refused("since_bad", f"A run goes back 1 to {MOST_DAYS} days.")
    return await ask(log, brand, model, since=now - timedelta(days=days), by=by, now=now)


async def examples(
    connection: Connection | asyncpg.Pool, brand: BrandId, report: Report
) -> dict[tuple[uuid.UUID, str], Message]:  # fmt: skip
    """The messages of the examples as they are now, for those who may read them; forgotten ones are missing."""
    ids = sorted({example.item_id for example in report.examples})
    rows = await connection.fetch(items.sql.states, brand, ids) if ids else []
    found = [load_item(row["state"]) for row in rows]
    return {
        (uuid.UUID(int=item.item_id.int), message.external_id): message
        for item in found
        for message in item.messages
        if message.text is not None
    }


async def one(connection: Connection | asyncpg.Pool, brand: BrandId, run_id: uuid.UUID) -> Trial:
    row = await connection.fetchrow(sql.one, brand, run_id)
    if row is None:
        raise NotFound
    return trial_of(row)


async def switch(log: Log, brand: BrandId, run_id: uuid.UUID, *, by: int | None, now: datetime) -> None:
    """Puts the model of a run that was tried to its end in force, and has its judgements appended.

    Refused: `not_tried` (409); `trial_running` (409) while another run is active.
    """
    try:
        async with log.pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(sql.apply, brand, run_id, now)
            if row is None:
                await one(connection, brand, run_id)
                raise Refused("not_tried", "Only what was tried to its end can be put in force.", status=409)
            event = ev.ModelSwitched(model=row["model"], sha256=row["sha256"], by=by, at=now)
            new = NewEvent(event, STREAM, dedupe_key("model_switched", str(brand), str(run_id)))
            await log.append(brand, [new], connection=connection)
    except asyncpg.UniqueViolationError as error:
        raise Refused(
            "trial_running", "A run of this brand is under way; wait until it has ended.", status=409
        ) from error
    log.pulse.beat("log", brand)


async def stop(log: Log, brand: BrandId, run_id: uuid.UUID, *, now: datetime) -> None:
    """Ends a run that is under way; what it appended stays, and a model that is in force stays in force.

    Refused: `not_running` (409) once it has ended.
    """
    if await log.pool.fetchval(sql.stop, brand, run_id, now) is None:
        await one(log.pool, brand, run_id)
        raise Refused("not_running", "This run has ended already.", status=409)


async def in_force(connection: Connection | asyncpg.Pool, brand: BrandId) -> ev.ModelSwitched | None:
    """The brand's latest switch; None while the installation's default model is in force."""
    row = await connection.fetchrow(sql.in_force, brand)
    if row is None:
        return None
    event = ev.decode(ev.ModelSwitched.TYPE, row["v"], row["body"], None)
    assert isinstance(event, ev.ModelSwitched)
    return event
