"""From words to `MessageClassified`: the model's judgement, the spread of the thread, an append that may be repeated.

What quotes the author (the evidence) is sealed under the author's key. Somebody may be forgotten between the reading
and the append: then the judgement is kept without a quote, since figures stay and words do not.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from classifier.judgement import Judgement
from inbox import events as ev
from inbox.clock import Clock
from inbox.ids import BrandId, DedupeKey, ItemId, SubjectId, dedupe_key
from inbox.log.record import NewEvent, item_stream
from inbox.log.store import Connection, Log
from inbox.sql import beside
from services import metrics
from services.workers.judging import ClassifierFailed, Judging

sql = beside(__file__, "classify.sql")

CHUNK = 32
MOST_LETTERS = 20_000
NO_MODEL = "none"


@dataclass(frozen=True, slots=True)
class Words:
    """Words to be judged. `version`: the time of their edit, "" for the original ones. `thread`: None where the views
    know it."""

    item_id: ItemId
    channel_id: str
    external_id: str
    text: str
    received_at: datetime
    version: str = ""
    subject: SubjectId | None = None
    thread: uuid.UUID | None = None


class Scorer:
    def __init__(self, log: Log, clock: Clock, judging: Judging) -> None:
        self._log = log
        self._clock = clock
        self._judging = judging

    async def score(self, brand: BrandId, words: Sequence[Words], read_at: int) -> list[Words]:
        """Judges and appends; gives back what the model failed on. `read_at`: the position the words were read at.

        Raises ClassifierDown; what was judged before that is in the log.
        """
        failed: list[Words] = []
        for chunk in _chunks(words):
            try:
                await self._score(brand, chunk, read_at)
            except ClassifierFailed:
                failed += await self._one_by_one(brand, chunk, read_at)
        return failed

    async def give_up(self, brand: BrandId, words: Words, read_at: int) -> None:
        """Says that no model can assess these words: they rank no lower than P2 and are shown as not assessed."""
        await self._append(brand, [words], [NOT_ASSESSED], read_at)

    async def _one_by_one(self, brand: BrandId, words: Sequence[Words], read_at: int) -> list[Words]:
        """One text that the model cannot stand must not keep its neighbours waiting."""
        failed = []
        for one in words:
            try:
                await self._score(brand, [one], read_at)
            except ClassifierFailed:
                failed.append(one)
        return failed

    async def _score(self, brand: BrandId, words: Sequence[Words], read_at: int) -> None:
        judged = await self._judging.judge([one.text[:MOST_LETTERS] for one in words])
        await self._append(brand, words, judged, read_at)
        now = self._clock.now()
        for one in words:
            metrics.CLASSIFICATION_SECONDS.observe(max(0.0, (now - one.received_at).total_seconds()))

    async def _append(self, brand: BrandId, words: Sequence[Words], judged: Sequence[Judgement], read_at: int) -> None:
        async with self._log.pool.acquire() as connection, connection.transaction():
            judged, words = await self._still_said(connection, brand, judged, words, read_at)
            if not words:
                return
            gone = await self._forgotten(connection, brand, words, read_at)
            spreads = await self._spreads(connection, brand, words)
            new = [
                self._event(brand, one, said, spread, quotable=one.subject is not None and one.subject not in gone)
                for one, said, spread in zip(words, judged, spreads, strict=True)
            ]
            await self._log.append(brand, new, connection=connection)
        self._log.pulse.beat("log", brand)

    async def _still_said(
        self, connection: Connection, brand: BrandId, judged: Sequence[Judgement], words: Sequence[Words], read_at: int
    ) -> tuple[Sequence[Judgement], Sequence[Words]]:
        """Without the words that were edited since: a late judgement of old words must not stand for new ones."""
        streams = [item_stream(one.item_id) for one in words]
        changed = {row["stream_id"] for row in await connection.fetch(sql.edited_since, brand, streams, read_at)}
        kept = [n for n, stream in enumerate(streams) if stream not in changed]
        return [judged[n] for n in kept], [words[n] for n in kept]

    async def _forgotten(
        self, connection: Connection, brand: BrandId, words: Sequence[Words], read_at: int
    ) -> set[uuid.UUID]:
        subjects = {one.subject for one in words if one.subject is not None}
        held = {row["subject_id"] for row in await connection.fetch(sql.hold_keys, brand, list(subjects))}
        since = await connection.fetch(sql.forgotten_since, brand, read_at)
        events = [ev.decode(ev.AuthorForgotten.TYPE, row["v"], row["body"], None) for row in since]
        return (subjects - held) | {event.subject_id for event in events if isinstance(event, ev.AuthorForgotten)}

    async def _spreads(self, connection: Connection, brand: BrandId, words: Sequence[Words]) -> list[int]:
        columns = zip(*((one.item_id, one.thread, one.received_at) for one in words), strict=True)
        return [row["authors"] for row in await connection.fetch(sql.spread, brand, *map(list, columns))]

    def _event(self, brand: BrandId, words: Words, said: Judgement, spread: int, *, quotable: bool) -> NewEvent:
        reasons = tuple(ev.ReasonGiven(category=r.category, score=r.score, evidence=r.evidence) for r in said.reasons)
        event = ev.MessageClassified(
            item_id=words.item_id, external_id=words.external_id, model=said.model, assessed=said.assessed,
            sentiment=said.sentiment, urgency=said.urgency, level=said.level, lang=said.lang,
            categories=tuple(dict.fromkeys(reason.category for reason in reasons)), spread=spread,
            reasons=reasons if quotable else (), at=self._clock.now(),
        )  # fmt: skip
        key = self._key(brand, words, said.model)
        return NewEvent(event, item_stream(words.item_id), key, words.subject if event.reasons else None)

    def _key(self, brand: BrandId, words: Words, model: str) -> DedupeKey:
        text = str(self._log.keyring.ids.words(brand, words.text))
        return dedupe_key("classified", str(brand), words.channel_id, words.external_id, words.version, text, model)


NOT_ASSESSED = Judgement(
    sentiment="neutral", sentiment_scores={}, lang=None, lang_confidence=0.0, urgency=0.5, level=2, reasons=(),
    assessed=False, model=NO_MODEL,
)  # fmt: skip


def _chunks(words: Sequence[Words]) -> Iterator[Sequence[Words]]:
    for start in range(0, len(words), CHUNK):
        yield words[start : start + CHUNK]
