"""Events and deliveries as the columns that the log's functions take: encoded, sealed, one list a column. And an event
back from its row."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import asyncpg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from inbox import events as ev
from inbox.ids import BrandId
from inbox.log import seal
from inbox.log.record import NewDelivery, NewEvent, Recorded

Encoded = tuple[bytes, bytes | None]
"""The open part of an event, and what is to be sealed."""


def binding(brand: BrandId, dedupe: uuid.UUID) -> bytes:
    return _of_brand(brand) + dedupe.bytes


def _of_brand(brand: BrandId) -> bytes:
    return b"event/%d/" % brand


def headers_binding(delivery_id: uuid.UUID) -> bytes:
    return delivery_id.bytes + b"/headers"


def day_of(at: datetime) -> date:
    return at.date()


def encoded(events: Sequence[NewEvent]) -> list[Encoded]:
    """Raises `ValueError` for personal fields that nobody owns."""
    written = [ev.encode(new.event) for new in events]
    for new, (_, personal) in zip(events, written, strict=True):
        if personal is not None and new.subject is None:
            raise ValueError(f"{new.event.TYPE} holds personal fields and names no subject")
    return written


def of_events(
    brand: BrandId, events: Sequence[NewEvent], written: Sequence[Encoded], ciphers: Mapping[int, AESGCM]
) -> list[list[Any]]:
    """Stream, type, version, dedupe key, subject, body, sealed. `ciphers` by the number of their subject."""
    prefix, nonces = _of_brand(brand), seal.nonces(len(events))
    sealed = [
        None if personal is None or new.subject is None
        else seal.seal_with(ciphers[new.subject.int], personal, prefix + new.dedupe.bytes, nonce)
        for new, (_, personal), nonce in zip(events, written, nonces, strict=True)
    ]  # fmt: skip
    types = [type(new.event) for new in events]
    return [
        [new.stream for new in events], [cls.TYPE for cls in types], [cls.V for cls in types],
        [new.dedupe for new in events], [new.subject for new in events], [body for body, _ in written], sealed,
    ]  # fmt: skip


def recorded(brand: BrandId, row: asyncpg.Record, keys: Mapping[uuid.UUID, bytes]) -> Recorded:
    """`keys`: of authors; one that is missing is a forgotten author's, whose words stay closed."""
    personal, opened = None, True
    if row["sealed"] is not None:
        personal = _opened(brand, row, keys.get(row["subject_id"]))
        opened = personal is not None
    return Recorded(
        position=row["position"], stream=row["stream_id"], dedupe=row["dedupe"], subject=row["subject_id"],
        recorded_at=row["recorded_at"], event=ev.decode(row["type"], row["v"], row["body"], personal),
        opened=opened,
    )  # fmt: skip


def _opened(brand: BrandId, row: asyncpg.Record, key: bytes | None) -> bytes | None:
    if key is None:
        return None
    try:
        return seal.open_sealed(key, row["sealed"], binding(brand, row["dedupe"]))
    except seal.CannotOpen:
        # Forgotten once, heard again: the author has a new key, and the old words stay closed.
        return None


def of_deliveries(deliveries: Sequence[NewDelivery], keys: Mapping[date, tuple[bytes, AESGCM]]) -> list[list[Any]]:
    """Days and their wrapped keys; then id, channel, time, day, body, type, outcome, reason, messages, headers."""
    rows = [_delivery(delivery, keys[day_of(delivery.received_at)][1]) for delivery in deliveries]
    wrapped = [key for key, _ in keys.values()]
    return [list(keys), wrapped, *(list(column) for column in zip(*rows, strict=True))]


def _delivery(d: NewDelivery, cipher: AESGCM) -> tuple[object, ...]:
    body = seal.seal_with(cipher, d.body, d.delivery_id.bytes)
    headers = d.headers and seal.seal_with(cipher, d.headers, headers_binding(d.delivery_id))
    return (
        d.delivery_id, d.channel_id, d.received_at, day_of(d.received_at), body, d.content_type, d.outcome, d.reason,
        d.messages, headers,
    )  # fmt: skip
