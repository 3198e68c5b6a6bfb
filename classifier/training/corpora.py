"""What the encoder is taught with: one shape for all the sources, each saying only what it knows.

The tone comes from UMSAB and from our written set, the categories from the written set and, where an intent implies
them, from the two sets of intents. What a source does not say is unknown (`UNKNOWN`) and costs nothing; strangers'
tweets count, with little weight, as free of the rarer categories. Texts are learned from, never copied.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from classifier.judgement import CATEGORIES, LEVEL_OF, SENTIMENTS

Row = Mapping[str, Any]
UNKNOWN: Final = -1
GRAVE: Final = tuple(name for name in CATEGORIES if LEVEL_OF[name] >= 2)
FRAUD: Final = frozenset({
    "compromised_card", "lost_or_stolen_card", "card_payment_not_recognised", "cash_withdrawal_not_recognised",
    "direct_debit_payment_not_recognised", "lost_or_stolen_phone",
})  # fmt: skip
"""Intents of the bank's set that say that somebody else may be at the customer's money."""
INFORMATION: Final = (
    "Affected individuals", "Caution and advice", "Donations and volunteering", "Infrastructure and utilities",
    "Not applicable", "Other Useful Information", "Sympathy and support",
)  # fmt: skip
WRITTEN: Final = Path(__file__).parent.parent / "written"
STRANGER_WEIGHT: Final = 0.05


@dataclass(frozen=True, slots=True)
class Example:
    """One text and what is known of it. ``tone``: an index into SENTIMENTS or UNKNOWN; ``categories``: 0, 1 or UNKNOWN
    for each of CATEGORIES, ``weight`` how much they count; ``task``/``target``: a class of an auxiliary task."""

    text: str
    lang: str
    tone: int = UNKNOWN
    categories: tuple[int, ...] = (UNKNOWN,) * len(CATEGORIES)
    weight: float = 1.0
    task: str | None = None
    target: int = UNKNOWN


def rows(path: Path) -> list[Row]:
    """The rows of a JSON lines file, gzipped or not."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in content.decode("utf-8").splitlines() if line.strip()]


def known(**said: int) -> tuple[int, ...]:
    return tuple(said.get(name, UNKNOWN) for name in CATEGORIES)


_NOT_GRAVE: Final = dict.fromkeys(GRAVE, 0)


# --- the sources ----------------------------------------------------------------------------------------------------


def sentiment(data: Path, split: str) -> list[Example]:
    """UMSAB: eight languages, three classes."""
    return [
        Example(row["text"], row["lang"], SENTIMENTS.index(row["label"]), known(**_NOT_GRAVE), STRANGER_WEIGHT)
        for row in rows(data / "sentiment.jsonl.gz")
        if row["split"] == split
    ]


def labelled(row: Row) -> Example:
    """A row of ours: `categories` are all there is to say of it; `label` may be missing (a correction)."""
    categories = tuple(int(name in row["categories"]) for name in CATEGORIES)
    tone = SENTIMENTS.index(row["label"]) if row.get("label") in SENTIMENTS else UNKNOWN
    return Example(row["text"], row.get("lang") or "und", tone, categories)


def written(split: str) -> list[Example]:
    """Our own set: the only one that says what is urgent to a brand."""
    return [labelled(row) for row in rows(WRITTEN / f"{split}.jsonl")]


def corrections(path: Path) -> list[Example]:
    """People's corrections, as `vigie corrections export` writes them."""
    return [labelled(row) for row in rows(path)]


def intents(data: Path) -> list[Example]:
    """Banking77 and the Bitext support set: routine requests that only sound alarming, and a few that are."""
    bank, shop = rows(data / "bank_intents.jsonl.gz"), rows(data / "support_intents.jsonl.gz")
    names = sorted({row["label"] for row in (*bank, *shop)})
    rest = {**_NOT_GRAVE, "praise": 0, "spam": 0}
    return [
        Example(
            row["text"], "en", categories=known(**rest | {"data_fraud": int(row["label"] in FRAUD)}), weight=0.5,
            task="intent", target=names.index(row["label"]),
        )
        for row in bank
    ] + [
        Example(
            row["text"], "en", categories=known(**rest | {"complaint": int(row["label"] == "complaint")}), weight=0.5,
            task="intent", target=names.index(row["label"]),
        )
        for row in shop if row["split"] == "train" and row["label"] != "review"
    ]  # fmt: skip


def subtitles(data: Path) -> list[Example]:
    """XED: the tone of subtitles. Alone it does not carry over to messages."""
    return [
        Example(row["text"], row["lang"], task="subtitle", target=SENTIMENTS.index(row["label"]))
        for row in rows(data / "emotion_subtitles.jsonl.gz")
        if row["split"] == "train"
    ]


def disasters(data: Path) -> list[Example]:
    """CrisisLex T26: what kind of information a tweet about a disaster holds."""
    return [
        Example(row["text"], row["lang"], task="crisis", target=INFORMATION.index(row["info_type"]))
        for row in rows(data / "crisis.jsonl.gz")
        if row["split"] == "train" and row["info_type"] in INFORMATION
    ]


def hostility(data: Path) -> list[Example]:
    """MLMA, its many labels folded into hateful, abusive, fearful, normal. Noisy."""
    return [
        Example(row["text"], row["lang"], task="hostility", target=_hostile(row["label"]))
        for row in rows(data / "hate.jsonl.gz")
        if row["split"] == "train"
    ]


def _hostile(label: str) -> int:
    if "hateful" in label:
        return 0
    if any(word in label for word in ("abusive", "offensive", "disrespectful")):
        return 1
    return 2 if "fearful" in label else 3


OTHERS: Final[Mapping[str, Callable[[Path], list[Example]]]] = {
    "intents": intents, "subtitles": subtitles, "disasters": disasters, "hostility": hostility,
}  # fmt: skip
"""Sources that only help: an epoch draws as many of each as its stage says, enough to teach and too few to lead."""


class Course:
    """What is taught, epoch by epoch: all of UMSAB, the written set some times over, a fresh draw of the others."""

    def __init__(self, data: Path, more: Sequence[Example] = ()) -> None:
        self._tone = sentiment(data, "train")
        self._ours = [*written("train"), *written("earlier"), *more]
        self._others = {name: source(data) for name, source in OTHERS.items()}

    def leading(self) -> list[Example]:
        """What the vocabulary is cut to: the texts that lead."""
        return [*self._tone, *self._ours]

    def everything(self) -> list[Example]:
        """Every text that may be drawn: for the manifest."""
        return [*self.leading(), *(example for examples in self._others.values() for example in examples)]

    def epoch(self, seed: int, number: int, *, times: int, draws: Mapping[str, int]) -> list[Example]:
        """The examples of one epoch, shuffled; the same for the same seed and number. *times*: how often the written
        set; *draws*: how many of which other source."""
        draw = random.Random(f"{seed}/{number}")  # noqa: S311 — repeatable, not secret
        drawn = [
            example
            for name, count in draws.items()
            for example in draw.sample(self._others[name], min(count, len(self._others[name])))
        ]
        taught = [*self._tone, *self._ours * times, *drawn]
        draw.shuffle(taught)
        return taught


def texts(examples: Iterable[Example]) -> list[str]:
    return [example.text for example in examples]
