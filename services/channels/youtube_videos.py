"""What WebSub announces of a YouTube channel: videos uploaded, renamed and taken away, as plain data.

The feed is XML from a hub: entities and DTDs are refused, so that nothing in it grows or reaches for files.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from services.channels import reading
from services.channels.contract import CannotRead

ATOM = "{http://www.w3.org/2005/Atom}"
VIDEO = "{http://www.youtube.com/xml/schemas/2015}"
GONE = "{http://purl.org/atompub/tombstones/1.0}"
FIELDS = {
    "id": f"{ATOM}id",
    "video": f"{VIDEO}videoId",
    "channel": f"{VIDEO}channelId",
    "title": f"{ATOM}title",
    "name": f"{ATOM}author/{ATOM}name",
    "published": f"{ATOM}published",
    "updated": f"{ATOM}updated",
}


def feed(raw: bytes) -> dict[str, Any]:
    """The entries of a WebSub feed as plain data. Raises `CannotRead`; entities and DTDs are refused."""
    try:
        root = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise CannotRead("the body is not XML that we read") from error
    entries = [_entry(node) for node in root.iter(f"{ATOM}entry")]
    gone = [_gone(node) for node in root.iter(f"{GONE}deleted-entry")]
    return {"videos": reading.cleaned([*entries, *gone])}


def _entry(node: Element) -> dict[str, Any]:
    link = node.find(f"{ATOM}link")
    found: dict[str, Any] = {name: node.findtext(path) for name, path in FIELDS.items()}
    return {**found, "link": None if link is None else link.get("href")}


def _gone(node: Element) -> dict[str, Any]:
    owner = node.findtext(f"{GONE}by/{ATOM}uri") or ""
    channel = owner.rstrip("/").rpartition("/")[2]
    return {"id": node.get("ref"), "deleted": True, "when": node.get("when"), "channel": channel or None}
