"""RSS and Atom feeds of comments, reviews or posts: whatever a site offers where it offers nothing better.

Feeds in the wild are seldom well-formed, so a lenient parser reads them; it is never given an address or a name of a
file, only bytes. An entry's id is its `guid`; its thread is what it answers (RFC 4685), else its link without the part
after `#`. A feed names people, and rarely gives them an id.
"""

from __future__ import annotations

import calendar
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, get_args

import feedparser
import orjson

from inbox.channels import ChannelRecord, SetupField
from inbox.events import Attachment, Author, Kind
from services.channels import asking, feed_forms, html, parts, polled, reading
from services.channels.base import BaseChannel, guarded_all
from services.channels.contract import (
    ID_MOST,
    CannotRead,
    Capabilities,
    Envelope,
    Ignored,
    Parsed,
    Received,
    SweepFailed,
    Swept,
    Way,
    Withdrawn,
)

ENTRIES_MOST = 500
TITLED = frozenset({"review", "post", "mention"})
"""Kinds whose title is the author's own; that of a comment is made by the site ("By: Zoé")."""


def entries(raw: bytes) -> list[dict[str, Any]]:
    """The entries of a feed as plain data. Raises `CannotRead`."""
    try:
        # A stream, for of bytes or text the library asks whether a file or an address is called so.
        found = feedparser.parse(io.BytesIO(raw), sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:
        raise CannotRead("the body is no feed that we read") from error
    gone = feed_forms.deleted(raw)
    if not found.get("version") and not found.get("entries") and not gone:
        raise CannotRead("the body is no feed")
    # As plain tables: the library's own dictionaries answer with something else where a key is missing.
    return [*(_plain(dict(entry)) for entry in found["entries"][:ENTRIES_MOST]), *gone]


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    """What we read of an entry, cleaned, so that it can be written down and read again."""
    body = next((part.get("value") for part in entry.get("content") or () if part.get("value")), entry.get("summary"))
    author = entry.get("author_detail") or {}
    answered = reading.table(entry.get("thr_in-reply-to"))
    found = {
        "id": entry.get("id"), "link": entry.get("link"), "title": entry.get("title"), "body": body,
        "name": author.get("name") or entry.get("author"), "email": author.get("email"), "href": author.get("href"),
        "sent_at": _seconds(entry.get("published_parsed")), "changed_at": _seconds(entry.get("updated_parsed")),
        "parent": answered.get("ref"), "thread": answered.get("href"),
        "files": [_file(one) for one in parts.rows(entry, "links") if one.get("rel") == "enclosure"],
    }  # fmt: skip
    return reading.table(reading.cleaned(found))


def _file(enclosure: Any) -> dict[str, Any]:
    size = str(enclosure.get("length") or "")
    known = int(size) if size.isascii() and size.isdigit() and len(size) < 16 else None
    return {"url": enclosure.get("href"), "kind": enclosure.get("type"), "size": known}


def _seconds(at: Any) -> int | None:
    try:
        return calendar.timegm(at) if at else None
    except reading.MISREAD:
        return None


def message(entry: Any, kind: Kind, received_at: datetime) -> tuple[Parsed, ...]:
    """Raises `reading.MISREAD`."""
    if entry.get("deleted"):
        return (Withdrawn(reading.need(entry["deleted"], "the entry's id"), _at(entry.get("at")) or received_at),)
    text, link = _text(entry, kind), reading.link(entry.get("link"))
    ident = reading.ident(entry.get("id")) or link
    if ident is None or text is None:
        return (Ignored("an entry without an id or without words"),)
    sent, changed = _at(entry.get("sent_at")), _at(entry.get("changed_at"))
    parent = reading.ident(entry.get("parent"))
    thread = reading.link(entry.get("thread")) or (link or "").partition("#")[0] or parent or ident
    found = Received(
        kind, ident, thread[: ID_MOST], sent or changed or received_at, text, _author(entry), parent, link,
        _files(entry),
    )  # fmt: skip
    return polled.as_it_stands(found, changed)


def _text(entry: Any, kind: Kind) -> str | None:
    body = entry.get("body")
    words = reading.words(html.plain(body)) if isinstance(body, str) else None
    title = html.plain(entry["title"]) if isinstance(entry.get("title"), str) else None
    return (parts.titled(title, words) if kind in TITLED or not words else words) or None


def _author(entry: Any) -> Author | None:
    name = parts.name(entry.get("name"))
    ident = entry.get("href") or entry.get("email") or (f"name:{name}" if name else None)
    return parts.person(ident, called=name)


def _at(seconds: Any) -> datetime | None:
    return None if seconds is None else reading.instant_of(datetime.fromtimestamp(seconds, UTC).isoformat())


def _files(entry: Any) -> tuple[Attachment, ...]:
    return parts.files(parts.rows(entry, "files"), url="url", kind="kind", size="size", called="name")


class Feed(BaseChannel):
    id = "feed"
    title = "RSS / Atom"
    slow = True
    sweep_every_s = 300.0
    capabilities = Capabilities(
        ("poll",),
        edits=True,
        withdrawals=True,
        attachments=True,
        limits=f"the newest {ENTRIES_MOST} entries; nobody can answer a feed",
    )
    setup_fields = (
        SetupField(
            "feed_url", "setting",
            {"fr": "Adresse du flux", "en": "Address of the feed"},
            {"fr": "Par exemple https://exemple.fr/comments/feed/", "en": "For example https://example.com/comments/feed/"},
            required=True, kind="url",
        ),
        SetupField(
            "kind", "setting",
            {"fr": "Ce que sont les entrées", "en": "What the entries are"},
            {
                "fr": "comment (par défaut), review, post ou mention.",
                "en": "comment (by default), review, post or mention.",
            },
        ),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Cherchez le flux des commentaires ou des avis : sous WordPress, /comments/feed/.",
                "Collez ici son adresse ; il est lu toutes les cinq minutes.",
                "On ne peut répondre à un flux : répondez sur le site, puis notez-le ici.",
            ),
            "en": (
                "Find the feed of comments or reviews: on WordPress, /comments/feed/.",
                "Paste its address here; it is read every five minutes.",
                "Nobody can answer a feed: answer on the site, and record it here.",
            ),
        }
    )

    def split(self, raw: bytes) -> Sequence[Envelope]:
        content = reading.loads(raw) if reading.start(raw) in (b"[", b"{") else entries(raw)
        found = feed_forms.items(content) if feed_forms.is_json(content) else polled.listed(content, "entries")
        return [Envelope(entry) for entry in found]

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        told = channel.settings.get("kind")
        kind: Kind = next((known for known in get_args(Kind) if known == told), "comment")
        return guarded_all(lambda entry: message(entry, kind, received_at), envelope.content)

    def join(self, envelopes: Sequence[Envelope]) -> bytes:
        return orjson.dumps([envelope.content for envelope in envelopes])

    async def sweep(self, way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
        """The whole feed, if it has changed: its tag and date are the cursor, and the log takes each entry once."""
        url = channel.settings.get("feed_url")
        if not isinstance(url, str) or not url:
            raise SweepFailed("not_configured")
        response = await way.http.request("GET", url, headers=_unless(cursor), most=asking.LIST_MOST)
        if response.status == 304:
            return Swept((), cursor)
        asking.checked(response)
        with asking.understood():
            parsed = [one for part in self.split(response.body) for one in self.read(part, channel, now)]
        kept = {name: response.headers.get(name) for name in ("etag", "last-modified")}
        return Swept(tuple(parsed), orjson.dumps(kept).decode(), raw=response.body)


def _unless(cursor: str | None) -> dict[str, str]:
    seen = reading.table(orjson.loads(cursor)) if cursor else {}
    names = {"if-none-match": seen.get("etag"), "if-modified-since": seen.get("last-modified")}
    return {name: value for name, value in names.items() if isinstance(value, str)}


CHANNEL = Feed()
