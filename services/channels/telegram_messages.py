"""An update of Telegram, and what it is to an inbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from inbox.channels import ChannelRecord
from inbox.events import Attachment, Author
from services.channels import reading
from services.channels.base import guarded_all
from services.channels.contract import Echoed, Edited, Ignored, Parsed, Received, Unreadable, Withdrawn

NEW = ("message", "business_message")
EDITS = ("edited_message", "edited_business_message")
POSTS = ("channel_post", "edited_channel_post")
MEDIA: Mapping[str, str] = MappingProxyType(
    {
        "voice": "audio/ogg", "audio": "audio/mpeg", "video": "video/mp4", "video_note": "video/mp4",
        "animation": "video/mp4", "document": "application/octet-stream", "sticker": "image/webp",
    }
)  # fmt: skip
"""Kinds of files, and what each is where Telegram does not say it."""

NOTICES = frozenset(
    {
        "new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo",
        "group_chat_created", "supergroup_chat_created", "channel_chat_created", "migrate_to_chat_id",
        "migrate_from_chat_id", "pinned_message", "message_auto_delete_timer_changed", "forum_topic_created",
        "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened", "general_forum_topic_hidden",
        "general_forum_topic_unhidden", "video_chat_scheduled", "video_chat_started", "video_chat_ended",
        "video_chat_participants_invited", "boost_added", "chat_background_set", "users_shared", "chat_shared",
        "write_access_allowed", "connected_website", "proximity_alert_triggered", "passport_data",
        "successful_payment", "refunded_payment", "web_app_data", "giveaway_created", "giveaway", "giveaway_winners",
        "giveaway_completed", "gift", "unique_gift", "gift_upgrade_sent", "chat_owner_left", "chat_owner_changed",
        "checklist_tasks_done", "checklist_tasks_added", "paid_message_price_changed",
        "direct_message_price_changed", "suggested_post_approved", "suggested_post_approval_failed",
        "suggested_post_declined", "suggested_post_paid", "suggested_post_refunded",
    }
)  # fmt: skip
"""What the chat itself says, not a person."""


def parsed(update: Any, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
    return guarded_all(lambda told: _update(told, channel, received_at), update)


def _update(update: Any, channel: ChannelRecord, received_at: datetime) -> Iterable[Parsed]:
    if not isinstance(update, dict) or reading.ident(update.get("update_id")) is None:
        return (Unreadable("it is no update of Telegram"),)
    if "deleted_business_messages" in update:
        return _deleted(update["deleted_business_messages"], received_at)
    if any(name in update for name in POSTS):
        return (Ignored("own"),)
    named = next((name for name in (*NEW, *EDITS) if name in update), None)
    if named is None:
        return (Ignored("an update that is no message"),)
    return (_message(update[named], named, channel),)


def _message(message: dict[str, Any], named: str, channel: ChannelRecord) -> Parsed:
    if NOTICES & message.keys() or message.get("is_automatic_forward"):
        return Ignored("a notice of the chat")
    if named in EDITS and "location" in message:
        return Ignored("a live location that moved")
    chat = reading.need(message["chat"].get("id"), "the chat's id")
    ident, author = pair(chat, message.get("message_id")), _author(message)
    if author is not None and _is_ours(author.id, chat, named, channel):
        return _ours(message, ident, chat, named)
    if named in EDITS:
        written_at = reading.instant(message["date"])
        at = reading.instant(message["edit_date"]) if message.get("edit_date") else written_at
        return Edited(
            ident, at, at.isoformat(), _text(message), _files(message), _thread(message, chat), author, written_at
        )
    return Received(
        kind="dm", external_id=ident, thread_id=_thread(message, chat), sent_at=reading.instant(message["date"]),
        text=_text(message), author=author, parent_id=_parent(message), permalink=_permalink(message),
        attachments=_files(message),
    )  # fmt: skip


def _is_ours(author_id: str, chat: str, named: str, channel: ChannelRecord) -> bool:
    """A business chat has the person's id; who else writes there is the business."""
    bot = str(channel.secrets.get("bot_token", "")).partition(":")[0]
    return author_id == bot or ("business" in named and author_id != chat)


def _ours(message: dict[str, Any], ident: str, chat: str, named: str) -> Parsed:
    if "business" not in named or named in EDITS:
        return Ignored("own")
    at = reading.instant(message["date"])
    return Echoed(ident, at, _text(message), _parent(message), _thread(message, chat), Author(id=chat))


def _deleted(told: dict[str, Any], received_at: datetime) -> list[Parsed]:
    """Telegram names no time, and not who deletes: in a business chat, the business may delete for both too."""
    chat = reading.need(told["chat"].get("id"), "the chat's id")
    return [Withdrawn(pair(chat, number), received_at, chat) for number in told["message_ids"]]


def pair(chat: Any, number: Any) -> str:
    """The id of a message: its number counts within its chat alone."""
    both = f"{reading.need(chat, 'the chat')}:{reading.need(number, 'the number')}"
    return reading.need(both, "the message")


def _thread(message: dict[str, Any], chat: str) -> str:
    """The chat; in a forum, the topic of it."""
    topic = reading.ident(message.get("message_thread_id")) if message.get("is_topic_message") is True else None
    return pair(chat, topic) if topic else chat


def _parent(message: dict[str, Any]) -> str | None:
    answered = reading.table(message.get("reply_to_message"))
    chat, number = reading.table(answered.get("chat")).get("id"), answered.get("message_id")
    if chat is None or number is None or "forum_topic_created" in answered:
        return None
    return pair(chat, number)


def _author(message: dict[str, Any]) -> Author | None:
    """Who speaks as a group or channel is that group or channel."""
    speaks_as = reading.table(message.get("sender_chat"))
    person = speaks_as or reading.table(message.get("from"))
    ident = reading.ident(person.get("id"))
    if ident is None:
        return None
    names = (reading.shown(person.get(part)) for part in ("first_name", "last_name"))
    name = reading.shown(speaks_as.get("title")) or reading.shown(" ".join(part for part in names if part))
    return Author(id=ident, handle=reading.shown(person.get("username")), name=name)


def _text(message: dict[str, Any]) -> str | None:
    """Also what stands on something else than a text: a poll's question, a card's name and number, a die's face."""
    if "text" in message or "caption" in message:
        return reading.words(message.get("text", message.get("caption")))
    contact, dice = reading.table(message.get("contact")), reading.table(message.get("dice"))
    names = (contact.get("first_name"), contact.get("last_name"), contact.get("phone_number"))
    card = " ".join(shown for name in names if (shown := reading.shown(name)))
    poll = reading.shown(reading.table(message.get("poll")).get("question"))
    return card or poll or reading.shown(dice.get("emoji")) or _checklist(reading.table(message.get("checklist")))


def _checklist(listed: dict[str, Any]) -> str | None:
    tasks = [shown for one in reading.tables(listed.get("tasks")) if (shown := reading.shown(one.get("text")))]
    title = reading.shown(listed.get("title"))
    return reading.words("\n".join([*([title] if title else []), *(f"- {task}" for task in tasks)])) or None


def _files(message: dict[str, Any]) -> tuple[Attachment, ...]:
    """Telegram gives a file an id, by which the bot gets it; where it has a name of its own, that is shown."""
    paid = reading.tables(reading.table(message.get("paid_media")).get("paid_media"))
    return (*(file for part in (message, *paid) for file in _own_files(part)), *_places(message))


def _own_files(message: dict[str, Any]) -> list[Attachment]:
    found = [_file(reading.table(message.get(kind)), usual) for kind, usual in MEDIA.items() if _counts(message, kind)]
    sizes = reading.tables(message.get("photo"))
    if sizes:
        found.insert(0, _file(max(sizes, key=lambda size: reading.count(size.get("width")) or 0), "image/jpeg"))
    return found


def _places(message: dict[str, Any]) -> tuple[Attachment, ...]:
    """Where the person is or means; a venue has a name and an address, and comes as a bare place too."""
    venue = reading.table(message.get("venue"))
    place = reading.table(venue.get("location") or message.get("location"))
    said = [shown for name in ("title", "address") if (shown := reading.shown(venue.get(name)))]
    numbers = [str(n) for name in ("latitude", "longitude") if isinstance(n := place.get(name), int | float)]
    return (Attachment(content_type="location", name=reading.shown(", ".join(said or numbers))),) if place else ()


def _counts(message: dict[str, Any], kind: str) -> bool:
    """An animation comes as a document too, for the sake of old bots."""
    return isinstance(message.get(kind), dict) and not (kind == "document" and "animation" in message)


def _file(file: dict[str, Any], usual: str) -> Attachment:
    return Attachment(
        content_type=reading.shown(file.get("mime_type")) or usual,
        bytes=reading.count(file.get("file_size")),
        name=reading.shown(file.get("file_name")) or reading.shown(file.get("file_id")),
    )


def _permalink(message: dict[str, Any]) -> str | None:
    chat = message["chat"]
    name, number = reading.shown(chat.get("username")), reading.ident(message.get("message_id"))
    if name and chat.get("type") != "private":
        return reading.link(f"https://t.me/{name}/{number}")
    ident = str(chat.get("id"))
    return f"https://t.me/c/{ident[4:]}/{number}" if ident.startswith("-100") else None
