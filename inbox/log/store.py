"""Append to and read from the log of a brand.

`Log.append` is one transaction: raw deliveries, keys of new authors, events. `Log.submit` does the same through the
batcher, for the many small writes of ingest. Both answer, in the order given, the position of each event, or None where
the log already had it.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import asyncpg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from inbox.errors import NotFound
from inbox.ids import BrandId, DedupeKey, Position, SubjectId
from inbox.log import ciphers, columns, seal
from inbox.log.pulse import Pulse
from inbox.log.record import NewDelivery, NewEvent, Recorded
from inbox.sql import beside

sql = beside(__file__, "log.sql")

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
Positions = list[Position | None]
Expected = tuple[str, int] | None


class PositionConflict(Exception):
    """Something was appended to the stream since the position the caller expected."""


class LogUnavailable(Exception):
    """The database did not take it; nothing was stored, as far as anybody knows. Trying again is safe."""


class Flooded(LogUnavailable):
    """So much of this brand waits already that no more of it is taken now. The database answers, and others' appends go
    on."""


class AppendRefused(LogUnavailable):
    """The database answers, and does not take this append: trying again gives the same."""


class StaleKeys(Exception):
    """What was known of authors' keys is no longer true; nothing was stored."""


REFUSALS: dict[str, type[Exception]] = {"VG404": NotFound, "VG409": PositionConflict, "VG410": StaleKeys}
ATTEMPTS = 4


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
        self._keys = ciphers.SubjectKeys(keyring)
        self._days = ciphers.DayKeys(keyring)

    # --- writing ---

    async def append(
        self,
        brand: BrandId,
        events: Sequence[NewEvent],
        *,
        deliveries: Sequence[NewDelivery] = (),
        expect: Expected = None,
        as_of: int | None = None,
        connection: Connection | None = None,
    ) -> Positions:
        """`expect`: the stream and the last position in it that the decision was made on; else `PositionConflict`.
        `as_of`: how many of the brand's keys were destroyed when it was decided whose words are in it; else, where
        there are words, `StaleKeys`. Not with `connection`, whose transaction can hold the keys.

        With `connection`, joins the caller's transaction; waking the followers is then the caller's (`pulse.beat`).
        """
        new = _once(events)
        if connection is not None:
            positions = await self._append_within(connection, brand, new, deliveries, expect)
        else:
            positions = await self._append_alone(brand, new, deliveries, expect, as_of)
        if len(new) == len(events):
            return positions
        at = {event.dedupe: position for event, position in zip(new, positions, strict=True)}
        return [at.pop(event.dedupe, None) for event in events]  # its first place counts, its others are known

    async def _append_alone(
        self, brand: BrandId, new: Sequence[NewEvent], deliveries: Sequence[NewDelivery], expect: Expected,
        as_of: int | None,
    ) -> Positions:  # fmt: skip
        """One statement, one commit. Where others made or destroyed keys meanwhile: sealed anew, and sent again."""
        written = columns.encoded(new)
        async with self.pool.acquire() as own:
            for _ in range(ATTEMPTS):
                held = await self._keys.hold(own, brand, _subjects(new))
                if _is_older(held, as_of):
                    self._keys.drop(brand)
                    continue
                days = await self._days.hold(own, brand, _days(deliveries), remember=True)
                try:
                    positions = await self._place(own, brand, new, written, deliveries, expect, held, days)
                except StaleKeys:
                    self._keys.drop(brand)
                    self._days.drop(brand)
                else:
                    self._keys.stored(held)
                    break
            else:
                if as_of is not None:
                    raise StaleKeys
                async with own.transaction():
                    positions = await self._append_within(own, brand, new, deliveries, expect)
        if any(position is not None for position in positions):
            self.pulse.beat("log", brand)
        return positions

    async def _append_within(
        self,
        connection: Connection,
        brand: BrandId,
        new: Sequence[NewEvent],
        deliveries: Sequence[NewDelivery],
        expect: Expected,
    ) -> Positions:
        written = columns.encoded(new)
        held = await self._keys.lock(connection, brand, _subjects(new))
        days = await self._days.hold(connection, brand, _days(deliveries), remember=False)
        return await self._place(connection, brand, new, written, deliveries, expect, held, days)

    async def _place(
        self,
        connection: Connection,
        brand: BrandId,
        new: Sequence[NewEvent],
        written: Sequence[columns.Encoded],
        deliveries: Sequence[NewDelivery],
        expect: Expected,
        held: ciphers.Held,
        days: Mapping[date, tuple[bytes, AESGCM]],
    ) -> Positions:
        if not new and not deliveries:
            return []
        given: list[object] = [brand, *columns.of_events(brand, new, written, held.ciphers), *(expect or (None, None))]
        given += [held.epoch, list(held.new), list(held.new.values())]
        if deliveries:
            given += columns.of_deliveries(deliveries, days)
        try:
            row = await connection.fetchrow(sql.take if deliveries else sql.append, *given)
        except asyncpg.PostgresError as error:
            if error.sqlstate in REFUSALS:
                raise REFUSALS[error.sqlstate] from error
            raise
        assert row is not None
        return _positions(len(new), row["head"], row["known"])

    async def forget(self, connection: Connection, brand: BrandId, subject: SubjectId) -> bool:
        """Destroys the author's key in the caller's transaction. Their words open nowhere from its commit on. False:
        there was no key any more."""
        done = await connection.execute(sql.destroy_subject_key, brand, subject)
        await connection.execute(sql.count_destroyed_key, brand)
        self._keys.drop(brand)
        return bool(done != "DELETE 0")

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

    async def read_streams(
        self, brand: BrandId, streams: Sequence[str], upto: int, *, connection: Connection | None = None
    ) -> list[Recorded]:
        """Several streams up to a position, one after the other."""
        rows = await (connection or self.pool).fetch(sql.read_streams, brand, list(streams), upto)
        return await self._opened(brand, rows, connection)

    async def read_share(
        self, brand: BrandId, low: str, high: str, upto: int, *, connection: Connection | None = None
    ) -> list[Recorded]:
        """As `read_streams`: those whose names lie from `low` on and before `high`, as the database orders text."""
        rows = await (connection or self.pool).fetch(sql.read_share, brand, low, high, upto)
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
        return [columns.recorded(brand, row, keys) for row in rows]

    def _unwrap(self, brand: BrandId, rows: Iterable[asyncpg.Record]) -> dict[uuid.UUID, bytes]:
        pairs = ((row["subject_id"], row["wrapped_key"]) for row in rows)
        return {s: self.keyring.unwrap(wrapped, ciphers.subject_binding(brand, s)) for s, wrapped in pairs}

    def opened(self, brand: BrandId, rows: Sequence[asyncpg.Record]) -> list[Recorded]:
        """Events that were read with their `wrapped_key` beside them; one that is missing is a forgotten author's."""
        wrapped = {row["subject_id"]: row for row in rows if row["wrapped_key"] is not None}
        keys = self._unwrap(brand, wrapped.values())
        return [columns.recorded(brand, row, keys) for row in rows]

    async def open_delivery(
        self, brand: BrandId, day: date, delivery_id: uuid.UUID, sealed: bytes, headers: bytes | None
    ) -> tuple[bytes, bytes | None] | None:
        """The raw bytes of a delivery and its headers, None when its day's key has expired."""
        wrapped = await self.pool.fetchval(sql.delivery_key, brand, day)
        if wrapped is None:
            return None
        key = self.keyring.unwrap(wrapped, ciphers.day_binding(brand, day))
        opened = headers and seal.open_sealed(key, headers, columns.headers_binding(delivery_id))
        return seal.open_sealed(key, sealed, delivery_id.bytes), opened


def _is_older(held: ciphers.Held, as_of: int | None) -> bool:
    """Whether keys are held as of another count of destroyed ones than the caller's decision. Raises `StaleKeys` where
    that decision is the older one."""
    if as_of is None or held.epoch is None:
        return False
    if held.epoch > as_of:
        raise StaleKeys
    return held.epoch < as_of


def _once(events: Sequence[NewEvent]) -> Sequence[NewEvent]:
    """The first of each dedupe key, in order."""
    if len({new.dedupe.int for new in events}) == len(events):  # a UUID's own hash takes eight times as long
        return events
    first: dict[DedupeKey, NewEvent] = {}
    for new in events:
        first.setdefault(new.dedupe, new)
    return list(first.values())


def _subjects(events: Sequence[NewEvent]) -> Collection[SubjectId]:
    """Each once."""
    return {new.subject.int: new.subject for new in events if new.subject is not None}.values()


def _days(deliveries: Sequence[NewDelivery]) -> set[date]:
    return {columns.day_of(delivery.received_at) for delivery in deliveries}


def _positions(count: int, head: int, known: Sequence[int]) -> Positions:
    """Behind the old head in the order given, those left out that the log had already (counted from 1)."""
    if not known:
        return [Position(n) for n in range(head + 1, head + 1 + count)]
    had, places = set(known), itertools.count(head + 1)
    return [None if n in had else Position(next(places)) for n in range(1, count + 1)]
