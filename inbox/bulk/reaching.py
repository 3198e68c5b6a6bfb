"""Nobody is written to twice: of all jobs that would write to a person, one has the claim on them, for a purpose and a
day. Authors whom colleagues linked are one person.

A claim is a row for each author of the person, won by compare-and-set before the reply is decided, all of them or none,
and given back where that is refused. So two jobs that know of different links still meet in the author they share. A
job that follows up another takes the claim over from it. Authors who are unlinked after all stay claimed for the day.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

import asyncpg

from inbox.author_card import Persons
from inbox.bulk.jobs import Job, sql
from inbox.ids import BrandId
from inbox.log.store import Connection

QUIET = timedelta(days=1)
"""After so long another matter may be written about."""
Person = Collection[uuid.UUID]


class _Taken(Exception):
    """Rolls back what was won of a person before."""


async def claim(
    connection: Connection, brand: BrandId, job: Job, person: Person, item_id: uuid.UUID, now: datetime
) -> str | None:
    """None where this job may write to them, in this item; asked again by the same job, the answer is the same. Else
    why not: `same_person`, this job wrote to them in another item; `already_written`, another job did."""
    try:
        async with connection.transaction():
            for subject in sorted(person):  # in one order everywhere, so that no two jobs wait for each other
                row = (subject, job.orders.purpose, job.job_id, item_id, now, job.follows, now - QUIET)
                if await connection.fetchval(sql.reach, brand, *row) is None:
                    raise _Taken
    except _Taken:
        rows = await connection.fetch(sql.reached, brand, job.orders.purpose, now - QUIET, list(person))
        return "same_person" if any(row["job_id"] == job.job_id for row in rows) else "already_written"
    return None


async def give_back(connection: Connection, brand: BrandId, job: Job, person: Person, item_id: uuid.UUID) -> None:
    await connection.execute(sql.leave, brand, list(person), job.orders.purpose, job.job_id, item_id)


async def taken(
    connection: Connection, brand: BrandId, job: Job, persons: Persons, subjects: Collection[uuid.UUID], now: datetime
) -> set[uuid.UUID]:
    """Those of them that another job has written to lately, by whichever author, and this one does not follow."""
    everybody = {author for subject in subjects for author in persons.of(subject)}
    rows = await connection.fetch(sql.reached, brand, job.orders.purpose, now - QUIET, list(everybody))
    reached = {row["subject_id"] for row in rows if row["job_id"] not in {job.job_id, job.follows}}
    return {subject for subject in subjects if persons.of(subject) & reached}


async def instead(
    connection: Connection, brand: BrandId, job: Job, persons: Persons, subjects: Collection[uuid.UUID]
) -> dict[uuid.UUID, asyncpg.Record]:
    """In which item of the job each of them is written to: its `item_id` and its state as `item`. Missing: in none."""
    everybody = {author for subject in subjects for author in persons.of(subject)}
    rows = await connection.fetch(sql.instead, brand, job.job_id, list(everybody)) if everybody else []
    by_author = {author: row for row in rows for author in persons.of(row["subject_id"])}
    return {subject: by_author[subject] for subject in subjects if subject in by_author}
