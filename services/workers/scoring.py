"""From words to `MessageClassified`: a model's judgement, the spread of the thread, an append that may be repeated.

What quotes the author (the evidence) is sealed under the author's key. Somebody may be forgotten between the reading
and the append: then the judgement is kept without a quote, since figures stay and words do not.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from classifier.judgement import LANGUAGES, Judgement
from inbox import events as ev
from inbox.clock import Clock
from inbox.ids import BrandId, DedupeKey, dedupe_key
from inbox.log.record import NewEvent, item_stream
from inbox.log.store import Log, Positions, StaleKeys
from services import metrics
from services.workers import saying
from services.workers.behind import OneBehind
from services.workers.judging import ClassifierDown, ClassifierFailed, Judging
from services.workers.saying import Words

if TYPE_CHECKING:
    from services.workers.waves import Noticing

BATCH_S = 0.25
"""How long one batch may take the model: a message that comes meanwhile waits no longer than that for its turn."""
ATTEMPTS = 4
"""Looks at what happened since, while authors are being forgotten."""
LIKELY = 0.02
"""Categories below this probability are not worth their bytes in the log."""
NO_MODEL = "none"


@dataclass(slots=True)
class Unread:
    """What a model did not judge: `failed` on alone, `left` since it went down before their turn, or `late`."""

    failed: list[Words] = field(default_factory=list)
    left: list[Words] = field(default_factory=list)
    late: list[Words] = field(default_factory=list)

    @property
    def words(self) -> list[Words]:
        return [*self.failed, *self.left]


class Scorer:
    """`noticed`: told of what was judged, once it is in the log."""

    def __init__(self, log: Log, clock: Clock, noticed: Noticing | None = None) -> None:
        self._log = log
        self._clock = clock
        self._noticed = noticed

    async def score(
        self, brand: BrandId, words: Sequence[Words], read_at: int, judging: Judging,
        *, provisional: bool = False, patience_s: float | None = None,
    ) -> Unread:  # fmt: skip
        """Judges in small batches, and appends what was said of one while the model reads the next. `read_at`: the
        position the words were read at. `patience_s`: a batch that takes longer is `late`, with all behind it; what the
        model says of it then is nobody's."""
        async with OneBehind() as behind:
            return await self._scored(brand, words, read_at, judging, behind, provisional, patience_s)

    async def _scored(
        self, brand: BrandId, words: Sequence[Words], read_at: int, judging: Judging, behind: OneBehind,
        provisional: bool, patience_s: float | None,
    ) -> Unread:  # fmt: skip
        unread, left = Unread(), list(words)
        while left:
            count = judging.pace.fitting([one.read for one in left], BATCH_S)
            batch, left = left[:count], left[count:]
            try:
                async with asyncio.timeout(patience_s) as patience:
                    judged = await self._judged(batch, judging)
            except TimeoutError:
                if not patience.expired():
                    raise
                unread.late = [*batch, *left]
                break
            except ClassifierDown:
                unread.left = [*batch, *left]
                break
            pairs = list(zip(batch, judged, strict=True))
            unread.failed += [one for one, said in pairs if said is None]
            if found := [(one, replace(said, provisional=provisional)) for one, said in pairs if said is not None]:
                await behind.go(self.append(brand, [one for one, _ in found], [said for _, said in found], read_at))
        return unread

    async def alarm(self, brand: BrandId, words: Sequence[Words], read_at: int, first: Judging) -> None:
        """A first look at what nothing better can read now, heard only where it raises: what it takes for harmless
        stays unread, at P2 or higher."""
        left = list(words)
        while left:
            count = first.pace.fitting([one.read for one in left], BATCH_S)
            batch, left = left[:count], left[count:]
            judged = await first.judge([one.read for one in batch])
            raised = [pair for pair in zip(batch, judged, strict=True) if pair[1].level >= ALARMING]
            if raised:
                said = [replace(judgement, provisional=True) for _, judgement in raised]
                await self.append(brand, [one for one, _ in raised], said, read_at)

    async def give_up(self, brand: BrandId, words: Words, read_at: int, first: Judging | None = None) -> None:
        """The full model cannot stand these words. What a first look says of them is final then; where there is none,
        they rank no lower than P2 and are shown as not assessed."""
        said = NOT_ASSESSED
        if first is not None:
            try:
                said = replace((await first.judge([words.read]))[0], provisional=False)
            except (ClassifierDown, ClassifierFailed):
                said = NOT_ASSESSED
        await self.append(brand, [words], [said], read_at)

    async def _judged(self, batch: Sequence[Words], judging: Judging) -> list[Judgement | None]:
        """None for what it failed on. One text that the model cannot stand must not keep its neighbours waiting."""
        try:
            return list(await judging.judge([one.read for one in batch]))
        except ClassifierFailed:
            if len(batch) == 1:
                return [None]
            return [said for one in batch for said in await self._judged([one], judging)]

    async def append(
        self, brand: BrandId, words: Sequence[Words], judged: Sequence[Judgement], read_at: int, *, run: str = ""
    ) -> int:
        """How many judgements are new to the log. `run`: of a model put in force, which speaks again for itself.

        Two round trips: a look at what happened since the words were read, and an append that the log refuses where an
        author was forgotten after that look. Whoever forgets authors as fast as we look is judged without quotes."""
        for left in reversed(range(ATTEMPTS)):
            since = await saying.look(self._log.pool, brand, words, read_at)
            pairs = [(n, *pair) for n, pair in enumerate(zip(words, judged, strict=True)) if since.holds(pair[0])]
            new = [
                self._event(brand, one, said, since.spreads[n], left > 0 and since.quotable(one), run)
                for n, one, said in pairs
            ]  # fmt: skip
            with contextlib.suppress(StaleKeys):
                placed = await self._log.append(brand, new, as_of=since.epoch)
                break
        self._tell(brand, [(one, said) for _, one, said in pairs], placed)
        return sum(position is not None for position in placed)

    def _tell(self, brand: BrandId, said: Sequence[tuple[Words, Judgement]], placed: Positions) -> None:
        if self._noticed is not None and said:
            self._noticed(brand, list(said))
        self._count(said, placed)

    def _count(self, judged: Sequence[tuple[Words, Judgement]], placed: Positions) -> None:
        now = self._clock.now()
        for (one, said), position in zip(judged, placed, strict=True):
            if position is None:
                continue
            stage = "first" if said.provisional else "full"
            level = str(said.level) if said.assessed else "unassessed"
            lang = "none" if said.lang is None else said.lang if said.lang in LANGUAGES else "other"
            metrics.JUDGEMENTS.labels(stage, level, lang).inc()
            waited_s = max(0.0, (now - one.received_at).total_seconds())
            metrics.CLASSIFICATION_SECONDS.labels(stage).observe(waited_s)

    def _event(
        self, brand: BrandId, words: Words, said: Judgement, spread: int, quotable: bool, run: str
    ) -> NewEvent:  # fmt: skip
        reasons = tuple(ev.ReasonGiven(category=r.category, score=r.score, evidence=r.evidence) for r in said.reasons)
        event = ev.MessageClassified(
            item_id=words.item_id, external_id=words.external_id, model=said.model, assessed=said.assessed,
            sentiment=said.sentiment, urgency=said.urgency, level=said.level, lang=said.lang,
            categories=tuple(dict.fromkeys(reason.category for reason in reasons)), spread=spread,
            reasons=reasons if quotable else (), at=self._clock.now(), model_sha256=said.sha256,
            probabilities=probabilities(said), temperature=said.temperature, provisional=said.provisional,
            words_at=datetime.fromisoformat(words.version) if words.version else None,
        )  # fmt: skip
        key = self._key(brand, words, said, run)
        return NewEvent(event, item_stream(words.item_id), key, words.subject if event.reasons else None)

    def _key(self, brand: BrandId, words: Words, said: Judgement, run: str) -> DedupeKey:
        """A first look is not a full reading, even by a model of the same name."""
        text = str(self._log.keyring.ids.words(brand, words.text))
        what = ("glanced" if said.provisional else "classified", str(brand), words.channel_id, words.external_id)
        return dedupe_key(*what, words.version, text, said.model, *([run] if run else []))


def probabilities(said: Judgement) -> dict[str, float]:
    """What the log keeps of them: the likely categories, most likely first, and the three tones."""
    if not said.probabilities:
        return {}
    likely = sorted(said.probabilities.items(), key=lambda pair: -pair[1])
    found = {name: round(float(share), 4) for name, share in likely if share > LIKELY}
    return found | {f"tone:{tone}": round(float(share), 4) for tone, share in said.sentiment_scores.items()}


ALARMING = 2
"""The level from which a first look is heard although nothing better could read the words."""
NOT_ASSESSED = Judgement(
    sentiment="neutral", sentiment_scores={}, lang=None, lang_confidence=0.0, urgency=0.5, level=2, reasons=(),
    assessed=False, model=NO_MODEL,
)  # fmt: skip
