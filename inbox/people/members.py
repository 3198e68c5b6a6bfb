"""Members of an organisation, and what each is in each brand. Changes of a brand's team leave an audit line in its
log.

A brand always keeps one active owner. Owners manage everybody; leads manage who answers and who only reads, and make
nobody more than that. Whoever is deactivated, or leaves a brand, is out with the next request, stream tick or use of a
token: nothing of it is cached.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import get_args
from zoneinfo import available_timezones

import asyncpg

from inbox.errors import NotFound, Refused
from inbox.events import Role
from inbox.ids import BrandId, MemberId
from inbox.log.store import Connection, Log
from inbox.people import audit, links, numbers, passwords, sessions, skills
from inbox.people.brands import clean_name
from inbox.sql import beside

sql = beside(__file__, "members.sql")
ROLES: tuple[Role, ...] = get_args(Role)
MANAGED: Mapping[Role, frozenset[Role]] = {"owner": frozenset(ROLES), "lead": frozenset({"cm", "observer"})}
"""Whom a role manages; the others nobody."""
LOCALES = ("fr", "en")
THEMES = ("", "light", "dark")
_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]{1,64}@[^\s@\x00-\x1f\x7f]{1,188}\.[^\s@.\x00-\x1f\x7f]{2,63}")


@dataclass(frozen=True, slots=True)
class Member:
    """One member as one brand sees them. `langs`: they speak (ISO 639); `teams`: of the brand's own making."""

    id: MemberId
    name: str
    email: str
    role: Role
    locale: str
    theme: str
    added_at: datetime
    active: bool
    has_password: bool
    langs: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


def clean_email(email: str) -> str:
    """Refused: `email_bad`."""
    clean = email.strip().lower()
    if len(clean) > 254 or not _EMAIL.fullmatch(clean):
        raise Refused("email_bad", "That is not an e-mail address.")
    return clean


def known_role(role: str) -> Role:
    """Refused: `role_unknown`."""
    for known in ROLES:
        if role == known:
            return known
    raise Refused("role_unknown", f"A role is one of {', '.join(ROLES)}.")


async def add(
    log: Log, brand: BrandId, *, email: str, name: str, role: str, by: int | None, now: datetime, locale: str = "fr"
) -> MemberId:
    """Somebody new, or a member of the organisation who joins one more brand.

    Refused: `email_bad`, `name_bad`, `role_unknown`, `above_you`, `already_member`, `email_taken` (of another
    organisation).
    """
    email, name, known = clean_email(email), clean_name(name), known_role(role)
    async with log.pool.acquire() as own, own.transaction():
        await _manages(own, brand, by, known)
        member = await _of_organisation(own, brand, email, name, locale, now)
    async with audit.changing(log, brand, "member", "added", str(member), by=by, now=now) as connection:
        if await connection.execute(sql.join, brand, member, known, now) != "INSERT 0 1":
            raise Refused("already_member", "This person is a member of the brand already.", status=409)
    return member


async def _of_organisation(
    connection: Connection, brand: BrandId, email: str, name: str, locale: str, now: datetime
) -> MemberId:
    org_id = await connection.fetchval(sql.org_of, brand)
    if org_id is None:
        raise NotFound
    locale = locale if locale in LOCALES else LOCALES[0]
    new = await connection.fetchval(sql.insert, numbers.drawn(), org_id, email, name, locale, now)
    if new is not None:
        return MemberId(new)
    known = await connection.fetchrow(sql.by_email, email)
    if known is None or known["org_id"] != org_id:
        raise Refused("email_taken", "This e-mail address cannot be added here.", status=409)
    return MemberId(known["member_id"])


async def of_brand(log: Log, brand: BrandId) -> list[Member]:
    """Everybody, the deactivated too, by name."""
    return [
        Member(
            MemberId(row["member_id"]), row["name"], row["email"], row["role"], row["locale"], row["theme"],
            row["added_at"], row["deactivated_at"] is None, row["has_password"], tuple(row["langs"]),
            tuple(row["teams"]),
        )
        for row in await log.pool.fetch(sql.of_brand, brand)
    ]  # fmt: skip


async def owner_by_email(pool: asyncpg.Pool, email: str) -> tuple[BrandId, MemberId] | None:
    """The first brand that this active member owns, and their id; None for anybody else."""
    row = await pool.fetchrow(sql.owned_by_email, clean_email(email))
    return None if row is None else (BrandId(row["brand_id"]), MemberId(row["member_id"]))


async def names(log: Log, brand: BrandId, ids: Iterable[int | None]) -> dict[int, str]:
    """Names of these members, also of those who left; ids of nobody are missing."""
    wanted = sorted({member for member in ids if member})
    rows = await log.pool.fetch(sql.names, brand, wanted) if wanted else []
    return {row["member_id"]: row["name"] for row in rows}


async def role_in(log: Log, brand: BrandId, member: int) -> Role | None:
    """None for who is not of the brand, or deactivated."""
    role: Role | None = await log.pool.fetchval(sql.role, brand, member)
    return role


async def change_role(log: Log, brand: BrandId, member: MemberId, role: str, *, by: int, now: datetime) -> None:
    """Refused: `role_unknown`, `above_you`, `last_owner`."""
    known, values = known_role(role), audit.Values()
    async with audit.changing(
        log, brand, "member", f"role_{known}", str(member), by=by, now=now, values=values
    ) as connection:
        held = await _managed(connection, brand, member, by)
        await _manages(connection, brand, by, known)
        values.say("role", held, known)
        if known != "owner":
            await _an_owner_remains(connection, brand, member)
        if await connection.execute(sql.set_role, brand, member, known) != "UPDATE 1":
            raise NotFound


async def set_skills(
    log: Log, brand: BrandId, member: MemberId, *, langs: str, teams: str, by: int, now: datetime
) -> None:
    """What they speak and belong to, as lists with commas. Refused: `langs_bad`, `teams_bad`, `above_you`."""
    spoken, named, values = skills.langs(langs), skills.teams(teams), audit.Values()
    async with audit.changing(log, brand, "member", "skills", str(member), by=by, now=now, values=values) as connection:
        before = await connection.fetchrow(sql.skills, brand, member)
        if before is None:
            raise NotFound
        await _managed(connection, brand, member, by)
        values.say("langs", ", ".join(before["langs"]), ", ".join(spoken))
        values.say("teams", ", ".join(before["teams"]), ", ".join(named))
        await connection.execute(sql.set_skills, brand, member, spoken, named)


async def remove(log: Log, brand: BrandId, member: MemberId, *, by: int, now: datetime) -> None:
    """Out of this brand; their tokens for it die with it. Refused: `above_you`, `last_owner`."""
    async with audit.changing(log, brand, "member", "removed", str(member), by=by, now=now) as connection:
        await _managed(connection, brand, member, by)
        await _an_owner_remains(connection, brand, member)
        if await connection.execute(sql.leave, brand, member) != "DELETE 1":
            raise NotFound


async def deactivate(log: Log, brand: BrandId, member: MemberId, *, by: int, now: datetime) -> None:
    """Out of everything, at once. Refused: `above_you`, `last_owner`, `not_all_yours` (they work where you have no say
    over them)."""
    async with audit.changing(log, brand, "member", "deactivated", str(member), by=by, now=now) as connection:
        await _is_mine(connection, brand, member, by)
        await _an_owner_remains(connection, brand, member)
        await connection.execute(sql.deactivate, member, now)
        await sessions.close_all(connection, member)
        await links.cancel_all(connection, member)


async def reactivate(log: Log, brand: BrandId, member: MemberId, *, by: int, now: datetime) -> None:
    """Back with the roles they had. Refused: `above_you`, `not_all_yours`."""
    async with audit.changing(log, brand, "member", "reactivated", str(member), by=by, now=now) as connection:
        await _is_mine(connection, brand, member, by)
        await connection.execute(sql.reactivate, member)


async def invite(log: Log, brand: BrandId, member: MemberId, *, by: int, now: datetime) -> str:
    """The token of a sign-in link for a member, to be handed over by whoever asks.

    Whoever holds the link is that member, so it is made only by who has a say over them in all the brands they work
    for; else one brand's owner could walk into another brand. Refused: `above_you`, `not_all_yours`; `NotFound` for
    who is not of the brand, or deactivated.
    """
    async with audit.changing(log, brand, "member", "link_made", str(member), by=by, now=now) as connection:
        await _is_mine(connection, brand, member, by)
        if await connection.fetchval(sql.role, brand, member) is None:
            raise NotFound
        return await links.create(connection, member, lasts=links.INVITATION, now=now)


async def _is_mine(connection: Connection, brand: BrandId, member: MemberId, by: int) -> None:
    await _managed(connection, brand, member, by)
    if await connection.fetch(sql.out_of_reach, member, by, sorted(MANAGED["lead"])):
        message = "They also work where you have no say over them: remove them from this brand."
        raise Refused("not_all_yours", message, status=409)


async def _managed(connection: Connection, brand: BrandId, member: MemberId, by: int) -> Role:
    """What they are, if whoever asks manages that. Owners are locked first, whoever it is about: two of them who
    change each other would else wait for each other."""
    await connection.fetch(sql.owners, brand)
    held: Role | None = await connection.fetchval(sql.held, brand, member)
    if held is None:
        raise NotFound
    await _manages(connection, brand, by, held)
    return held


async def _manages(connection: Connection, brand: BrandId, by: int | None, role: Role) -> None:
    """`by`: None for an operator."""
    asks: Role | None = "owner" if by is None else await connection.fetchval(sql.role, brand, by)
    if asks is None or role not in MANAGED.get(asks, ()):
        raise Refused("above_you", "Only an owner of the brand does that.", status=403)


async def _an_owner_remains(connection: Connection, brand: BrandId, without: MemberId) -> None:
    owners = {row["member_id"] for row in await connection.fetch(sql.owners, brand)}
    if owners == {without}:
        raise Refused("last_owner", "A brand needs an owner: make somebody else one first.", status=409)


async def set_password(log: Log, member: MemberId, password: str, *, keep: bytes | None = None) -> None:
    """Signs out everywhere else: `keep` is the digest of the session that goes on. Refused: `password_short`,
    `password_long`."""
    passwords.check_strength(password)
    stored = await passwords.hashed(password)
    async with log.pool.acquire() as connection, connection.transaction():
        await connection.execute(sql.set_password, member, stored)
        await sessions.close_all(connection, member, keep=keep)
        await links.cancel_all(connection, member)


async def password_is(log: Log, member: MemberId, password: str) -> bool:
    """For confirming the present password; never true where there is none."""
    return await passwords.matches(await log.pool.fetchval(sql.password_hash, member), password)


async def set_lists(
    log: Log, member: MemberId, *, folds_waves: bool | None = None, compact: bool | None = None
) -> None:
    """How their lists show rows; what is None stays as it is."""
    await log.pool.execute(sql.set_lists, member, folds_waves, compact)


async def set_preferences(log: Log, member: MemberId, *, name: str, locale: str, theme: str, zone: str = "") -> None:
    """`zone`: to read times in, "" for that of each brand. Refused: `name_bad`, `preference_unknown`."""
    if locale not in LOCALES or theme not in THEMES or (zone and zone not in available_timezones()):
        raise Refused("preference_unknown", "There is no such language, look or time zone.")
    await log.pool.execute(sql.set_preferences, member, clean_name(name), locale, theme, zone)
