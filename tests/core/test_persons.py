"""Which authors are one person, by the links that colleagues made and took back."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from inbox import author_card
from inbox.author_events import AuthorsLinked, AuthorsUnlinked
from inbox.event import Event

ANA, BEA, CLEO, DORA, EVE = (uuid.UUID(int=n) for n in range(1, 6))
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def linked(one: uuid.UUID, other: uuid.UUID, kind: type[Event] = AuthorsLinked) -> Event:
    first, second = author_card.pair(one, other)
    return kind(one=first, other=second, by=1, at=AT)


def test_whoever_is_linked_with_two_makes_one_person_of_all_three_and_of_nobody_else() -> None:
    persons = author_card.persons([linked(ANA, BEA), linked(DORA, EVE), linked(CLEO, BEA)])
    assert [persons.of(one) for one in (ANA, BEA, CLEO)] == [{ANA, BEA, CLEO}] * 3
    assert persons.of(DORA) == {DORA, EVE}


def test_two_persons_that_meet_are_one() -> None:
    persons = author_card.persons([linked(ANA, BEA), linked(CLEO, DORA), linked(DORA, ANA)])
    assert persons.of(BEA) == persons.of(CLEO) == {ANA, BEA, CLEO, DORA}


def test_unlinked_they_are_two_again_and_a_stranger_is_one_alone() -> None:
    undone = linked(ANA, BEA, AuthorsUnlinked)
    persons = author_card.persons([linked(ANA, BEA), linked(BEA, CLEO), undone])
    assert [persons.of(one) for one in (ANA, BEA, EVE)] == [{ANA}, {BEA, CLEO}, {EVE}]
