"""Finds waves: near-identical messages of many authors. `inbox.waves` has the rules, `wave_window` the comparing.

A follower of the log: prints, memberships and `WaveJoined` are one transaction with the checkpoint, so that a process
may die at any moment, or two take a brand at once, and nothing is said twice or left out. It needs words only; where a
model gives embeddings, whoever scores hands them over by `noticed`, and messages of one meaning are found as well.
Prints of words are personal: they go with their day, and with their author.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Protocol

from classifier.judgement import Judgement
from inbox import events as ev
from inbox import waves
from inbox.clock import Clock
from inbox.ids import BrandId, dedupe_key
from inbox.log.passing import PASSING
from inbox.log.record import NewEvent, Recorded, item_stream
from inbox.log.store import Connection, Log
from inbox.log.store import sql as log_sql
from inbox.sql import beside
from inbox.views import wave_members
from services.workers import prints
from services.workers.saying import Words
from services.workers.wave_prints import Said, Unheard, Windows
from services.workers.wave_window import Kept

sql = beside(__file__, "waves.sql")
logger = logging.getLogger(__name__)

MOST_RAISED = 2_000
"""Items raised in one transaction; their events bring the next."""
MOST_NOTICED = 2_000
"""Embeddings that wait for their turn; more are let go, and those messages are known by their words only."""
AT_ONCE = 200
SWEEP_S = 300.0


class Noticing(Protocol):
    """Told of words and what a model said of them, after that is in the log. It returns at once, and never raises."""

    def __call__(self, brand: BrandId, said: Sequence[tuple[Words, Judgement]]) -> None: ...


class Waves:
    """A follower, and by `run` a worker beside it for what is `noticed`."""

    name: ClassVar[str] = "waves"
    transactional: ClassVar[bool] = True
    wants: ClassVar[frozenset[str] | None] = wave_members.WANTED | {
        ev.MessageEdited.TYPE, ev.MessageWithdrawn.TYPE, ev.AuthorForgotten.TYPE,
    }  # fmt: skip

    def __init__(self, log: Log, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._windows = Windows(log.keyring.ids)
        self._said: set[BrandId] = set()
        self._noticed: dict[BrandId, list[Unheard]] = {}
        self._waiting = asyncio.Event()
        self._swept = float("-inf")

    # --- following the log ---

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
        assert connection is not None
        touched = await wave_members.project(connection, brand, events)
        new = await self._raised(connection, brand, touched)
        since = self._since()
        if said := [one for one in map(_said, events) if one is not None and _is_of_the_window(one, since)]:
            new += self._joined(brand, (await self._windows.take(connection, brand, said, since)).joined)
        if new:
            await self._log.append(brand, new, connection=connection)
            self._said.add(brand)

    def committed(self, brand: BrandId, events: Sequence[Recorded]) -> None:
        """What was said of waves is news to the views, and to ourselves."""
        if brand in self._said:
            self._said.discard(brand)
            self._log.pulse.beat("log", brand)

    async def _raised(self, connection: Connection, brand: BrandId, touched: Sequence[uuid.UUID]) -> list[NewEvent]:
        if not touched:
            return []
        lower = await connection.fetch(wave_members.sql.lower, brand, touched, MOST_RAISED)
        now = self._clock.now()
        return [
            _new(
                brand, "raised", f"{row['wave_id']}:{row['top']}",
                ev.RaisedByWave(
                    item_id=row["item_id"], wave_id=row["wave_id"], level=row["top"], urgency=row["urgency"], at=now
                ),
            )
            for row in lower
            if waves.rises(row["own"], row["raised"], row["top"])
        ]  # fmt: skip

    def _joined(self, brand: BrandId, joined: Iterable[Kept]) -> list[NewEvent]:
        """A message joins one wave, once."""
        now = self._clock.now()
        return [
            _new(
                brand, "wave", one.heard.external_id,
                ev.WaveJoined(
                    item_id=one.heard.item_id, external_id=one.heard.external_id, wave_id=one.wave_id,
                    alike=one.alike, similarity=one.similarity, at=now,
                ),
            )
            for one in joined
        ]  # fmt: skip

    def _since(self) -> datetime:
        return self._clock.now() - waves.WINDOW

    # --- what a model noticed ---

    def noticed(self, brand: BrandId, said: Sequence[tuple[Words, Judgement]]) -> None:
        """See `Noticing`."""
        waiting = self._noticed.setdefault(brand, [])
        waiting += (_meant(words, judgement) for words, judgement in said if judgement.embedding is not None)
        del waiting[:-MOST_NOTICED]
        self._waiting.set()

    async def run(self) -> None:
        """Ends when its task is cancelled."""
        await asyncio.to_thread(prints.ready)
        while True:
            try:
                async with asyncio.timeout(SWEEP_S):
                    await self._waiting.wait()
            except TimeoutError:
                pass
            try:
                await self.look()
            except PASSING as error:
                logger.warning("waves wait: %s", type(error).__name__)
            except Exception:  # a worker's edge: embeddings that nobody can use must not end the later ones
                logger.exception("waves wait")

    async def look(self) -> None:
        """Takes all that was noticed, and lets prints expire."""
        self._waiting.clear()
        noticed, self._noticed = self._noticed, {}
        for brand, unheard in noticed.items():
            for start in range(0, len(unheard), AT_ONCE):
                await self._understand(brand, unheard[start : start + AT_ONCE])
        now = asyncio.get_running_loop().time()
        if now - self._swept >= SWEEP_S:
            self._swept = now
            await self.sweep()

    async def _understand(self, brand: BrandId, unheard: Sequence[Unheard]) -> None:
        since = self._since()
        async with self._log.pool.acquire() as connection, connection.transaction():
            known = await self._not_forgotten(connection, brand, unheard)
            lately = [one for one in known if _is_of_the_window(one, since)]
            new = self._joined(brand, (await self._windows.take(connection, brand, lately, since)).joined)
            if new:
                await self._log.append(brand, new, connection=connection)
        if new:
            self._log.pulse.beat("log", brand)

    async def _not_forgotten(self, connection: Connection, brand: BrandId, unheard: Sequence[Unheard]) -> list[Unheard]:
        """Until we are done none of their authors can be forgotten."""
        subjects = sorted({one.subject for one in unheard if one.subject is not None})
        rows = await connection.fetch(log_sql.subject_keys_for_writing, brand, subjects)
        held = {row["subject_id"] for row in rows}
        return [one for one in unheard if one.subject is None or one.subject in held]

    async def sweep(self) -> None:
        """Of brands to which nobody speaks any more the prints expire as well."""
        since = self._since()
        for row in await self._log.pool.fetch(sql.brands):
            await self._log.pool.execute(sql.expire, row["brand_id"], since)
        self._windows.forget()


def _new(brand: BrandId, what: str, name: str, event: ev.ItemEvent) -> NewEvent:
    return NewEvent(event, item_stream(event.item_id), dedupe_key(what, str(brand), str(event.item_id), name))


def _is_of_the_window(said: Said, since: datetime) -> bool:
    """Within the window; what is taken back may be of any age."""
    return not isinstance(said, Unheard) or said.heard_at > since


def _said(recorded: Recorded) -> Said | None:
    """None for what says nothing that can be read."""
    event = recorded.event
    if isinstance(event, ev.MessageWithdrawn | ev.AuthorForgotten):
        return event
    if not isinstance(event, ev.MessageReceived | ev.MessageEdited) or not event.text:
        return None
    edited = isinstance(event, ev.MessageEdited)
    version = min(event.sent_at, event.received_at).isoformat() if edited else ""
    return Unheard(event.item_id, event.external_id, event.text, event.received_at, recorded.subject, version)


def _meant(words: Words, judgement: Judgement) -> Unheard:
    return Unheard(
        words.item_id, words.external_id, words.text, words.received_at, words.subject, words.version,
        judgement.lang, judgement.embedding,
    )  # fmt: skip
