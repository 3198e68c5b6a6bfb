"""Nobody is written to twice: of all jobs that would write to a person, one has the claim on them, for a purpose and a
day.

A claim is a row that is won by compare-and-set before the reply is decided, and given back where that is refused. A job
that follows up another takes the claim over from it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from inbox.bulk.jobs import Job, sql
from inbox.ids import BrandId
from inbox.log.store import Connection

QUIET = timedelta(days=1)
"""After so long another matter may be written about."""


async def claim(
    connection: Connection, brand: BrandId, job: Job, subject: uuid.UUID, item_id: uuid.UUID, now: datetime
) -> bool:
    """Whether this job may write to them, in this item. Asked again by the same job, the answer is the same."""
    row = (subject, job.orders.purpose, job.job_id, item_id, now, job.follows, now - QUIET)
    return await connection.fetchval(sql.reach, brand, *row) is not None


async def give_back(connection: Connection, brand: BrandId, job: Job, subject: uuid.UUID, item_id: uuid.UUID) -> None:
    await connection.execute(sql.leave, brand, subject, job.orders.purpose, job.job_id, item_id)


async def taken(
    connection: Connection, brand: BrandId, job: Job, subjects: Collection[uuid.UUID], now: datetime
) -> set[uuid.UUID]:
    """Those of them that another job has written to lately, and this one does not follow."""
    rows = await connection.fetch(sql.reached, brand, job.orders.purpose, now - QUIET, list(subjects))
    return {row["subject_id"] for row in rows if row["job_id"] not in {job.job_id, job.follows}}
