"""What colleagues keep of an author: notes, what mass replies go by, and who else they are. Pure; the log has it by
`inbox.author_keeping`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from inbox.author_events import (
    AuthorCitySaid,
    AuthorNoted,
    AuthorNoteRemoved,
    AuthorOptOutSaid,
    AuthorsLinked,
    AuthorsUnlinked,
)
from inbox.errors import Refused
from inbox.events import Event

LINKS = "author-links"
MOST_TEXT = 2000
MOST_LINKS = 20
MOST_CITY = 80
Pair = tuple[uuid.UUID, uuid.UUID]


def stream(subject: uuid.UUID) -> str:
    """Where all stands that is said of one author."""
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


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands of one author, each as it was said."""

    opt_out: AuthorOptOutSaid | None = None
    city: AuthorCitySaid | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What mass replies go by, of a person."""

    opted_out: bool = False
    city: str | None = None


NOTHING_TOLD = Told()


def notes(happened: Iterable[Event]) -> list[AuthorNoted]:
    """Those that stand, in order. Of a forgotten author they hold no words."""
    known: dict[uuid.UUID, AuthorNoted] = {}
    for event in happened:
        if isinstance(event, AuthorNoted):
            known.setdefault(event.note_id, event)
        elif isinstance(event, AuthorNoteRemoved):
            known.pop(event.note_id, None)
    return list(known.values())


def facts(happened: Iterable[Event]) -> Facts:
    """As said last. Of a forgotten author nothing stands."""
    opt_out = city = None
    for event in happened:
        if isinstance(event, AuthorOptOutSaid):
            opt_out = event if event.opted_out else None
        elif isinstance(event, AuthorCitySaid):
            city = event if event.city else None
    return Facts(opt_out, city)


def told(own: Facts, others: Iterable[Facts]) -> Told:
    """Of an author, and of the others who are the same person: whoever of them opted out did so for all. The city is
    the author's own, else the one that is noted of the others; where those differ there is none."""
    rest = list(others)
    cities = {one.city.city for one in ([own] if own.city else rest) if one.city}
    opted_out = any(one.opt_out for one in (own, *rest))
    return Told(opted_out, cities.pop() if len(cities) == 1 else None)


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


def checked_city(text: str) -> str | None:
    """None for none. Refused: `city_bad`."""
    city = " ".join(text.split())
    if len(city) > MOST_CITY or set(city) & set("{}|") or not city.isprintable():
        raise Refused("city_bad", f"A city has at most {MOST_CITY} characters, and no braces.")
    return city or None
