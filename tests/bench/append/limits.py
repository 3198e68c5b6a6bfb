"""What PostgreSQL itself gives on this disk: one row a commit (that is one flush), rows in bulk, COPY.

Rows are made before the clock starts and hold the same bytes as ours; the table has the primary key only.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import asyncpg

from inbox.ids import BrandId
from inbox.log.seal import Keyring
from inbox.sql import beside
from tests.bench.append.payload import Messages, clear
from tests.bench.measure import Sample, closed_loop
from tests.conftest import MASTER

sql = beside(__file__, "limits.sql")

BRAND = BrandId(1)
AT = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)


class Limit:
    """Rows of a bare table, `size` a commit, on one connection."""

    def __init__(self, name: str, dsn: str, size: int) -> None:
        self.name = name
        self._dsn = dsn
        self._size = size
        self._first = itertools.count(0, size)

    async def open(self) -> None:
        self._connection = await asyncpg.connect(self._dsn)
        await self._connection.execute(sql.table)
        messages = Messages(Keyring(MASTER), BRAND)
        rows = [messages.next() for _ in range(self._size)]
        self._columns = (
            [new.stream for new in rows], [new.event.TYPE for new in rows], [new.event.V for new in rows],
            [new.dedupe for new in rows], [new.subject for new in rows], [clear(new) for new in rows],
        )  # fmt: skip

    async def round(self, seconds: float) -> Sample:
        return await closed_loop(1, seconds, self._write)

    async def _write(self, _: int) -> int:
        raise NotImplementedError

    async def close(self) -> None:
        await self._connection.close()


class OneFlush(Limit):
    """A single row a commit: what takes the time is the flush."""

    def __init__(self, name: str, dsn: str) -> None:
        super().__init__(name, dsn, 1)

    async def _write(self, _: int) -> int:
        row = (column[0] for column in self._columns)
        await self._connection.execute(sql.one, BRAND, next(self._first), *row)
        return 1


class Bulk(Limit):
    """A multi-row INSERT from arrays."""

    async def _write(self, _: int) -> int:
        await self._connection.execute(sql.many, BRAND, next(self._first), *self._columns)
        return self._size


class Copy(Limit):
    """PostgreSQL's own way for bulk loads."""

    async def _write(self, _: int) -> int:
        first = next(self._first)
        rows = [(BRAND, first + n, *row[:5], AT, row[5]) for n, row in enumerate(zip(*self._columns, strict=True))]
        await self._connection.copy_records_to_table("raw", records=rows, schema_name="bare", columns=COLUMNS)
        return self._size


COLUMNS = ("brand_id", "position", "stream_id", "type", "v", "dedupe", "subject_id", "recorded_at", "body")
