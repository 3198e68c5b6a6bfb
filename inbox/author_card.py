"""What colleagues keep of an author: notes, and who else they are. Pure; `inbox.author_keeping` has it in the log."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from inbox.author_events import AuthorNoted, AuthorNoteRemoved, AuthorsLinked, AuthorsUnlinked
from inbox.errors import Refused
from inbox.events import Event

LINKS = "author-links"
MOST_TEXT = 2000
MOST_LINKS = 20
Pair = tuple[uuid.UUID, uuid.UUID]


def stream(subject: uuid.UUID) -> str:
    """Where the notes on an author stand."""
    return f"author:{subject}"


@dataclass(frozen=True, slots=True)
class Link:
    """`other`: seen from the author whose card it is on."""

    other: uuid.UUID
    said: AuthorsLinked


@dataclass(frozen=True, slots=True)
class Persons:
    """Authors who are one person, as colleagues linked them, directly or by way of others."""

    linked: Mapping[uuid.UUID, frozenset[uuid.UUID]] = field(default_factory=dict)

    def of(self, subject: uuid.UUID) -> frozenset[uuid.UUID]:
        """The author and all who are linked with them."""
        return self.linked.get(subject, frozenset({subject}))


def notes(happened: Iterable[Event]) -> list[AuthorNoted]:
    """Those that stand, in order. Of a forgotten author they hold no words."""
    known: dict[uuid.UUID, AuthorNoted] = {}
    for event in happened:
        if isinstance(event, AuthorNoted):
            known.setdefault(event.note_id, event)
        elif isinstance(event, AuthorNoteRemoved):
            known.pop(event.note_id, None)
    return list(known.values())


def pair(subject: uuid.UUID, other: uuid.UUID) -> Pair:
    """In the one order in which both are written. Refused: `same_author`."""
    if subject == other:
        raise Refused("same_author", "That is the same author already.")
    return min(subject, other), max(subject, other)


def links(happened: Iterable[Event], subject: uuid.UUID) -> list[Link]:
    """Those that stand and name the author."""
    return [
        Link(said.other if said.one == subject else said.one, said)
        for said in _standing(happened)
        if subject in {said.one, said.other}
    ]


def persons(happened: Iterable[Event]) -> Persons:
    """By the links that stand. Whoever is linked with two makes one person of all three."""
    linked: dict[uuid.UUID, frozenset[uuid.UUID]] = {}
    for said in _standing(happened):
        both = linked.get(said.one, frozenset({said.one})) | linked.get(said.other, frozenset({said.other}))
        linked |= dict.fromkeys(both, both)
    return Persons(linked)


def _standing(happened: Iterable[Event]) -> list[AuthorsLinked]:
    known: dict[Pair, AuthorsLinked] = {}
    for event in happened:
        if isinstance(event, AuthorsLinked):
            known[event.one, event.other] = event
        elif isinstance(event, AuthorsUnlinked):
            known.pop((event.one, event.other), None)
    return list(known.values())


def checked(text: str) -> str:
    """Refused: `note_bad`."""
    if not text.strip() or len(text) > MOST_TEXT:
        raise Refused("note_bad", f"A note on an author has 1 to {MOST_TEXT:,} characters.")
    return text.strip()
