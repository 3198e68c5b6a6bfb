"""The devices on which a member is told, and what they wish to be told of: the member's, not a brand's, as sessions.

A device is what its browser gave us: an address at a push service and the keys that only it can open messages with,
sealed here. It goes when its member removes it or signs out there, and when the push service knows it no more.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import get_args

import asyncpg
import orjson

from inbox.errors import NotFound, Refused
from inbox.ids import BrandId, MemberId
from inbox.log.seal import Keyring
from inbox.log.store import Log
from inbox.people.sessions import Executor
from inbox.push import untold
from inbox.push.bundling import Shows, Wishes
from inbox.sql import beside
from inbox.subscription import clean_address

sql = beside(__file__, "devices.sql")

MOST = 10
MOST_NAME = 60
_KEY = re.compile(r"[A-Za-z0-9_-]{20,100}={0,2}")
POINT_BYTES, SECRET_BYTES = 65, 16


@dataclass(frozen=True, slots=True)
class Device:
    """A row of the member's page."""

    id: uuid.UUID
    name: str
    made_at: datetime
    last_sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes, and the keys it is encrypted with (RFC 8291), as the browser gave them."""

    device: uuid.UUID
    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who of a brand wants to be told. `zone`: of their own clock, "" where they go by the brand's."""

    member: MemberId
    locale: str
    zone: str
    acts: bool
    wishes: Wishes


async def add(
    log: Log, member: MemberId, brands: Sequence[BrandId], given: Mapping[str, str], *, name: str, session: bytes,
    allow: Sequence[str] = (), now: datetime,
) -> None:  # fmt: skip
    """`given`: as `subscription` reads it. What waits by now is no news. Refused: `device_bad`, as `clean_address`."""
    endpoint = clean_address(given.get("endpoint", ""), allow)
    keys = {
        part: _key(given.get(part, ""), length) for part, length in (("p256dh", POINT_BYTES), ("auth", SECRET_BYTES))
    }
    device, digest = uuid.uuid4(), fingerprint(endpoint)
    sealed = log.keyring.seal_settings(orjson.dumps({"endpoint": endpoint, **keys}), _bound(digest))
    await log.pool.execute(sql.add, device, member, digest, sealed, _name(name), session, now)
    await log.pool.execute(sql.prune, member, MOST)
    for brand in brands:
        await untold.tell_all(log.pool, brand, member, now)


def subscription(text: str) -> Mapping[str, str]:
    """What a browser says of itself (`PushSubscription.toJSON`): endpoint, p256dh, auth. Refused: `device_bad`."""
    try:
        told = orjson.loads(text)
        given = {"endpoint": told["endpoint"], "p256dh": told["keys"]["p256dh"], "auth": told["keys"]["auth"]}
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("device_bad", "The browser said nothing by which it could be reached.") from error
    if not all(isinstance(value, str) for value in given.values()):
        raise Refused("device_bad", "The browser said nothing by which it could be reached.")
    return given


def _key(text: str, length: int) -> str:
    clear = urlsafe_b64decode(text + "=" * (-len(text) % 4)) if _KEY.fullmatch(text) else b""
    if len(clear) != length:
        raise Refused("device_bad", "The browser gave no keys that a message could be encrypted with.")
    return text.rstrip("=")


def _name(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:MOST_NAME] or "?"


def fingerprint(endpoint: str) -> bytes:
    return hashlib.sha256(endpoint.encode()).digest()


def _bound(digest: bytes) -> bytes:
    return b"push/" + digest


async def of_member(executor: Executor, member: MemberId) -> list[Device]:
    rows = await executor.fetch(sql.of_member, member)
    return [Device(r["device_id"], r["name"], r["made_at"], r["last_sent_at"]) for r in rows]


async def rename(executor: Executor, member: MemberId, device: uuid.UUID, name: str) -> None:
    _found(await executor.execute(sql.rename, member, device, _name(name)))


async def remove(executor: Executor, member: MemberId, device: uuid.UUID) -> None:
    await executor.execute(sql.remove, member, device)


async def try_out(executor: Executor, member: MemberId, device: uuid.UUID, now: datetime) -> None:
    """A message to this device soon, by the worker that sends all others."""
    _found(await executor.execute(sql.try_out, member, device, now))


def _found(done: str) -> None:
    if done.endswith(" 0"):
        raise NotFound


# --- what somebody wishes -----------------------------------------------------------------------------------------


async def wishes(executor: Executor, member: MemberId) -> Wishes:
    row = await executor.fetchrow(sql.wishes, member)
    return Wishes() if row is None else _wishes(row)


def _wishes(row: asyncpg.Record) -> Wishes:
    if row["priorities"] is None:
        return Wishes()
    quiet = (row["quiet_from"], row["quiet_until"]) if row["quiet_from"] is not None else None
    return Wishes(frozenset(row["priorities"]), quiet, row["through"], row["shows"])


async def choose(executor: Executor, member: MemberId, chosen: Wishes) -> None:
    start, end = chosen.quiet or (None, None)
    await executor.execute(
        sql.choose, member, sorted(chosen.priorities), start, end, chosen.through, chosen.shows
    )  # fmt: skip


def clean(priorities: Sequence[str], quiet: tuple[str, str], *, through: bool, shows: str) -> Wishes:
    """From a form. Refused: `hours_bad`; what is no choice is not chosen."""
    chosen = frozenset(int(one) for one in priorities if one in {"1", "2", "3", "4"})
    known: dict[str, Shows] = {one: one for one in get_args(Shows)}
    return Wishes(chosen, _hours(*quiet), through, known.get(shows, "channels"))


def _hours(start: str, end: str) -> tuple[time, time] | None:
    if not start and not end:
        return None
    try:
        hours = time.fromisoformat(start), time.fromisoformat(end)
    except ValueError as error:
        raise Refused("hours_bad", "Quiet hours have a beginning and an end, as 22:00 and 07:00.") from error
    if hours[0] == hours[1] or hours[0].tzinfo or hours[1].tzinfo:
        raise Refused("hours_bad", "Quiet hours have a beginning and an end, as 22:00 and 07:00.")
    return hours


# --- for the worker -----------------------------------------------------------------------------------------------


async def people(executor: Executor, brand: BrandId) -> list[Person]:
    rows = await executor.fetch(sql.people, brand)
    return [Person(MemberId(r["member_id"]), r["locale"], r["zone"], r["role"] != "observer", _wishes(r)) for r in rows]


async def addresses(executor: Executor, keyring: Keyring, member: MemberId) -> list[Address]:
    return [opened(keyring, r) for r in await executor.fetch(sql.sealed, member)]


def opened(keyring: Keyring, row: asyncpg.Record) -> Address:
    told = orjson.loads(keyring.open_settings(row["sealed"], _bound(row["endpoint_hash"])))
    return Address(row["device_id"], told["endpoint"], told["p256dh"], told["auth"])
