"""The generic channel: any system of a brand's own sends signed JSON, and gets replies as signed POSTs.

Signatures are Standard Webhooks both ways. The contract is the models of `generic_messages`. A
body is one object or `{"messages": [...]}`, taken whole or not at all: with one bad field in it nothing is taken, the
answer names every bad field, and the raw body is kept in the quarantine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

import orjson

from inbox.channels import ChannelRecord, SetupField
from inbox.events import Attachment, Author
from services.channels import reading, signing
from services.channels.base import BaseChannel
from services.channels.contract import (
    PROBLEM_TYPE,
    TEXT_MOST,
    Answer,
    CannotRead,
    Capabilities,
    Echoed,
    Edited,
    Envelope,
    Inbound,
    Outcome,
    Parsed,
    Received,
    RefusalReason,
    Refused,
    Reply,
    Sent,
    Taken,
    Uncertain,
    Unreadable,
    Way,
    Withdrawn,
    problem,
)
from services.channels.generic_messages import (
    MESSAGES_MOST,
    AttachmentSent,
    AuthorSent,
    Message,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    ReplyEchoed,
    listed,
    validated,
)
from services.outbound import NoAnswer, NotSent, Response

PROBLEMS_MOST = 10_000


# --- in -----------------------------------------------------------------------------------------------------------


def _author(sent: AuthorSent) -> Author:
    return Author(
        id=sent.id, handle=sent.handle, name=sent.name, followers=sent.followers, verified=bool(sent.verified),
        avatar_url=reading.link(sent.avatar_url),
    )  # fmt: skip


def _attachments(sent: Sequence[AttachmentSent]) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(url=reading.link(a.url), content_type=a.content_type, bytes=a.bytes, name=a.name) for a in sent
    )


def _version(sent: MessageEdited) -> str:
    """Its time and a digest of its words: a sender whose clock counts seconds may edit twice in one."""
    digest = hashlib.blake2b((sent.text or "").encode(), digest_size=16)
    return f"{sent.sent_at.isoformat()} {digest.hexdigest()}"


def _parsed(sent: Message) -> Parsed:
    match sent:
        case MessageReceived():
            return Received(
                kind=sent.kind, external_id=sent.id, thread_id=sent.thread_id, sent_at=sent.sent_at, text=sent.text,
                author=_author(sent.author), parent_id=sent.parent_id, permalink=reading.link(sent.permalink),
                attachments=_attachments(sent.attachments),
            )  # fmt: skip
        case MessageEdited():
            # By its id alone: a thread that was moved, or the moderator as author, would lead to another item.
            return Edited(
                external_id=sent.id, sent_at=sent.sent_at, version=_version(sent), text=sent.text,
                attachments=_attachments(sent.attachments),
            )  # fmt: skip
        case MessageDeleted():
            return Withdrawn(external_id=sent.id, sent_at=sent.sent_at)
        case ReplyEchoed():
            return Echoed(external_id=sent.id, sent_at=sent.sent_at, text=sent.text, in_reply_to=sent.in_reply_to)


# --- out ----------------------------------------------------------------------------------------------------------


def _reply_body(reply: Reply) -> str:
    return orjson.dumps(
        {
            "type": "reply.created", "id": str(reply.reply_id), "in_reply_to": reply.in_reply_to,
            "thread_id": reply.thread_id, "author_id": reply.author_id, "text": reply.text, "purpose": reply.purpose,
        }
    ).decode()  # fmt: skip


REFUSALS: Mapping[int, RefusalReason] = {401: "not_authorised", 403: "not_authorised", 404: "gone", 410: "gone"}


def _outcome(response: Response) -> Outcome:
    status = response.status
    if 200 <= status < 300:
        return Sent(_posted_id(response.body))
    if status == 429 or (status == 503 and response.retry_after_s is not None):
        return Refused("too_many" if status == 429 else "busy", again=True, retry_after_s=response.retry_after_s)
    if 300 <= status < 400:
        return Refused("redirected")
    if 400 <= status < 500:
        return Refused(REFUSALS.get(status, "rejected"))
    return Uncertain("server_error")


def _posted_id(body: bytes) -> str | None:
    try:
        content = reading.loads(body)
        return reading.ident(content.get("id")) if isinstance(content, dict) else None
    except (CannotRead, ValueError):
        return None


class Generic(BaseChannel):
    id = "generic"
    title = "Webhook"
    capabilities = Capabilities(
        ("webhook",), reply=True, attachments=True, edits=True, withdrawals=True, echoes=True, length_most=TEXT_MOST,
        limits=f"{MESSAGES_MOST} messages a request, 256 requests at a time",
        resends_for=timedelta(hours=24),
    )  # fmt: skip
    whole = True
    setup_fields = (
        SetupField(
            "secret", "secret",
            {"fr": "Secret de signature", "en": "Signing secret"},
            {"fr": "Laissez vide : nous en créons un.", "en": "Leave empty: we make one."},
            required=True, make=signing.new_secret,
        ),
        SetupField(
            "reply_url", "setting",
            {"fr": "Adresse des réponses", "en": "Reply address"},
            {
                "fr": "Vos réponses y sont envoyées, signées du même secret. Sans elle, on répond à la main.",
                "en": "Your replies are posted there, signed with the same secret. Without it, you answer by hand.",
            },
            kind="url",
        ),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Copiez l’adresse {hook_url} et le secret de signature dans votre système.",
                "Envoyez-y chaque message en JSON, signé selon Standard Webhooks.",
                "La documentation « un message en cinq minutes » donne des exemples en curl, Python et JavaScript.",
            ),
            "en": (
                "Copy the address {hook_url} and the signing secret into your system.",
                "Post each message there as JSON, signed as Standard Webhooks says.",
                "The page “a message in five minutes” has examples in curl, Python and JavaScript.",
            ),
        }
    )

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        return signing.proving(channel.valid_secrets(), request)

    def split(self, raw: bytes) -> Sequence[Envelope]:
        return (Envelope(listed(reading.loads(raw))),)

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        parsed: list[Parsed] = []
        for at, content in envelope.content:
            found = validated(content, at)
            if isinstance(found, list):
                parsed.append(Unreadable("fields are missing or wrong", tuple(found)))
            else:
                parsed.append(_parsed(found))
        return parsed

    def join(self, envelopes: Sequence[Envelope]) -> bytes:
        return orjson.dumps({"messages": [content for envelope in envelopes for _, content in envelope.content]})

    def answer(self, taken: Taken) -> Answer:
        if taken.unreadable:
            return _refusal(taken.unreadable)
        body = {"messages": [{"id": ident, "new": new} for ident, new in taken.messages]}
        return Answer(202, orjson.dumps(body), "application/json")

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        url = channel.settings.get("reply_url")
        if not isinstance(url, str) or not channel.secrets.get("secret"):
            return Refused("not_configured")
        body, ident = _reply_body(reply), f"reply_{reply.reply_id}"
        try:
            proof = signing.headers(channel.secrets["secret"], ident, reply.now, body)
        except signing.BadSecret:
            return Refused("not_configured")
        headers = {"content-type": "application/json", **proof}
        try:
            return _outcome(await way.http.post(url, body.encode(), headers))
        except NotSent as error:
            return Refused(error.reason, again=error.reason == "unreachable")
        except NoAnswer as error:
            return Uncertain(error.reason)


def _refusal(unreadable: Sequence[Unreadable]) -> Answer:
    problems = [problem for one in unreadable for problem in one.problems]
    more = f" {len(problems)} fields in all; the first {PROBLEMS_MOST} are named." * (len(problems) > PROBLEMS_MOST)
    body = problem(
        400, "unreadable",
        f"{unreadable[0].reason}. Nothing of it was taken; the raw body is kept in the quarantine.{more}",
        [{"pointer": p.pointer, "detail": p.detail, "remedy": p.remedy} for p in problems[:PROBLEMS_MOST]],
    )  # fmt: skip
    return Answer(400, body, PROBLEM_TYPE)


CHANNEL = Generic()
