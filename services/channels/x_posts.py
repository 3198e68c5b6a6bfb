"""A post of X, whichever API told of it, and what it is to an inbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from inbox.events import Attachment, Author, Kind
from services.channels import reading
from services.channels.contract import Echoed, Edited, Ignored, Parsed, Received

ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Post:
    """`versions`: ids of an edited post, the first one first; `conversation`: id of the post that began it, where the
    API says so; `parent`: the post answered or quoted; `answers_us`: it answers a post of ours."""

    id: str
    versions: tuple[str, ...]
    conversation: str | None
    author: Author
    text: str | None
    at: datetime
    parent: str | None
    answers: bool
    answers_us: bool
    reposts: bool
    media: Sequence[dict[str, Any]]


def told(post: Post, own: frozenset[str]) -> tuple[Parsed, ...]:
    if post.reposts:
        return (Ignored("a repost"),)
    if post.author.id in own:
        return (_ours(post),)
    first = post.versions[0] if post.versions else post.id
    received = _received(post, first)
    if first == post.id:
        return (received,)
    edited = Edited(
        first, post.at, post.id, post.text, received.attachments, received.thread_id, post.author
    )  # fmt: skip
    return (received, edited)


def _received(post: Post, ident: str) -> Received:
    """Without a conversation to go by, what answers the same post stands together."""
    kind: Kind = "comment" if post.answers_us else "mention"
    thread = post.conversation or (post.parent if post.answers else None) or ident
    return Received(
        kind=kind, external_id=ident, thread_id=thread, sent_at=post.at, text=post.text, author=post.author,
        parent_id=post.parent, permalink=reading.link(f"https://x.com/{post.author.handle or 'i'}/status/{post.id}"),
        attachments=attachments(post.media),
    )  # fmt: skip


def _ours(post: Post) -> Parsed:
    """Our answer counts, wherever it was written; what we post of our own accord is none."""
    if not post.answers or post.parent is None or len(post.versions) > 1:
        return Ignored("own")
    return Echoed(post.id, post.at, post.text, post.parent)


def author_of(ident: str, user: dict[str, Any]) -> Author:
    """The older API gives the numbers beside the name, the newer one among `public_metrics`."""
    metrics = reading.table(user.get("public_metrics"))
    followers = reading.count(metrics.get("followers_count", user.get("followers_count")))
    picture = user.get("profile_image_url_https") or user.get("profile_image_url")
    handle = reading.shown(user.get("screen_name")) or reading.shown(user.get("username"))
    return Author(
        id=ident, handle=handle, name=reading.shown(user.get("name")) or handle, followers=followers,
        verified=user.get("verified") is True, avatar_url=reading.link(picture),
    )  # fmt: skip


def unescaped(value: Any) -> str | None:
    """X escapes three characters in every text, and no others."""
    text = reading.words(value)
    for escaped, character in ESCAPES:
        text = text.replace(escaped, character) if text is not None else None
    return text


def attachments(media: Sequence[dict[str, Any]]) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(
            url=reading.link(one.get("media_url_https") or one.get("url") or one.get("preview_image_url")),
            content_type=reading.shown(one.get("type")), name=reading.shown(one.get("alt_text")),
        )
        for one in media[:100]
    )  # fmt: skip


def clock(value: Any) -> datetime:
    """`Fri Dec 13 04:48:09 +0000 2019`, whatever the machine's language. Raises `reading.Misread`."""
    parts = value.split() if isinstance(value, str) else []
    if len(parts) != 6 or parts[1] not in MONTHS:
        return reading.instant(value)
    try:
        hour, minute, second = (int(part) for part in parts[3].split(":"))
        return datetime(int(parts[5]), MONTHS.index(parts[1]) + 1, int(parts[2]), hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise reading.Misread("a time is not of X's form") from error
