"""Whom a brand has translate. Off until a lead switches it on; its key is sealed, bound to the brand, and leaves this
module for the worker that calls out alone. Every change leaves a `SettingChanged` in the log, in the same
transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from inbox.errors import Refused
from inbox.ids import BrandId
from inbox.log.seal import Keyring
from inbox.log.store import Log
from inbox.people import audit
from inbox.sql import beside
from inbox.translation import Kind, Service, clean_address, clean_key, goes_elsewhere

sql = beside(__file__, "translators.sql")


def binding(brand: BrandId) -> bytes:
    return f"translator/{brand}".encode()


async def of_brand(log: Log, brand: BrandId) -> Service | None:
    """As it is set, on or off; None where nobody ever set one."""
    return _opened(log.keyring, brand, await log.pool.fetchrow(sql.of_brand, brand))


async def in_force(log: Log, brand: BrandId) -> Service | None:
    service = await of_brand(log, brand)
    return service if service is not None and service.enabled else None


async def change(
    log: Log, brand: BrandId, *, kind: Kind, address: str, key: str = "", drop_key: bool = False, enabled: bool,
    allow: Sequence[str] = (), by: int, now: datetime,
) -> None:  # fmt: skip
    """`key`: a new one; empty keeps the old one, but never for another address than it was given for. Refused: as
    `clean_address` and `clean_key`; `key_needed` where DeepL is to be switched on without one."""
    clean, given = clean_address(address, allow), clean_key(key)
    values = audit.Values()
    old = await of_brand(log, brand)
    kept = "" if old is None or drop_key or goes_elsewhere(old, kind, clean) else old.key
    new = Service(kind, clean, enabled, given or kept)
    if enabled and kind == "deepl" and not new.key:
        raise Refused("key_needed", "DeepL asks for a key.")
    if new == old:
        return
    _tell(values, old, new)
    async with audit.changing(
        log, brand, "translation", "changed", str(brand), by=by, now=now, values=values
    ) as connection:
        sealed = log.keyring.seal_settings(new.key.encode(), binding(brand)) if new.key else None
        await connection.execute(sql.put, brand, kind, clean, sealed, enabled)


def _tell(values: audit.Values, old: Service | None, new: Service) -> None:
    """Of the key only that there is one, or another one."""
    values.say("translation", _switch(old), _switch(new))
    values.say("kind", old and old.kind, new.kind)
    values.say("address", old and old.address, new.address)
    if (old.key if old else "") != new.key:
        values.say(
            "key", "set" if old and old.key else None, ("replaced" if old and old.key else "set") if new.key else None
        )


def _switch(service: Service | None) -> str | None:
    return None if service is None else "yes" if service.enabled else "no"


def _opened(keyring: Keyring, brand: BrandId, row: Any) -> Service | None:
    if row is None:
        return None
    key = keyring.open_settings(row["secret"], binding(brand)).decode() if row["secret"] is not None else ""
    return Service(row["kind"], row["address"], row["enabled"], key)
