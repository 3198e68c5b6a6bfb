"""Chatwoot: messages of its conversations, from an account's webhooks.

What a contact sends is a message, what an agent sends in public counts as our answer; private notes, activity lines and
bots are neither. Since version 4 a webhook is signed; an older one is not, and brings the secret in its address
(`?token=`) instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from inbox import file_rules
from inbox.channels import ChannelRecord, SetupField
from inbox.events import Author, Kind
from inbox.file_rules import FileRule
from services.channels import asking, parts, posting, proof, reading, uploading
from services.channels.base import BaseChannel, guarded
from services.channels.contract import (
    EVERY,
    Capabilities,
    Echoed,
    Edited,
    Envelope,
    Ignored,
    Inbound,
    Outcome,
    Parsed,
    Probe,
    Received,
    Refused,
    Reply,
    Unreadable,
    Way,
    Withdrawn,
)

API = "https://app.chatwoot.com"
INCOMING, OUTGOING = ("incoming", 0), ("outgoing", 1)
KINDS: Mapping[str, Kind] = {
    "Channel::Email": "email", "Channel::Sms": "sms", "Channel::TwilioSms": "sms", "Channel::Voice": "call",
}  # fmt: skip


# --- proof ----------------------------------------------------------------------------------------------------------


def proven(secret: str, request: Inbound) -> bool:
    """`X-Chatwoot-Signature: sha256=<hex>` over "timestamp.body"; a request that is not signed brings the secret."""
    given, timestamp = request.header("x-chatwoot-signature"), request.header("x-chatwoot-timestamp")
    if given is None:
        return proof.carries(request, secret)
    signed = (timestamp or "").encode("utf-8", "surrogateescape") + b"." + request.raw
    return proof.same(proof.after(given, "sha256="), proof.hexadecimal(secret, signed)) and proof.fresh(timestamp)


# --- reading --------------------------------------------------------------------------------------------------------


def _event(content: dict[str, Any], received_at: datetime) -> Parsed:
    named, kind = content.get("event"), content.get("message_type")
    if named not in ("message_created", "message_updated"):
        return Ignored(f"another event: {named}"[:80])
    if content.get("private") is True:
        return Ignored("an internal note")
    conversation = parts.table(content, "conversation")
    thread = reading.need(conversation.get("id") or conversation.get("display_id"), "the conversation's id")
    ident = reading.need(content.get("id"), "the message's id")
    if named == "message_updated":
        return _updated(content, ident, thread, received_at) if kind in INCOMING else Ignored("own")
    at = parts.at_or(content.get("created_at"), received_at)
    if kind in INCOMING:
        return _message(content, ident, thread, at)
    if kind in OUTGOING:
        return _echo(content, ident, thread, at)
    return Ignored("an automatic line")


def _message(content: dict[str, Any], ident: str, thread: str, at: datetime) -> Received:
    answered = reading.ident(parts.dig(content, "content_attributes", "in_reply_to"))
    return Received(
        kind=KINDS.get(str(parts.dig(content, "conversation", "channel")), "dm"), external_id=ident, thread_id=thread,
        sent_at=at, text=reading.words(content.get("content")), author=_sender(content), parent_id=answered,
        attachments=_attachments(content),
        title=parts.name(parts.dig(content, "content_attributes", "email", "subject")),
    )  # fmt: skip


def _echo(content: dict[str, Any], ident: str, thread: str, at: datetime) -> Parsed:
    if parts.dig(content, "sender", "type") in ("agent_bot", "captain_assistant"):
        return Ignored("a bot")
    contact = _contact(content)
    if contact is None:
        return Ignored("own")
    return Echoed(ident, at, reading.words(content.get("content")), None, thread, contact)


def _updated(content: dict[str, Any], ident: str, thread: str, received_at: datetime) -> Parsed:
    """Told for receipts as well: only what was deleted or edited is of interest."""
    attributes, author = parts.table(content, "content_attributes"), _sender(content)
    at = parts.at_or(content.get("updated_at"), received_at)
    written_at, known = parts.at_or(content.get("created_at"), at), thread if author else None
    if attributes.get("deleted") is True:
        return Withdrawn(ident, at, known, author, written_at)
    if not any(attributes.get(name) for name in ("edited", "is_edited", "edited_at", "external_edited")):
        return Ignored("a change of state")
    text = reading.words(content.get("content"))
    version = parts.version(content.get("updated_at"), text)
    return Edited(ident, at, version, text, _attachments(content), known, author, written_at)


def _sender(content: dict[str, Any]) -> Author | None:
    sender = parts.table(content, "sender") or parts.table(content, "contact")
    return _author(sender) or _contact(content)


def _contact(content: dict[str, Any]) -> Author | None:
    """Whom a conversation is with."""
    conversation = parts.table(content, "conversation")
    found = _author(parts.table(conversation, "meta", "sender")) or _author(parts.table(conversation, "contact"))
    return found or parts.person(parts.dig(conversation, "contact_inbox", "contact_id"))


def _author(sender: dict[str, Any]) -> Author | None:
    handle = sender.get("identifier") or sender.get("email")
    avatar = sender.get("avatar") or sender.get("thumbnail")
    return parts.person(sender.get("id"), called=sender.get("name"), handle=handle, avatar=avatar)


def _attachments(content: dict[str, Any]) -> Any:
    found = parts.rows(content, "attachments")
    return parts.files(found, url="data_url", kind="file_type", size="file_size", called="file_name")


# --- replying -------------------------------------------------------------------------------------------------------


def _call(channel: ChannelRecord, reply: Reply, token: str) -> posting.Call:
    account, conversation = posting.segment(channel.account_id or ""), posting.segment(reply.thread_id)
    path = f"api/v1/accounts/{account}/conversations/{conversation}/messages"
    url, headers = f"{posting.api_url(channel, API)}/{path}", {"api_access_token": token}
    if reply.files:
        fields = {"content": reply.text, "message_type": "outgoing", "private": "false"}
        return uploading.call(url, fields, [("attachments[]", file) for file in reply.files], headers)
    return posting.Call(url, {"content": reply.text, "message_type": "outgoing", "private": False}, headers)


class Chatwoot(BaseChannel):
    id = "chatwoot"
    title = "Chatwoot"
    capabilities = Capabilities(
        receives=("webhook",), reply=True, attachments=True, edits=True, withdrawals=True, echoes=True,
        files=dict.fromkeys(EVERY, FileRule({file_rules.ANY: file_rules.MOST_BYTES}, count=10)),
        limits="Chatwoot waits 5 seconds for an answer and does not send again: what fails then is lost.",
    )  # fmt: skip
    setup_fields = (
        SetupField(
            "secret", "secret",
            {"fr": "Secret du webhook", "en": "Webhook secret"},
            {
                "fr": "Celui que Chatwoot montre. S’il n’en montre pas : laissez vide, nous en créons un.",
                "en": "The one that Chatwoot shows. If it shows none: leave empty, we make one.",
            },
            required=True, make=proof.new_token,
        ),
        SetupField(
            "account_id", "account",
            {"fr": "Numéro du compte", "en": "Account number"},
            {"fr": "Dans l’adresse : /app/accounts/1. Nécessaire pour répondre.",
             "en": "In the address: /app/accounts/1. Needed to reply."},
        ),
        SetupField(
            "access_token", "secret",
            {"fr": "Jeton d’accès", "en": "Access token"},
            {"fr": "Profil › Jeton d’accès, pour répondre.", "en": "Profile › Access token, to reply."},
        ),
        posting.api_url_field(API),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Chatwoot › Paramètres › Intégrations › Webhooks : adresse {hook_url}, suivie de ?token= et du secret"
                " si Chatwoot n’en montre pas.",
                "Cochez message_created et message_updated.",
                "Pour répondre, donnez le numéro du compte et un jeton d’accès.",
            ),
            "en": (
                "Chatwoot › Settings › Integrations › Webhooks: address {hook_url}, followed by ?token= and the secret"
                " if Chatwoot shows none.",
                "Tick message_created and message_updated.",
                "To reply, give the account number and an access token.",
            ),
        }
    )

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        return proof.first(channel, lambda secret: proven(secret, request))

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        if not isinstance(envelope.content, dict) or "event" not in envelope.content:
            return (Unreadable("it is no event"),)
        return (guarded(lambda content: _event(content, received_at), envelope.content),)

    def probe(self, way: Way, channel: ChannelRecord) -> Probe | None:
        token = asking.needed(channel, "access_token")
        return Probe(f"{posting.api_url(channel, API)}/api/v1/profile", {"api_access_token": token}, ("name",))

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        token = channel.secrets.get("access_token")
        if not token or not channel.account_id:
            return Refused("not_configured")
        return await posting.send(way, _call(channel, reply, token), lambda said: parts.dig(said, "id"))


CHANNEL = Chatwoot()
