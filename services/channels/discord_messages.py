"""A message of Discord, in a webhook's event, in the gateway's envelope or alone, and what it is to an inbox."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from inbox.events import Attachment, Author, Kind
from services.channels import discord_text, reading
from services.channels.base import guarded
from services.channels.contract import Echoed, Edited, Ignored, Parsed, Received, Unreadable, Withdrawn

WRITTEN = frozenset({0, 19, 20, 23})
"""Types of messages that somebody wrote: plain, an answer, by a command. The others are the channel's own notices."""


def each(part: Any) -> list[Any]:
    """The events of one part: the gateway tells of many deletions in one."""
    if not isinstance(part, dict) or part.get("t") != "MESSAGE_DELETE_BULK":
        return [part]
    told = reading.table(part.get("d"))
    idents = told.get("ids")
    return [
        {**part, "t": "MESSAGE_DELETE", "d": {**told, "id": ident}}
        for ident in (idents if isinstance(idents, list) else [None])
    ]


def parsed(part: Any, own: str | None, received_at: datetime) -> Parsed:
    """`own`: id of the application, which is that of its bot."""
    return guarded(lambda content: _delivery(content, own, received_at), part)


def _delivery(content: Any, own: str | None, received_at: datetime) -> Parsed:
    if not isinstance(content, dict):
        return Unreadable("it is no event of Discord")
    if isinstance(content.get("event"), dict):
        event = content["event"]
        at = _at(event["timestamp"]) if event.get("timestamp") else received_at
        ours = reading.ident(content.get("application_id"))
        return _event(event.get("type"), event.get("data"), frozenset(i for i in (own, ours) if i), at)
    owns = frozenset({own} if own else ())
    if "t" in content and "d" in content:
        return _event(content["t"], content["d"], owns, received_at)
    if "channel_id" in content and "id" in content:
        return _event("MESSAGE_CREATE", content, owns, received_at)
    if isinstance(content.get("type"), int) and "id" in content:
        return Ignored("an interaction")
    return Unreadable("it is no event of Discord")


def _event(kind: Any, data: Any, own: frozenset[str], at: datetime) -> Parsed:
    """`at`: when it happened, where the event says so."""
    name = kind if isinstance(kind, str) else ""
    if name.endswith("MESSAGE_CREATE"):
        return _written(name, data, own, at)
    if name.endswith("MESSAGE_UPDATE"):
        return _edited(name, data, own, at)
    if name.endswith("MESSAGE_DELETE"):
        return _deleted(data, own, at)
    return Ignored(f"an event of another type: {name}"[:80])


def _written(name: str, message: dict[str, Any], own: frozenset[str], at: datetime) -> Parsed:
    ident = reading.need(message.get("id"), "the message's id")
    thread = reading.need(_place(message), "the channel's id")
    if message.get("type", 0) not in WRITTEN:
        return Ignored("a notice of the channel")
    author, parent = _author(message), _parent(message)
    sent_at = _at(message["timestamp"]) if message.get("timestamp") else at
    if author is not None and author.id in own:
        return Echoed(ident, sent_at, _text(message), parent) if parent else Ignored("own")
    return Received(
        kind=_kind(name, message, own), external_id=ident, thread_id=thread, sent_at=sent_at, text=_text(message),
        author=author, parent_id=parent, permalink=_permalink(name, message), attachments=_files(message),
    )  # fmt: skip


def _edited(name: str, message: dict[str, Any], own: frozenset[str], at: datetime) -> Parsed:
    """The gateway's are partial, and also sent where a link was unfolded: only what names the time of an edit is one.
    A game's chat leaves that time out."""
    ident, stated = reading.need(message.get("id"), "the message's id"), message.get("edited_timestamp")
    if "content" not in message or (stated is None and name == "MESSAGE_UPDATE"):
        return Ignored("a change of other things than words")
    author, when = _author(message), at if stated is None else _at(stated)
    if author is not None and author.id in own:
        return Ignored("own")
    return Edited(
        ident, when, when.isoformat(), _text(message), _files(message), _place(message), author, _written_at(message)
    )


def _deleted(message: dict[str, Any], own: frozenset[str], at: datetime) -> Parsed:
    """By its id; a game's chat tells the whole message once more."""
    ident, author = reading.need(message.get("id"), "the message's id"), _author(message)
    if author is not None and author.id in own:
        return Ignored("own")
    return Withdrawn(ident, at, _place(message), author, _written_at(message))


def _written_at(message: dict[str, Any]) -> datetime | None:
    return _at(message["timestamp"]) if message.get("timestamp") else None


def _kind(name: str, message: dict[str, Any], own: frozenset[str]) -> Kind:
    if name != "MESSAGE_CREATE" or ("guild_id" not in message and message.get("channel_type") == 1):
        return "dm"
    mentioned = {one.get("id") for one in reading.tables(message.get("mentions"))}
    return "mention" if mentioned & own else "comment"


def _place(message: dict[str, Any]) -> str | None:
    return reading.ident(message.get("channel_id") or message.get("lobby_id"))


def _parent(message: dict[str, Any]) -> str | None:
    """A forwarded message refers to what it forwards; it does not answer it."""
    reference = reading.table(message.get("message_reference"))
    return reading.ident(reference.get("message_id")) if reference.get("type", 0) == 0 else None


def _author(message: dict[str, Any]) -> Author | None:
    user = reading.table(message.get("author"))
    ident = reading.ident(user.get("id"))
    if ident is None:
        return None
    handle = reading.shown(user.get("username"))
    nick = reading.shown(reading.table(message.get("member")).get("nick"))
    return Author(
        id=ident, handle=handle, name=nick or reading.shown(user.get("global_name")) or handle, avatar_url=_avatar(user)
    )  # fmt: skip


def _avatar(user: dict[str, Any]) -> str | None:
    picture = reading.shown(user.get("avatar"))
    return reading.link(f"https://cdn.discordapp.com/avatars/{user.get('id')}/{picture}.png") if picture else None


def _text(message: dict[str, Any]) -> str | None:
    """Empty where only a file or a sticker was sent, and where the bot may not read what others write."""
    return discord_text.plain(reading.words(message.get("content")) or discord_text.elsewhere(message), message)


def _files(message: dict[str, Any]) -> tuple[Attachment, ...]:
    """Also those of what was forwarded, and stickers, which Discord sends without an address."""
    shown = [message, *discord_text.forwarded(message)]
    files = [file for one in shown for file in reading.tables(one.get("attachments"))]
    stickers = [one for holder in shown for one in reading.tables(holder.get("sticker_items"))]
    return (
        *(
            Attachment(
                url=reading.link(file.get("url")), content_type=reading.shown(file.get("content_type")),
                bytes=reading.count(file.get("size")), name=reading.shown(file.get("filename")),
            )
            for file in files[:100]
        ),
        *(Attachment(content_type="sticker", name=reading.shown(one.get("name"))) for one in stickers[:10]),
    )  # fmt: skip


def _permalink(name: str, message: dict[str, Any]) -> str | None:
    if name != "MESSAGE_CREATE":  # a lobby or a game's chat is no place in the app
        return None
    guild = reading.ident(message.get("guild_id"))
    where = f"{guild or '@me'}/{message.get('channel_id')}/{message.get('id')}"
    return reading.link(f"https://discord.com/channels/{where}") if guild or message.get("channel_type") == 1 else None


def _at(value: Any) -> datetime:
    """ISO 8601; webhook events leave the zone out, and mean UTC."""
    if not isinstance(value, str):
        raise reading.Misread("a time is no text")
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise reading.Misread("a time is not of Discord's form") from error
    return reading.instant_of((at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat())
