"""What the feed library leaves out: entries that were deleted (RFC 6721), and feeds that are JSON (jsonfeed.org).

Both come out as the plain entries that `feed` reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from services.channels import parts, polled, reading

TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
GONE_MOST = 500


def deleted(raw: bytes) -> list[dict[str, Any]]:
    """What the feed says was deleted; nothing where it is no well-formed XML, for then it says so nowhere."""
    if b"deleted-entry" not in raw:
        return []
    try:
        root = fromstring(raw)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return []
    return [{"deleted": ref, "at": _when(one)} for one in _tombstones(root) if (ref := one.get("ref"))]


def _tombstones(root: Element) -> Iterator[Element]:
    for number, one in enumerate(root.iter(TOMBSTONE)):
        if number < GONE_MOST:
            yield one


def _when(tombstone: Element) -> int | None:
    return _seconds(tombstone.get("when"))


def _seconds(value: Any) -> int | None:
    try:
        return int(polled.gmt(value).timestamp())
    except reading.Misread:
        return None


def is_json(content: Any) -> bool:
    return "jsonfeed.org" in str(parts.dig(content, "version")) and isinstance(content.get("items"), list)


def items(content: Any) -> list[dict[str, Any]]:
    return [_item(one) for one in parts.rows(content, "items")]


def _item(item: dict[str, Any]) -> dict[str, Any]:
    author = next(iter(parts.rows(item, "authors")), None) or parts.table(item, "author")
    text = item.get("content_html") or item.get("content_text") or item.get("summary")
    return {
        "id": item.get("id"), "link": item.get("url") or item.get("external_url"), "title": item.get("title"),
        "body": text, "name": author.get("name"), "href": author.get("url"),
        "sent_at": _seconds(item.get("date_published")), "changed_at": _seconds(item.get("date_modified")),
        "files": [
            {"url": one.get("url"), "kind": one.get("mime_type"), "size": one.get("size_in_bytes")}
            for one in parts.rows(item, "attachments")
        ],
    }  # fmt: skip
