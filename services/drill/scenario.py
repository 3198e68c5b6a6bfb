"""The script as written in `data/`: five acts of lines, the posts they stand under, and the names of who may speak.

One line of an act's file is one message, as one person would write it on that network in that language. Unknown fields
and what a network cannot do (Instagram tells nobody of an edited comment) are refused when the files are read: a slip
in the data shows at once.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Network = str
Kind = Literal["comment", "mention", "dm", "review", "post", "email", "sms", "call"]
Lang = Literal["fr", "en", "es", "de", "it", "pt", "ar"]
Topic = Literal[
    "trifle", "praise", "question", "spam", "idiom", "complaint", "wave", "safety", "polite_danger", "threat",
    "legal", "press", "influencer", "boycott", "discrimination", "data_leak",
]  # fmt: skip

NETWORKS: tuple[Network, ...] = ("generic", "facebook", "instagram")
KINDS: dict[Network, frozenset[str]] = {
    "generic": frozenset({"comment", "mention", "review", "email", "sms", "call"}),
    "facebook": frozenset({"comment", "mention", "dm", "post"}),
    "instagram": frozenset({"comment", "dm"}),
}
IN_MINUTES: frozenset[Topic] = frozenset({"safety", "polite_danger", "threat"})
"""Danger to a person: P1, whoever says it and however politely (CLASSIFIER.md, U3)."""
IN_THE_HOUR: frozenset[Topic] = frozenset({"legal", "press", "influencer", "boycott", "discrimination", "data_leak"})
"""Law, data and amplification (U2)."""


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Then(Strict):
    """What follows a message, `after_s` seconds of the script later. `delete_first`: the deletion arrives where the
    message stands in the script, and the message itself only `after_s` later."""

    do: Literal["edit", "delete", "delete_first", "redeliver", "echo"]
    after_s: float = Field(gt=0, le=15)
    text: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _text_where_it_belongs(self) -> Self:
        if (self.text is not None) != (self.do in {"edit", "echo"}):
            raise ValueError("edits and echoes have a text, nothing else has")
        return self


class Line(Strict):
    """One message of the script. `same_as`: by the author of that line. `anonymous`: the network does not say who."""

    network: Network = Field(alias="on")
    kind: Kind = Field(alias="as")
    lang: Lang
    topic: Topic
    text: str = Field(min_length=1)
    post: str | None = None
    wave: str | None = None
    key: str | None = Field(default=None, alias="id")
    same_as: str | None = None
    name: str | None = None
    handle: str | None = None
    followers: int | None = None
    verified: bool = False
    anonymous: bool = False
    then: tuple[Then, ...] = ()

    @model_validator(mode="after")
    def _can_happen_there(self) -> Self:
        if self.kind not in KINDS.get(self.network, ()):
            raise ValueError(f"{self.network} has no {self.kind}")
        acts = {then.do for then in self.then}
        if self.network == "instagram" and self.kind == "comment" and acts & {"edit", "delete", "delete_first", "echo"}:
            raise ValueError("Instagram tells nobody of an edited, deleted or answered comment")
        return self


class Act(Strict):
    name: str
    title: str
    length_s: float = Field(gt=0)
    lines: tuple[Line, ...] = ()


class Names(Strict):
    """Names of one language. The `latin` lists stand beside the others and are filled where handles need them."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    given_latin: tuple[str, ...] = ()
    family_latin: tuple[str, ...] = ()


class Scenario(Strict):
    acts: tuple[Act, ...]
    posts: dict[str, str]
    people: dict[Lang, Names]

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for act in self.acts for line in act.lines)

    @model_validator(mode="after")
    def _refers_to_what_exists(self) -> Self:
        keys = [line.key for line in self.lines if line.key]
        if len(keys) != len(set(keys)):
            raise ValueError("two lines have the same id")
        for line in self.lines:
            if line.post is not None and line.post not in self.posts:
                raise ValueError(f"no such post: {line.post}")
            if line.same_as is not None and line.same_as not in keys:
                raise ValueError(f"no such line: {line.same_as}")
        return self


def _text(name: str) -> str:
    return (files(__package__) / "data" / name).read_text("utf-8")


def _lines(act: str) -> tuple[Line, ...]:
    return tuple(Line.model_validate_json(row) for row in _text(f"{act}.jsonl").splitlines() if row.strip())


@cache
def load() -> Scenario:
    """The script that ships with Vigie."""
    scene = tomllib.loads(_text("scene.toml"))
    acts = tuple(Act(**act, lines=_lines(act["name"])) for act in scene["acts"])
    people = {lang: Names.model_validate(names) for lang, names in tomllib.loads(_text("people.toml")).items()}
    return Scenario.model_validate({"acts": acts, "posts": scene["posts"], "people": people})
