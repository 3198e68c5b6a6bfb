"""What every shape is, and the shapes of what went wrong and of how a process is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ErrorShape(Shape):
    """`pointer`: a JSON pointer into the body, or the name of a parameter or header."""

    pointer: str
    detail: str


class ProblemShape(BaseModel):
    """RFC 9457. `type` is `urn:vigie:problem:CODE`; a 409 `conflict` has `position` and `events`, what came in
    between."""

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    errors: list[ErrorShape]


class StateShape(Shape):
    """`spool`: in words, where deliveries wait on this host's disk."""

    status: str
    spool: str | None = None
