"""What Reddit's listings hold, comments, private messages and submissions, read for one channel.

A thing is named by its kind and id together (`t1_…` a comment, `t3_…` a submission, `t4_…` a private message). What was
taken away is still shown, without words and without an author.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import unescape
from typing import Any

from inbox.channels import ChannelRecord
from inbox.events import Author, Kind
from services.channels import parts, polled, reading
from services.channels.base import guarded_all
from services.channels.contract import Echoed, Ignored, Parsed, Received, Withdrawn

SITE = "https://www.reddit.com"
TAKEN_AWAY = frozenset({"[deleted]", "[removed]", "[deleted by user]", "[ Removed by Reddit ]"})
"""In place of the words. A moderator's list may still have them beside the mark that they were removed."""
_SUBMISSION = re.compile(r"/comments/([a-z0-9]+)/", re.ASCII)


def things(listing: Any) -> Sequence[Any]:
    return children(listing) if reading.table(listing).get("kind") == "Listing" else [listing]


def children(listing: Any) -> list[dict[str, Any]]:
    return parts.rows(listing, "data", "children")


class Reader:
    """Reads what one channel was shown. Everything may raise `reading.MISREAD`."""

    def __init__(self, channel: ChannelRecord, received_at: datetime) -> None:
        own = (channel.account_id or "").lower()
        self._own = own.removeprefix("/").removeprefix("u/")
        self._received_at = received_at

    def thing(self, thing: Any) -> Iterator[Parsed]:
        """With the answers that came along under it."""
        kind, data = thing.get("kind"), thing["data"]
        if kind in ("t1", "t4"):
            yield from self._message(data, kind)
            for answer in children(data.get("replies")):
                yield from guarded_all(self.thing, answer)
        elif kind == "t3":
            yield from self._submission(data)
        else:
            yield Ignored(f"a thing of another kind: {kind}"[:80])

    def _message(self, data: Any, kind: str) -> tuple[Parsed, ...]:
        ident, parent = _name(data, kind), reading.ident(data.get("parent_id"))
        if data.get("body") in TAKEN_AWAY:
            thread = _dm_thread(data, ident) if kind == "t4" else _thread(data, parent, ident)
            return (self._gone(data, ident, thread),)
        author, at, text = _author(data), reading.instant(data["created_utc"]), _text(data, "body")
        if self._is_ours(data):
            return (Echoed(ident, at, text, parent) if parent and parent[:3] in ("t1_", "t4_") else Ignored("own"),)
        thread = _dm_thread(data, ident) if kind == "t4" else _thread(data, parent, ident)
        message = Received(_kind(data, kind), ident, thread, at, text, author, parent, _permalink(data))
        return polled.as_it_stands(message, _edited(data))

    def _submission(self, data: Any) -> tuple[Parsed, ...]:
        ident = _name(data, "t3")
        taken = {data.get("selftext"), data.get("title")} & TAKEN_AWAY
        if taken or data.get("removed_by_category"):
            return (self._gone(data, ident, ident),)
        if self._is_ours(data):
            return (Ignored("own"),)
        text = reading.words("\n\n".join(filter(None, (_text(data, "title"), _text(data, "selftext")))))
        at = reading.instant(data["created_utc"])
        message = Received("post", ident, ident, at, text, _author(data), permalink=_permalink(data))
        return polled.as_it_stands(message, _edited(data))

    def _gone(self, data: Any, ident: str, thread: str) -> Withdrawn:
        """When it was taken away, nobody says."""
        written = data.get("created_utc")
        return Withdrawn(
            ident, self._received_at, thread, _author(data), None if written is None else reading.instant(written)
        )

    def _is_ours(self, data: Any) -> bool:
        named = (data.get("author"), data.get("author_fullname"))
        return bool(self._own) and any(isinstance(one, str) and one.lower() == self._own for one in named)


def _name(data: Any, kind: str) -> str:
    named = reading.ident(data.get("name"))
    return named or f"{kind}_{reading.need(data.get('id'), 'the id')}"


def _author(data: Any) -> Author | None:
    """By the account's id; in listings that lack it by its name, which nobody can change."""
    named = parts.name(data.get("author"))
    if named in TAKEN_AWAY:
        return None
    return parts.person(data.get("author_fullname") or (f"u/{named}" if named else None), called=named, handle=named)


def _kind(data: Any, kind: str) -> Kind:
    if kind == "t4":
        return "dm"
    return "mention" if data.get("type") == "username_mention" else "comment"


def _thread(data: Any, parent: str | None, ident: str) -> str:
    told = reading.ident(data.get("link_id"))
    shown = _SUBMISSION.search(str(data.get("context") or data.get("permalink") or ""))
    return told or (f"t3_{shown.group(1)}" if shown else None) or parent or ident


def _dm_thread(data: Any, ident: str) -> str:
    return reading.ident(data.get("first_message_name")) or ident


def _text(data: Any, field: str) -> str | None:
    """Markdown, as typed. Listings that were not asked for raw text have three signs escaped: their HTML tells."""
    text = reading.words(data.get(field))
    shown = data.get("body_html") or data.get("selftext_html")
    escaped = isinstance(shown, str) and shown.lstrip().startswith("&lt;")
    return unescape(text) if text and escaped else text


def _edited(data: Any) -> datetime | None:
    edited = data.get("edited")
    return None if isinstance(edited, bool) or edited is None else reading.instant(edited)


def _permalink(data: Any) -> str | None:
    path = data.get("permalink") or data.get("context")
    return reading.link(f"{SITE}{path}") if isinstance(path, str) and path.startswith("/") else reading.link(path)
