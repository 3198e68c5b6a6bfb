"""Append to and read from the log of a brand.

`Log.append` is one transaction: raw deliveries, keys of new authors, events. `Log.submit` does the same through the
batcher, for the many small writes of ingest. Both answer, in the order given, the position of each event, or None where
the log already had it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from inbox import events as ev
from inbox.errors import NotFound
from inbox.ids import BrandId, DedupeKey, Position, SubjectId
from inbox.log import seal
from inbox.log.pulse import Pulse
from inbox.log.record import NewDelivery, NewEvent, Recorded
from inbox.sql import beside

sql = beside(__file__, "log.sql")

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
Positions = list[Position | None]


class PositionConflict(Exception):
    """Something was appended to the stream since the position the caller expected."""


class LogUnavailable(Exception):
    """The database did not take it; nothing was stored, as far as anybody knows. Trying again is safe."""


def _subject_binding(brand: BrandId, subject: uuid.UUID) -> bytes:
    return b"subject/%d/" % brand + subject.bytes


def _day_binding(brand: BrandId, day: date) -> bytes:
    return f"day/{brand}/{day.isoformat()}".encode()


def _headers_binding(delivery_id: uuid.UUID) -> bytes:
    return delivery_id.bytes + b"/headers"


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the log: `events` are those that were wanted of it, `last` is where it ends."""

    events: list[Recorded]
    last: int


class Log:
    def __init__(self, pool: asyncpg.Pool, keyring: seal.Keyring, pulse: Pulse) -> None:
        self.pool = pool
        self.keyring = keyring
        self.pulse = pulse

    # --- writing ---

    async def append(
        self,
        brand: BrandId,
        events: Sequence[NewEvent],
        *,
        deliveries: Sequence[NewDelivery] = (),
        expect: tuple[str, int] | None = None,
        connection: Connection | None = None,
    ) -> Positions:
        """`expect`: the stream and the last position in it that the decision was made on; else `PositionConflict`.

        With `connection`, joins the caller's transaction; waking the followers is then the caller's (`pulse.beat`).
        """
        if connection is not None:
            return await self._append(connection, brand, events, deliveries, expect)
        async with self.pool.acquire() as own, own.transaction():
            positions = await self._append(own, brand, events, deliveries, expect)
        if any(position is not None for position in positions):
            self.pulse.beat("log", brand)
        return positions

    async def _append(
        self,
        connection: Connection,
        brand: BrandId,
        events: Sequence[NewEvent],
        deliveries: Sequence[NewDelivery],
        expect: tuple[str, int] | None,
    ) -> Positions:
        if deliveries:
            await self._store_deliveries(connection, brand, deliveries)
        if not events:
            return []
        keys = await self._keys_for_writing(connection, brand, {e.subject for e in events if e.subject is not None})
        rows = [self._row(brand, new, keys) for new in events]
        columns = [list(column) for column in zip(*rows, strict=True)]
        try:
            placed = await connection.fetch(sql.append, brand, *columns, *(expect or (None, None)))
        except asyncpg.PostgresError as error:
            if error.sqlstate == "VG409":
                raise PositionConflict from error
            if error.sqlstate == "VG404":
                raise NotFound from error
            raise
        at = {row["ord"]: Position(row["pos"]) for row in placed}
        return [at.get(n) for n in range(1, len(events) + 1)]

    def _row(
        self, brand: BrandId, new: NewEvent, keys: Mapping[uuid.UUID, bytes]
    ) -> tuple[str, str, int, DedupeKey, SubjectId | None, bytes, bytes | None]:
        body, personal = ev.encode(new.event)
        sealed = None
        if personal is not None and new.subject is not None:
            sealed = seal.seal(keys[new.subject], personal, self._binding(brand, new.dedupe))
        elif personal is not None:
            raise ValueError(f"{new.event.TYPE} holds personal fields and names no subject")
        return new.stream, new.event.TYPE, new.event.V, new.dedupe, new.subject, body, sealed

    @staticmethod
    def _binding(brand: BrandId, dedupe: uuid.UUID) -> bytes:
        return b"event/%d/" % brand + dedupe.bytes

    async def _keys_for_writing(
        self, connection: Connection, brand: BrandId, subjects: set[SubjectId]
    ) -> dict[uuid.UUID, bytes]:
        if not subjects:
            return {}
        known = list(await connection.fetch(sql.subject_keys_for_writing, brand, sorted(subjects)))
        # Others may hear the same new authors, and forget them, at this very moment: until each has a key that we hold.
        while new := sorted(subjects - {row["subject_id"] for row in known}):
            wrapped = [self.keyring.new_key(_subject_binding(brand, subject)) for subject in new]
            made = await connection.fetch(sql.ensure_subject_keys, brand, new, wrapped)
            known += made
            if len(made) < len(new):
                missed = sorted(subjects - {row["subject_id"] for row in known})
                known += await connection.fetch(sql.subject_keys_for_writing, brand, missed)
        return self._unwrap(brand, known)

    def _unwrap(self, brand: BrandId, rows: Iterable[asyncpg.Record]) -> dict[uuid.UUID, bytes]:
        return {
            row["subject_id"]: self.keyring.unwrap(row["wrapped_key"], _subject_binding(brand, row["subject_id"]))
            for row in rows
        }

    async def _store_deliveries(
        self, connection: Connection, brand: BrandId, deliveries: Sequence[NewDelivery]
    ) -> None:
        keys = {day: await self._day_key(connection, brand, day) for day in {_day(d.received_at) for d in deliveries}}
        rows = [
            (
                d.delivery_id, d.channel_id, d.received_at, _day(d.received_at),
                seal.seal(keys[_day(d.received_at)], d.body, d.delivery_id.bytes),
                d.content_type, d.outcome, d.reason, d.messages,
                d.headers and seal.seal(keys[_day(d.received_at)], d.headers, _headers_binding(d.delivery_id)),
            )
            for d in deliveries
        ]  # fmt: skip
        await connection.execute(sql.store_deliveries, brand, *(list(column) for column in zip(*rows, strict=True)))

    async def _day_key(self, connection: Connection, brand: BrandId, day: date) -> bytes:
        wrapped = await connection.fetchval(sql.delivery_key, brand, day)
        if wrapped is None:
            await connection.execute(
                sql.ensure_delivery_key, brand, day, self.keyring.new_key(_day_binding(brand, day))
            )
            wrapped = await connection.fetchval(sql.delivery_key, brand, day)
        return self.keyring.unwrap(wrapped, _day_binding(brand, day))

    async def forget(self, connection: Connection, brand: BrandId, subject: SubjectId) -> None:
        """Destroys the author's key in the caller's transaction. Their words open nowhere from its commit on."""
        await connection.execute(sql.destroy_subject_key, brand, subject)

    # --- reading ---

    async def read(
        self, brand: BrandId, after: int = 0, limit: int = 1000, *, connection: Connection | None = None
    ) -> list[Recorded]:
        rows = await (connection or self.pool).fetch(sql.read, brand, after, limit)
        return await self._opened(brand, rows, connection)

    async def page(
        self, brand: BrandId, after: int, limit: int, wants: frozenset[str] | None, *, connection: Connection | None
    ) -> Part:
        """As `read`, but only events of the types in `wants` are opened (None: all)."""
        rows = await (connection or self.pool).fetch(sql.read, brand, after, limit)
        wanted = rows if wants is None else [row for row in rows if row["type"] in wants]
        return Part(await self._opened(brand, wanted, connection), rows[-1]["position"] if rows else after)

    async def read_stream(
        self, brand: BrandId, stream: str, after: int = 0, *, connection: Connection | None = None
    ) -> list[Recorded]:
        rows = await (connection or self.pool).fetch(sql.read_stream, brand, stream, after)
        return await self._opened(brand, rows, connection)

    async def policies(self, brand: BrandId, *, connection: Connection | None = None) -> list[Recorded]:
        rows = await (connection or self.pool).fetch(sql.policies, brand)
        return await self._opened(brand, rows, connection)

    async def head(self, brand: BrandId, *, connection: Connection | None = None) -> Position:
        return Position(await (connection or self.pool).fetchval(sql.head, brand) or 0)

    async def find(
        self, brand: BrandId, keys: Sequence[DedupeKey], *, connection: Connection | None = None
    ) -> dict[DedupeKey, tuple[Position, str, SubjectId | None]]:
        """Position, stream and subject of the events with these keys; unknown keys are missing."""
        rows = await (connection or self.pool).fetch(sql.by_dedupe, brand, list(keys))
        return {row["dedupe"]: (row["position"], row["stream_id"], row["subject_id"]) for row in rows}

    async def _opened(
        self, brand: BrandId, rows: Sequence[asyncpg.Record], connection: Connection | None
    ) -> list[Recorded]:
        subjects = {row["subject_id"] for row in rows if row["sealed"] is not None}
        keys: dict[uuid.UUID, bytes] = {}
        if subjects:
            found = await (connection or self.pool).fetch(sql.subject_keys, brand, list(subjects))
            keys = self._unwrap(brand, found)
        return [self._recorded(brand, row, keys) for row in rows]

    def _recorded(self, brand: BrandId, row: asyncpg.Record, keys: Mapping[uuid.UUID, bytes]) -> Recorded:
        personal, opened = None, True
        if row["sealed"] is not None:
            personal = self._try_open(brand, row, keys.get(row["subject_id"]))
            opened = personal is not None
        return Recorded(
            position=row["position"], stream=row["stream_id"], dedupe=row["dedupe"], subject=row["subject_id"],
            recorded_at=row["recorded_at"], event=ev.decode(row["type"], row["v"], row["body"], personal),
            opened=opened,
        )  # fmt: skip

    def _try_open(self, brand: BrandId, row: asyncpg.Record, key: bytes | None) -> bytes | None:
        if key is None:
            return None
        try:
            return seal.open_sealed(key, row["sealed"], self._binding(brand, row["dedupe"]))
        except seal.CannotOpen:
            # Forgotten once, heard again: the author has a new key, and the old words stay closed.
            return None

    async def open_delivery(
        self, brand: BrandId, day: date, delivery_id: uuid.UUID, sealed: bytes, headers: bytes | None
    ) -> tuple[bytes, bytes | None] | None:
        """The raw bytes of a delivery and its headers, None when its day's key has expired."""
        wrapped = await self.pool.fetchval(sql.delivery_key, brand, day)
        if wrapped is None:
            return None
        key = self.keyring.unwrap(wrapped, _day_binding(brand, day))
        opened = headers and seal.open_sealed(key, headers, _headers_binding(delivery_id))
        return seal.open_sealed(key, sealed, delivery_id.bytes), opened


def _day(at: datetime) -> date:
    return at.date()
