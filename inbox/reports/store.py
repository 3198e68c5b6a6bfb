"""Reports that a brand keeps, what was ordered and made of them, and to whom it goes.

A report is a name, what it is narrowed to, a language, and whether it is made and sent on the first of each month. An
*issue* of it covers some days; its facts never change once it is made. Leads change reports; each change is in the log.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from inbox.channels import ChannelRecord
from inbox.errors import NotFound, Refused
from inbox.ids import BrandId
from inbox.log.store import Log
from inbox.people import audit
from inbox.people.brands import clean_name
from inbox.sql import beside

sql = beside(__file__, "reports.sql")

MOST_REPORTS = 50
MOST_RECIPIENTS = 20
MOST_ISSUES_SHOWN = 60
LANGUAGES = ("fr", "en")
_ADDRESS = re.compile(r"[^\s@<>,;\"()]{1,64}@[^\s@<>,;\"()]{1,190}\.[^\s@<>,;\"().]{2,63}")


@dataclass(frozen=True, slots=True)
class Report:
    """`sender`: the channel whose mail server sends it; None: nobody gets it by mail."""

    report_id: uuid.UUID
    name: str
    lang: str
    channel_id: str | None = None
    priority: int | None = None
    monthly: bool = False
    sender: str | None = None
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """`wanted_by`: None for the first of the month. `why`: it could not be made. `same`: made again from the log as of
    its position, it has the same digest; None: nobody has asked."""

    issue_id: uuid.UUID
    report_id: uuid.UUID
    first_day: date
    last_day: date
    wanted_by: int | None
    wanted_at: datetime
    position: int | None
    true_at: datetime | None
    digest: str | None
    made_at: datetime | None
    why: str | None
    check_wanted: bool
    checked_at: datetime | None
    same: bool | None
    facts: bytes | None


@dataclass(frozen=True, slots=True)
class Mail:
    recipient: str
    state: str
    reason: str | None
    at: datetime


def can_send(channel: ChannelRecord) -> bool:
    """A mailbox of one's own, with a mail server to send by."""
    return bool(channel.settings.get("smtp_host")) and "@" in (channel.account_id or "")


def addresses(text: str) -> tuple[str, ...]:
    """One a line or between commas, each once. Refused: `address_bad`, `too_many_recipients`."""
    found = tuple(dict.fromkeys(part for part in re.split(r"[\s,;]+", text) if part))
    bad = next((one for one in found if not _ADDRESS.fullmatch(one)), None)
    if bad is not None:
        raise Refused("address_bad", f"This is no e-mail address: {bad[:80]}", details={"address": bad[:80]})
    if len(found) > MOST_RECIPIENTS:
        raise Refused("too_many_recipients", f"A report goes to at most {MOST_RECIPIENTS} addresses.")
    return found


async def of_brand(log: Log, brand: BrandId) -> list[Report]:
    return [_report(row) for row in await log.pool.fetch(sql.of_brand, brand)]


async def get(log: Log, brand: BrandId, report_id: uuid.UUID) -> Report:
    row = await log.pool.fetchrow(sql.get, brand, report_id)
    if row is None:
        raise NotFound
    return _report(row)


async def save(log: Log, brand: BrandId, report: Report, *, by: int, now: datetime) -> None:
    """A new one, or a changed one. Refused: `name_bad`, `too_many_reports`, `sender_missing`."""
    known = {one.report_id for one in await of_brand(log, brand)}
    if report.report_id not in known and len(known) >= MOST_REPORTS:
        raise Refused("too_many_reports", f"A brand keeps at most {MOST_REPORTS} reports.")
    if report.recipients and report.sender is None:
        raise Refused("sender_missing", "Say which mailbox sends the report.")
    values = audit.Values(after=_told(report))
    action = "changed" if report.report_id in known else "created"
    async with audit.changing(
        log, brand, "report", action, str(report.report_id), by=by, now=now, values=values
    ) as connection:
        await connection.execute(
            sql.save, brand, report.report_id, clean_name(report.name), report.channel_id, report.priority, report.lang,
            report.monthly, report.sender, list(report.recipients), by, now,
        )  # fmt: skip


def _told(report: Report) -> dict[str, str]:
    """For the history of settings: how many get it, not who."""
    told = {"monthly": "yes" if report.monthly else "no", "recipients": str(len(report.recipients))}
    return told | {
        name: str(value) for name in ("channel_id", "priority", "sender") if (value := getattr(report, name))
    }


async def remove(log: Log, brand: BrandId, report_id: uuid.UUID, *, by: int, now: datetime) -> None:
    async with audit.changing(log, brand, "report", "removed", str(report_id), by=by, now=now) as connection:
        await connection.execute(sql.remove_mails, brand, report_id)
        await connection.execute(sql.remove_issues, brand, report_id)
        if await connection.execute(sql.remove, brand, report_id) != "DELETE 1":
            raise NotFound


async def want(
    log: Log, brand: BrandId, report_id: uuid.UUID, first: date, last: date, *, by: int | None, now: datetime
) -> uuid.UUID | None:
    """Orders an issue. None: the first of the month ordered it already."""
    wanted: uuid.UUID | None = await log.pool.fetchval(sql.want, brand, uuid.uuid4(), report_id, first, last, by, now)
    return wanted


async def issues(log: Log, brand: BrandId) -> list[Issue]:
    """The latest, without their facts."""
    return [Issue(**row) for row in await log.pool.fetch(sql.issues, brand, MOST_ISSUES_SHOWN)]


async def issue(log: Log, brand: BrandId, issue_id: uuid.UUID) -> Issue:
    row = await log.pool.fetchrow(sql.issue, brand, issue_id)
    if row is None:
        raise NotFound
    return Issue(**row)


async def mails(log: Log, brand: BrandId, issue_id: uuid.UUID) -> Sequence[Mail]:
    return [Mail(**row) for row in await log.pool.fetch(sql.mails, brand, issue_id)]


def _report(row: asyncpg.Record) -> Report:
    return Report(
        uuid.UUID(int=row["report_id"].int), row["name"], row["lang"], row["channel_id"], row["priority"],
        row["monthly"], row["sender"], tuple(row["recipients"]),
    )  # fmt: skip
