"""How an operation of the API is described: beside its handler, from the same models, for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

Schema = Mapping[str, Any]
POSITION: Schema = {"type": "integer", "minimum": 0}
LIMIT: Schema = {"type": "integer", "minimum": 1, "maximum": 500, "default": 50}
TEXT: Schema = {"type": "string"}


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    about: str
    schema: Schema = field(default_factory=lambda: TEXT)
    place: Literal["query", "header"] = "query"
    required: bool = False


IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "A new random value for each command; the same again changes nothing and answers as the first time.",
    {"type": "string", "minLength": 1, "maxLength": 255}, "header", required=True,
)  # fmt: skip
EVENT_ID: Schema = {"type": "string", "pattern": "^[0-9]{1,18}(-[0-9a-f]{12})?$"}
LAST_EVENT_ID = Parameter("Last-Event-ID", "The last id received: it goes on after it.", EVENT_ID, "header")


@dataclass(frozen=True, slots=True)
class Operation:
    """`answers`: what a 200 holds: a model, a media type, or None for an answer without a schema. `takes`: the media
    type of a body that no model reads. `problems`: further statuses."""

    summary: str
    tag: str
    parameters: Sequence[Parameter] = ()
    body: type[BaseModel] | None = None
    takes: str | None = None
    answers: type[BaseModel] | str | None = None
    problems: Sequence[int] = ()
