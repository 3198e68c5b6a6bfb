"""What a notary puts under a stretch of the log, and how a stretch is held against it. Pure.

Each event leaves a mark, eight bytes of its keyed digest, and the stretch one digest over the digest of the stretch
before and all of its events. The digest says whether something is wrong; the marks say where.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import asyncpg

MARK_BYTES = 8
BEGINNING = bytes(32)
"""What stands in place of a digest before the first stretch."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

What = Literal["changed", "missing", "moved", "seal", "cut", "unsealed", "added"]
Row = Mapping[str, Any] | asyncpg.Record
"""A row of `vigie.events`: position, stream_id, type, v, dedupe, subject_id, recorded_at, body, sealed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`what` is wrong at `position`. changed: not the event that was sealed; missing: it is not there; moved: it was
    sealed elsewhere; seal: the notary's own row over the stretch from there on; cut: the log ends before; unsealed: a
    gap between the notary's rows; added: beyond the log's own end."""

    what: What
    position: int


def event_digest(key: bytes, row: Row, position: int | None = None) -> bytes:
    """Of an event whole, envelope and sealed content; with `position` as if it stood there."""
    at_us = (row["recorded_at"] - EPOCH) // _MICROSECOND
    fields: tuple[bytes | None, ...] = (
        str(row["position"] if position is None else position).encode(),
        row["stream_id"].encode(), row["type"].encode(), str(row["v"]).encode(), row["dedupe"].bytes,
        None if row["subject_id"] is None else row["subject_id"].bytes, str(at_us).encode(), row["body"], row["sealed"],
    )  # fmt: skip
    digest = hashlib.blake2b(key=key, digest_size=32)
    for field in fields:
        digest.update(b"-" if field is None else b"%d:" % len(field))
        digest.update(field or b"")
    return digest.digest()


_MICROSECOND = datetime.resolution


def stretch_digest(key: bytes, before: bytes, since: int, upto: int, events: Sequence[bytes]) -> bytes:
    digest = hashlib.blake2b(b"%d-%d/" % (since, upto) + before, key=key, digest_size=32)
    for event in events:
        digest.update(event)
    return digest.digest()


def mark(event: bytes) -> bytes:
    return event[:MARK_BYTES]


def marks(events: Sequence[bytes]) -> bytes:
    return b"".join(map(mark, events))


@dataclass(frozen=True, slots=True)
class Seal:
    """A row of `vigie.seals`."""

    since: int
    upto: int
    marks: bytes
    digest: bytes

    def mark_at(self, position: int) -> bytes:
        start = (position - self.since) * MARK_BYTES
        return self.marks[start : start + MARK_BYTES]


def compare(key: bytes, before: bytes, seal: Seal, rows: Sequence[Row]) -> list[Fault]:
    """What is wrong with the events of a stretch, in order of position; nothing where all is as it was sealed."""
    digests = [event_digest(key, row) for row in rows]
    if stretch_digest(key, before, seal.since, seal.upto, digests) == seal.digest:
        wrong_marks = marks(digests) != seal.marks
        return [Fault("seal", seal.since)] if wrong_marks else []
    there = {row["position"]: (row, digest) for row, digest in zip(rows, digests, strict=True)}
    wrong = [p for p in range(seal.since, seal.upto + 1) if p not in there or mark(there[p][1]) != seal.mark_at(p)]
    if not wrong:
        return [Fault("seal", seal.since)]
    return [Fault(_fate(key, seal, wrong, there[p][0] if p in there else None), p) for p in wrong]


def _fate(key: bytes, seal: Seal, wrong: Sequence[int], row: Row | None) -> What:
    if row is None:
        return "missing"
    elsewhere = (p for p in wrong if p != row["position"])
    return "moved" if any(mark(event_digest(key, row, p)) == seal.mark_at(p) for p in elsewhere) else "changed"
