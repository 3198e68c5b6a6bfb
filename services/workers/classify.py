"""The classifier at work: what authors say is judged as it comes, and what could not be judged then is judged later.

`Classify` follows the log. A classifier that is dead or slow never holds it up: it moves on, the items stand in the
queue unscored (P2 or higher), and `Unscored` finds them in the views and tries again, the most urgent first. Only a
text that fails alone, again and again, while others are judged, is given up as not assessed.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import ClassVar

from inbox import item as core
from inbox.clock import Clock
from inbox.events import MessageEdited, MessageReceived
from inbox.ids import BrandId, IdMaker, ItemId, SubjectId
from inbox.log.follow import LEASE_S
from inbox.log.follow import sql as follow_sql
from inbox.log.passing import PASSING
from inbox.log.record import Recorded
from inbox.log.store import Connection, Log
from inbox.sql import beside
from inbox.state import Item
from inbox.views import policies, queue
from inbox.views.columns import to_score
from inbox.views.stored import load_item
from services.workers.judging import ClassifierDown, Judging
from services.workers.scoring import Scorer, Words

sql = beside(__file__, "classify.sql")
logger = logging.getLogger(__name__)

LOOK_S = 2.0
REST_S = 10.0
AT_ONCE = 64
ATTEMPTS = 3
GRACE_S = 3.0
"""What came in so lately is the follower's to judge."""


class Classify:
    """A follower whose effect is an append with a dedupe key."""

    name: ClassVar[str] = "classify"
    transactional: ClassVar[bool] = False
    wants: ClassVar[frozenset[str] | None] = frozenset({MessageReceived.TYPE, MessageEdited.TYPE})

    def __init__(self, log: Log, clock: Clock, judging: Judging) -> None:
        self._log = log
        self._scorer = Scorer(log, clock, judging)

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
        words = await self._words(brand, [r for r in events if isinstance(r.event, MessageReceived | MessageEdited)])
        try:
            failed = await self._scorer.score(brand, words, events[-1].position)
        except ClassifierDown as error:
            logger.warning("messages of brand %s stay unscored for a while: %s", brand, error)
        else:
            if failed:
                logger.warning("%s messages of brand %s could not be judged; tried again later", len(failed), brand)

    def committed(self, brand: BrandId, events: Sequence[Recorded]) -> None:
        """Nobody waits for this checkpoint; the append woke the followers."""

    async def _words(self, brand: BrandId, said: Sequence[Recorded]) -> list[Words]:
        streams = {recorded.stream for recorded in said}
        if not streams:
            return []
        edited = {row["stream_id"] for row in await self._log.pool.fetch(sql.edited, brand, sorted(streams))}
        words = [first_words(brand, r, self._log.keyring.ids) for r in said if r.stream not in edited and r.opened]
        for stream in sorted(edited):
            item = await self._folded(brand, stream)
            heard = {r.event.external_id for r in said if r.stream == stream}  # type: ignore[attr-defined]
            subject = next((r.subject for r in said if r.stream == stream), None)
            words += (one for one in latest_words(item, subject) if one.external_id in heard)
        return words

    async def _folded(self, brand: BrandId, stream: str) -> Item:
        """The item's latest words. Its policy does not matter to them."""
        recorded = await self._log.read_stream(brand, stream)
        return core.fold(ItemId(uuid.UUID(stream)), ((r.position, r.event, policies.USUAL) for r in recorded))


def first_words(brand: BrandId, recorded: Recorded, ids: IdMaker) -> Words:
    event = recorded.event
    assert isinstance(event, MessageReceived)
    thread = ids.thread(brand, event.channel_id, event.thread_id) if event.thread_id else None
    return Words(
        ItemId(event.item_id), event.channel_id, event.external_id, event.text or "", event.received_at,
        subject=recorded.subject, thread=thread,
    )  # fmt: skip


def latest_words(item: Item, subject: SubjectId | None, *, unjudged: bool = False) -> Iterable[Words]:
    """What the messages of an item say now, or only those that nobody judged.

    After an edit a judgement proves nothing: it may be of the words before, and have come in late.
    """
    for message in item.messages:
        if to_score(item, message) if unjudged else message.text is not None:
            version = message.edited_at.isoformat() if message.edited_at else ""
            yield Words(
                item.item_id, item.channel_id, message.external_id, message.text or "", message.received_at,
                version=version, subject=subject,
            )  # fmt: skip


class Unscored:
    """Judges later what could not be judged at once. `run` ends when its task is cancelled."""

    def __init__(self, log: Log, clock: Clock, judging: Judging) -> None:
        self._log = log
        self._clock = clock
        self._judging = judging
        self._scorer = Scorer(log, clock, judging)
        self._holder = uuid.uuid4().hex
        self._failures: Counter[tuple[BrandId, ItemId, str, str]] = Counter()

    async def run(self) -> None:
        while True:
            pause = LOOK_S
            try:
                await self.look()
            except ClassifierDown:
                pause = REST_S
            except PASSING as error:
                logger.warning("unscored items wait: %s", type(error).__name__)
            except Exception:  # a worker's edge: one bad round must not end the later ones
                logger.exception("unscored items wait")
            await asyncio.sleep(pause)

    async def look(self) -> None:
        """One round over all brands. Raises ClassifierDown."""
        for row in await self._log.pool.fetch(sql.brands):
            brand = BrandId(row["brand_id"])
            if await self._log.pool.fetchval(follow_sql.lease, brand, "unscored", self._holder, LEASE_S) is not None:
                await self.catch_up(brand)

    async def catch_up(self, brand: BrandId) -> None:
        """Goes once through all that is unscored."""
        place: tuple[int, uuid.UUID] = (0, uuid.UUID(int=0))
        while True:
            async with self._log.pool.acquire() as connection, queue.snapshot(connection):
                read_at = await connection.fetchval(queue.sql.checkpoint, brand)
                rows = await connection.fetch(sql.unscored, brand, *place, AT_ONCE)
            if not rows:
                return
            items = [(load_item(row["state"]), row["subject_id"]) for row in rows]
            words = [one for item, subject in items for one in latest_words(item, subject, unjudged=True)]
            words = [one for one in words if self._is_late(one)]
            await self._judge(brand, words, read_at)
            last = items[-1][0]
            place = last.priority, last.item_id

    async def _judge(self, brand: BrandId, words: Sequence[Words], read_at: int) -> None:
        failed = await self._scorer.score(brand, words, read_at)
        if failed and not await self._judging.alive():
            raise ClassifierDown("it fails on every text")
        for one in failed:
            name = (brand, one.item_id, one.external_id, one.version)
            self._failures[name] += 1
            if self._failures[name] >= ATTEMPTS:
                logger.error("a message of brand %s cannot be judged: shown as not assessed", brand)
                await self._scorer.give_up(brand, one, read_at)
                del self._failures[name]

    def _is_late(self, words: Words) -> bool:
        return (self._clock.now() - words.received_at).total_seconds() > GRACE_S
