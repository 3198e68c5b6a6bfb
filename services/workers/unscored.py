"""Reads later what could not be read at once, and reads anew what only a first look was had at: the most urgent first.

While words wait that nobody looked at yet it reads nothing: a first look at all of them goes before any second one.

It takes small batches and asks again what is most urgent after each, brand by brand in turn, so that a danger found
meanwhile waits behind no backlog, and fresh messages take turns with it at the model. Only a text that fails alone,
again and again, while others are judged, is given up: what a first look said of it is final then, or it is shown as not
assessed.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inbox.clock import Clock
from inbox.ids import BrandId, ItemId
from inbox.log.follow import LEASE_S
from inbox.log.follow import sql as follow_sql
from inbox.log.passing import PASSING
from inbox.log.store import Log
from inbox.sql import beside
from inbox.views import queue
from inbox.views.stored import load_item
from services import metrics
from services.workers.classify import latest_words
from services.workers.in_force import Models
from services.workers.judging import ClassifierDown, Judging
from services.workers.saying import Words
from services.workers.scoring import BATCH_S, Scorer

if TYPE_CHECKING:
    from services.workers.waves import Noticing

sql = beside(__file__, "classify.sql")
logger = logging.getLogger(__name__)

LOOK_S = 1.0
REST_S = 5.0
MEASURE_S = 5.0
AT_ONCE = 64
ATTEMPTS = 3
GRACE_S = 3.0
"""What came in so lately and was not looked at yet is the follower's to judge."""
LATE_S = 3.0
"""Where the follower has yet to look at what came in so long ago, it has more than it can do."""
MOST_SEEN = 2_000
"""After so many items a round ends, and what failed in it may be tried again."""


@dataclass(slots=True)
class _Round:
    """`seen`: items that were dealt with in this round; the views may not know it yet, and what failed waits."""

    seen: set[uuid.UUID] = field(default_factory=set)


class Unscored:
    """`run` ends when its task is cancelled. `waiting`: for how many seconds the follower that reads first has been
    behind, by brand."""

    def __init__(
        self, log: Log, clock: Clock, models: Models, first: Judging | None = None, noticed: Noticing | None = None,
        waiting: Mapping[BrandId, float] | None = None,
    ) -> None:  # fmt: skip
        self._waiting = {} if waiting is None else waiting
        self._log = log
        self._clock = clock
        self._models = models
        self._first = first
        self._scorer = Scorer(log, clock, noticed)
        self._holder = uuid.uuid4().hex
        self._failures: Counter[tuple[BrandId, ItemId, str, str]] = Counter()
        self._measured = float("-inf")

    async def run(self) -> None:
        while True:
            pause = LOOK_S
            try:
                await self._measure_at_times()
                await self.look()
            except ClassifierDown:
                pause = REST_S
            except PASSING as error:
                logger.warning("unscored items wait: %s", type(error).__name__)
            except Exception:  # a worker's edge: one bad round must not end the later ones
                logger.exception("unscored items wait")
            await asyncio.sleep(pause)

    async def look(self) -> None:
        """One round over all brands, a batch each in turn until nothing is left. Raises ClassifierDown."""
        rounds = {BrandId(row["brand_id"]): _Round() for row in await self._log.pool.fetch(sql.brands)}
        down: ClassifierDown | None = None
        while rounds:
            for brand, round_ in tuple(rounds.items()):
                try:
                    more = await self._step(brand, round_)
                except ClassifierDown as error:  # other brands may have another model in force
                    more, down = False, error
                if not more:
                    del rounds[brand]
            await self._measure_at_times()
        if down is not None:
            raise down

    async def _step(self, brand: BrandId, round_: _Round) -> bool:
        """Reads a batch; False when this brand has nothing more, has first looks to catch up with, or is another
        process's."""
        if self._waiting.get(brand, 0.0) > LATE_S:
            return False
        mine = await self._log.pool.fetchval(follow_sql.lease, brand, "unscored", self._holder, LEASE_S)
        if mine is None or len(round_.seen) >= MOST_SEEN:
            return False
        async with self._log.pool.acquire() as connection, queue.snapshot(connection):
            read_at = await connection.fetchval(queue.sql.checkpoint, brand)
            rows = await connection.fetch(sql.unscored, brand, list(round_.seen), AT_ONCE)
        judging = await self._models.of(brand)
        batch: list[Words] = []
        for row in rows:
            item = load_item(row["state"])
            words = [one for one in latest_words(item, row["subject_id"], unjudged=True) if self._is_due(one)]
            texts = [one.read for one in (*batch, *words)]
            if batch and judging.pace.fitting(texts, BATCH_S) < len(texts):
                break
            round_.seen.add(item.item_id)
            batch += words
        await self._judge(brand, batch, read_at, judging)
        return bool(rows)

    async def _judge(self, brand: BrandId, words: Sequence[Words], read_at: int, judging: Judging) -> None:
        unread = await self._scorer.score(brand, words, read_at, judging)
        if unread.left:
            raise ClassifierDown("it does not answer")
        if unread.failed and not await judging.alive():
            raise ClassifierDown("it fails on every text")
        for one in unread.failed:
            name = (brand, one.item_id, one.external_id, one.version)
            self._failures[name] += 1
            if self._failures[name] >= ATTEMPTS:
                logger.error("the full model cannot read a message of brand %s: given up", brand)
                await self._scorer.give_up(brand, one, read_at, self._first)
                del self._failures[name]

    def _is_due(self, words: Words) -> bool:
        return words.glanced or (self._clock.now() - words.received_at).total_seconds() > GRACE_S

    async def _measure_at_times(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._measured >= MEASURE_S:
            self._measured = now
            await self.measure()

    async def measure(self) -> None:
        """How much waits to be read over all brands, and since when."""
        nothing, provisional, oldest = 0, 0, None
        for row in await self._log.pool.fetch(sql.brands):
            (found,) = await self._log.pool.fetch(sql.waiting, row["brand_id"])
            nothing, provisional = nothing + found["nothing"], provisional + found["provisional"]
            oldest = min((at for at in (oldest, found["oldest"]) if at is not None), default=None)
        metrics.UNSCORED_ITEMS.labels("nothing").set(nothing)
        metrics.UNSCORED_ITEMS.labels("provisional").set(provisional)
        age_s = 0.0 if oldest is None else (self._clock.now() - oldest).total_seconds()
        metrics.OLDEST_UNSCORED_SECONDS.set(max(0.0, age_s))
