"""A channel, its health and its raw deliveries, as they are kept; and the ids of channels.

A channel's secrets are sealed, bound to their brand and channel.
"""

from __future__ import annotations

import re
import secrets as randomness
import string
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import asyncpg
import orjson

from inbox.ids import BrandId, ChannelId
from inbox.log.seal import Keyring

PREVIOUS = "_previous"
_ALPHABET = string.ascii_letters + string.digits
_ID = re.compile(r"([1-9][0-9]{0,17})-[A-Za-z0-9]{16}", re.ASCII)


def new_channel_id(brand: BrandId) -> ChannelId:
    return ChannelId(f"{brand}-" + "".join(randomness.choice(_ALPHABET) for _ in range(16)))


def brand_of(channel_id: str) -> BrandId | None:
    """The brand that a channel id names; None for anything that we cannot have made."""
    match = _ID.fullmatch(channel_id)
    return BrandId(int(match.group(1))) if match else None


def channel_stream(channel_id: str) -> str:
    """The stream of what concerns a channel and no item."""
    return f"channel:{channel_id}"


@dataclass(frozen=True, slots=True)
class ChannelRecord:
    brand: BrandId
    channel_id: ChannelId
    network: str
    name: str
    account_id: str | None
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)
    created_at: datetime
    disabled_at: datetime | None = None

    def valid_secrets(self, name: str = "secret") -> tuple[str, ...]:
        """The secret and, after a rotation, the one before it; empty ones prove nothing and are left out."""
        return tuple(value for key in (name, name + PREVIOUS) if (value := self.secrets.get(key)))


def sealed(keyring: Keyring, record: ChannelRecord) -> bytes:
    """Its secrets."""
    clear = orjson.dumps(dict(record.secrets))
    return keyring.seal_settings(clear, _binding(record.brand, record.channel_id))


def opened(keyring: Keyring, row: asyncpg.Record) -> ChannelRecord:
    brand, channel_id = BrandId(row["brand_id"]), ChannelId(row["channel_id"])
    secrets = keyring.open_settings(row["secrets"], _binding(brand, channel_id))
    return ChannelRecord(
        brand, channel_id, row["network"], row["name"], row["account_id"], orjson.loads(row["settings"]),
        orjson.loads(secrets), row["created_at"], row["disabled_at"],
    )  # fmt: skip


def _binding(brand: BrandId, channel_id: str) -> bytes:
    return f"channel/{brand}/{channel_id}".encode()


class Health(NamedTuple):
    """`found_by_sweep`: messages that the network's webhook had failed to bring; `gaps`: times that the network no
    longer had all that came since the look before; `sweep_failure`: why the last look brought nothing."""

    last_delivery_at: datetime | None
    deliveries: int
    messages: int
    failures: int
    last_failure_at: datetime | None
    last_failure: str | None
    quarantined: int
    swept_at: datetime | None = None
    found_by_sweep: int = 0
    gaps: int = 0
    last_gap_at: datetime | None = None
    sweep_failure: str | None = None


class Quarantined(NamedTuple):
    delivery_id: uuid.UUID
    channel_id: str
    received_at: datetime
    content_type: str
    reason: str | None
    messages: int


class StoredDelivery(NamedTuple):
    """`body` is None when the key of its day has expired; `headers` also where none were kept."""

    delivery_id: uuid.UUID
    channel_id: str
    received_at: datetime
    content_type: str
    outcome: str
    reason: str | None
    body: bytes | None
    headers: bytes | None = None


class Reparsed(NamedTuple):
    """What reading a quarantined delivery again gave. `reason` is None when nothing of it is unreadable any more."""

    new: int
    reason: str | None


class Reparser(Protocol):
    async def __call__(self, brand: BrandId, delivery_id: uuid.UUID) -> Reparsed:
        """Reads the raw delivery with today's parser. Raises `NotFound`, and `Refused` once its key has expired."""
        ...
