"""What the generic channel takes: its messages as pydantic models, their JSON Schema, and what is wrong with one.

The models are the contract; `json_schema` publishes it. A problem names the field by its JSON pointer and says what to
send instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)

from inbox.events import Kind
from services.channels import reading
from services.channels.contract import ID_MOST, TEXT_MOST, CannotRead, Problem

MESSAGES_MOST = 1000
COUNT_MOST = 2**53


def _instant(value: Any) -> datetime:
    if not isinstance(value, str):
        raise reading.Misread("must be text: ISO 8601 with a time zone")
    return reading.instant_of(value)


def _count(value: Any) -> int | None:
    """A count of anything, held between 0 and 2^53: a wrong figure must not cost the message."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise reading.Misread("must be a whole number")
    return int(min(max(value, 0), COUNT_MOST))


Id = Annotated[str, Field(min_length=1, max_length=ID_MOST)]
Text = Annotated[str, Field(max_length=TEXT_MOST)]
Label = Annotated[str, Field(max_length=ID_MOST)]
Link = Annotated[str, Field(max_length=4096, description="Addresses other than http and https are dropped.")]
Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "description": "ISO 8601 with a time zone."}),
]
Count = Annotated[int | None, BeforeValidator(_count), WithJsonSchema({"type": ["integer", "null"], "minimum": 0})]


class _Part(BaseModel):
    """Unknown fields are ignored, so that a sender may say more than we read."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class AuthorSent(_Part):
    """Who wrote, as your system knows them. `id` must stay the same for one person."""

    id: Id
    handle: Label | None = None
    name: Label | None = None
    followers: Count = None
    verified: StrictBool | None = None
    avatar_url: Link | None = None


class AttachmentSent(_Part):
    url: Link | None = None
    content_type: Label | None = None
    bytes: Count = None
    name: Label | None = None


class MessageReceived(_Part):
    """Somebody said something. The same `id` sent again changes nothing. `thread_id`: what it was said in or under."""

    type: Literal["message.received"]
    id: Id
    kind: Kind
    thread_id: Id
    parent_id: Id | None = None
    text: Text | None
    sent_at: Instant
    permalink: Link | None = None
    author: AuthorSent
    attachments: tuple[AttachmentSent, ...] = Field((), max_length=100)


class MessageEdited(_Part):
    """The author changed their words: `text` is the new text. May arrive before the message itself. `id` alone says
    which message; whatever else it said may be sent again and is not read."""

    type: Literal["message.edited"]
    id: Id
    text: Text | None
    sent_at: Instant
    attachments: tuple[AttachmentSent, ...] = Field((), max_length=100)


class MessageDeleted(_Part):
    """The message was taken away. May arrive before the message itself."""

    type: Literal["message.deleted"]
    id: Id
    sent_at: Instant


class ReplyEchoed(_Part):
    """A reply that was made elsewhere, to the message `in_reply_to`. It stops the clocks like one made in Vigie."""

    type: Literal["reply.echoed"]
    id: Id
    in_reply_to: Id
    text: Text | None = None
    sent_at: Instant


Message = MessageReceived | MessageEdited | MessageDeleted | ReplyEchoed
MODELS: Mapping[str, type[Message]] = {
    "message.received": MessageReceived,
    "message.edited": MessageEdited,
    "message.deleted": MessageDeleted,
    "reply.echoed": ReplyEchoed,
}


def json_schema(ref_template: str = "#/$defs/{model}") -> dict[str, Any]:
    """The schema of a body. The definitions it refers to lie under "$defs", named as `ref_template` points to them."""
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[Message, Field(discriminator="type")])
    one = adapter.json_schema(ref_template=ref_template)
    defs = one.pop("$defs")
    defs["Message"] = {"title": "Message", **one}
    message = {"$ref": ref_template.format(model="Message")}
    many = {
        "type": "object",
        "required": ["messages"],
        "properties": {"messages": {"type": "array", "minItems": 1, "maxItems": MESSAGES_MOST, "items": message}},
    }
    return {"title": "Messages for the generic channel", "oneOf": [message, many], "$defs": defs}


_REMEDIES = {
    "missing": "Send this field.",
    "string_too_short": "Send at least one character.",
    "string_too_long": "Send a shorter text.",
    "too_long": "Send fewer of them.",
    "literal_error": "Send one of the values named.",
    "value_error": "Send a value of the form named.",
}


def _problems(error: ValidationError, at: str) -> list[Problem]:
    return [
        Problem(
            at + "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in found["loc"]),
            found["msg"],
            _REMEDIES.get(found["type"], "Send a value of the type named."),
        )
        for found in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def validated(content: Any, at: str) -> Message | list[Problem]:
    """`at`: the JSON pointer to it in its body."""
    if not isinstance(content, dict):
        return [Problem(at, "is not an object", "Send a message as a JSON object.")]
    named = content.get("type")
    model = MODELS.get(named) if isinstance(named, str) else None
    if model is None:
        return [Problem(f"{at}/type", "is missing or unknown", f"Send one of: {', '.join(MODELS)}.")]
    try:
        return model.model_validate(content)
    except ValidationError as error:
        return _problems(error, at)


def listed(content: Any) -> list[tuple[str, Any]]:
    """Each message of a body with the JSON pointer to it."""
    if not isinstance(content, dict) or "messages" not in content:
        return [("", content)]
    messages = content["messages"]
    if not isinstance(messages, list) or not 1 <= len(messages) <= MESSAGES_MOST:
        problem = Problem("/messages", "is not a list, is empty or is too long", f"Send 1 to {MESSAGES_MOST} messages.")
        raise CannotRead("messages is not a list of messages", (problem,))
    return [(f"/messages/{n}", message) for n, message in enumerate(messages)]
