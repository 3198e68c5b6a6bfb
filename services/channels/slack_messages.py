"""An event of Slack, and what it is to an inbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from inbox.channels import ChannelRecord
from inbox.events import Attachment, Author, Kind
from services.channels import reading, slack_blocks
from services.channels.base import guarded
from services.channels.contract import Echoed, Edited, Ignored, Parsed, Received, Unreadable, Withdrawn
from services.channels.slack_text import plain

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SAID = frozenset({None, "", "file_share", "thread_broadcast", "me_message", "bot_message", "reply_broadcast"})
"""Subtypes of a message that somebody wrote; the others are the channel's own notices."""


def parsed(content: Any, channel: ChannelRecord) -> Parsed:
    return guarded(lambda told: _delivery(told, _staff(channel)), content)


def _staff(channel: ChannelRecord) -> frozenset[str]:
    listed = channel.settings.get("staff_ids")
    return frozenset(part.strip() for part in listed.split(",")) if isinstance(listed, str) else frozenset()


def _delivery(content: dict[str, Any], staff: frozenset[str]) -> Parsed:
    if "event" in content:
        return _event(content["event"], content, staff)
    if content.get("service_id") and content.get("channel_id"):
        return _outgoing(content)
    if isinstance(content.get("type") or content.get("command") or content.get("payload"), str):
        return Ignored("it is no event of a message")
    return Unreadable("it is no event of Slack")


def _event(event: dict[str, Any], content: dict[str, Any], staff: frozenset[str]) -> Parsed:
    kind, subtype = event.get("type"), event.get("subtype")
    if kind not in ("message", "app_mention"):
        return Ignored(f"an event of another type: {kind}"[:80])
    if subtype == "message_changed":
        return _changed(event, content, staff)
    if subtype == "message_deleted":
        return _deleted(event["channel"], event.get("previous_message"), event["deleted_ts"], event, content, staff)
    if subtype not in SAID:
        return Ignored(f"a notice of the channel: {subtype}"[:80])
    return _said(event, content, staff)


def _said(event: dict[str, Any], content: dict[str, Any], staff: frozenset[str]) -> Parsed:
    channel, ident = _place(event.get("channel"), event.get("ts"))
    root = _root(event, channel)
    if _is_ours(event, content, staff):
        return Echoed(ident, _at(event["ts"]), _text(event), root) if root else Ignored("own")
    return Received(
        kind=_kind(event, content, channel), external_id=ident, thread_id=channel, sent_at=_at(event["ts"]),
        text=_text(event), author=_author(event), parent_id=root, permalink=_permalink(content, channel),
        attachments=_files(event),
    )  # fmt: skip


def _changed(event: dict[str, Any], content: dict[str, Any], staff: frozenset[str]) -> Parsed:
    """Also sent where Slack unfolds a link, or the last answer of a thread went: then nobody changed a word."""
    message, before = event["message"], reading.table(event.get("previous_message"))
    channel, ident = _place(event.get("channel"), message.get("ts") or before.get("ts"))
    if message.get("subtype") == "tombstone":
        return _deleted(channel, event.get("previous_message"), message["ts"], event, content, staff)
    edited = reading.table(message.get("edited")).get("ts")
    if edited is None or message.get("text") == before.get("text"):
        return Ignored("a change of other things than words")
    if _is_ours(message, content, staff):
        return Ignored("own")
    version = reading.need(edited, "the time of the edit")
    return Edited(ident, _at(version), version, _text(message), _files(message), channel, _author(message))


def _deleted(
    channel: Any, before: Any, ts: Any, event: dict[str, Any], content: dict[str, Any], staff: frozenset[str]
) -> Parsed:
    message = reading.table(before)
    place, ident = _place(channel, ts)
    if message and _is_ours(message, content, staff):
        return Ignored("own")
    author = _author(message)
    at = _at(event.get("event_ts") or event["ts"])
    return Withdrawn(ident, at, place, author)


def _outgoing(content: dict[str, Any]) -> Parsed:
    """Also the bots' own words come this way; Slack gives them no person's id."""
    if content.get("user_id") in (None, "", "USLACKBOT"):
        return Ignored("own")
    channel, ident = _place(content["channel_id"], content.get("timestamp"))
    author = Author(id=reading.need(content["user_id"], "the user"), name=reading.shown(content.get("user_name")))
    kind: Kind = "dm" if content.get("service_id") and channel.startswith("D") else "comment"
    return Received(
        kind=kind, external_id=ident, thread_id=channel, sent_at=_at(content["timestamp"]),
        text=plain(reading.words(content.get("text"))), author=author,
    )  # fmt: skip


def _place(channel: Any, ts: Any) -> tuple[str, str]:
    place = reading.need(channel, "the channel")
    return place, reading.need(f"{place}:{reading.need(ts, 'the ts')}", "the message")


def _root(event: dict[str, Any], channel: str) -> str | None:
    root = reading.ident(event.get("thread_ts"))
    return _place(channel, root)[1] if root and root != event.get("ts") else None


def _at(ts: Any) -> datetime:
    """Seconds and microseconds, exactly: a float would lose some of them."""
    whole, _, part = reading.need(ts, "the ts").partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) < 12 and (part or "0").isdigit()):
        raise reading.Misread("a ts is not a time")
    return EPOCH + timedelta(seconds=int(whole), microseconds=int((part + "000000")[:6]))


def _own_users(content: dict[str, Any]) -> frozenset[Any]:
    listed = reading.tables(content.get("authorizations"))
    old = content.get("authed_users")
    bots = [one.get("user_id") for one in listed if one.get("is_bot")]
    return frozenset(user for user in (*bots, *(old if isinstance(old, list) else ())) if isinstance(user, str))


def _is_ours(message: dict[str, Any], content: dict[str, Any], staff: frozenset[str]) -> bool:
    """The app's own words, those of its bot user, and those of our people."""
    app = message.get("app_id") or reading.table(message.get("bot_profile")).get("app_id")
    if app is not None and app == content.get("api_app_id"):
        return True
    user = message.get("user")
    return user in staff or (bool(message.get("bot_id")) and user in _own_users(content))


def _kind(event: dict[str, Any], content: dict[str, Any], channel: str) -> Kind:
    text = event.get("text")
    named = isinstance(text, str) and any(f"<@{user}>" in text for user in _own_users(content))
    if event.get("channel_type") in ("im", "mpim") or channel.startswith("D"):
        return "dm"
    return "mention" if named or event["type"] == "app_mention" else "comment"


def _author(message: dict[str, Any]) -> Author | None:
    profile = reading.table(message.get("user_profile"))
    names = (profile.get("display_name"), profile.get("real_name"), message.get("username"), profile.get("name"))
    name = next((found for one in names if (found := reading.shown(one))), None)
    ident = reading.ident(message.get("user")) or reading.ident(message.get("bot_id"))
    if ident is None:
        return None
    return Author(
        id=ident, handle=reading.shown(profile.get("name")), name=name,
        avatar_url=reading.link(profile.get("image_72")),
    )  # fmt: skip


def _text(message: dict[str, Any]) -> str | None:
    text = reading.words(message.get("text"))
    return plain(text or reading.words(slack_blocks.words(message)) or text)


def _files(message: dict[str, Any]) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(
            url=reading.link(file.get("permalink")) or reading.link(file.get("url_private")),
            content_type=reading.shown(file.get("mimetype")), bytes=reading.count(file.get("size")),
            name=reading.shown(file.get("name")) or reading.shown(file.get("title")),
        )
        for file in reading.tables(message.get("files"))[:100]
    )  # fmt: skip


def _permalink(content: dict[str, Any], channel: str) -> str | None:
    """To the channel: the message's own address holds the workspace's name, which the event does not."""
    team = reading.ident(content.get("team_id"))
    return reading.link(f"https://slack.com/app_redirect?team={team}&channel={channel}") if team else None
