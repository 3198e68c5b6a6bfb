"""What servers that speak Mastodon's API tell of posts, by notifications, events and posts alone, read for one channel.

Ids are those of the server that the account lives on. A post names the post that it answers but not its conversation,
so a thread is the post answered, or the post itself; a post to us alone is a direct message, and its thread is who
wrote it. Objects of ActivityPub, as servers send them to each other, are read as well (`activitypub`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from inbox.channels import ChannelRecord
from inbox.events import Attachment, Author, Kind
from services.channels import activitypub, parts, polled, reading
from services.channels.contract import Echoed, Edited, Ignored, Parsed, Received, Withdrawn

SPOKEN = frozenset({"mention", "quote"})
CHANGED = frozenset({"update", "quoted_update"})
"""Notifications: of a post that was edited after we had to do with it."""
REACTIONS = frozenset({"reblog", "favourite"})
HOME = frozenset({"update", "status.created"})
"""Events that bring whatever is written, not only what is for us."""


class Reader:
    """Reads what one channel was sent. Everything may raise `reading.MISREAD`."""

    def __init__(self, channel: ChannelRecord, received_at: datetime) -> None:
        self._own = channel.account_id
        self._received_at = received_at

    def part(self, content: Any) -> tuple[Parsed, ...]:
        if activitypub.is_object(content):
            return activitypub.parsed(content, self._own, self._received_at)
        if "event" in content:
            return self._event(content["event"], content.get("payload", content.get("object")), content.get("stream"))
        if "type" in content and "account" in content:
            return self._notification(content)
        if "account" in content and "content" in content:
            return self._bare(content)
        if "last_status" in content:
            return self._conversation(content)
        return (Ignored("neither a notification nor a post"),)

    def _event(self, named: Any, payload: Any, stream: Any) -> tuple[Parsed, ...]:
        """An event of the stream, whose payload is JSON in a string, or of a server's hook, where it is an object."""
        if named == "delete":
            return (Withdrawn(reading.need(payload, "the post's id"), self._received_at),)
        content = reading.loads(payload.encode()) if isinstance(payload, str) and payload[:1] in "{[" else payload
        if named == "notification":
            return self._notification(content)
        if named in ("status.update", "status.updated"):
            return self._edit(content)
        if named == "conversation":
            return self._conversation(content)
        if named in HOME:
            watched = any("hashtag" in str(one) for one in (stream if isinstance(stream, list) else [stream]))
            return self.post(content, watched=watched)
        return (Ignored(f"an event of another kind: {named}"[:80]),)

    def _notification(self, content: Any) -> tuple[Parsed, ...]:
        kind = content["type"]
        if kind in SPOKEN:
            return self.post(content["status"], watched=True, told_at=content.get("created_at"))
        if kind in CHANGED:
            return self._edit(content["status"])
        return (Ignored("a reaction" if kind in REACTIONS else f"a notice of another kind: {kind}"[:80]),)

    def _conversation(self, content: Any) -> tuple[Parsed, ...]:
        """Of direct messages: what was said last stands in it, and comes as a mention, too."""
        last = content.get("last_status")
        return self.post(last, watched=True) if last else (Ignored("a conversation without a post"),)

    def _bare(self, status: Any) -> tuple[Parsed, ...]:
        """A post by itself; one that was edited is what the stream sends to say so."""
        return self._edit(status) if status.get("edited_at") else self.post(status, watched=self._own is None)

    def _edit(self, status: Any) -> tuple[Parsed, ...]:
        author = _author(status["account"])
        if author.id == self._own:
            return (Ignored("own"),)
        written_at = reading.instant(status["created_at"])
        at = reading.instant(status["edited_at"]) if status.get("edited_at") else written_at
        return (
            Edited(
                reading.need(status.get("id"), "the post's id"), at, at.isoformat(), _text(status),
                _attachments(status), _thread(status, author), author, written_at,
            ),
        )  # fmt: skip

    def post(self, status: Any, *, watched: bool, told_at: Any = None) -> tuple[Parsed, ...]:
        """`watched`: it came to us for a reason; else it is a message only if it is addressed to us. `told_at`: when
        our own server told of it, whose clock we trust: what a post says of itself another server has said."""
        if status.get("reblog"):
            return (Ignored("a reaction"),)
        ident, author = reading.need(status.get("id"), "the post's id"), _author(status["account"])
        parent, at = reading.ident(status.get("in_reply_to_id")), reading.instant(told_at or status["created_at"])
        if author.id == self._own:
            return (Ignored("own") if parent is None else Echoed(ident, at, _text(status), parent),)
        if not (watched or self._is_for_us(status)):
            return (Ignored("a post that is not addressed to us"),)
        message = Received(
            self._kind(status, told=told_at is not None), ident, _thread(status, author), at, _text(status), author,
            parent, reading.link(status.get("url")) or reading.link(status.get("uri")), _attachments(status),
        )  # fmt: skip
        edited = status.get("edited_at")
        return polled.as_it_stands(message, reading.instant(edited) if edited else None)

    def _is_for_us(self, status: Any) -> bool:
        """A channel that does not know its account takes whatever is addressed to somebody."""
        mentioned = [reading.ident(one.get("id")) for one in parts.rows(status, "mentions")]
        named = bool(mentioned) if self._own is None else self._own in mentioned
        return named or self._answers_us(status)

    def _answers_us(self, status: Any) -> bool:
        """Where the channel does not know its account, an answer that we are told of is one to us."""
        answered = reading.ident(status.get("in_reply_to_account_id"))
        return answered is not None and self._own in (None, answered)

    def _kind(self, status: Any, *, told: bool) -> Kind:
        """What our server told us of, and answers nothing of ours, mentions us or quotes us."""
        if status.get("visibility") == "direct":
            return "dm"
        if self._answers_us(status):
            return "comment"
        return "mention" if told or parts.rows(status, "mentions") else "post"


def _author(account: Any) -> Author:
    name = parts.name(account.get("display_name"))
    return Author(
        id=reading.need(account.get("id"), "the account's id"), handle=parts.name(account.get("acct")),
        name=name or parts.name(account.get("username")), followers=reading.count(account.get("followers_count")),
        avatar_url=reading.link(account.get("avatar")),
    )  # fmt: skip


def _thread(status: Any, author: Author) -> str:
    if status.get("visibility") == "direct":
        return author.id
    return reading.ident(status.get("in_reply_to_id")) or reading.need(status.get("id"), "the post's id")


def _text(status: Any) -> str | None:
    return parts.titled(status.get("spoiler_text"), parts.plain(status.get("content")))


def _attachments(status: Any) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(
            url=reading.link(one.get("url")) or reading.link(one.get("remote_url")),
            content_type=parts.name(one.get("type")), name=parts.name(one.get("description")),
        )
        for one in parts.rows(status, "media_attachments")[: parts.ATTACHMENTS_MOST]
    )  # fmt: skip
