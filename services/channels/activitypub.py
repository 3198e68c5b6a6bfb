"""Objects of ActivityPub, as servers of the fediverse send them to each other: notes, and what happens to them.

Whatever is one thing may come as its address, as the thing itself or as a list of either. Ids are addresses, the same
on every server.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from inbox.events import Attachment, Author, Kind
from services.channels import parts, polled, reading
from services.channels.contract import Echoed, Edited, Hint, Ignored, Parsed, Received, Withdrawn

NOTES = frozenset({"Note", "Article", "Question", "Page", "Event", "Audio", "Image", "Video"})
REACTIONS = frozenset({"Announce", "Like", "EmojiReact", "Dislike"})
PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})


def is_object(content: Any) -> bool:
    """Told from Mastodon's own API by its context, or by a type in the manner of the vocabulary."""
    named = content.get("type")
    return "@context" in content or (isinstance(named, str) and named[:1].isupper())


def parsed(content: Any, own: str | None, received_at: datetime) -> tuple[Parsed, ...]:
    """Raises `reading.MISREAD`."""
    kind = content.get("type")
    if kind in NOTES:
        return _note(content, None, own, received_at)
    if kind == "Create":
        return _created(content, own, received_at)
    if kind == "Update":
        return _updated(content, own, received_at)
    if kind == "Delete":
        return _deleted(content, received_at)
    return (Ignored("a reaction" if kind in REACTIONS else f"an activity of another kind: {kind}"[:80]),)


def _created(content: Any, own: str | None, received_at: datetime) -> tuple[Parsed, ...]:
    made = _one(content.get("object"))
    if isinstance(made, str):
        return (Hint("object", made),)
    if not isinstance(made, dict) or made.get("type") not in NOTES:
        return (Ignored("an activity without a note"),)
    return _note(made, content.get("actor"), own, received_at)


def _note(note: Any, actor: Any, own: str | None, received_at: datetime) -> tuple[Parsed, ...]:
    ident, author = reading.need(note.get("id"), "the note's id"), _author(note.get("attributedTo") or actor)
    parent, at = _address(note.get("inReplyTo")), _at(note.get("published"), received_at)
    if parent is not None and note.get("name") and not note.get("content"):
        return (Ignored("a vote in a poll"),)
    if author is not None and author.id == own:
        return (Ignored("own") if parent is None else Echoed(ident, at, _text(note), parent),)
    kind = _kind(note, parent)
    if kind == "post":
        return (Ignored("a post that is addressed to nobody"),)
    link = reading.link(_address(note.get("url"))) or reading.link(ident)
    return (Received(kind, ident, _thread(note, parent, ident), at, _text(note), author, parent, link, _files(note)),)


def _updated(content: Any, own: str | None, received_at: datetime) -> tuple[Parsed, ...]:
    note = _one(content.get("object"))
    if not isinstance(note, dict) or note.get("type") not in NOTES:
        return (Ignored("a change of something else"),)
    author = _author(note.get("attributedTo") or content.get("actor"))
    if author is not None and author.id == own:
        return (Ignored("own"),)
    ident, at = reading.need(note.get("id"), "the note's id"), _at(note.get("updated"), received_at)
    thread = _thread(note, _address(note.get("inReplyTo")), ident)
    text, written_at = _text(note), _at(note.get("published"), at)
    return (Edited(ident, at, parts.version(at, text), text, _files(note), thread, author, written_at),)


def _deleted(content: Any, received_at: datetime) -> tuple[Parsed, ...]:
    ident = reading.need(_address(content.get("object")), "the object's id")
    if ident == _address(content.get("actor")):
        return (Ignored("an account was deleted"),)
    return (Withdrawn(ident, _at(content.get("published"), received_at)),)


def _one(value: Any) -> Any:
    return (value[0] if value else None) if isinstance(value, list) else value


def _address(value: Any) -> str | None:
    """Of a thing that comes as its address, as an object with an id or a link, or as a list of those."""
    one = _one(value)
    return reading.ident(one.get("id") or one.get("href") or one.get("url") if isinstance(one, dict) else one)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _addresses(value: Any) -> list[str]:
    found = value if isinstance(value, list) else [value]
    return [address for one in found if (address := _address(one))]


def _author(value: Any) -> Author | None:
    person = parts.table(_one(value))
    icon = _one(person.get("icon"))
    return parts.person(
        _address(value), called=person.get("name"), handle=person.get("preferredUsername"),
        avatar=icon.get("url") if isinstance(icon, dict) else icon,
    )  # fmt: skip


def _kind(note: Any, parent: str | None) -> Kind:
    to = {*_addresses(note.get("to")), *_addresses(note.get("cc"))}
    if to and not to & PUBLIC and not any(address.endswith("/followers") for address in to):
        return "dm"
    if parent is not None:
        return "comment"
    return "mention" if any(tag.get("type") == "Mention" for tag in _objects(note.get("tag"))) else "post"


def _thread(note: Any, parent: str | None, ident: str) -> str:
    named = (note.get(name) for name in ("conversation", "context"))
    return next((reading.ident(one) for one in named if isinstance(one, str) and one), None) or parent or ident


def _at(value: Any, otherwise: datetime) -> datetime:
    return otherwise if value is None else polled.gmt(value)


def _text(note: Any) -> str | None:
    content = note.get("content")
    text = parts.plain(content if isinstance(content, str) else None)
    return parts.titled(note.get("name") or (note.get("summary") if note.get("sensitive") else None), text)


def _files(note: Any) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(
            url=reading.link(_address(one.get("url"))), content_type=parts.name(one.get("mediaType")),
            name=parts.name(one.get("name")),
        )
        for one in _objects(note.get("attachment"))[: parts.ATTACHMENTS_MOST]
        if one.get("url")
    )  # fmt: skip
