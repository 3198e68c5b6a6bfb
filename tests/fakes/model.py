"""A model that does what a test wants: finds danger where it smokes, or answers nonsense, or waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from classifier.judgement import Judgement, Reason

CALM = Judgement(
    sentiment="neutral", sentiment_scores={"neutral": 1.0}, lang="fr", lang_confidence=0.9, urgency=0.1, level=0,
    reasons=(), assessed=True, model="fake@1", sha256="f" * 64,
)  # fmt: skip
DANGER = replace(CALM, sentiment="negative", urgency=0.95, level=3, reasons=(Reason("safety", 0.9, ("fume",)),))


@dataclass
class FakeModel:
    """Danger where it smokes. `mood` may raise, or answer nonsense; it sees the texts. `calls`: the batches."""

    mood: Callable[[Sequence[str]], list[Judgement] | None] = lambda _: None
    name: str = "fake@1"
    calls: list[list[str]] = field(default_factory=list)
    danger: str = "fume"

    @property
    def asked(self) -> list[str]:
        return [text for call in self.calls for text in call]

    def judge(self, texts: Sequence[str]) -> list[Judgement]:
        self.calls.append(list(texts))
        said = self.mood(texts)
        if said is not None:
            return said
        return [replace(DANGER if self.danger in text else CALM, model=self.name) for text in texts]


def dead(_: Sequence[str]) -> list[Judgement]:
    raise RuntimeError("no model")


def poisoned(texts: Sequence[str]) -> None:
    if any("poison" in text for text in texts):
        raise ValueError("cannot stand it")
