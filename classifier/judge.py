"""The classifier: texts in, judgements out. The one class the rest of Vigie knows.

The encoder reads the text once, for tone and categories alike; the lexicons say which words speak for a category and
guard the recall of the dangers; the recogniser names the language. All of it is read-only, so one instance serves
every thread of a process. It never raises on any string and never waits for anything but the processor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifier import lexicon, plugged, sentiment, weighing
from classifier.disguise import seen
from classifier.encoder import Encoder, Read
from classifier.evidence import idiomatic, reasons_in
from classifier.first_look import HEAD, KNOWN, RECOGNISED, TAIL, first
from classifier.judgement import SENTIMENTS, Judgement, Reason, Weight
from classifier.language import Languages, Reading
from classifier.tokens import tokenise_ends
from classifier.urgency import level_for, ordered, urgency_of

AT_ONCE: Final = 256
"""Texts read in one go: enough to sort by length, few enough to hold."""


class Classifier:
    """Judges texts with one model. Thread-safe, CPU only, no I/O after loading. ``threads``: of the encoder."""

    def __init__(self, model: plugged.Model, *, threads: int = 1) -> None:
        self._model = model
        self.encoder = Encoder(model.directory, threads=threads)
        self._lexicons = lexicon.lexicons()
        self._languages = Languages()

    @property
    def model(self) -> str:
        """``name@version/sha8`` of the weights."""
        return self._model.title

    @property
    def sha256(self) -> str:
        return self._model.sha256

    def judge(self, texts: Sequence[str]) -> list[Judgement]:
        """One judgement a text, in order. Any string will do, however long or broken."""
        judged: list[Judgement] = []
        for start in range(0, len(texts), AT_ONCE):
            some = texts[start : start + AT_ONCE]
            shown = list(map(seen, some))
            judged += map(self._judge, some, shown, self.encoder.read(shown))
        return judged

    def weigh(self, text: str, *, most: int = 8) -> list[Weight]:
        """The fragments that weighed most, heaviest first: see `classifier.weighing`."""
        judged = self.judge([text])[0]
        names = [reason.category for reason in judged.reasons] or [weighing.TONE]
        return weighing.weigh(text, names, self._shares, most=most)

    def _shares(self, texts: Sequence[str]) -> list[Mapping[str, float]]:
        """What the network alone says of each text: the categories, and the negative tone."""
        found: list[Mapping[str, float]] = []
        for text, read in zip(texts, self.encoder.read(texts), strict=True):
            tone = self._tone(text, read, self._languages.read(text))
            found.append({**self._model.heads.categories_of(read), weighing.TONE: float(tone[0])})
        return found

    def _judge(self, text: str, shown: str, read: Read) -> Judgement:
        """*shown*: the text as people see it, which is what is read; what is quoted is as it was written."""
        language = self._languages.read(shown)
        lang, confidence = language.ranking[0] if language.ranking else (None, 0.0)
        tone = self._tone(shown, read, language)
        shares, reasons, heard = self._reasons(text, shown, read, language, float(tone[0]))
        return Judgement(
            sentiment=SENTIMENTS[int(tone.argmax())],
            sentiment_scores={name: round(float(share), 4) for name, share in zip(SENTIMENTS, tone, strict=True)},
            lang=lang if confidence >= RECOGNISED else None,
            lang_confidence=round(confidence, 4),
            urgency=urgency_of(reasons, float(tone[0])),
            level=level_for(reasons),
            reasons=ordered(reasons),
            assessed=language.brief or language.known >= KNOWN or heard,
            model=self._model.title,
            probabilities={name: round(share, 4) for name, share in shares.items()},
            temperature=self._model.heads.temperature,
            sha256=self._model.sha256,
            embedding=_packed(read.embedding) if self._model.tells_alike else None,
        )

    def _tone(self, text: str, read: Read, language: Reading) -> NDArray[np.float64]:
        """Without a word to read the emojis speak; a network without a tone leaves it to the first look."""
        if not language.words:
            return sentiment.wordless(text)
        tone = self._model.heads.tone_of(read)
        return first().tone(text, language.words) if tone is None else tone

    def _reasons(
        self, text: str, shown: str, read: Read, language: Reading, negative: float
    ) -> tuple[dict[str, float], list[Reason], bool]:
        """The probability of each category, those named, and whether a lexicon knew a word of it."""
        tokens = tokenise_ends(shown, HEAD, TAIL)
        plausible = language.plausible() or (["en"] if tokens else [])
        lexicons = [self._lexicons[lang] for lang in plausible]
        found = reasons_in(text, tokens, lexicons)
        shares = self._model.heads.categories_of(read) if language.words else {}
        if not shares:  # nothing to read, or a network that knows no category: the lexicons speak alone
            return {}, first().completed(found, text, tokens, negative, language), bool(found)
        shares = self._model.rules.guarded(shares, found)
        figurative = not found and idiomatic(tokens, lexicons)
        return shares, self._model.rules.reasons(shares, found, figurative=figurative), bool(found)


def _packed(embedding: NDArray[np.float32] | None) -> bytes | None:
    return None if embedding is None else np.rint(embedding * 127).astype(np.int8).tobytes()


def load(directory: Path | None = None, *, threads: int = 1) -> Classifier:
    """The classifier of *directory*, by default the shipped one.

    `weights.WrongWeights` where something in it is missing or wrong.
    """
    return Classifier(plugged.look(directory or plugged.SHIPPED), threads=threads)
