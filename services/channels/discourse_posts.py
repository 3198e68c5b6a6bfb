"""Posts of a forum as its webhooks tell of them.

Edits and deletions name the post alone, for a moderator may have moved it to another topic. Our own answers name what
they answer by its number only, and are hints.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from inbox.channels import ChannelRecord
from inbox.events import Author, Kind
from services.channels import parts, posting, reading
from services.channels.contract import Edited, Hint, Ignored, Parsed, Received, Withdrawn

REGULAR = 1
CREATED, EDITED, DESTROYED = "post_created", "post_edited", "post_destroyed"
OTHERS = {
    "post_recovered": "a deleted post that was put back",
    "post_liked": "a reaction",
    "ping": "a ping",
    "accepted_solution": "a solution was chosen",
    "unaccepted_solution": "a solution was chosen no longer",
}
BY_KEY = {"like": "post_liked", "solved": "accepted_solution", "ping": "ping"}
"""What an event is by what it brings, where the header that names it is not there."""


class Reader:
    """Reads what one channel was sent. Everything may raise `reading.MISREAD`."""

    def __init__(self, channel: ChannelRecord, received_at: datetime, instance: str) -> None:
        self._own = _own(channel)
        self._received_at = received_at
        self._instance = instance or posting.api_url(channel, "")

    def event(self, named: str, body: Any) -> Parsed:
        if named in OTHERS:
            return Ignored(OTHERS[named])
        if named.startswith("topic_") or ("topic" in body and "post" not in body):
            return Ignored("a topic; its first post comes by itself")
        if "post" not in body or named not in (CREATED, EDITED, DESTROYED):
            return Ignored(f"an event of another kind: {named}"[:80])
        return self._post(named, body["post"])

    def _post(self, named: str, post: Any) -> Parsed:
        ident = reading.need(post.get("id"), "the post's id")
        if post.get("post_type", REGULAR) != REGULAR or _is_the_forums(post):
            return Ignored("a notice of the forum")
        if str(post.get("username") or "").lower() in self._own:
            return self._ours(named, post, ident)
        if named == CREATED:
            return self._received(post, ident)
        return self._changed(named, post, ident)

    def _changed(self, named: str, post: Any, ident: str) -> Parsed:
        author, thread = self._author(post), reading.ident(post.get("topic_id"))
        written_at = reading.instant(post["created_at"]) if post.get("created_at") else None
        if named == DESTROYED:
            at = post.get("deleted_at")
            gone_at = reading.instant(at) if at else self._received_at
            return Withdrawn(ident, gone_at, thread, author, written_at)
        at = reading.instant(post.get("updated_at") or post["created_at"])
        version = reading.ident(post.get("version")) or at.isoformat()
        return Edited(ident, at, version, text_of(post), (), thread, author, written_at)

    def _received(self, post: Any, ident: str) -> Received:
        thread = reading.need(post.get("topic_id"), "the topic's id")
        return Received(
            _kind(post), ident, thread, reading.instant(post["created_at"]), text_of(post), self._author(post),
            permalink=reading.link(f"{self._instance}{self._path(post, thread)}"),
        )  # fmt: skip

    @staticmethod
    def _path(post: Any, thread: str) -> str:
        told = post.get("post_url")
        if isinstance(told, str) and told.startswith("/"):
            return told
        return (
            f"/t/{posting.segment(parts.name(post.get('topic_slug')) or '-')}/{thread}/{post.get('post_number') or 1}"
        )

    def _author(self, post: Any) -> Author | None:
        template = post.get("avatar_template")
        shown = template.replace("{size}", "96") if isinstance(template, str) else None
        avatar = f"{self._instance}{shown}" if shown and shown.startswith("/") else shown
        return parts.person(
            post.get("user_id"), called=post.get("name") or post.get("username"), handle=post.get("username"),
            avatar=avatar,
        )  # fmt: skip

    def _ours(self, named: str, post: Any, ident: str) -> Parsed:
        if named != CREATED or not post.get("reply_to_post_number"):
            return Ignored("own")
        return Hint("own answer", ident, reading.ident(post.get("topic_id")))


def guess(body: Any) -> str:
    """What happened to a post, where no header tells."""
    post = parts.table(body, "post")
    version = post.get("version")
    changed = isinstance(version, int) and version > 1
    return DESTROYED if post.get("deleted_at") else EDITED if changed else CREATED


def _kind(post: Any) -> Kind:
    if post.get("topic_archetype") == "private_message":
        return "dm"
    return "post" if post.get("post_number") == 1 else "comment"


def _is_the_forums(post: Any) -> bool:
    """The system and its guide have ids below zero."""
    user = post.get("user_id")
    return isinstance(user, int) and user < 0


def text_of(post: Any) -> str | None:
    """As it was typed, where the forum sends that; else as it is shown, in words."""
    raw = post.get("raw")
    text = reading.words(raw) if raw is not None else parts.plain(post.get("cooked"))
    return parts.titled(post.get("topic_title") if post.get("post_number") == 1 and text else None, text)


def _own(channel: ChannelRecord) -> set[str]:
    more = str(channel.settings.get("own_users") or "").replace(",", " ").split()
    return {name.removeprefix("@").lower() for name in (*more, str(channel.settings.get("api_user") or "")) if name}
