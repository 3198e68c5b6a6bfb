"""The classifier at work: what authors say is judged as it comes, in two stages where it comes in a storm.

`Classify` follows the log. In calm the full model reads each message at once. Where that would take it longer than
`PATIENCE_S`, a first look scores the whole batch within milliseconds, and `services.workers.unscored` has the full
model read on, the most urgent first. A model that is dead or slow never holds anything up: the items stand in the queue
unscored (P2 or higher), a first look raises those that alarm it, and the rest is read later.
"""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from inbox import item as core
from inbox.clock import Clock
from inbox.events import MessageEdited, MessageReceived, PriorityOverridden
from inbox.ids import BrandId, IdMaker, ItemId, SubjectId
from inbox.log.record import Recorded
from inbox.log.store import Connection, Log
from inbox.sql import beside
from inbox.state import Item
from inbox.views import policies
from inbox.views.columns import to_score
from services.workers import disagreement
from services.workers.in_force import Models
from services.workers.judging import ClassifierDown, ClassifierFailed, Judging
from services.workers.saying import Words
from services.workers.scoring import Scorer, Unread

if TYPE_CHECKING:
    from services.workers.waves import Noticing

sql = beside(__file__, "classify.sql")
logger = logging.getLogger(__name__)

PATIENCE_S = 0.3
"""So long a batch may wait for its full reading. A message is to be scored within a second of its arrival: what the
ingest, two followers and the browser need of it leaves the model a third."""


class Classify:
    """A follower whose effect is an append with a dedupe key. `first`: the quick model, None to do without."""

    name: ClassVar[str] = "classify"
    transactional: ClassVar[bool] = False
    wants: ClassVar[frozenset[str] | None] = frozenset(
        {MessageReceived.TYPE, MessageEdited.TYPE, PriorityOverridden.TYPE}
    )

    def __init__(
        self, log: Log, clock: Clock, models: Models, first: Judging | None = None, noticed: Noticing | None = None
    ) -> None:
        self._log = log
        self._scorer = Scorer(log, clock, noticed)
        self._models = models
        self._first = first

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
        words = await self._words(brand, [r for r in events if isinstance(r.event, MessageReceived | MessageEdited)])
        unread = await self._read(brand, words, events[-1].position)
        if unread.words:
            logger.warning("%s messages of brand %s stay unscored for a while", len(unread.words), brand)
        for recorded in events:
            await disagreement.count(self._log, brand, recorded)

    def committed(self, brand: BrandId, events: Sequence[Recorded]) -> None:
        """Nobody waits for this checkpoint; the append woke the followers."""

    async def _read(self, brand: BrandId, words: Sequence[Words], read_at: int) -> Unread:
        full, first = await self._models.of(brand), self._first
        if first is not None and full.expected_s([one.read for one in words]) > PATIENCE_S:
            return await self._scorer.score(brand, words, read_at, first, provisional=True)
        # It may be slower than ever before, on a machine that is busy otherwise: then the first look helps out.
        unread = await self._scorer.score(brand, words, read_at, full, patience_s=2 * PATIENCE_S if first else None)
        if first is not None and unread.late:
            return await self._scorer.score(brand, unread.late, read_at, first, provisional=True)
        if first is not None and unread.words:
            with contextlib.suppress(ClassifierDown, ClassifierFailed):
                await self._scorer.alarm(brand, unread.words, read_at, first)
        return unread

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
    """What the messages of an item say now, or only those that no full reading was made of.

    After an edit a judgement proves nothing: it may be of the words before, and have come in late.
    """
    for message in item.messages:
        if to_score(item, message) if unjudged else message.text is not None:
            version = message.edited_at.isoformat() if message.edited_at else ""
            yield Words(
                item.item_id, item.channel_id, message.external_id, message.text or "", message.received_at,
                version=version, subject=subject, glanced=message.judgement is not None,
            )  # fmt: skip
