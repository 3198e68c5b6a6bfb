"""Zendesk: tickets, their comments, and messages of its messaging, as webhook events.

What a person outside writes becomes a message of the ticket; what an agent writes in public counts as our answer to the
ticket's requester; internal notes stay where they are.

The time of sending is signed with the body, but Zendesk names no age beyond which it should be refused, and tries for a
while after a failure; a captured request that is played again changes nothing, by the log's keys. So its age is not
checked.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from inbox import file_rules
from inbox.channels import ChannelRecord, SetupField
from inbox.events import Author, Kind
from inbox.file_rules import FileRule
from services.channels import asking, parts, posting, proof, reading, uploading, zendesk_triggers
from services.channels.base import BaseChannel, guarded
from services.channels.contract import (
    EVERY,
    Answer,
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
)
from services.channels.zendesk_triggers import FIRST

EVENT = "zen:event-type:"
FIRST_WITHIN = timedelta(minutes=1)
KINDS: Mapping[str, Kind] = {
    "email": "email", "mail": "email", "sms": "sms", "voice": "call", "phone": "call", "native_messaging": "dm",
    "chat": "dm", "facebook": "comment", "twitter": "comment", "web": "email", "web_service": "email",
    "help_center": "post", "forum": "post",
}  # fmt: skip
"""By the ticket's `via.channel`; direct messages are anything else."""


# --- proof ----------------------------------------------------------------------------------------------------------


def signed(secret: str, request: Inbound) -> bool:
    """`X-Zendesk-Webhook-Signature: <base64>` over the timestamp's text and then the body; not the other way round, as
    an older page of Zendesk's has it."""
    timestamp = request.header("x-zendesk-webhook-signature-timestamp")
    if not timestamp:
        return False
    expected = proof.base64d(secret, timestamp.encode("utf-8", "surrogateescape") + request.raw)
    return proof.same(request.header("x-zendesk-webhook-signature"), expected)


# --- reading --------------------------------------------------------------------------------------------------------


def _event(content: dict[str, Any], received_at: datetime) -> Parsed:
    named = str(content.get("type") or "").removeprefix(EVENT)
    sent_at = parts.at_or(content.get("time"), received_at)
    detail, event = parts.table(content, "detail"), parts.table(content, "event")
    match named:
        case "ticket.comment_added":
            return _comment(_comment_of(event), detail, _ticket(content, detail), sent_at)
        case "ticket.created":
            return _ticket_opened(detail, _ticket(content, detail), sent_at)
        case "ticket.comment_redacted":
            return _redacted(_comment_of(event), sent_at)
        case "messaging_ticket.message_added":
            return _message(event, detail, _ticket(content, detail), sent_at)
    return Ignored(f"another event: {named}"[:80])


def _ticket(content: dict[str, Any], detail: dict[str, Any]) -> str:
    """The ticket's number: of the detail, or of the subject "zen:ticket:123"."""
    subject = parts.ident(content.get("subject")) or ""
    return reading.need(detail.get("id") or subject.rpartition(":")[2], "the ticket's number")


def _comment_of(event: dict[str, Any]) -> dict[str, Any]:
    comment = event.get("comment")
    if not isinstance(comment, dict):
        raise reading.Misread("the comment is missing")
    return comment


def _comment(comment: dict[str, Any], detail: dict[str, Any], ticket: str, sent_at: datetime) -> Parsed:
    ident, writer = reading.need(comment.get("id"), "the comment's id"), parts.table(comment, "author")
    requester = reading.ident(detail.get("requester_id"))
    author = parts.person(writer.get("id") or comment.get("author_id") or requester, called=writer.get("name"))
    text = reading.words(comment.get("body")) if "body" in comment else parts.plain(comment.get("html_body"))
    if writer.get("is_staff") is True and (author is None or author.id != requester):
        if not comment.get("is_public") or requester is None:
            return Ignored("an internal note")
        return Echoed(ident, sent_at, text, None, ticket, Author(id=requester))
    if _is_first(detail, text, sent_at):
        ident, text = FIRST + ticket, parts.titled(detail.get("subject"), text)
    return Received(
        kind=_kind(detail), external_id=ident, thread_id=ticket, sent_at=sent_at, text=text, author=author,
        attachments=_attachments(comment),
    )  # fmt: skip


def _is_first(detail: dict[str, Any], text: str | None, sent_at: datetime) -> bool:
    """Whether a comment is the ticket's description: told of twice, as a ticket and as a comment, it is one message."""
    described = detail.get("description")
    same = isinstance(described, str) and described.strip() == (text or "").strip() != ""
    return same and abs(sent_at - parts.at_or(detail.get("created_at"), sent_at)) <= FIRST_WITHIN


def _ticket_opened(detail: dict[str, Any], ticket: str, sent_at: datetime) -> Parsed:
    """The ticket's first words. An agent may open one in somebody's name; then it is that person's all the same."""
    text = parts.titled(detail.get("subject"), reading.words(detail.get("description")))
    return Received(
        kind=_kind(detail), external_id=FIRST + ticket, thread_id=ticket,
        sent_at=parts.at_or(detail.get("created_at"), sent_at), text=text,
        author=parts.person(detail.get("requester_id")),
    )  # fmt: skip


def _redacted(comment: dict[str, Any], sent_at: datetime) -> Parsed:
    """Words were blacked out, by whomever; what is left is what was said."""
    ident, text = reading.need(comment.get("id"), "the comment's id"), reading.words(comment.get("body"))
    return Edited(ident, sent_at, parts.version("redacted", text), text)


def _message(event: dict[str, Any], detail: dict[str, Any], ticket: str, sent_at: datetime) -> Parsed:
    actor, message = parts.table(event, "actor"), parts.table(event, "message")
    ident = reading.need(message.get("id") or event.get("id"), "the message's id")
    text, requester = reading.words(message.get("body")), reading.ident(detail.get("requester_id"))
    if actor.get("type") == "end_user":
        author = parts.person(actor.get("id") or requester, called=actor.get("name"))
        return Received("dm", ident, ticket, sent_at, text, author)
    if actor.get("type") == "agent" and requester is not None:
        return Echoed(ident, sent_at, text, None, ticket, Author(id=requester))
    return Ignored("a bot")


def _kind(detail: dict[str, Any]) -> Kind:
    via = parts.dig(detail, "via", "channel")
    return KINDS.get(via, "dm") if isinstance(via, str) else "dm"


def _attachments(comment: dict[str, Any]) -> Any:
    found = parts.rows(comment, "attachments")
    return parts.files(found, url="content_url", kind="content_type", size="size", called="filename")


# --- replying -------------------------------------------------------------------------------------------------------


def _call(channel: ChannelRecord, reply: Reply, token: str, uploads: Sequence[str] = ()) -> posting.Call:
    url = f"{posting.api_url(channel, '')}/api/v2/tickets/{posting.segment(reply.thread_id)}.json"
    comment: dict[str, Any] = {"body": reply.text, "public": True}
    if uploads:
        comment["uploads"] = list(uploads)
    return posting.Call(url, {"ticket": {"comment": comment}}, _credentials(channel, token), "PUT")


async def _handed_in(way: Way, channel: ChannelRecord, reply: Reply, token: str) -> list[str]:
    """Each has a token of its own, good for an hour; nobody sees it before a comment names it."""
    found, base = [], f"{posting.api_url(channel, '')}/api/v2/uploads.json"
    async with uploading.in_time():
        for file in reply.files:
            headers = {**_credentials(channel, token), "content-type": file.content_type}
            call = posting.Call(asking.address(base, filename=file.name), file.body, headers)
            found.append(reading.need((await uploading.given(way, call))["upload"]["token"], "the file's token"))
    return found


def _credentials(channel: ChannelRecord, token: str) -> dict[str, str]:
    given = f"{channel.settings.get('agent_email')}/token:{token}"
    return {"authorization": f"Basic {base64.b64encode(given.encode()).decode()}"}


def _posted(said: Any) -> Any:
    """A comment's id is that of the audit's event which tells of it; webhooks name the comment by the same."""
    events = parts.rows(said, "audit", "events")
    return next((event.get("id") for event in events if event.get("type") == "Comment"), None)


class Zendesk(BaseChannel):
    id = "zendesk"
    title = "Zendesk"
    capabilities = Capabilities(
        receives=("webhook",), reply=True, attachments=True, edits=True, echoes=True, length_most=65_536,
        files=dict.fromkeys(EVERY, FileRule({file_rules.ANY: file_rules.MOST_BYTES}, count=10)),
        limits="100 updates of tickets a minute and agent; 30 of one ticket in ten minutes.",
    )  # fmt: skip
    setup_fields = (
        SetupField(
            "secret", "secret",
            {"fr": "Secret de signature", "en": "Signing secret"},
            {"fr": "Zendesk le montre sur la page du webhook.", "en": "Zendesk shows it on the webhook's page."},
            required=True,
        ),
        posting.api_url_field("https://example.zendesk.com", required=True),
        SetupField(
            "agent_email", "setting",
            {"fr": "Adresse de l’agent", "en": "The agent's address"},
            {"fr": "Au nom de qui Vigie répond.", "en": "In whose name Vigie replies."},
        ),
        SetupField(
            "access_token", "secret",
            {"fr": "Jeton d’API", "en": "API token"},
            {"fr": "Pour répondre depuis Vigie.", "en": "To reply from Vigie."},
        ),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Centre d’administration › Apps et intégrations › Webhooks › Créer : « Événements Zendesk », adresse"
                " {hook_url}, POST, JSON.",
                "Cochez les événements « Comment added », « Ticket created » et « Comment redacted ».",
                "Affichez le secret de signature du webhook et collez-le ici.",
                "Pour répondre, créez un jeton d’API et donnez l’adresse d’un agent.",
            ),
            "en": (
                "Admin Center › Apps and integrations › Webhooks › Create: “Zendesk events”, address {hook_url}, POST,"
                " JSON.",
                "Tick the events Comment added, Ticket created and Comment redacted.",
                "Reveal the webhook's signing secret and paste it here.",
                "To reply, make an API token and name the address of an agent.",
            ),
        }
    )

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        return proof.first(channel, lambda secret: signed(secret, request))

    def greet(self, request: Inbound, channel: ChannelRecord) -> Answer | None:
        """Its test may have no body at all."""
        return None if request.raw.strip() else Answer(200)

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        is_event = isinstance(envelope.content, dict) and str(envelope.content.get("type")).startswith(EVENT)
        if not is_event and zendesk_triggers.is_one(envelope.content):
            return (guarded(lambda content: zendesk_triggers.read(content, received_at), envelope.content),)
        if not is_event:
            return (Unreadable("it is no event of Zendesk's: choose “Zendesk events” for the webhook"),)
        return (guarded(lambda content: _event(content, received_at), envelope.content),)

    def probe(self, way: Way, channel: ChannelRecord) -> Probe | None:
        token = asking.needed(channel, "access_token")
        url = f"{posting.api_url(channel, '')}/api/v2/users/me.json"
        return Probe(url, _credentials(channel, token), ("user", "name"))

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        token = channel.secrets.get("access_token")
        if not token or not channel.settings.get("agent_email") or not posting.api_url(channel, ""):
            return Refused("not_configured")
        return await asking.carefully(self._reply(way, channel, reply, token))

    async def _reply(self, way: Way, channel: ChannelRecord, reply: Reply, token: str) -> Outcome:
        uploads = await _handed_in(way, channel, reply, token)
        return await posting.send(way, _call(channel, reply, token, uploads), _posted)


CHANNEL = Zendesk()
