"""Makes the reports that somebody ordered, those of the first of the month, and sends them.

The first of the month is the brand's, from six in the morning on, when the night's last answers have come in. Whatever
falls over in between, a month is ordered once and nobody gets a mail twice: it is taken by compare-and-set before the
mail server is called, and what a dead process left half sent is told as uncertain.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

from inbox.channels import ChannelRecord, Channels
from inbox.clock import Clock
from inbox.errors import Unavailable
from inbox.events import ReportMailed
from inbox.ids import BrandId, dedupe_key
from inbox.log.passing import PASSING
from inbox.log.record import NewEvent
from inbox.log.store import Log
from inbox.reports import facts, logo, making, store
from inbox.reports.store import Issue, Report
from inbox.sql import beside
from services.channels.contract import Outcome, Sent, Uncertain, Way
from services.workers import report_mail
from services.workers.leases import Leases

sql = beside(__file__, "reports.sql")
logger = logging.getLogger(__name__)

NAME = "reports"
LOOK_S = 2.0
MONTHLY_EVERY_S = 60.0
FROM_HOUR = 6
LOST = timedelta(minutes=3)


class Reports:
    """`run` ends when its task is cancelled; `look` and `months` do one round, for tests."""

    def __init__(self, log: Log, channels: Channels, way: Way, clock: Clock) -> None:
        self._log = log
        self._channels = channels
        self._way = way
        self._clock = clock
        self._leases = Leases(log.pool, NAME)

    async def run(self) -> None:
        looked = -MONTHLY_EVERY_S
        try:
            while True:
                try:
                    if (now := asyncio.get_running_loop().time()) - looked >= MONTHLY_EVERY_S:
                        looked = now
                        await self.months()
                    await self.look()
                except PASSING as error:
                    logger.warning("reports wait: %s", type(error).__name__)
                await asyncio.sleep(LOOK_S)
        finally:
            await self._leases.leave()

    async def months(self) -> None:
        """Orders what the first of the month asks for; late, where nothing ran on the first."""
        now = self._clock.now()
        for row in await self._log.pool.fetch(sql.monthly):
            local = now.astimezone(ZoneInfo(row["zone"]))
            if local.day == 1 and local.hour < FROM_HOUR:
                continue
            brand, (first, last) = BrandId(row["brand_id"]), facts.month_before(local.date())
            if not await self._log.pool.fetchval(sql.had, brand, row["report_id"], first):
                await store.want(self._log, brand, row["report_id"], first, last, by=None, now=now)

    async def look(self) -> None:
        for row in await self._log.pool.fetch(sql.wanted):
            brand = BrandId(row["brand_id"])
            if await self._leases.take(brand):
                await self._make(brand, await store.issue(self._log, brand, row["issue_id"]))
        for row in await self._log.pool.fetch(sql.open_mails):
            await self._mail(BrandId(row["brand_id"]), row["issue_id"], row["recipient"])
        for row in await self._log.pool.fetch(sql.lost, self._clock.now() - LOST):
            brand = BrandId(row["brand_id"])
            issue = await store.issue(self._log, brand, row["issue_id"])
            await self._told(brand, issue, row["recipient"], Uncertain("connection_lost"))

    async def _make(self, brand: BrandId, issue: Issue) -> None:
        try:
            if issue.check_wanted:
                await making.check(self._log, brand, issue, now=self._clock.now())
                return
            names = {str(one.channel_id): one.name for one in await self._channels.list(brand)}
            await making.make(self._log, brand, issue, names, now=self._clock.now())
        except Unavailable as error:
            logger.info("a report waits: %s", error)
        except PASSING:
            raise
        except Exception:  # a worker's edge: one report that cannot be made keeps no other waiting
            logger.exception("report %s cannot be made", issue.issue_id)
            await self._log.pool.execute(store.sql.not_made, brand, issue.issue_id, "failed")

    async def _mail(self, brand: BrandId, issue_id: uuid.UUID, recipient: str) -> None:
        if not await self._log.pool.fetchval(sql.take_mail, brand, issue_id, recipient, self._clock.now()):
            return
        issue = await store.issue(self._log, brand, issue_id)
        report = await store.get(self._log, brand, issue.report_id)
        await self._told(brand, issue, recipient, await self._send(brand, issue, report, recipient))

    async def _send(self, brand: BrandId, issue: Issue, report: Report, recipient: str) -> Outcome:
        assert issue.facts is not None
        picture = await logo.get(self._log, brand)
        letter = await asyncio.to_thread(
            report_mail.letter, facts.load(issue.facts), report.lang, picture, self._clock.now()
        )
        return await report_mail.send(self._way, await self._sender(brand, report), recipient, letter)

    async def _sender(self, brand: BrandId, report: Report) -> ChannelRecord | None:
        return next((c for c in await self._channels.list(brand) if str(c.channel_id) == report.sender), None)

    async def _told(self, brand: BrandId, issue: Issue, recipient: str, outcome: Outcome) -> None:
        now, reason = self._clock.now(), None if isinstance(outcome, Sent) else outcome.reason
        state = "sent" if isinstance(outcome, Sent) else "uncertain" if isinstance(outcome, Uncertain) else "failed"
        event = ReportMailed.model_validate({
            "report_id": issue.report_id, "issue_id": issue.issue_id, "outcome": state, "reason": reason, "at": now,
        })  # fmt: skip
        key = dedupe_key("report-mailed", str(brand), str(issue.issue_id), recipient, now.isoformat())
        async with self._log.pool.acquire() as connection, connection.transaction():
            if not await connection.fetchval(sql.told, brand, issue.issue_id, recipient, state, reason, now):
                return
            await self._log.append(brand, [NewEvent(event, making.STREAM, key)], connection=connection)
        self._log.pulse.beat("log", brand)
