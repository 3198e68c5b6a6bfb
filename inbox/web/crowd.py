"""Who looks at which item of a brand, and who writes there, as far as this process knows. Pure: time is a parameter.

A seat is one open page of a member. What is known of it holds for seconds and is never kept: no table, no log.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

WRITING_S = 8.0
"""A member writes as long as their browser goes on saying so."""
MOST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Seat:
    """`item`: None where the page shows no item, or is not looked at."""

    ident: str
    member: int
    name: str
    item: uuid.UUID | None = None
    writing: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """One member at one item, however many pages of theirs show it."""

    member: int
    name: str
    writing: bool


@dataclass(slots=True)
class _Known:
    seat: Seat
    until: float
    written_at: float


class Crowd:
    """Of one brand. `changed`: items of which there is something new to show."""

    def __init__(self) -> None:
        self._seats: dict[str, _Known] = {}
        self.changed: set[uuid.UUID] = set()

    def put(self, seat: Seat, now: float, until: float) -> None:
        before = self._seats.get(seat.ident)
        self._seats[seat.ident] = _Known(seat, until, now)
        if before is None or before.seat != seat:
            self._note(seat, *([before.seat] if before else []))

    def drop(self, ident: str) -> None:
        before = self._seats.pop(ident, None)
        if before is not None:
            self._note(before.seat)

    def expire(self, now: float) -> None:
        """Whoever was not heard of again is gone; whoever does not go on writing has stopped."""
        for ident, known in tuple(self._seats.items()):
            if known.until <= now:
                self.drop(ident)
            elif known.seat.writing and known.written_at + WRITING_S <= now:
                quiet = Seat(ident, known.seat.member, known.seat.name, known.seat.item)
                self.put(quiet, known.written_at, known.until)

    def seat(self, ident: str) -> Seat | None:
        known = self._seats.get(ident)
        return None if known is None else known.seat

    def people(self) -> dict[uuid.UUID, list[Person]]:
        """By item, those who write first, then by name."""
        found: dict[uuid.UUID, dict[int, Person]] = {}
        for known in self._seats.values():
            seat = known.seat
            if seat.item is not None:
                there = found.setdefault(seat.item, {})
                others = there.get(seat.member)
                writing = seat.writing or (others is not None and others.writing)
                there[seat.member] = Person(seat.member, seat.name, writing)
        return {item: _in_order(there.values()) for item, there in found.items()}

    def take_changed(self) -> dict[uuid.UUID, list[Person]]:
        """What is new since the last time; an empty list: nobody any more."""
        changed, self.changed = self.changed, set()
        known = self.people() if changed else {}
        return {item: known.get(item, []) for item in changed}

    def _note(self, *seats: Seat) -> None:
        self.changed.update(seat.item for seat in seats if seat.item is not None)


def _in_order(people: Iterable[Person]) -> list[Person]:
    return sorted(people, key=lambda one: (not one.writing, one.name.casefold(), one.member))[:MOST_SHOWN]
