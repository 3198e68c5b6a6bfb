"""What the API document says of hooks: how to send us a message by the generic channel, with the schema of its body."""

from __future__ import annotations

from typing import Any

from services.channels import generic_messages

REF = "#/components/schemas/{model}"
HEADERS = {
    "webhook-id": "Your id of this request.",
    "webhook-timestamp": "Seconds since 1970; at most five minutes off.",
    "webhook-signature": "Standard Webhooks: v1,base64(HMAC-SHA256(secret, id.timestamp.body)).",
}
ANSWERS = {
    "202": "Stored: the ids, and whether each was new.",
    "400": "A field does not fit; the answer names each, and the raw body is kept.",
    "401": "The signature does not hold.",
    "404": "The address names no channel.",
    "408": "The body took too long to arrive.",
    "413": "The body is too large.",
    "429": "Too many at once.",
    "503": "Not stored: send it again.",
}
TAKEN = {
    "title": "MessagesTaken",
    "type": "object",
    "required": ["messages"],
    "properties": {
        "messages": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "new"],
                "properties": {"id": {"type": "string"}, "new": {"type": "boolean"}},
            },
        }
    },
}


def openapi() -> dict[str, Any]:
    """To be merged into the document (`inbox.web.app.build`)."""
    schema = generic_messages.json_schema(REF)
    schemas = schema.pop("$defs")
    body = {"required": True, "content": {"application/json": {"schema": _reference("GenericMessages")}}}
    operation = {
        "operationId": "send_messages",
        "summary": "Send us messages by the generic channel",
        "tags": ["Hooks"],
        "security": [],
        "parameters": [_parameter("channel_id", "path", "The channel's id."), *_headers()],
        "requestBody": body,
        "responses": {status: _answer(status, text) for status, text in ANSWERS.items()},
    }
    return {
        "paths": {"/hooks/{channel_id}": {"post": operation}},
        "components": {"schemas": {**schemas, "GenericMessages": schema, "MessagesTaken": TAKEN}},
    }


def _answer(status: str, text: str) -> dict[str, Any]:
    if status == "202":
        return {"description": text, "content": {"application/json": {"schema": _reference("MessagesTaken")}}}
    return {"description": text, "content": {"application/problem+json": {"schema": _reference("ProblemShape")}}}


def _reference(model: str) -> dict[str, str]:
    return {"$ref": REF.format(model=model)}


def _headers() -> list[dict[str, Any]]:
    return [_parameter(name, "header", about) for name, about in HEADERS.items()]


def _parameter(name: str, place: str, about: str) -> dict[str, Any]:
    return {"name": name, "in": place, "required": True, "description": about, "schema": {"type": "string"}}
