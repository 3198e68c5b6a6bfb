"""Front: messages of its shared inboxes, as rules' webhooks and as an app's webhooks send them.

The two sign differently: an app with a timestamp and SHA-256, a rule without and with SHA-1. An app's body holds the
event in `payload`, and proves its address by a challenge first. What a person outside sends is a message; what leaves
counts as our answer; comments among teammates stay in Front.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import orjson

from inbox import file_rules
from inbox.channels import ChannelRecord, SetupField
from inbox.events import Author, Kind
from inbox.file_rules import FileRule
from services.channels import asking, parts, posting, proof, reading, uploading
from services.channels.base import BaseChannel, guarded
from services.channels.contract import (
    EVERY,
    Answer,
    CannotRead,
    Capabilities,
    Echoed,
    Envelope,
    Ignored,
    Inbound,
    Outcome,
    Parsed,
    Probe,
    Received,
    Refused,
    Reply,
    Status,
    Unreadable,
    Way,
)

API = "https://api2.frontapp.com"
CHALLENGE_MOST = 1000
INBOUND = frozenset({"inbound", "inbound_received"})
OUTBOUND = frozenset({"outbound", "out_reply", "outbound_sent", "outbound_reply"})
FAILED = frozenset({"message_delivery_failed", "sending_error", "message_bounce_error"})
NOTES = frozenset({"comment", "mention", "new_comment_added"})
KINDS: Mapping[str, Kind] = {
    "email": "email", "sms": "sms", "phone-call": "call", "call": "call", "tweet": "comment", "facebook": "comment",
    "googleplay": "review", "yalo_wha": "dm",
}  # fmt: skip


# --- proof ----------------------------------------------------------------------------------------------------------


def signed(secret: str, request: Inbound) -> bool:
    """`X-Front-Signature: <base64>`: over "timestamp:body" of an app (milliseconds), over the body of a rule."""
    given, timestamp = request.header("x-front-signature"), request.header("x-front-request-timestamp")
    if timestamp is None:
        return proof.same(given, proof.base64d(secret, request.raw, "sha1"))
    expected = proof.base64d(secret, timestamp.encode("utf-8", "surrogateescape") + b":" + request.raw)
    return proof.same(given, expected) and proof.fresh(timestamp, divisor=1000)


# --- reading --------------------------------------------------------------------------------------------------------


def _event(content: dict[str, Any], received_at: datetime) -> Parsed:
    event = content["payload"] if isinstance(content.get("payload"), dict) else content
    named = content.get("type") or event.get("type")
    if named == "sync":
        return Ignored("a ping")
    if named in NOTES:
        return Ignored("an internal note")
    if named not in INBOUND | OUTBOUND | FAILED:
        return Ignored(f"another event: {named}"[:80])
    message = parts.table(event, "target", "data") or parts.table(event, "conversation", "last_message")
    conversation = parts.table(event, "conversation")
    if named in FAILED:
        return _failed(message, event, received_at)
    thread = reading.need(conversation.get("id"), "the conversation's id")
    ident = reading.need(message.get("id"), "the message's id")
    at = parts.at_or(message.get("created_at") or event.get("emitted_at"), received_at)
    if named in INBOUND and message.get("is_inbound") is not False:
        return _message(message, ident, thread, at)
    person = _recipient(message, "to") or _recipient({"recipients": [conversation.get("recipient")]}, None)
    return Ignored("own") if person is None else Echoed(ident, at, _words(message), None, thread, person)


def _failed(message: dict[str, Any], event: dict[str, Any], received_at: datetime) -> Parsed:
    ident = reading.ident(message.get("id"))
    at = parts.at_or(event.get("emitted_at"), received_at)
    return Status(ident, "failed", at, "rejected") if ident else Ignored("a failure of a message without an id")


def _message(message: dict[str, Any], ident: str, thread: str, at: datetime) -> Received:
    found = parts.rows(message, "attachments")
    kind = KINDS.get(str(message.get("type")), "dm")
    return Received(
        kind=kind, external_id=ident, thread_id=thread, sent_at=at,
        text=_words(message), author=_recipient(message, "from"),
        permalink=f"https://app.frontapp.com/open/{posting.segment(thread)}",
        attachments=parts.files(found, url="url", kind="content_type", size="size", called="filename"),
        title=parts.name(message.get("subject")) if kind == "email" else None,
    )  # fmt: skip


def _words(message: dict[str, Any]) -> str | None:
    text = message.get("text")
    return reading.words(text) if text else parts.plain(message.get("body"))


def _recipient(message: dict[str, Any], role: str | None) -> Author | None:
    """Whoever has that role: known by the handle that the conversation's channel gives them."""
    for one in parts.rows(message, "recipients"):
        if (role is None or one.get("role") == role) and one.get("handle"):
            return parts.person(one["handle"], handle=one["handle"], called=one.get("name"))
    return None


# --- replying -------------------------------------------------------------------------------------------------------


def _call(channel: ChannelRecord, reply: Reply, token: str) -> posting.Call:
    url = f"{posting.api_url(channel, API)}/conversations/{posting.segment(reply.thread_id)}/messages"
    body: dict[str, Any] = {"body": reply.text, "text": reply.text}
    author = channel.settings.get("teammate_id")
    headers, body = {"authorization": f"Bearer {token}"}, body | ({"author_id": author} if author else {})
    if reply.files:
        named = [(f"attachments[{number}]", file) for number, file in enumerate(reply.files)]
        return uploading.call(url, body, named, headers)
    return posting.Call(url, body, headers)


class Front(BaseChannel):
    id = "front"
    title = "Front"
    capabilities = Capabilities(
        receives=("webhook",), reply=True, attachments=True, echoes=True,
        files=dict.fromkeys(EVERY, FileRule({file_rules.ANY: file_rules.MOST_BYTES}, count=10)),
        limits="50 to 200 requests a minute, by plan. Front sends a rule's webhook once only.",
    )  # fmt: skip
    setup_fields = (
        SetupField(
            "secret", "secret",
            {"fr": "Clé de signature", "en": "Signing key"},
            {
                "fr": "Celle de l’app (App signing key), ou le secret d’API pour une règle.",
                "en": "The app's (App signing key), or the API secret for a rule.",
            },
            required=True,
        ),
        SetupField(
            "account_id", "account",
            {"fr": "Identifiant de l’entreprise (cmp_…)", "en": "Company ID (cmp_…)"},
            {
                "fr": "Vide : prend toute entreprise de l’app que personne d’autre ne réclame.",
                "en": "Empty: takes any company of the app that no other channel claims.",
            },
        ),
        SetupField(
            "access_token", "secret",
            {"fr": "Jeton d’API", "en": "API token"},
            {"fr": "Avec le droit Send, pour répondre.", "en": "With the scope Send, to reply."},
        ),
        SetupField(
            "teammate_id", "setting",
            {"fr": "Identifiant du coéquipier (tea_…)", "en": "Teammate ID (tea_…)"},
            {"fr": "Au nom de qui Vigie répond.", "en": "In whose name Vigie replies."},
        ),
        posting.api_url_field(API),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Front › Settings › Developers › votre app › Features › Webhooks : collez d’abord ici la clé de"
                " signature, puis là-bas l’adresse {hook_url}.",
                "Choisissez les événements Inbound received et Outbound sent.",
                "Ou bien, sans app : une règle « Inbound message » et une règle « Outbound message » avec l’action Send"
                " to a webhook (événement entier).",
            ),
            "en": (
                "Front › Settings › Developers › your app › Features › Webhooks: paste the signing key here first, then"
                " the address {hook_url} there.",
                "Choose the events Inbound received and Outbound sent.",
                "Or, without an app: a rule “Inbound message” and a rule “Outbound message” with the action Send to a"
                " webhook (full event).",
            ),
        }
    )

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        return proof.first(channel, lambda secret: signed(secret, request))

    def greet(self, request: Inbound, channel: ChannelRecord) -> Answer | None:
        challenge = request.header("x-front-challenge")
        if not challenge or len(challenge) > CHALLENGE_MOST or not _is_sync(request.raw):
            return None
        return Answer(200, orjson.dumps({"challenge": reading.clean_text(challenge)}), "application/json")

    def split(self, raw: bytes) -> Sequence[Envelope]:
        content = reading.loads(raw)
        account = parts.ident(parts.dig(content, "authorization", "id"))
        return (Envelope(content, account, self.id, frozenset({self.id})),)

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        if not isinstance(envelope.content, dict) or "type" not in envelope.content:
            return (Unreadable("it is no event"),)
        return (guarded(lambda content: _event(content, received_at), envelope.content),)

    def probe(self, way: Way, channel: ChannelRecord) -> Probe | None:
        token = asking.needed(channel, "access_token")
        return Probe(f"{posting.api_url(channel, API)}/me", asking.bearer(token), ("name",))

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        token = channel.secrets.get("access_token")
        if not token:
            return Refused("not_configured")
        # Front takes it over and names the message only once it is sent: its id comes with the echo.
        return await posting.send(way, _call(channel, reply, token), lambda _: None)


def _is_sync(raw: bytes) -> bool:
    if not raw.strip():
        return True
    try:
        return bool(parts.dig(reading.loads(raw), "type") == "sync")
    except CannotRead:
        return False


CHANNEL = Front()
