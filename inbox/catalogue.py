"""The models that this host can judge with, as the screens show them. Who knows them is handed in by the process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

DEFAULT = ""
"""The name of the model that judges where no brand chose another."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """`name`: in the settings, "" for the default one. `model`: what it calls itself (`name@version/sha8`). `card`:
    where its description lies. `wrong`: why it cannot be used, None where it can."""

    name: str
    model: str = ""
    sha256: str = ""
    tones: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    temperature: float | None = None
    size_bytes: int = 0
    card: str | None = None
    wrong: str | None = None


class Catalogue(Protocol):
    async def known(self) -> Sequence[ModelCard]:
        """The default model first, then the others by name."""
        ...


@dataclass(frozen=True, slots=True)
class Listed:
    """A catalogue that is known beforehand."""

    cards: Sequence[ModelCard] = (ModelCard(DEFAULT),)

    async def known(self) -> Sequence[ModelCard]:
        return self.cards


def usable(cards: Sequence[ModelCard], name: str, sha256: str = "") -> ModelCard | None:
    """The card of that name, if its model can be used and is still the one with these weights."""
    for card in cards:
        if card.name == name and card.wrong is None:
            other = name != DEFAULT and sha256 and card.sha256 and sha256 != card.sha256
            return None if other else card
    return None


def by_name(cards: Sequence[ModelCard]) -> Mapping[str, ModelCard]:
    return {card.name: card for card in cards}
