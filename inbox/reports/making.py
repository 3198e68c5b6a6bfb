"""Making an issue: what was ordered, from the log as it stood, written down once; and made again to compare.

A period that is over is true as of its last moment, whenever it is made: at the last position that came into the log
before it ended. One that still runs is true as of now.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from inbox.errors import NotFound, Unavailable
from inbox.events import ReportMade
from inbox.ids import BrandId, dedupe_key
from inbox.log.record import NewEvent
from inbox.log.store import Log
from inbox.people import brands, members
from inbox.reports import facts, gather, store
from inbox.reports.facts import Facts, Names, Wanted
from inbox.reports.store import Issue, Report, sql

STREAM = "reports"


async def make(log: Log, brand: BrandId, issue: Issue, channel_names: dict[str, str], *, now: datetime) -> Facts | None:
    """None: its report is gone. Raises `Unavailable` while the views lag."""
    try:
        report = await store.get(log, brand, issue.report_id)
    except NotFound:
        await log.pool.execute(sql.not_made, brand, issue.issue_id, "gone")
        return None
    known = await brands.get(log, brand)
    wanted = Wanted(
        int(brand), known.zone, issue.first_day, issue.last_day, report.channel_id, report.priority
    )  # fmt: skip
    at = min(facts.midnight(issue.last_day + timedelta(days=1), known.zone), now)
    position = await gather.position_at(log, brand, at)
    figures = await figures_of(log, brand, wanted, position, at)
    everybody = await members.of_brand(log, brand)
    people = {int(one.id): one.name for one in everybody if int(one.id) in figures.now.by_member}
    channels = {one: channel_names.get(one, one) for one in figures.now.by_channel}
    made = Facts(figures, Names(known.name, report.name, channels, people))
    await _write(log, brand, issue, report, made, now)
    return made


async def figures_of(log: Log, brand: BrandId, wanted: Wanted, position: int, at: datetime) -> facts.Figures:
    gathered = await gather.gather(log, wanted.basis(position, at))
    return facts.counted(wanted, gathered, position, at)


async def check(log: Log, brand: BrandId, issue: Issue, *, now: datetime) -> bool:
    """Made again from the log as of its position: the same figures?"""
    if issue.facts is None:
        raise Unavailable("it is not made yet")
    before = facts.load(issue.facts).figures
    again = await figures_of(log, brand, before.wanted, before.position, before.at)
    same = facts.digest(facts.as_counted(again, before)) == issue.digest
    await log.pool.execute(sql.checked, brand, issue.issue_id, now, same)
    return same


async def _write(log: Log, brand: BrandId, issue: Issue, report: Report, made: Facts, now: datetime) -> None:
    """The issue, its event, and its mails where the first of the month ordered it: all or nothing."""
    figures = made.figures
    event = ReportMade(
        report_id=issue.report_id, issue_id=issue.issue_id, first=issue.first_day.isoformat(),
        last=issue.last_day.isoformat(),
        as_of=figures.position, digest=made.digest, by=issue.wanted_by, at=now,
    )  # fmt: skip
    async with log.pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(
            sql.made, brand, issue.issue_id, figures.position, figures.at, facts.dump(made), made.digest, now
        )
        if row is None:
            return
        if issue.wanted_by is None and report.sender is not None:
            await connection.execute(sql.post, brand, issue.issue_id, list(report.recipients), now)
        key = dedupe_key("report-made", str(brand), str(issue.issue_id))
        await log.append(brand, [NewEvent(event, STREAM, key)], connection=connection)
    log.pulse.beat("log", brand)


async def post(log: Log, brand: BrandId, issue_id: uuid.UUID, *, now: datetime) -> None:
    """Somebody wants it sent to the report's recipients now; whoever got it already gets it no second time."""
    issue = await store.issue(log, brand, issue_id)
    report = await store.get(log, brand, issue.report_id)
    if issue.made_at is not None and report.sender is not None:
        await log.pool.execute(sql.post, brand, issue_id, list(report.recipients), now)
