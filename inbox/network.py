"""What a network says of itself: to the settings pages, and to the inbox of replying there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

from inbox.events import Gesture, Kind
from inbox.file_rules import FileRule

Counting = Literal["characters", "utf16", "bytes", "graphemes", "weighted", "mastodon"]
"""How a network counts the length of a text: code points; UTF-16 units; UTF-8 bytes; characters as people see them;
X's weights; code points, but links 23 and of a mention only the name."""
Words = Mapping[str, str]
"""Locale ("fr", "en") → text."""


@dataclass(frozen=True, slots=True)
class SetupField:
    """One field of the set-up form. `place`: where its value is kept: on the record, among the settings, or sealed.

    `make` gives a fresh value for a field that the person need not fill in.
    """

    name: str
    place: Literal["account", "setting", "secret"]
    label: Words
    hint: Words
    required: bool = False
    kind: Literal["text", "url"] = "text"
    make: Callable[[], str] | None = None

    @property
    def secret(self) -> bool:
        return self.place == "secret"


class Network(Protocol):
    """What the settings pages show of a network, and what the inbox must know of replying there.

    `setup_steps`: locale → the steps, in order; "{hook_url}" and "{verify_token}" are filled in by the page.
    `length_most`: of a reply, as `length_of` counts; None where the network sets no limit. `private_within`: how long
    after a public message it may be answered by a direct one; None where it may not. `file_rule`: which files may go
    with a reply; None where none may.
    """

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def setup_fields(self) -> Sequence[SetupField]: ...
    @property
    def setup_steps(self) -> Mapping[str, Sequence[str]]: ...
    @property
    def can_reply(self) -> bool: ...
    @property
    def counting(self) -> Counting: ...
    @property
    def private_within(self) -> timedelta | None: ...
    def length_of(self, text: str) -> int: ...
    def length_most(self, kind: Kind, *, private: bool = False) -> int | None: ...
    def file_rule(self, kind: Kind, *, private: bool = False) -> FileRule | None: ...
    def can_gesture(self, gesture: Gesture, kind: Kind) -> bool: ...
