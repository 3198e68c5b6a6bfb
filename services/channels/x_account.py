"""Deliveries of the Account Activity API: a subscribed user, and lists of what happened, by kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.channels import parts, reading, x_direct
from services.channels.base import guarded, guarded_all
from services.channels.contract import Ignored, Parsed, Unreadable, Withdrawn
from services.channels.x_posts import Post, author_of, clock, told, unescaped


def parsed(content: dict[str, Any], own: frozenset[str], received_at: datetime) -> Sequence[Parsed]:
    found: list[Parsed] = []
    for name in ("tweet_create_events", "tweet_delete_events"):
        listed = content.get(name)
        if isinstance(listed, list):
            for event in listed:
                found += _one(name, event, own, received_at)
        elif listed is not None:
            found.append(Unreadable(f"{name} is not a list"))
    if "direct_message_events" in content:
        found += guarded_all(lambda told_: x_direct.parsed(told_, own, received_at), content)
    return found or (_nothing(content),)


def _one(name: str, event: Any, own: frozenset[str], received_at: datetime) -> Sequence[Parsed]:
    if name == "tweet_create_events":
        return guarded_all(lambda post: told(_post(post, own, received_at), own), event)
    return (guarded(lambda deleted: _deleted(deleted, received_at), event),)


def _nothing(content: dict[str, Any]) -> Parsed:
    """A delivery of this API names its user, or is about the app's own rights."""
    if "for_user_id" in content or "user_event" in content:
        others = sorted(name for name in content if name.endswith(("_events", "_event")))
        return Ignored(f"events of another type: {', '.join(others)}"[:80])
    return Unreadable("it is no event of X")


def _post(post: dict[str, Any], own: frozenset[str], received_at: datetime) -> Post:
    user = reading.table(post.get("user"))
    author_id = reading.need(user.get("id_str") or user.get("id"), "the author's id")
    long = reading.table(post.get("extended_tweet"))
    replied = reading.ident(post.get("in_reply_to_status_id_str") or post.get("in_reply_to_status_id"))
    to = reading.ident(post.get("in_reply_to_user_id_str") or post.get("in_reply_to_user_id"))
    quoted = reading.ident(post.get("quoted_status_id_str") or post.get("quoted_status_id"))
    return Post(
        id=reading.need(post.get("id_str") or post.get("id"), "the post's id"),
        versions=_versions(post),
        conversation=None,
        author=author_of(author_id, user),
        text=unescaped(long.get("full_text") or post.get("full_text") or post.get("text")),
        at=_at(post, received_at),
        parent=replied or quoted,
        answers=replied is not None,
        answers_us=replied is not None and to in own,
        reposts="retweeted_status" in post,
        media=_media(long) or _media(post),
    )


def _versions(post: dict[str, Any]) -> tuple[str, ...]:
    listed = reading.table(post.get("edit_history")).get("initial_tweet_id") or post.get("initial_tweet_id")
    first = reading.ident(listed)
    current = reading.ident(post.get("id_str") or post.get("id"))
    return (first, current) if first and current and first != current else ()


def _at(post: dict[str, Any], received_at: datetime) -> datetime:
    if post.get("timestamp_ms"):
        return reading.instant(post["timestamp_ms"])
    return clock(post["created_at"]) if post.get("created_at") else received_at


def _media(post: dict[str, Any]) -> list[dict[str, Any]]:
    return reading.tables(reading.table(post.get("extended_entities") or post.get("entities")).get("media"))


def _deleted(event: dict[str, Any], received_at: datetime) -> Parsed:
    """Told of subscribed users only, so that the post is ours, or another brand's and a mention of ours."""
    status = event["status"]
    at = reading.instant(event["timestamp_ms"]) if event.get("timestamp_ms") else received_at
    ident = reading.need(status.get("id"), "the post's id")
    return Withdrawn(ident, at, author=parts.person(status.get("user_id")))
