"""Webhooks out: who wants a brand's events sent where. The worker `forward` sends them; here people decide.

A subscription holds its own checkpoint: it is made at the head of the log, stands still while it is paused, and goes
back when somebody asks for everything from a position on. Secrets are sealed, bound to brand and subscription, and
leave this module twice: shown once to whoever made them, and to the worker that signs. Every change leaves a
`SettingChanged` in the log, in the same transaction.
"""

from __future__ import annotations

import secrets as randomness
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from inbox.errors import NotFound, Refused
from inbox.events import SettingChanged
from inbox.ids import BrandId, DedupeKey
from inbox.log.record import NewEvent
from inbox.log.seal import Keyring
from inbox.log.store import Connection, Log
from inbox.people import audit
from inbox.sql import beside
from inbox.subscription import (
    ATTEMPTS_KEPT,
    GIVEN_UP_SHOWN,
    MOST,
    Attempt,
    By,
    GivenUp,
    PauseReason,
    Subscription,
    check_personal,
    clean_address,
    clean_description,
    clean_types,
    new_secret,
)

sql = beside(__file__, "subscriptions.sql")

# --- people change them -------------------------------------------------------------------------------------------


async def create(
    log: Log, brand: BrandId, *, address: str, types: Sequence[str] = (), personal: bool = False,
    description: str = "", by: By, allow: Sequence[str] = (), now: datetime,
) -> tuple[str, str]:  # fmt: skip
    """(its id, the secret: shown once). What happens from now on is sent. Refused: as `clean_*`, `right_not_yours`,
    `too_many`."""
    clean = clean_address(address, allow)
    wanted, said = clean_types(types), clean_description(description)
    check_personal(personal, by)
    subscription_id, secret = randomness.token_hex(8), new_secret()
    sealed = _sealed(log.keyring, brand, subscription_id, (secret,))
    async with _changing(log, brand, "added", subscription_id, by, now) as connection:
        added = await connection.fetchval(
            sql.add, brand, subscription_id, clean, said, list(wanted), personal, sealed, by.member, now, MOST
        )
        if added is None:
            raise Refused("too_many", f"A brand has at most {MOST} of these.", status=409)
    return subscription_id, secret


async def update(
    log: Log, brand: BrandId, subscription_id: str, *, address: str | None = None,
    types: Sequence[str] | None = None, personal: bool | None = None, description: str | None = None, by: By,
    allow: Sequence[str] = (), now: datetime,
) -> None:  # fmt: skip
    """What is given changes, what is not stays. Who may not read what people write can change nothing of a subscription
    that sends it: a new address would be a way round. Refused: as `create`."""

    def changed(old: Subscription) -> Subscription:
        new = replace(
            old,
            address=old.address if address is None else clean_address(address, allow),
            types=old.types if types is None else clean_types(types),
            personal=old.personal if personal is None else personal,
            description=old.description if description is None else clean_description(description),
        )
        check_personal(new.personal, by)
        return new

    await _change(log, brand, subscription_id, "updated", by, now, changed)


async def rotate(log: Log, brand: BrandId, subscription_id: str, *, by: By, now: datetime) -> str:
    """The new secret, shown once. From now on both sign, until the old one is retired, or the next rotation."""
    secret = new_secret()
    await _change(
        log, brand, subscription_id, "rotated secret", by, now,
        lambda old: replace(old, secrets=(secret, *old.secrets[:1])),
    )  # fmt: skip
    return secret


async def retire(log: Log, brand: BrandId, subscription_id: str, *, by: By, now: datetime) -> None:
    await _change(
        log, brand, subscription_id, "retired old secret", by, now, lambda old: replace(old, secrets=old.secrets[:1])
    )


async def pause(log: Log, brand: BrandId, subscription_id: str, *, by: By, now: datetime) -> None:
    """Refused: `already_paused`."""
    async with _changing(log, brand, "paused", subscription_id, by, now) as connection:
        await _held(connection, log.keyring, brand, subscription_id)
        if await connection.fetchval(sql.pause, brand, subscription_id, now, "by_hand") is None:
            raise Refused("already_paused", "It is paused already.", status=409)


async def pause_by_itself(
    log: Log, connection: Connection, brand: BrandId, subscription_id: str, reason: PauseReason, now: datetime
) -> None:
    """In the caller's transaction; waking the followers is the caller's, too."""
    if await connection.fetchval(sql.pause, brand, subscription_id, now, reason) is not None:
        event = SettingChanged(what="subscription", action=f"paused: {reason}", subject=subscription_id, at=now)
        line = NewEvent(event, audit.STREAM, DedupeKey(uuid.uuid4()))
        await log.append(brand, [line], connection=connection)


async def resume(log: Log, brand: BrandId, subscription_id: str, *, by: By, now: datetime) -> None:
    """Goes on from where it stopped. Refused: `not_paused`."""
    async with _changing(log, brand, "resumed", subscription_id, by, now) as connection:
        await _held(connection, log.keyring, brand, subscription_id)
        if await connection.fetchval(sql.resume, brand, subscription_id) is None:
            raise Refused("not_paused", "It is not paused.", status=409)
        await connection.execute(sql.hurry, brand, subscription_id, now)


async def remove(log: Log, brand: BrandId, subscription_id: str, *, by: By, now: datetime) -> None:
    """What was still to be sent is not sent any more."""
    async with _changing(log, brand, "removed", subscription_id, by, now) as connection:
        if await connection.execute(sql.remove, brand, subscription_id) != "DELETE 1":
            raise NotFound


async def send_again(
    log: Log, brand: BrandId, subscription_id: str, position: int, *, onwards: bool = False, by: By, now: datetime
) -> None:
    """One event, or with `onwards` everything wanted from it on, under the same webhook-ids as before. Refused:
    `not_sent_yet` for what will be sent anyway."""
    action = f"sent again from {position}" if onwards else f"sent {position} again"
    async with _changing(log, brand, action, subscription_id, by, now) as connection:
        held = await _held(connection, log.keyring, brand, subscription_id)
        if not 1 <= position <= held.position:
            raise Refused("not_sent_yet", "Choose a position that was reached already.", status=409)
        if onwards:
            await connection.execute(sql.rewind, brand, subscription_id, position - 1)
            await connection.execute(sql.forget_after, brand, subscription_id, position - 1)
        else:
            await connection.execute(sql.again, brand, subscription_id, position, now)


# --- reading them -------------------------------------------------------------------------------------------------


async def of_brand(log: Log, brand: BrandId) -> list[Subscription]:
    """The oldest first."""
    return [opened(log.keyring, row) for row in await log.pool.fetch(sql.of_brand, brand, None)]


async def one(log: Log, brand: BrandId, subscription_id: str) -> Subscription:
    row = await log.pool.fetchrow(sql.of_brand, brand, subscription_id)
    if row is None:
        raise NotFound
    return opened(log.keyring, row)


async def attempts(log: Log, brand: BrandId, subscription_id: str) -> list[Attempt]:
    """The latest 200, newest first."""
    rows = await log.pool.fetch(sql.attempts, brand, subscription_id, ATTEMPTS_KEPT)
    return [Attempt(*(row[name] for name in Attempt._fields)) for row in rows]


async def given_up(log: Log, brand: BrandId, subscription_id: str) -> list[GivenUp]:
    """The first 100."""
    rows = await log.pool.fetch(sql.given_up, brand, subscription_id, GIVEN_UP_SHOWN)
    return [GivenUp(*(row[name] for name in GivenUp._fields)) for row in rows]


def opened(keyring: Keyring, row: asyncpg.Record | Mapping[str, Any]) -> Subscription:
    brand, subscription_id = BrandId(row["brand_id"]), row["subscription_id"]
    names = [name for name in Subscription.__dataclass_fields__ if name in row.keys()]  # noqa: SIM118 — a record's
    fields = {name: row[name] for name in names}
    clear = keyring.open_settings(row["secrets"], _binding(brand, subscription_id))
    return Subscription(
        brand=brand, id=subscription_id, **{**fields, "types": tuple(row["types"]),
        "secrets": tuple(orjson.loads(clear))},
    )  # fmt: skip


# --- how they are kept --------------------------------------------------------------------------------------------


def _changing(
    log: Log, brand: BrandId, action: str, subscription_id: str, by: By, now: datetime
) -> AbstractAsyncContextManager[Connection]:
    return audit.changing(log, brand, "subscription", action, subscription_id, by=by.member, now=now)


async def _held(connection: Connection, keyring: Keyring, brand: BrandId, subscription_id: str) -> Subscription:
    row = await connection.fetchrow(sql.for_change, brand, subscription_id)
    if row is None:
        raise NotFound
    return opened(keyring, row)


async def _change(
    log: Log, brand: BrandId, subscription_id: str, action: str, by: By, now: datetime,
    change: Callable[[Subscription], Subscription],
) -> None:  # fmt: skip
    async with _changing(log, brand, action, subscription_id, by, now) as connection:
        old = await _held(connection, log.keyring, brand, subscription_id)
        new = change(old)
        sealed = _sealed(log.keyring, brand, subscription_id, new.secrets)
        await connection.execute(
            sql.change, brand, subscription_id, new.address, new.description, list(new.types), new.personal, sealed
        )
        if new.address != old.address:
            await connection.execute(sql.hurry, brand, subscription_id, now)


def _sealed(keyring: Keyring, brand: BrandId, subscription_id: str, secrets: Sequence[str]) -> bytes:
    return keyring.seal_settings(orjson.dumps(list(secrets)), _binding(brand, subscription_id))


def _binding(brand: BrandId, subscription_id: str) -> bytes:
    return f"subscription/{brand}/{subscription_id}".encode()
