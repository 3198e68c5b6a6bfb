"""Organisations and their brands. A brand begins with its row, the head of its log, and a policy in its own time
zone."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import asyncpg

from inbox.errors import NotFound, Refused
from inbox.events import PolicyChanged
from inbox.ids import BrandId, DedupeKey
from inbox.log.record import POLICY_STREAM, NewEvent
from inbox.log.store import Connection, Log
from inbox.people import audit, numbers
from inbox.policy import Calendar, Policy
from inbox.sql import beside

sql = beside(__file__, "brands.sql")
MOST_NAME = 100


@dataclass(frozen=True, slots=True)
class Brand:
    id: BrandId
    org_id: int
    name: str
    zone: str
    created_at: datetime


def clean_name(name: str) -> str:
    """One line of 1 to 100 characters, without control characters. Refused: `name_bad`."""
    kept = "".join(" " if c.isspace() else c for c in name if c.isspace() or unicodedata.category(c)[0] != "C")
    clean = " ".join(kept.split())
    if not clean or len(clean) > MOST_NAME:
        raise Refused("name_bad", f"A name has 1 to {MOST_NAME} characters.")
    return clean


def known_zone(zone: str) -> str:
    """Refused: `zone_unknown`."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise Refused("zone_unknown", "There is no time zone of that name.") from error
    return zone


async def create_organisation(connection: Connection, name: str, *, now: datetime) -> int:
    org_id = numbers.drawn()
    await connection.execute(sql.create_organisation, org_id, clean_name(name), now)
    return org_id


async def organisation_named(connection: Connection, name: str, *, now: datetime) -> int:
    """The organisation of that name, made if there is none: for the command line, where an operator names it."""
    found: int | None = await connection.fetchval(sql.organisation_named, clean_name(name))
    return found if found is not None else await create_organisation(connection, name, now=now)


async def create(
    log: Log, org_id: int, name: str, *, zone: str = "Europe/Paris", policy: Policy | None = None, now: datetime
) -> BrandId:
    """`policy`: default `Policy()` in the brand's zone."""
    name, zone = clean_name(name), known_zone(zone)
    first, brand = policy or _policy_of(zone), BrandId(numbers.drawn())
    async with log.pool.acquire() as connection, connection.transaction():
        await connection.execute(sql.create, brand, org_id, name, zone, now)
        await connection.execute(sql.open_log, brand)
        event = PolicyChanged(policy=first.model_dump(mode="json"), at=now)
        await log.append(brand, [NewEvent(event, POLICY_STREAM, DedupeKey(uuid.uuid4()))], connection=connection)
    log.pulse.beat("log", brand)
    return brand


def _policy_of(zone: str) -> Policy:
    default = Policy()
    calendar = Calendar.model_validate({**default.calendar.model_dump(), "zone": zone})
    return default.model_copy(update={"calendar": calendar})


async def change(log: Log, brand: BrandId, *, name: str, zone: str, by: int, now: datetime) -> None:
    """Renames the brand and sets the zone its screens tell the time in; the calendar's zone is the policy's."""
    name, zone = clean_name(name), known_zone(zone)
    values = audit.Values()
    async with audit.changing(log, brand, "brand", "changed", str(brand), by=by, now=now, values=values) as connection:
        old = await connection.fetchrow(sql.get, brand)
        await connection.execute(sql.change, brand, name, zone)
        values.say("name", old and old["name"], name)
        values.say("zone", old and old["zone"], zone)


async def get(log: Log, brand: BrandId) -> Brand:
    row = await log.pool.fetchrow(sql.get, brand)
    if row is None:
        raise NotFound
    return _brand(row)


async def named(log: Log, brands: Iterable[BrandId]) -> list[Brand]:
    """These brands, by name."""
    return [_brand(row) for row in await log.pool.fetch(sql.named, list(brands))]


async def everyone(log: Log) -> list[Brand]:
    """Every brand of the installation: for its operator alone."""
    return [_brand(row) for row in await log.pool.fetch(sql.everyone)]


def _brand(row: asyncpg.Record) -> Brand:
    return Brand(BrandId(row["brand_id"]), row["org_id"], row["name"], row["zone"], row["created_at"])
