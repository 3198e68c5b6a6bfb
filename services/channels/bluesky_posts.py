"""What Bluesky says of posts, read for one account: commits of the stream, notifications, and posts as its API shows
them (feeds, threads, searches).

A message is a post that answers us, mentions us or quotes us. A post is named by its address (`at://did/collection/key`)
and a person by their DID, for handles change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from inbox.channels import ChannelRecord
from inbox.events import Attachment, Author, Kind
from services.channels import parts, polled, reading
from services.channels.contract import CannotRead, Echoed, Edited, Ignored, Parsed, Received, Withdrawn

POSTS = "app.bsky.feed.post"
REACTIONS = frozenset({"app.bsky.feed.like", "app.bsky.feed.repost"})
SPOKEN = frozenset({"reply", "mention", "quote"})
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DEPTH_MOST = 100


def listed(raw: bytes) -> list[Any]:
    """One event, a list of them, one a line (as a stream that was recorded), or a page of what the API shows. Raises
    `CannotRead`."""
    text = raw.lstrip(b"\xef\xbb\xbf \t\r\n")
    lines = text.splitlines() if text[:1] == b"{" and b"}\n{" in text.replace(b"\r", b"") else [text]
    contents = [reading.loads(line) for line in lines if line.strip()]
    if not all(isinstance(content, dict | list) for content in contents):
        raise CannotRead("it is neither an event nor a notification")
    return [one for content in contents for one in _shown(content)]


def _shown(content: Any) -> Iterator[Any]:
    if isinstance(content, dict) and isinstance(content.get("thread"), dict):
        yield from _branch(content["thread"], DEPTH_MOST)
    else:
        yield from polled.listed(content, "notifications", "feed", "posts")


def _branch(node: dict[str, Any], depth: int) -> Iterator[Any]:
    """A post of a thread, and what answers it."""
    yield node
    for answer in parts.rows(node, "replies") if depth else ():
        yield from _branch(answer, depth - 1)


class Reader:
    """Reads what one channel was sent. Everything may raise `reading.MISREAD`."""

    def __init__(self, channel: ChannelRecord, received_at: datetime) -> None:
        self._own = channel.account_id
        self._received_at = received_at

    def part(self, content: Any) -> Parsed:
        if "record" in content and isinstance(content.get("reason"), str):
            return self._notification(content)
        if "record" in (view := parts.table(content, "post") or content) and "uri" in view:
            return self._view(view, content.get("reason"))
        event = _event(content)
        if "operation" not in event:
            return Ignored(f"an event of another kind: {content.get('kind') or content.get('$type')}"[:80])
        return self._commit(event)

    def _notification(self, content: Any) -> Parsed:
        if content["reason"] not in SPOKEN:
            return Ignored("a reaction" if "like" in content["reason"] or "repost" in content["reason"] else "a notice")
        uri = reading.need(content.get("uri"), "the post's address")
        return self._said(uri, content["record"], _person(content["author"]), told=True)

    def _view(self, post: Any, reason: Any) -> Parsed:
        """A post as feeds and threads show it, and why: reposted by somebody, it is no new one."""
        if "Repost" in str(parts.table(reason).get("$type")):
            return Ignored("a reaction")
        uri = reading.need(post.get("uri"), "the post's address")
        if POSTS not in uri:
            return Ignored("a record of another kind")
        return self._said(uri, post["record"], _person(post["author"]), told=False)

    def _commit(self, event: Mapping[str, Any]) -> Parsed:
        collection, did = event["collection"], reading.need(event.get("did"), "the DID")
        if collection != POSTS:
            return Ignored("a reaction" if collection in REACTIONS else f"a record of another kind: {collection}"[:80])
        key = reading.need(event.get("rkey"), "the key")
        uri = reading.need(f"at://{did}/{collection}/{key}", "the post's address")
        if event["operation"] == "delete":
            return Ignored("own") if did == self._own else Withdrawn(uri, self._at(event), author=Author(id=did))
        if event["operation"] == "update":
            return self._edit(uri, did, event)
        return self._said(uri, event["record"], Author(id=did), told=False, otherwise=self._at(event))

    def _edit(self, uri: str, did: str, event: Mapping[str, Any]) -> Parsed:
        record, at = event["record"], self._at(event)
        if did == self._own:
            return Ignored("own")
        version = reading.ident(event.get("cid")) or at.isoformat()
        text, written_at = reading.words(record.get("text")), self._sent(record, at)
        return Edited(uri, at, version, text, _pictures(record, did), author=Author(id=did), written_at=written_at)

    def _said(
        self, uri: str, record: Any, author: Author, *, told: bool, otherwise: datetime | None = None
    ) -> Parsed:  # fmt: skip
        """`told`: the network itself says that it is for us."""
        root, parent = _address(record, "reply", "root"), _address(record, "reply", "parent")
        at, text = self._sent(record, otherwise), reading.words(record.get("text"))
        if author.id == self._own:
            return Ignored("own") if parent is None else Echoed(uri, at, text, parent)
        kind = self._kind(record, root, parent)
        if not told and (kind == "post" or not self._is_for_us(record, root, parent)):
            return Ignored("a post that is not addressed to us")
        return Received(
            kind, uri, root or uri, at, text, author, parent, _permalink(uri), _pictures(record, author.id)
        )  # fmt: skip

    def _kind(self, record: Any, root: str | None, parent: str | None) -> Kind:
        if parent is not None and (self._own is None or _by(parent, self._own) or _by(root, self._own)):
            return "comment"
        if _mentioned(record) or _quoted(record):
            return "mention"
        return "comment" if parent is not None else "post"

    def _is_for_us(self, record: Any, root: str | None, parent: str | None) -> bool:
        """A channel that does not know its account takes whatever is addressed to somebody."""
        if self._own is None:
            return True
        addressed = any(_by(address, self._own) for address in (root, parent, _quoted(record)))
        return addressed or self._own in _mentioned(record)

    def _sent(self, record: Any, otherwise: datetime | None) -> datetime:
        """As the author's own software says; where that is no time, as the network does."""
        try:
            return polled.gmt(record.get("createdAt"))
        except reading.Misread:
            return otherwise or self._received_at

    def _at(self, event: Mapping[str, Any]) -> datetime:
        """When the network saw it: microseconds in the first form, ISO 8601 in the second."""
        micros, said = event.get("time_us"), event.get("time")
        if isinstance(micros, int):
            return reading.instant_of((EPOCH + timedelta(microseconds=micros)).isoformat())
        return self._received_at if said is None else polled.gmt(said)


def _person(person: Any) -> Author:
    return Author(
        id=reading.need(person.get("did"), "the author's DID"), handle=parts.name(person.get("handle")),
        name=parts.name(person.get("displayName")), avatar_url=reading.link(person.get("avatar")),
    )  # fmt: skip


def _event(content: Any) -> Mapping[str, Any]:
    """Both forms of a commit, flat: the first has it under `commit`, the second in `payload`, flat or not."""
    inner = content.get("payload", content)
    commit = inner.get("commit")
    return {**inner, **commit} if isinstance(commit, dict) else inner


def _address(record: Any, *path: str) -> str | None:
    return reading.ident(parts.dig(record, *path, "uri"))


def _by(address: str | None, did: str) -> bool:
    return address is not None and address.startswith(f"at://{did}/")


def _quoted(record: Any) -> str | None:
    """The post that this one shows: directly, or beside pictures."""
    return _address(record, "embed", "record") or _address(record, "embed", "record", "record")


def _mentioned(record: Any) -> set[str]:
    features = (feature for facet in parts.rows(record, "facets") for feature in parts.rows(facet, "features"))
    return {did for feature in features if isinstance(did := feature.get("did"), str)}


def _permalink(uri: str) -> str | None:
    did, _, key = uri.removeprefix("at://").split("/", 2)
    return reading.link(f"https://bsky.app/profile/{did}/post/{key}")


def _pictures(record: Any, did: str) -> tuple[Attachment, ...]:
    embed = parts.table(record, "embed")
    shown = [*parts.rows(embed, "images"), *parts.rows(embed, "media", "images")]
    images = [_blob(one.get("image"), one.get("alt"), did) for one in shown]
    videos = [parts.table(one, "video") for one in (embed, parts.table(embed, "media"))]
    return (*images, *(_blob(video, None, did) for video in videos if video))[: parts.ATTACHMENTS_MOST]


def _blob(blob: Any, alt: Any, did: str) -> Attachment:
    kind, cid = parts.name(parts.dig(blob, "mimeType")), parts.dig(blob, "ref", "$link")
    shown = isinstance(cid, str) and (kind or "").startswith("image/")
    url = f"https://cdn.bsky.app/img/feed_fullsize/plain/{did}/{cid}@jpeg" if shown else None
    return Attachment(
        url=reading.link(url), content_type=kind, bytes=reading.count(parts.dig(blob, "size")), name=parts.name(alt)
    )
