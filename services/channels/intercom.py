"""Intercom: conversations, in the older form of its notifications (`conversation_message`) and the newer (`source`).

A notification holds the conversation with the parts that are new. Each part of a person outside is a message; parts of
a teammate count as our answer; notes and what bots say are neither.

One app's client secret signs for all workspaces that have installed it; `app_id` says which one it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from types import MappingProxyType
from typing import Any

from inbox.channels import ChannelRecord, SetupField
from inbox.events import Author, Kind
from services.channels import asking, intercom_tickets, parts, posting, proof, reading
from services.channels.base import BaseChannel, guarded, guarded_all
from services.channels.contract import (
    Answer,
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
    Unreadable,
    Way,
    Withdrawn,
)

API = "https://api.intercom.io"
API_VERSION = "2.14"
PEOPLE = frozenset({"user", "lead", "contact"})
OPENED = frozenset({"conversation.user.created", "conversation.contact.created"})
PARTS = frozenset({
    "conversation.user.replied", "conversation.contact.replied", "conversation.admin.replied",
    "conversation.operator.replied", "conversation_part.redacted", "conversation.admin.closed",
    "conversation.admin.opened", "conversation.admin.snoozed",
})  # fmt: skip
OURS = frozenset({"conversation.admin.single.created"})
TICKETS = intercom_tickets.REPLIED | {intercom_tickets.OPENED}
NOTES = frozenset({"note", "note_and_reopen"})
KINDS: Mapping[str, Kind] = {"email": "email", "sms": "sms", "phone_call": "call", "phone_switch": "call"}


# --- reading --------------------------------------------------------------------------------------------------------


class _Conversation:
    """What its parts have in common."""

    def __init__(self, item: dict[str, Any], received_at: datetime) -> None:
        self.item = item
        self.ident = reading.need(item.get("id"), "the conversation's id")
        self.first = parts.table(item, "source") or parts.table(item, "conversation_message")
        self.otherwise = parts.at_or(item.get("updated_at") or item.get("created_at"), received_at)
        self.permalink = reading.link(parts.dig(item, "links", "conversation_web"))

    @property
    def kind(self) -> Kind:
        return KINDS.get(str(self.first.get("type")), "dm")

    def person(self) -> Author | None:
        """The person outside: named by the conversation, by its contacts, or as who began it. Not each place that has
        the id has the name."""
        contacts = parts.rows(self.item, "contacts", "contacts") or parts.rows(self.item, "contacts")
        began = parts.table(self.first, "author")
        named = [parts.table(self.item, "user"), *contacts, began if began.get("type") in PEOPLE else {}]
        known = [author for one in named if (author := parts.person(one.get("id"), called=one.get("name")))]
        same = [author for author in known if author.id == known[0].id]
        return next((author for author in same if author.name), same[0] if same else None)


def _notification(content: dict[str, Any], received_at: datetime) -> Sequence[Parsed]:
    topic = content.get("topic")
    if topic == "ping":
        return (Ignored("a ping"),)
    if topic not in OPENED | PARTS | OURS | TICKETS:
        return (Ignored(f"another topic: {topic}"[:80]),)
    item = parts.dig(content, "data", "item")
    if not isinstance(item, dict):
        raise reading.Misread("the conversation is missing")
    if topic in TICKETS:
        return (intercom_tickets.read(topic, item, received_at),)
    conversation = _Conversation(item, received_at)
    if topic in OPENED:
        return (_opened(conversation), *_all_parts(conversation))
    if topic in OURS:
        return (_begun_by_us(conversation),)
    return tuple(_all_parts(conversation)) or (Ignored("a conversation without new parts"),)


def _opened(conversation: _Conversation) -> Parsed:
    first = conversation.first
    person, writer = conversation.person(), parts.table(first, "author")
    known = person if person is not None and writer.get("id") in (None, person.id) else None
    author = known or parts.person(writer.get("id"), called=writer.get("name"))
    return Received(
        kind=conversation.kind, external_id=reading.need(first.get("id"), "the message's id"),
        thread_id=conversation.ident, text=parts.titled(_subject(first), parts.plain(first.get("body"))),
        sent_at=parts.at_or(conversation.item.get("created_at"), conversation.otherwise), author=author,
        permalink=conversation.permalink, attachments=_attachments(first),
    )  # fmt: skip


def _subject(first: dict[str, Any]) -> str | None:
    return parts.plain(first.get("subject")) if isinstance(first.get("subject"), str) else None


def _begun_by_us(conversation: _Conversation) -> Parsed:
    """We wrote first: an answer to nothing yet, but it is in the thread when the person writes back."""
    person, first = conversation.person(), conversation.first
    if person is None:
        return Ignored("own")
    ident = reading.need(first.get("id"), "the message's id")
    return Echoed(ident, conversation.otherwise, parts.plain(first.get("body")), None, conversation.ident, person)


def _all_parts(conversation: _Conversation) -> Iterator[Parsed]:
    """Each by itself: an unreadable one does not cost its neighbours."""
    for part in parts.rows(conversation.item, "conversation_parts", "conversation_parts"):
        yield guarded(lambda found: _part(found, conversation), part)


def _part(part: dict[str, Any], conversation: _Conversation) -> Parsed:
    ident, writer = reading.need(part.get("id"), "the part's id"), parts.table(part, "author")
    at, text = parts.at_or(part.get("created_at"), conversation.otherwise), parts.plain(part.get("body"))
    if part.get("part_type") in NOTES:
        return Ignored("an internal note")
    if writer.get("type") in PEOPLE:
        author = parts.person(writer.get("id"), called=writer.get("name"))
        if part.get("redacted") is True:
            gone_at = parts.at_or(part.get("updated_at"), at)
            return Withdrawn(ident, gone_at, conversation.ident if author else None, author)
        return _said(ident, at, text, author, part, conversation)
    person = conversation.person()
    if writer.get("type") != "admin" or person is None or part.get("redacted") is True:
        return Ignored("a bot" if writer.get("type") != "admin" else "own")
    if not text and not part.get("attachments"):
        return Ignored(f"a change of state: {part.get('part_type')}"[:80])
    return Echoed(ident, at, text, None, conversation.ident, person)


def _said(
    ident: str, at: datetime, text: str | None, author: Author | None, part: dict[str, Any],
    conversation: _Conversation,
) -> Parsed:  # fmt: skip
    found = _attachments(part)
    if not text and not found:
        return Ignored(f"a change of state: {part.get('part_type')}"[:80])
    return Received(
        kind=conversation.kind, external_id=ident, thread_id=conversation.ident, sent_at=at, text=text, author=author,
        permalink=conversation.permalink, attachments=found,
    )  # fmt: skip


def _attachments(part: dict[str, Any]) -> Any:
    found = parts.rows(part, "attachments")
    return parts.files(found, url="url", kind="content_type", size="filesize", called="name")


# --- replying -------------------------------------------------------------------------------------------------------


def _call(channel: ChannelRecord, reply: Reply, token: str) -> posting.Call:
    """Intercom takes HTML, so what looks like it in our words is escaped."""
    url = f"{posting.api_url(channel, API)}/conversations/{posting.segment(reply.thread_id)}/reply"
    body = {
        "message_type": "comment", "type": "admin", "admin_id": channel.settings.get("admin_id"),
        "body": escape(reply.text, quote=False).replace("\n", "<br>"),
    }  # fmt: skip
    return posting.Call(url, body, {"authorization": f"Bearer {token}", "intercom-version": API_VERSION})


def _posted(said: Any) -> Any:
    """The answer is the conversation; our part is its last."""
    found = parts.rows(said, "conversation_parts", "conversation_parts")
    return found[-1].get("id") if found else None


class Intercom(BaseChannel):
    id = "intercom"
    title = "Intercom"
    capabilities = Capabilities(
        receives=("webhook",), reply=True, attachments=True, withdrawals=True, echoes=True,
        limits="10,000 requests a minute and app; a delivery must be answered within 5 seconds.",
    )  # fmt: skip
    setup_fields = (
        SetupField(
            "secret", "secret",
            {"fr": "Secret client (client secret)", "en": "Client secret"},
            {
                "fr": "Developer Hub › votre app › Basic information.",
                "en": "Developer Hub › your app › Basic information.",
            },
            required=True,
        ),
        SetupField(
            "account_id", "account",
            {"fr": "Identifiant de l’espace (app_id)", "en": "Workspace ID (app_id)"},
            {
                "fr": "Vide : prend tout espace de l’app que personne d’autre ne réclame.",
                "en": "Empty: takes any workspace of the app that no other channel claims.",
            },
        ),
        SetupField(
            "admin_id", "setting",
            {"fr": "Identifiant du coéquipier", "en": "Teammate ID"},
            {"fr": "Au nom de qui Vigie répond.", "en": "In whose name Vigie replies."},
        ),
        SetupField(
            "access_token", "secret",
            {"fr": "Jeton d’accès", "en": "Access token"},
            {"fr": "Pour répondre depuis Vigie.", "en": "To reply from Vigie."},
        ),
        posting.api_url_field(API),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Developer Hub › votre app › Webhooks : adresse {hook_url}.",
                "Abonnez-vous à conversation.user.created, conversation.user.replied, conversation.admin.replied,"
                " conversation.admin.single.created et conversation_part.redacted.",
                "Pour répondre, donnez le jeton d’accès de l’app et l’identifiant d’un coéquipier.",
            ),
            "en": (
                "Developer Hub › your app › Webhooks: address {hook_url}.",
                "Subscribe to conversation.user.created, conversation.user.replied, conversation.admin.replied,"
                " conversation.admin.single.created and conversation_part.redacted.",
                "To reply, give the app's access token and the ID of a teammate.",
            ),
        }
    )

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        given = proof.after(request.header("x-hub-signature"), "sha1=")
        return proof.first(channel, lambda secret: proof.same(given, proof.hexadecimal(secret, request.raw, "sha1")))

    def preflight(self, request: Inbound, channel: ChannelRecord) -> Answer | None:
        """Intercom looks whether somebody is there before it saves an address."""
        return Answer(200) if request.method == "HEAD" else None

    def split(self, raw: bytes) -> Sequence[Envelope]:
        content = reading.loads(raw)
        return (Envelope(content, parts.ident(parts.dig(content, "app_id")), self.id, frozenset({self.id})),)

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        if not isinstance(envelope.content, dict) or "topic" not in envelope.content:
            return (Unreadable("it is no notification"),)
        return guarded_all(lambda content: _notification(content, received_at), envelope.content)

    def probe(self, way: Way, channel: ChannelRecord) -> Probe | None:
        token = asking.needed(channel, "access_token")
        headers = {**asking.bearer(token), "intercom-version": API_VERSION}
        return Probe(f"{posting.api_url(channel, API)}/me", headers, ("app", "name"))

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        token = channel.secrets.get("access_token")
        if not token or not channel.settings.get("admin_id"):
            return Refused("not_configured")
        return await posting.send(way, _call(channel, reply, token), _posted)


CHANNEL = Intercom()
