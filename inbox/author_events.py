"""Events about a person outside beyond one item: notes on them, what mass replies go by, and that two authors were said
to be one person.

What is said of an author is sealed under their key: it is given out with all that is held of them, and forgotten with
them.
"""

from __future__ import annotations

import uuid

from pydantic import AwareDatetime

from inbox.event import Event


class AuthorNoted(Event):
    SEALED = frozenset({"text"})
    subject_id: uuid.UUID
    note_id: uuid.UUID
    by: int
    at: AwareDatetime
    text: str | None = None


class AuthorNoteRemoved(Event):
    """It is shown no more; its words stay sealed until the author is forgotten."""

    subject_id: uuid.UUID
    note_id: uuid.UUID
    by: int
    at: AwareDatetime


class AuthorOptOutSaid(Event):
    """A person said whether they want mass replies. `opted_out`: true; None where that was taken back, and once the
    author was forgotten."""

    SEALED = frozenset({"opted_out"})
    subject_id: uuid.UUID
    by: int
    at: AwareDatetime
    opted_out: bool | None = None


class AuthorCitySaid(Event):
    """Where they live, as a colleague knows it. None: taken away, or forgotten."""

    SEALED = frozenset({"city"})
    subject_id: uuid.UUID
    by: int
    at: AwareDatetime
    city: str | None = None


class AuthorsLinked(Event):
    """A person said that both are the same person. All that is concluded from it: a mass reply reaches them once, or
    not at all where one of them opted out, and a city noted of one is the other's. `one` is the lesser id."""

    one: uuid.UUID
    other: uuid.UUID
    by: int
    at: AwareDatetime


class AuthorsUnlinked(Event):
    one: uuid.UUID
    other: uuid.UUID
    by: int
    at: AwareDatetime


ALL: tuple[type[Event], ...] = (
    AuthorNoted, AuthorNoteRemoved, AuthorOptOutSaid, AuthorCitySaid, AuthorsLinked, AuthorsUnlinked,
)  # fmt: skip
