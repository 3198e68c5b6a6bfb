"""CloudEvents 1.0 over HTTP: one event (binary or structured) or a batch of them.

What an event carries is either in the form of our generic channel, and then read like it, or anything at all: then it
is one message of its source, made readable. CloudEvents has no signature of its own: the sender brings the secret as a
bearer token or in the address, as its HTTP webhook specification says, or signs after Standard Webhooks.

An event is known by its source and its id together; two sources may count alike.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

import orjson

from inbox.channels import ChannelRecord, SetupField
from inbox.events import Author
from services.channels import generic, generic_messages, parts, proof, reading, signing
from services.channels.base import BaseChannel, guarded_all
from services.channels.contract import (
    ID_MOST,
    PROBLEM_TYPE,
    Answer,
    CannotRead,
    Capabilities,
    Envelope,
    Inbound,
    Parsed,
    Received,
    Taken,
    Unreadable,
    problem,
)

ATTRIBUTES = ("specversion", "id", "source", "type", "subject", "time", "dataschema")
EVENTS_MOST = 1000
WORDS = ("text", "message", "body", "content", "description", "summary", "title")
"""Where, in an object that we do not know, a text for people is usually found."""

_ORIGIN = re.compile(r"[A-Za-z0-9.:\[\]-]{1,253}|\*", re.ASCII)
_JSON = re.compile(r"(?:application|text)/(?:[^;]+\+)?json", re.ASCII)


# --- from HTTP to events --------------------------------------------------------------------------------------------


def _binary(request: Inbound) -> dict[str, Any]:
    """Attributes from the headers (percent-encoded UTF-8), data from the body."""
    event = {name: unquote(value) for name in ATTRIBUTES if (value := request.header(f"ce-{name}")) is not None}
    kind = request.content_type
    return {**event, "datacontenttype": kind, **_data(request.raw, kind, request.parameter("charset") or "utf-8")}


def _data(raw: bytes, kind: str, charset: str) -> dict[str, Any]:
    """The body as structured events would carry it: JSON, text, or bytes in base64."""
    if not raw:
        return {}
    if _JSON.fullmatch(kind):
        return {"data": reading.loads(raw)}
    try:
        return {"data": reading.clean_text(raw.decode(charset))}
    except (LookupError, ValueError):
        return {"data_base64": base64.b64encode(raw).decode()}


def _listed(content: Any) -> list[Any]:
    found = content if isinstance(content, list) else [content]
    if len(found) > EVENTS_MOST:
        raise CannotRead(f"a batch may hold {EVENTS_MOST} events")
    return found


# --- from events to messages ----------------------------------------------------------------------------------------


def _event(event: dict[str, Any], channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
    version = event.get("specversion")
    if version not in ("1.0", "0.3"):
        return (Unreadable("an event is of no version of CloudEvents that we know (1.0)"),)
    source, named = reading.need(event.get("source"), "source"), reading.need(event.get("type"), "type")
    ident = reading.need(event.get("id"), "id")
    inner = _inner(named, event.get("data"))
    if inner is not None:
        return _generic(inner, channel, received_at)
    return (_opaque(event, source, ident, received_at),)


def _inner(named: str, data: Any) -> dict[str, Any] | None:
    """The data, where it is a message (or several) of our generic form: its own `type` says so, or the event's."""
    if not isinstance(data, dict):
        return None
    if isinstance(data.get("messages"), list) or data.get("type") in generic_messages.MODELS:
        return data
    return {**data, "type": named} if named in generic_messages.MODELS else None


def _generic(data: dict[str, Any], channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
    try:
        envelopes = generic.CHANNEL.split(orjson.dumps(data))
    except CannotRead as error:
        return (error.unreadable,)
    return [one for envelope in envelopes for one in generic.CHANNEL.read(envelope, channel, received_at)]


def _opaque(event: dict[str, Any], source: str, ident: str, received_at: datetime) -> Received:
    """One message of its source; what concerns one subject stands together."""
    whole = _known_by(source, ident)
    time, subject = event.get("time"), reading.ident(event.get("subject"))
    return Received(
        kind="post", external_id=whole, thread_id=_known_by(source, subject) if subject else whole,
        sent_at=received_at if time is None else reading.instant(time), text=_readable(event),
        author=Author(id=source, name=source[: parts.NAME_MOST]),
    )  # fmt: skip


def _known_by(source: str, ident: str) -> str:
    """A source is a URI reference, so no space stands in it."""
    whole = f"{source} {ident}"
    return whole if len(whole) <= ID_MOST else f"{source[:200]} {parts.digest(whole)}"


def _readable(event: dict[str, Any]) -> str | None:
    if "data_base64" in event:
        return _of_bytes(event)
    data = event.get("data")
    if data is None:
        return reading.words(event.get("type"))
    if isinstance(data, dict):
        said = next((data[name] for name in WORDS if isinstance(data.get(name), str) and data[name].strip()), None)
        data = said if said is not None else data
    return reading.words(data if isinstance(data, str) else _pretty(data))


def _of_bytes(event: dict[str, Any]) -> str | None:
    kind = str(event.get("datacontenttype") or "")
    try:
        raw = base64.b64decode(event["data_base64"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise reading.Misread("data_base64 is not base64") from error
    try:
        return reading.words(reading.clean_text(raw.decode()))
    except UnicodeDecodeError:
        return f"[{kind[:100] or 'application/octet-stream'}, {len(raw)} bytes]"


def _pretty(data: Any) -> str:
    return orjson.dumps(data, option=orjson.OPT_INDENT_2).decode()


class CloudEvents(BaseChannel):
    id = "cloudevents"
    title = "CloudEvents"
    capabilities = Capabilities(
        receives=("webhook",), attachments=True, edits=True, withdrawals=True, echoes=True,
        limits="Up to 1000 events in a batch. Edits, deletions and answers only in the form of the generic channel.",
    )  # fmt: skip
    setup_fields = (
        SetupField(
            "secret", "secret",
            {"fr": "Jeton", "en": "Token"},
            {
                "fr": "Laissez vide : nous en créons un. Un secret « whsec_… » vaut aussi pour des signatures.",
                "en": "Leave empty: we make one. A secret “whsec_…” also holds for signatures.",
            },
            required=True, make=proof.new_token,
        ),
        SetupField(
            "allowed_origin", "setting",
            {"fr": "Origine admise", "en": "Allowed origin"},
            {
                "fr": "Nom de domaine de l’émetteur (WebHook-Request-Origin). Vide : tous.",
                "en": "Domain name of the sender (WebHook-Request-Origin). Empty: any.",
            },
        ),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Donnez à l’émetteur l’adresse {hook_url} et le jeton : « Authorization: Bearer … », ou ?access_token="
                " dans l’adresse.",
                "Mettez dans « data » un message de la forme du canal Webhook ; le reste est montré tel quel.",
            ),
            "en": (
                "Give the sender the address {hook_url} and the token: “Authorization: Bearer …”, or ?access_token= in"
                " the address.",
                "Put a message in the form of the Webhook channel into “data”; any other content is shown as it is.",
            ),
        }
    )

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        return proof.first(channel, lambda s: proof.carries(request, s) or signing.proves(s, request))

    def preflight(self, request: Inbound, channel: ChannelRecord) -> Answer | None:
        """Abuse protection: whether, and how fast, this sender may send at all. It proves nothing yet."""
        origin = request.header("webhook-request-origin")
        if request.method != "OPTIONS" or origin is None:
            return None
        allowed = str(channel.settings.get("allowed_origin") or "").lower()
        if not _ORIGIN.fullmatch(origin) or (allowed and origin.lower() != allowed):
            return Answer(403, problem(403, "bad_origin", "This sender is not expected here."), PROBLEM_TYPE)
        rate = request.header("webhook-request-rate") or ""
        granted = rate if rate.isascii() and rate.isdigit() and len(rate) < 10 else "*"
        headers = {"Allow": "POST, OPTIONS", "WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": granted}
        return Answer(200, headers=headers)

    def split(self, raw: bytes) -> Sequence[Envelope]:
        return [Envelope(event) for event in _listed(reading.loads(raw))]

    def split_request(self, request: Inbound) -> Sequence[Envelope]:
        """By the content type, as the specification says: binary unless the type is one of CloudEvents' own."""
        if not request.content_type.startswith("application/cloudevents") and request.header("ce-specversion"):
            return (Envelope(_binary(request)),)
        return self.split(request.raw)

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        if not isinstance(envelope.content, dict):
            return (Unreadable("an event is not an object"),)
        return guarded_all(lambda event: _event(event, channel, received_at), envelope.content)

    def answer(self, taken: Taken) -> Answer:
        return Answer(202)


CHANNEL = CloudEvents()
