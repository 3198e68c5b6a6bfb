"""Events of the X Activity API: one in `data`, of a dotted type, with the post or message as `payload`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from inbox.events import Author
from services.channels import parts, reading, x_direct
from services.channels.base import guarded_all
from services.channels.contract import Echoed, Ignored, Parsed, Received, Unreadable, Withdrawn
from services.channels.x_posts import Post, author_of, told, unescaped

POSTS = frozenset({"post.create", "post.mention.create", "post.reply.create", "post.quote.create"})


def events(content: dict[str, Any]) -> Sequence[dict[str, Any]]:
    """A delivery as events. A filtered stream sends bare posts, and the API answers with a list of them: each came
    because it was asked for, and is a mention as long as nothing says more."""
    data, includes = content.get("data"), reading.table(content.get("includes"))
    posts = [data] if isinstance(data, dict) and "event_type" not in data and "text" in data else data
    if not isinstance(posts, list) or not all(isinstance(post, dict) for post in posts):
        return (content,)
    return [{"data": {"event_type": "post.mention.create", "payload": post, "includes": includes}} for post in posts]


def parsed(data: dict[str, Any], own: frozenset[str], received_at: datetime) -> Sequence[Parsed]:
    return guarded_all(lambda event: _event(event, own, received_at), data)


def _event(data: dict[str, Any], own: frozenset[str], received_at: datetime) -> Iterable[Parsed]:
    kind = data.get("event_type")
    if not isinstance(kind, str):
        return (Unreadable("an event without a type"),)
    if kind in POSTS:
        return told(_post(kind, data["payload"], reading.table(data.get("includes")), own, received_at), own)
    if kind == "post.delete":
        return (_deleted(data["payload"], received_at),)
    if kind in ("dm.received", "dm.sent"):
        return x_direct.parsed(data["payload"], own, received_at)
    if kind in ("chat.received", "chat.sent"):
        return (_encrypted(data["payload"], own, received_at),)
    return (Ignored(f"an event of another type: {kind}"[:80]),)


def _post(
    kind: str, post: dict[str, Any], includes: dict[str, Any], own: frozenset[str], received_at: datetime
) -> Post:
    """`includes` may be empty, and its users stand in no order."""
    author_id = reading.need(post.get("author_id"), "the author's id")
    users = {user.get("id"): user for user in map(_user, reading.tables(includes.get("users")))}
    named = [(one.get("type"), reading.ident(one.get("id"))) for one in reading.tables(post.get("referenced_tweets"))]
    refers: dict[Any, str | None] = dict(named)
    replied = refers.get("replied_to")
    to = _answered(post, replied, includes)
    return Post(
        id=reading.need(post.get("id"), "the post's id"),
        versions=_versions(post),
        conversation=reading.ident(post.get("conversation_id")),
        author=author_of(author_id, users.get(author_id) or {}),
        text=unescaped(reading.table(post.get("note_tweet")).get("text") or post.get("text")),
        at=reading.instant(post["created_at"]) if post.get("created_at") else received_at,
        parent=replied or refers.get("quoted"),
        answers=replied is not None,
        answers_us=kind == "post.reply.create" or (to is not None and to in own),
        reposts="retweeted" in refers,
        media=_media(post, includes),
    )


def _answered(post: dict[str, Any], replied: str | None, includes: dict[str, Any]) -> str | None:
    """Whose post is answered, where the event says so."""
    named = reading.ident(post.get("in_reply_to_user_id"))
    if named or replied is None:
        return named
    posts = {tweet.get("id"): tweet for tweet in reading.tables(includes.get("tweets"))}
    return reading.ident(reading.table(posts.get(replied)).get("author_id"))


def _user(user: dict[str, Any]) -> dict[str, Any]:
    """Some events wrap a user in `data`."""
    inner = user.get("data")
    return inner if isinstance(inner, dict) else user


def _versions(post: dict[str, Any]) -> tuple[str, ...]:
    listed = post.get("edit_history_tweet_ids")
    return tuple(reading.need(one, "a version's id") for one in listed) if isinstance(listed, list) else ()


def _media(post: dict[str, Any], includes: dict[str, Any]) -> list[dict[str, Any]]:
    keys = reading.table(post.get("attachments")).get("media_keys")
    wanted = keys if isinstance(keys, list) else []
    return [one for one in reading.tables(includes.get("media")) if one.get("media_key") in wanted]


def _deleted(payload: dict[str, Any], received_at: datetime) -> Parsed:
    """Of a subscribed user: ours, or another brand's and a mention of ours."""
    ident = reading.need(payload.get("id"), "the post's id")
    return Withdrawn(ident, received_at, author=parts.person(payload.get("author_id")))


def _encrypted(payload: dict[str, Any], own: frozenset[str], received_at: datetime) -> Parsed:
    """Somebody wrote, and only their device and ours can read it: a message without words, to be looked at on X."""
    ident, sender = reading.need(payload.get("id"), "the id"), reading.need(payload.get("sender_id"), "the sender")
    at = reading.instant(payload["created_at_msec"]) if payload.get("created_at_msec") else received_at
    if sender not in own:
        return Received(
            kind="dm", external_id=ident, thread_id=sender, sent_at=at, text=None, author=Author(id=sender)
        )  # fmt: skip
    others = [one for one in str(payload.get("conversation_id", "")).split(":") if one and one not in own]
    return Echoed(ident, at, None, None, others[0], Author(id=others[0])) if len(others) == 1 else Ignored("own")
