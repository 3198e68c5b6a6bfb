"""The bodies of commands. Unknown fields are refused, and so is what cannot be stored or shown: control characters."""

from __future__ import annotations

import asyncio
import unicodedata
import uuid
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, Strict, ValidationError

from inbox.errors import Refused
from inbox.events import Gesture, ReplyPurpose, ResolveReason
from inbox.web import problems

TIMEOUT_S = 10.0
MOST_TEXT = 10_000
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
BREAKS = {"\n", "\t"}


def _words(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise ValueError("there are no words in it")
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in BREAKS for c in text):
        raise ValueError("control characters cannot be sent")
    return text


def _thinkable(at: datetime) -> datetime:
    if at >= LATEST:
        raise ValueError("too far away")
    return at


Text = Annotated[str, Field(min_length=1, max_length=MOST_TEXT), AfterValidator(_words)]
Promise = Annotated[AwareDatetime, AfterValidator(_thinkable)]
Id = Annotated[uuid.UUID, Strict(False)]


class Body(BaseModel):
    """`expected_position`: the `position` of the item that you saw; refused with 409 if something in the way came
    since."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    expected_position: int = Field(ge=0, le=2**62)


class AcknowledgeBody(Body):
    """Take charge; with `text` a holding reply tells the person, and may promise to come back by a time. `wording`: the
    id of the one it was written with."""

    text: Text | None = None
    promise_until: Promise | None = None
    wording: Id | None = None


class ReplyBody(Body):
    """`private`: by a direct message, where the network takes one as the answer to a public comment. `wording`: as of
    `acknowledge`. `files`: ids of files that were put at the item before."""

    text: Text
    promise_until: Promise | None = None
    private: bool = False
    wording: Id | None = None
    files: tuple[Id, ...] = Field((), max_length=20)


class ProposeBody(Body):
    """`variants`: one to five wordings of the reply, of which the approver lets one leave. `files`: as of `reply`."""

    variants: tuple[Text, ...] = Field(min_length=1, max_length=5)
    purpose: ReplyPurpose = "response"
    promise_until: Promise | None = None
    private: bool = False
    files: tuple[Id, ...] = Field((), max_length=20)


WITH_FILES = (ReplyBody, ProposeBody)


class ApproveBody(Body):
    """`variant`: which one, from 0; `text`: as it is to leave, changed or not."""

    proposal_id: Id
    variant: int = Field(default=0, ge=0, le=4)
    text: Text


class RejectBody(Body):
    """`text`: why; not needed of who takes their own proposal back."""

    proposal_id: Id
    text: Annotated[str, Field(max_length=2_000)] | None = None


class GestureBody(Body):
    """`message`: the `external_id` of the message to be hidden or liked."""

    gesture: Gesture
    message: Annotated[str, Field(min_length=1, max_length=512)]


class NoteBody(Body):
    text: Text


class AssignBody(Body):
    """`assignee`: a member's id, or null for nobody."""

    assignee: int | None = Field(ge=1, le=2**62)


class ResolveBody(Body):
    reason: ResolveReason = "answered"


class ReopenBody(Body):
    pass


class PriorityBody(Body):
    """`priority`: 1 to 4, or null to give it back to the rules."""

    priority: int | None = Field(ge=1, le=4)


class CategoriesBody(Body):
    """`categories`: what it is really about, none for nothing of note; null gives it back to the classifier."""

    categories: tuple[Annotated[str, Field(max_length=40)], ...] | None = Field(max_length=20)


class LanguageBody(Body):
    """`lang`: two or three letters of ISO 639, or null to give it back to the classifier."""

    lang: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] | None


class NotUrgentBody(Body):
    """`undone`: take it back."""

    undone: bool = False


class MuteBody(Body):
    pass


class UnmuteBody(Body):
    pass


B = TypeVar("B", bound=BaseModel)


async def read(request: web.Request, model: type[B]) -> B:
    """Refused: 400 naming every bad field, 408, 413, 415."""
    if request.content_type != "application/json":
        raise Refused("unsupported_media_type", "Send the body as application/json.", status=415)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            raw = await request.read()
    except TimeoutError as error:
        raise Refused("too_slow", "The body took too long to arrive.", status=408) from error
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise problems.invalid(error) from error
