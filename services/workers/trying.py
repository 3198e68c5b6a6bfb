"""Tries a model on a brand's history, and appends its judgements once somebody put it in force: see `inbox.trials`.

A run goes on wherever it stopped, in whatever process: each batch moves its place by compare-and-set, in the order of
the log. It takes small batches and rests as long as each took, so that the team's fresh messages go before it.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import orjson

from classifier.judgement import Judgement as Reading
from inbox import trials
from inbox.clock import Clock
from inbox.comparison import Report, Standing, standing
from inbox.ids import BrandId
from inbox.log.follow import LEASE_S
from inbox.log.follow import sql as follow_sql
from inbox.log.passing import PASSING
from inbox.log.store import Log
from inbox.policy import Policy
from inbox.state import Item, Judgement, Message
from inbox.trials import Trial
from inbox.views import items, policies, queue
from inbox.views.stored import load_item
from services.workers.classify import latest_words
from services.workers.in_force import InForce
from services.workers.judging import ClassifierDown, ClassifierFailed, Judging
from services.workers.saying import Words
from services.workers.scoring import BATCH_S, Scorer

logger = logging.getLogger(__name__)

NAME = "reclassify"
LOOK_S = 1.0
PAGE = 64
LATE = timedelta(hours=1)
"""Deliveries of several hosts may stand in the log a little out of order."""
PATIENCE = timedelta(minutes=2)
"""A model that does not answer for so long ends the run."""
CHANGED = "other weights lie under the name of the model than when the run began"


@dataclass(frozen=True, slots=True)
class _Said:
    """One message of the walk, with all that comparing needs."""

    item: Item
    message: Message
    words: Words


class Trying:
    """`run` ends when its task is cancelled. `step` does one batch of one run, for the command line and for tests."""

    def __init__(self, log: Log, clock: Clock, models: InForce, *, rest: bool = True) -> None:
        self._log = log
        self._clock = clock
        self._models = models
        self._rest = rest
        self._scorer = Scorer(log, clock)
        self._holder = uuid.uuid4().hex

    async def run(self) -> None:
        while True:
            try:
                await self.look()
            except PASSING as error:
                logger.warning("trial runs wait: %s", type(error).__name__)
            except Exception:  # a worker's edge: one bad round must not end the later ones
                logger.exception("trial runs wait")
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """A batch of each run in turn, until none goes on here."""
        active = {(row["brand_id"], row["run_id"]) for row in await self._log.pool.fetch(trials.sql.active)}
        while active:
            for brand, run_id in tuple(active):
                if not await self.step(BrandId(brand), run_id):
                    active.discard((brand, run_id))

    async def step(self, brand: BrandId, run_id: uuid.UUID) -> bool:
        """One batch. False when the run has ended, or cannot go on in this process now."""
        pool = self._log.pool
        if await pool.fetchval(follow_sql.lease, brand, NAME, self._holder, LEASE_S) is None:
            return False
        trial = await trials.one(pool, brand, run_id)
        judging = self._models.named(trial.model)
        try:
            if trial.state == "asked":
                return await self._begin(brand, trial, judging)
            if trial.active:
                return await self._walk(brand, trial, judging)
            await self._leave(brand, trial)  # somebody stopped it between two batches
        except ClassifierDown as error:
            await self._wait_or_fail(brand, trial, str(error))
        return False

    async def release(self, brand: BrandId) -> None:
        """Another process may go on at once."""
        await self._log.pool.execute(follow_sql.release, brand, NAME, self._holder)

    async def _begin(self, brand: BrandId, trial: Trial, judging: Judging) -> bool:
        try:
            said = await judging.probe()
        except ClassifierFailed as error:
            raise ClassifierDown(str(error)) from error
        head = await self._log.pool.fetchval(queue.sql.checkpoint, brand)
        first = await self._position_at(brand, trial.since - LATE, head)
        await self._log.pool.execute(
            trials.sql.begin, brand, trial.run_id, said.model, said.sha256, first, head,
            trials.written(Report()), self._clock.now(),
        )  # fmt: skip
        return True

    async def _walk(self, brand: BrandId, trial: Trial, judging: Judging) -> bool:
        rows = await self._log.pool.fetch(trials.sql.received, brand, trial.position, trial.head, PAGE)
        if not rows:
            await self._finish(brand, trial)
            return False
        bodies = [orjson.loads(row["body"]) for row in rows]
        wanted = [
            (row["position"], row["stream_id"], body["external_id"])
            for row, body in zip(rows, bodies, strict=True)
            if datetime.fromisoformat(body["received_at"]) >= trial.since
        ]
        said, read_at = await self._said(brand, [stream for _, stream, _ in wanted])
        batch, upto = self._batch(wanted, said, judging, rows[-1]["position"])
        started = asyncio.get_running_loop().time()
        report = await self._judge(brand, trial, batch, read_at, judging)
        await self._log.pool.execute(
            trials.sql.advance, brand, trial.run_id, trial.state, trial.position, upto,
            trials.written(report), self._clock.now(),
        )  # fmt: skip
        if self._rest:
            await asyncio.sleep(asyncio.get_running_loop().time() - started)
        return True

    async def _said(
        self, brand: BrandId, streams: Sequence[str]
    ) -> tuple[dict[tuple[str, str], _Said], int]:  # fmt: skip
        """What can be read of these items, by stream and message; and the position it is true at."""
        async with self._log.pool.acquire() as connection, queue.snapshot(connection):
            read_at = await connection.fetchval(queue.sql.checkpoint, brand)
            ids = sorted({uuid.UUID(stream) for stream in streams})
            rows = await connection.fetch(items.sql.states, brand, ids) if ids else []
        found = {}
        for row in rows:
            item = load_item(row["state"])
            messages = {message.external_id: message for message in item.messages}
            for words in latest_words(item, row["subject_id"]):
                message = messages[words.external_id]
                if message.withdrawn_at is None:
                    found[str(item.item_id), words.external_id] = _Said(item, message, words)
        return found, read_at

    @staticmethod
    def _batch(
        wanted: Sequence[tuple[int, str, str]], said: dict[tuple[str, str], _Said], judging: Judging, last: int
    ) -> tuple[list[_Said], int]:
        """As many messages as may be judged at once, and the position they reach."""
        readable = [(position, said[stream, id_]) for position, stream, id_ in wanted if (stream, id_) in said]
        count = judging.pace.fitting([one.words.read for _, one in readable], BATCH_S)
        batch = [one for _, one in readable[:count]]
        return batch, last if count >= len(readable) else readable[count - 1][0]

    async def _judge(
        self, brand: BrandId, trial: Trial, batch: Sequence[_Said], read_at: int, judging: Judging
    ) -> Report:
        judged = await self._judgements(batch, judging)
        report = replace(trial.report, unread=trial.report.unread + sum(one is None for one in judged))
        pairs = [(one, said) for one, said in zip(batch, judged, strict=True) if said is not None]
        if any(said.sha256 != trial.sha256 for _, said in pairs):
            await self._fail(brand, trial, CHANGED)
            return report
        if trial.state == "applying":
            words, found = [one.words for one, _ in pairs], [said for _, said in pairs]
            new = await self._scorer.append(brand, words, found, read_at, run=str(trial.run_id)) if pairs else 0
            return replace(trial.report, appended=trial.report.appended + new)
        policy = await policies.in_force(self._log.pool, brand)
        for one, said in pairs:
            before, after = _standings(one, said, policy)
            report = report.with_message(one.item.item_id, one.message.external_id, before, after)
        return report

    async def _judgements(self, batch: Sequence[_Said], judging: Judging) -> list[Reading | None]:
        """None for what the model fails on; it fails on nothing but the text, or it is down."""
        if not batch:
            return []
        try:
            return [*await judging.judge([one.words.read for one in batch], trial=True)]
        except ClassifierFailed as error:
            if len(batch) > 1:
                return [said for one in batch for said in await self._judgements([one], judging)]
            if not await judging.alive():
                raise ClassifierDown("it fails on every text") from error
            return [None]

    async def _finish(self, brand: BrandId, trial: Trial) -> None:
        done = "tried" if trial.state == "trying" else "applied"
        await self._log.pool.execute(trials.sql.finish, brand, trial.run_id, trial.state, done, self._clock.now())
        await self._leave(brand, trial)

    async def _leave(self, brand: BrandId, trial: Trial) -> None:
        self._models.let_go(trial.model)
        await self.release(brand)

    async def _wait_or_fail(self, brand: BrandId, trial: Trial, reason: str) -> None:
        if self._clock.now() - trial.changed_at >= PATIENCE:
            await self._fail(brand, trial, reason)

    async def _fail(self, brand: BrandId, trial: Trial, reason: str) -> None:
        logger.error("the trial run of %s on brand %s has failed: %s", trial.model or "the default", brand, reason)
        await self._log.pool.execute(trials.sql.fail, brand, trial.run_id, reason, self._clock.now())
        await self.release(brand)

    async def _position_at(self, brand: BrandId, at: datetime, head: int) -> int:
        """A position before all that was received from `at` on, by halving: messages stand in the order they came."""
        low, high = 0, head
        while low < high:
            middle = (low + high) // 2
            row = await self._log.pool.fetchrow(trials.sql.received_after, brand, middle + 1)
            if row is not None and datetime.fromisoformat(orjson.loads(row["body"])["received_at"]) < at:
                low = max(middle + 1, row["position"])
            else:
                high = middle
        return low


def _standings(one: _Said, said: Reading, policy: Policy) -> tuple[Standing, Standing]:
    known = one.message.judgement
    judgement = Judgement(
        model=said.model, assessed=said.assessed, sentiment=said.sentiment, urgency=said.urgency, level=said.level
    )  # fmt: skip
    return standing(one.item, one.message, known, policy), standing(one.item, one.message, judgement, policy)
