"""Notes on an author, what mass replies go by, and links between authors, in a brand's log. Links are made by hand and
never guessed; to take one back is to unlink."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from inbox import author_card
from inbox.author_card import Facts, Link, Persons, Told
from inbox.author_events import (
    AuthorCitySaid,
    AuthorNoted,
    AuthorNoteRemoved,
    AuthorOptOutSaid,
    AuthorsLinked,
    AuthorsUnlinked,
)
from inbox.errors import Refused, Unavailable
from inbox.events import Event
from inbox.ids import BrandId, DedupeKey, SubjectId
from inbox.log.record import NewEvent
from inbox.log.store import Connection, Log, PositionConflict
from inbox.sql import beside
from inbox.views.row import Row
from inbox.views.stored import load_row

sql = beside(__file__, "author_keeping.sql")
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Known:
    """Another author, by what they said last."""

    subject: uuid.UUID
    item_id: uuid.UUID
    row: Row


async def notes(log: Log, brand: BrandId, subject: uuid.UUID) -> list[AuthorNoted]:
    return author_card.notes(r.event for r in await log.read_stream(brand, author_card.stream(subject)))


async def links(log: Log, brand: BrandId, subject: uuid.UUID) -> list[Link]:
    return author_card.links((r.event for r in await log.read_stream(brand, author_card.LINKS)), subject)


async def persons(log: Log, brand: BrandId, *, connection: Connection | None = None) -> Persons:
    """Of the whole brand."""
    said = await log.read_stream(brand, author_card.LINKS, connection=connection)
    return author_card.persons(r.event for r in said)


async def facts(
    log: Log, brand: BrandId, subjects: Collection[uuid.UUID], *, connection: Connection | None = None
) -> dict[uuid.UUID, Facts]:
    """Of each, by author."""
    said: dict[str, list[Event]] = {author_card.stream(subject): [] for subject in subjects}
    if said:
        head = await log.head(brand, connection=connection)
        for recorded in await log.read_streams(brand, list(said), head, connection=connection):
            said[recorded.stream].append(recorded.event)
    return {subject: author_card.facts(said[author_card.stream(subject)]) for subject in subjects}


async def told(
    log: Log, brand: BrandId, persons: Persons, subjects: Collection[uuid.UUID], *, connection: Connection | None = None
) -> dict[uuid.UUID, Told]:
    """What mass replies go by, of each: of all whom they are one person with."""
    everybody = {author for subject in subjects for author in persons.of(subject)}
    found = await facts(log, brand, everybody, connection=connection)
    return {
        subject: author_card.told(found[subject], (found[one] for one in persons.of(subject) if one != subject))
        for subject in subjects
    }


async def known(connection: Connection, brand: BrandId, subjects: Sequence[uuid.UUID]) -> dict[uuid.UUID, Known]:
    rows = await connection.fetch(sql.latest, brand, list(subjects)) if subjects else []
    return {row["subject_id"]: _known(row) for row in rows}


async def of_items(connection: Connection, brand: BrandId, items: Sequence[uuid.UUID]) -> list[Known]:
    """The authors of these items, each once, in the order of the items."""
    rows = {row["item_id"]: row for row in await connection.fetch(sql.of_items, brand, list(items))}
    found: dict[uuid.UUID, Known] = {}
    for item in items:
        if item in rows:
            found.setdefault(rows[item]["subject_id"], _known(rows[item]))
    return list(found.values())


def _known(row: object) -> Known:
    return Known(_plain(row["subject_id"]), _plain(row["item_id"]), load_row(row["card"]))  # type: ignore[index]


def _plain(ident: uuid.UUID) -> uuid.UUID:
    """The driver's UUIDs are a subclass that JSON writers do not know."""
    return uuid.UUID(int=ident.int)


# --- said ----------------------------------------------------------------------------------------------------------


async def note(log: Log, brand: BrandId, subject: SubjectId, text: str, *, by: int, now: datetime) -> uuid.UUID:
    """Its id. Refused: `note_bad`."""
    said = AuthorNoted(subject_id=subject, note_id=uuid.uuid4(), by=by, at=now, text=author_card.checked(text))
    await _say(log, brand, subject, said)
    return said.note_id


async def remove(log: Log, brand: BrandId, subject: SubjectId, note_id: uuid.UUID, *, by: int, now: datetime) -> None:
    """Doing it again changes nothing."""
    if any(one.note_id == note_id for one in await notes(log, brand, subject)):
        gone = AuthorNoteRemoved(subject_id=subject, note_id=note_id, by=by, at=now)
        await log.append(brand, [NewEvent(gone, author_card.stream(subject), DedupeKey(uuid.uuid4()))])


async def opt_out(log: Log, brand: BrandId, subject: SubjectId, *, by: int, now: datetime, undo: bool = False) -> None:
    """`undo`: mass replies reach them again. Doing it again changes nothing."""
    stands = (await facts(log, brand, [subject]))[subject].opt_out is not None
    if stands == undo:
        said = AuthorOptOutSaid(subject_id=subject, by=by, at=now, opted_out=None if undo else True)
        await _say(log, brand, subject, said)


async def note_city(log: Log, brand: BrandId, subject: SubjectId, text: str, *, by: int, now: datetime) -> None:
    """Empty: it is taken away. Doing it again changes nothing. Refused: `city_bad`."""
    city, stands = author_card.checked_city(text), (await facts(log, brand, [subject]))[subject].city
    if city != (stands and stands.city):
        await _say(log, brand, subject, AuthorCitySaid(subject_id=subject, by=by, at=now, city=city))


async def _say(log: Log, brand: BrandId, subject: SubjectId, said: Event) -> None:
    await log.append(brand, [NewEvent(said, author_card.stream(subject), DedupeKey(uuid.uuid4()), subject)])


async def link(
    log: Log, brand: BrandId, subject: SubjectId, other: uuid.UUID, *, by: int, now: datetime, undo: bool = False
) -> None:
    """`undo`: they are not one person after all. Doing it again changes nothing. Refused: `same_author`,
    `too_many_links`."""
    one, two = author_card.pair(subject, other)
    for _ in range(ATTEMPTS):
        said = await log.read_stream(brand, author_card.LINKS)
        stands = author_card.links((r.event for r in said), subject)
        if any(link.other == other for link in stands) != undo:
            return
        if not undo and len(stands) >= author_card.MOST_LINKS:
            raise Refused("too_many_links", f"At most {author_card.MOST_LINKS} authors are linked with one.")
        event: Event = (AuthorsUnlinked if undo else AuthorsLinked)(one=one, other=two, by=by, at=now)
        try:
            await log.append(
                brand, [NewEvent(event, author_card.LINKS, DedupeKey(uuid.uuid4()))],
                expect=(author_card.LINKS, said[-1].position if said else 0),
            )  # fmt: skip
        except PositionConflict:
            continue
        return
    raise Unavailable("links change too fast", retry_after_s=1)
