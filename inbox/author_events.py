"""Events about a person outside beyond one item: notes on them, and that two authors were said to be one person.

A note is sealed under that author's key: it is given out with all that is held of them, and forgotten with them.
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


class AuthorsLinked(Event):
    """A person said that both are the same person. All that is concluded from it: a mass reply reaches them once. `one`
    is the lesser id."""

    one: uuid.UUID
    other: uuid.UUID
    by: int
    at: AwareDatetime


class AuthorsUnlinked(Event):
    one: uuid.UUID
    other: uuid.UUID
    by: int
    at: AwareDatetime


ALL: tuple[type[Event], ...] = (AuthorNoted, AuthorNoteRemoved, AuthorsLinked, AuthorsUnlinked)
