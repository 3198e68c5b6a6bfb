"""What was said to one brand in the last day, by its prints: which messages stand together, and which are a wave.

Every message stands with those it resembles most, under the name that a wave of them would have; once their authors
are enough, they are one. A message stands with one group only, and once it has joined a wave it stays.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from inbox import waves
from inbox.events import Alike
from services.workers.prints import Signature
from services.workers.wave_shelf import Shelf

MOST_PRINTS = 5_000
"""A brand's; the oldest is forgotten first. In a storm of 5,000 messages an hour the window is an hour."""

Name = tuple[uuid.UUID, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """Words to compare. `version`: the time of their edit, "" for the original ones."""

    item_id: uuid.UUID
    external_id: str
    author: uuid.UUID
    heard_at: datetime
    signature: Signature
    version: str = ""
    lang: str | None = None
    embedding: bytes | None = None

    @property
    def name(self) -> Name:
        return self.item_id, self.external_id


@dataclass(frozen=True, slots=True)
class Kept:
    """A print, and the name of those it stands with. `joined`: they are a wave, and the log says so."""

    heard: Heard
    wave_id: uuid.UUID
    alike: Alike = "words"
    similarity: float = 1.0
    joined: bool = False


@dataclass(slots=True)
class Taken:
    """What came of it: who joined a wave, in order; the prints to be written; those to be deleted; whether some are too
    old."""

    joined: list[Kept] = field(default_factory=list)
    changed: dict[Name, Kept] = field(default_factory=dict)
    gone: set[Name] = field(default_factory=set)
    expired: bool = False


class Window:
    """For one thread at a time. `named`: the name of the wave that a message would be the first of."""

    def __init__(
        self, named: Callable[[uuid.UUID, str], uuid.UUID], kept: Iterable[Kept] = (), *, most: int = MOST_PRINTS
    ) -> None:
        self._named = named
        self._shelf: Shelf[Name] = Shelf(most)
        self._kept: dict[Name, Kept] = {}
        self._groups: dict[uuid.UUID, set[Name]] = {}
        for one in kept:
            self._put(one)

    def __len__(self) -> int:
        return len(self._kept)

    def expire(self, since: datetime) -> bool:
        """Whether anything was as old as that."""
        names = self._shelf.before(since.timestamp())
        for name in names:
            self._remove(name)
        return bool(names)

    def take(self, heard: Heard, taken: Taken) -> None:
        """Compares it with what came before."""
        known = self._kept.get(heard.name)
        if known is not None and heard.version > known.heard.version and not known.joined:
            self.drop([heard.name], taken)
            known = None
        if known is None:
            self._stand(self._placed(heard), taken)
        elif heard.embedding is not None and known.heard.embedding is None:
            self._understand(known, heard, taken)

    def drop(self, names: Iterable[Name], taken: Taken) -> None:
        """Words that were withdrawn, forgotten, or are too old."""
        for name in names:
            if name in self._kept:
                self._remove(name)
                taken.changed.pop(name, None)
                taken.gone.add(name)

    def of_author(self, author: uuid.UUID) -> list[Name]:
        return [name for name, kept in self._kept.items() if kept.heard.author == author]

    def _placed(self, heard: Heard) -> Kept:
        """With the one it resembles most, else alone."""
        found = self._by_words(heard) or self._by_meaning(heard)
        if found is None:
            return Kept(heard, self._named(*heard.name))
        other, alike, similarity = found
        return Kept(heard, other.wave_id, alike, similarity)

    def _understand(self, known: Kept, heard: Heard, taken: Taken) -> None:
        """What the words mean has become known. Those that are no wave by their words join others of one meaning."""
        known = replace(known, heard=replace(known.heard, lang=heard.lang, embedding=heard.embedding))
        self._keep(known, taken)
        found = None if known.joined else self._by_meaning(known.heard)
        if found is None or found[0].wave_id == known.wave_id:
            return
        other, alike, similarity = found
        for name in tuple(self._groups[known.wave_id]):
            self._keep(replace(self._kept[name], wave_id=other.wave_id), taken)
        self._stand(replace(known, wave_id=other.wave_id, alike=alike, similarity=similarity), taken)

    def _stand(self, kept: Kept, taken: Taken) -> None:
        """Takes its place; the third author makes a wave of all that stand there."""
        self._keep(kept, taken)
        group = sorted((self._kept[name] for name in self._groups[kept.wave_id]), key=_order)
        if any(one.joined for one in group) or waves.is_wave(len({one.heard.author for one in group})):
            for one in group:
                if not one.joined:
                    taken.joined.append(replace(one, joined=True))
                    self._keep(taken.joined[-1], taken)

    def _by_words(self, heard: Heard) -> tuple[Kept, Alike, float] | None:
        found = self._shelf.nearest_words(heard.name, heard.signature, waves.WORDS_ALIKE)
        said = waves.alike(found[1], 0.0) if found else None
        return (self._kept[found[0]], *said) if found and said else None

    def _by_meaning(self, heard: Heard) -> tuple[Kept, Alike, float] | None:
        found = self._shelf.nearest_meaning(heard.name, heard.lang, heard.embedding)
        said = waves.alike(0.0, found[1]) if found else None
        return (self._kept[found[0]], *said) if found and said else None

    def _keep(self, kept: Kept, taken: Taken) -> None:
        if kept.heard.name not in self._kept and self._shelf.full:
            self.drop([self._shelf.oldest()], taken)
        self._put(kept)
        taken.changed[kept.heard.name] = kept
        taken.gone.discard(kept.heard.name)

    def _put(self, kept: Kept) -> None:
        heard, before = kept.heard, self._kept.get(kept.heard.name)
        if before is not None:
            self._part(before)
        self._kept[heard.name] = kept
        self._groups.setdefault(kept.wave_id, set()).add(heard.name)
        self._shelf.put(heard.name, heard.heard_at.timestamp(), heard.signature, heard.lang, heard.embedding)

    def _remove(self, name: Name) -> None:
        self._part(self._kept.pop(name))
        self._shelf.remove(name)

    def _part(self, kept: Kept) -> None:
        group = self._groups[kept.wave_id]
        group.discard(kept.heard.name)
        if not group:
            del self._groups[kept.wave_id]


def _order(kept: Kept) -> tuple[datetime, uuid.UUID, str]:
    return kept.heard.heard_at, *kept.heard.name
