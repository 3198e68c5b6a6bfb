"""The keys that an append seals with: of authors, and of the days of raw deliveries.

An append of its own transaction remembers keys between batches, for a minute at most, so that sealing a batch of known
authors asks nothing. A destroyed key never comes back by it: each memory is of one *epoch* of the brand, the count of
its destroyed keys, and under the lock of the brand's head `vigie.append` refuses what was sealed in another (`VG410`).
Whoever destroys a key raises the epoch under the same lock. A new key goes with every batch that seals with it, until
one of them is committed: whichever fails, no words are ever stored without their key.

An append that joins a caller's transaction remembers nothing, because its keys may yet be rolled back: it holds their
rows against destruction until it commits.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import asyncpg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from inbox.errors import NotFound
from inbox.ids import BrandId, SubjectId
from inbox.log.seal import Keyring
from inbox.sql import beside

sql = beside(__file__, "log.sql")

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
REMEMBERED_S = 60.0
MOST_REMEMBERED = 50_000
"""Keys of all brands together, some 600 bytes each: beyond it the brands first remembered are dropped."""


def subject_binding(brand: BrandId, subject: uuid.UUID) -> bytes:
    return b"subject/%d/" % brand + subject.bytes


def day_binding(brand: BrandId, day: date) -> bytes:
    return f"day/{brand}/{day.isoformat()}".encode()


@dataclass(slots=True)
class _Memory:
    """What is remembered of one brand, true at `epoch`, by the number of the subject: a UUID's own hash takes eight
    times as long. `made`: new keys, wrapped too, not known to be committed."""

    epoch: int
    until: float
    known: dict[int, AESGCM] = field(default_factory=dict)
    made: dict[int, tuple[AESGCM, bytes]] = field(default_factory=dict)

    def holds(self, subject: int) -> bool:
        return subject in self.known or subject in self.made


@dataclass(frozen=True, slots=True)
class Held:
    """The keys of one batch, by the number of the subject. `new`: wrapped keys to be stored with it. `epoch`: None
    where rows are locked instead."""

    ciphers: dict[int, AESGCM]
    epoch: int | None = None
    new: dict[SubjectId, bytes] = field(default_factory=dict)
    memory: _Memory | None = None


class SubjectKeys:
    """Keys of authors, for writing."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._memories: dict[BrandId, _Memory] = {}
        self._count = 0

    async def hold(self, connection: Connection, brand: BrandId, subjects: Collection[SubjectId]) -> Held:
        """Asks the database only for what is not remembered. `NotFound`: no such brand."""
        while subjects:
            memory = self._memory(brand)
            unknown = [s for s in subjects if memory is None or not memory.holds(s.int)]
            if memory is None or unknown:
                memory = await self._learn(connection, brand, memory, unknown)
            if memory is not None:
                return self._held(memory, subjects)
        return Held({})

    def _memory(self, brand: BrandId) -> _Memory | None:
        memory = self._memories.get(brand)
        if memory is not None and memory.until < time.monotonic():
            self.drop(brand)
            return None
        return memory

    async def _learn(
        self, connection: Connection, brand: BrandId, memory: _Memory | None, unknown: Sequence[SubjectId]
    ) -> _Memory | None:
        """None where the brand's epoch is another than the memory's: to be learnt anew."""
        rows = await connection.fetch(sql.keys_at_an_epoch, brand, unknown)
        if not rows:
            raise NotFound
        epoch = rows[0]["key_epoch"]
        if memory is None:
            memory = self._remember(brand, epoch)
        elif memory.epoch != epoch:
            self.drop(brand)
            return None
        found = {row["subject_id"]: row["wrapped_key"] for row in rows}
        for subject in unknown:
            self._add(brand, memory, subject, found.get(subject))
        return memory

    def _remember(self, brand: BrandId, epoch: int) -> _Memory:
        """Of two batches that learn at once the later one's memory stays; each seals with its own."""
        now = time.monotonic()
        self.drop(brand)
        for other, old in tuple(self._memories.items()):  # in the order they were remembered
            if old.until >= now and self._count < MOST_REMEMBERED:
                break
            self.drop(other)
        memory = self._memories[brand] = _Memory(epoch, now + REMEMBERED_S)
        return memory

    def _add(self, brand: BrandId, memory: _Memory, subject: SubjectId, wrapped: bytes | None) -> None:
        if memory.holds(subject.int):  # learnt by a neighbour while we asked
            return
        binding = subject_binding(brand, subject)
        if wrapped is None:
            memory.made[subject.int] = self._keyring.made_key(binding)
        else:
            memory.known[subject.int] = self._keyring.cipher(wrapped, binding)
        if self._memories.get(brand) is memory:
            self._count += 1

    @staticmethod
    def _held(memory: _Memory, subjects: Iterable[SubjectId]) -> Held:
        held = Held({}, memory.epoch, {}, memory)
        for subject in subjects:
            cipher = memory.known.get(subject.int)
            if cipher is None:
                cipher, held.new[subject] = memory.made[subject.int]
            held.ciphers[subject.int] = cipher
        return held

    @staticmethod
    def stored(held: Held) -> None:
        """The batch is committed, and its new keys with it."""
        if held.memory is not None:
            for subject in held.new:
                if (made := held.memory.made.pop(subject.int, None)) is not None:
                    held.memory.known[subject.int] = made[0]

    def drop(self, brand: BrandId) -> None:
        """Forgets what was remembered of the brand."""
        memory = self._memories.pop(brand, None)
        if memory is not None:
            self._count -= len(memory.known) + len(memory.made)

    async def lock(self, connection: Connection, brand: BrandId, subjects: Collection[SubjectId]) -> Held:
        """In the caller's transaction: until it ends nobody destroys these keys."""
        wanted = set(subjects)
        known = list(await connection.fetch(sql.subject_keys_for_writing, brand, sorted(wanted))) if wanted else []
        # Others may hear the same new authors, and forget them, at this very moment: until each has a key that we hold.
        while new := sorted(wanted - {row["subject_id"] for row in known}):
            wrapped = [self._keyring.new_key(subject_binding(brand, subject)) for subject in new]
            made = await connection.fetch(sql.ensure_subject_keys, brand, new, wrapped)
            known += made
            if len(made) < len(new):
                missed = sorted(wanted - {row["subject_id"] for row in known})
                known += await connection.fetch(sql.subject_keys_for_writing, brand, missed)
        pairs = ((row["subject_id"], row["wrapped_key"]) for row in known)
        return Held({s.int: self._keyring.cipher(wrapped, subject_binding(brand, s)) for s, wrapped in pairs})


class DayKeys:
    """Keys of raw deliveries, one a brand and day: in use for a day, destroyed when the day's deliveries expire."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._memory: dict[tuple[BrandId, date], tuple[bytes, AESGCM, float]] = {}

    async def hold(
        self, connection: Connection, brand: BrandId, days: Iterable[date], *, remember: bool
    ) -> dict[date, tuple[bytes, AESGCM]]:
        """Each day's key, wrapped and ready to seal with. `remember` only what no rollback can take back."""
        return {day: await self._of(connection, brand, day, remember=remember) for day in sorted(days)}

    async def _of(self, connection: Connection, brand: BrandId, day: date, *, remember: bool) -> tuple[bytes, AESGCM]:
        now = time.monotonic()
        remembered = self._memory.get((brand, day))
        if remembered is not None and remembered[2] >= now:
            return remembered[:2]
        wrapped = await self._ensured(connection, brand, day)
        cipher = self._keyring.cipher(wrapped, day_binding(brand, day))
        if remember:
            self._memory = {key: kept for key, kept in self._memory.items() if kept[2] >= now}
            self._memory[brand, day] = (wrapped, cipher, now + REMEMBERED_S)
        return wrapped, cipher

    async def _ensured(self, connection: Connection, brand: BrandId, day: date) -> bytes:
        wrapped: bytes | None = await connection.fetchval(sql.delivery_key, brand, day)
        if wrapped is None:
            new = self._keyring.new_key(day_binding(brand, day))
            await connection.execute(sql.ensure_delivery_key, brand, day, new)
            wrapped = await connection.fetchval(sql.delivery_key, brand, day)
        assert wrapped is not None
        return wrapped

    def drop(self, brand: BrandId) -> None:
        self._memory = {key: kept for key, kept in self._memory.items() if key[0] != brand}
