"""What can be said of each model of this installation: its name, checksum, labels, size and card.

A model has to be read to be described; what was found is remembered until its files change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import classifier
from classifier import plugged
from classifier.judgement import SENTIMENTS
from inbox.catalogue import DEFAULT, ModelCard
from services.models import Sources, WrongModel

SHIPPED = plugged.SHIPPED
CARDS = ("README.md", "card.md", "model_card.md", "MODEL_CARD.md")
SHIPPED_CARD = "docs/classifier-card.md"
PROBE = "Bonjour, merci pour votre message."
Print = tuple[tuple[str, int, int], ...]


def describe(sources: Sources, name: str) -> ModelCard:
    """Reads the model; a second or so, and never on the event loop. What is wrong with it is on the card."""
    try:
        directory = sources.directory(name)
        model = sources.load(name)
        (said,) = model.judge([PROBE])
    except WrongModel as error:
        return ModelCard(name, wrong=str(error))
    except Exception as error:  # noqa: BLE001 — a foreign model may fail as it likes; the screen says how
        return ModelCard(name, wrong=f"it cannot judge: {type(error).__name__}")
    return ModelCard(
        name, model=said.model, sha256=said.sha256, tones=SENTIMENTS,
        categories=classifier.CATEGORIES, temperature=said.temperature, size_bytes=_size(directory or SHIPPED),
        card=_card(directory),
    )  # fmt: skip


class Installed:
    """The catalogue of the screens. Safe to ask from one event loop."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._known: dict[str, tuple[Print, ModelCard]] = {}
        self._turn = asyncio.Lock()

    async def known(self) -> Sequence[ModelCard]:
        async with self._turn:
            return [await asyncio.to_thread(self._card, name) for name in self._sources.names()]

    def _card(self, name: str) -> ModelCard:
        print_ = self._print(name)
        known = self._known.get(name)
        if known is None or known[0] != print_:
            known = self._known[name] = print_, describe(self._sources, name)
        return known[1]

    def _print(self, name: str) -> Print:
        try:
            directory = self._sources.directory(name) or SHIPPED
        except WrongModel:
            return ()
        return tuple(sorted((str(path), *_stat(path)) for path in _files(directory)))


def _files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()] if directory.is_dir() else []


def _stat(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _size(directory: Path) -> int:
    return sum(path.stat().st_size for path in _files(directory))


def _card(directory: Path | None) -> str | None:
    if directory is None:
        return SHIPPED_CARD
    return next((str(directory / name) for name in CARDS if (directory / name).is_file()), None)


__all__ = ["DEFAULT", "Installed", "describe"]
