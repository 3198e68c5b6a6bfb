"""An event of TikTok, a comment or a direct message, and what it is to an inbox.

What happened stands in `content`, a text that is JSON itself. Ids are bare 64-bit numbers. TikTok does not say whether
a comment is the account's own: a channel that knows its own `unique_identifier` does. Nor does it say why a comment was
hidden: a change of visibility makes no message.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from inbox.channels import ChannelRecord
from inbox.events import Author
from services.channels import parts, reading
from services.channels.contract import CannotRead, Echoed, Ignored, Parsed, Received, Withdrawn

WINDOW = timedelta(hours=48)
"""How long the account may answer a direct message."""
OURS, THEIRS = frozenset({"im_send_msg"}), frozenset({"im_receive_msg", "im_receive_msg_eu"})
RECEIPTS = frozenset({"im_mark_read_msg"})
VISIBILITY = frozenset({"set_to_hidden", "set_to_friends_only", "set_to_public"})


def parsed(event: dict[str, Any], channel: ChannelRecord, received_at: datetime) -> Parsed:
    named = event.get("event")
    content = _content(event.get("content"))
    sent_at = parts.at_or(event.get("create_time"), received_at)
    if named == "comment.update":
        return _comment(content, _own_ids(event, channel), sent_at)
    if named in THEIRS:
        return _message(event, content, sent_at)
    if named in OURS:
        return _echo(content, sent_at)
    if named in RECEIPTS:
        return Ignored("a receipt")
    return Ignored(f"another event: {named}"[:80])


def _content(value: Any) -> dict[str, Any]:
    try:
        found = reading.loads(value.encode()) if isinstance(value, str) else value
    except CannotRead as error:
        raise reading.Misread("content is not JSON") from error
    if not isinstance(found, dict):
        raise reading.Misread("content is not an object")
    return found


def _own_ids(event: dict[str, Any], channel: ChannelRecord) -> frozenset[str]:
    known = (channel.account_id, channel.settings.get("own_identifier"), parts.ident(event.get("user_openid")))
    return frozenset(ident for ident in known if isinstance(ident, str) and ident)


def _comment(content: dict[str, Any], own_ids: frozenset[str], otherwise: datetime) -> Parsed:
    ident = reading.need(content.get("comment_id"), "the comment's id")
    thread, action = reading.ident(content.get("video_id")) or ident, content.get("comment_action")
    author, sent_at = parts.person(content.get("unique_identifier")), parts.at_or(content.get("timestamp"), otherwise)
    answered = reading.ident(content.get("parent_comment_id"))
    parent = None if answered == "0" else answered
    if action in VISIBILITY:
        return Ignored("a change of visibility")
    if author is not None and author.id in own_ids:
        ours = action == "insert" and parent is not None
        return Echoed(ident, sent_at, reading.words(content.get("text")), parent) if ours else Ignored("own")
    if action == "delete":
        # Without its author a deletion is applied to the comment by its id, once that is known.
        return Withdrawn(ident, sent_at, thread if author else None, author)
    if action != "insert":
        return Ignored(f"another change of a comment: {action}"[:80])
    return Received(
        kind="comment", external_id=ident, thread_id=thread, sent_at=sent_at, author=author, parent_id=parent,
        text=reading.words(content.get("text")),
    )  # fmt: skip


def _message(event: dict[str, Any], content: dict[str, Any], otherwise: datetime) -> Parsed:
    thread = reading.need(content.get("conversation_id"), "the conversation's id")
    sent_at = parts.at_or(content.get("timestamp"), otherwise)
    return Received(
        kind="dm", external_id=_message_id(event, content, thread), thread_id=thread, sent_at=sent_at,
        text=_words(content), author=_person(content, "from"), reply_until=sent_at + WINDOW,
    )  # fmt: skip


def _message_id(event: dict[str, Any], content: dict[str, Any], thread: str) -> str:
    """Of a message without an id: a digest of its content, the same whenever it is sent again."""
    ident = reading.ident(content.get("message_id"))
    return ident or f"{thread[:200]}:{parts.digest(str(event.get('create_time')) + str(event.get('content')))}"


def _echo(content: dict[str, Any], otherwise: datetime) -> Parsed:
    ident = reading.need(content.get("message_id"), "the message's id")
    thread = reading.need(content.get("conversation_id"), "the conversation's id")
    person = _person(content, "to")
    if person is None:
        return Ignored("own")  # whose answer it is, nobody can tell
    return Echoed(ident, parts.at_or(content.get("timestamp"), otherwise), _words(content), None, thread, person)


def _person(content: dict[str, Any], side: str) -> Author | None:
    """`unique_identifier` is always the person's, whoever wrote; in comments it is all that there is."""
    ident = content.get("unique_identifier") or parts.dig(content, f"{side}_user", "id")
    return parts.person(ident, handle=content.get(side), called=content.get(side))


def _words(content: dict[str, Any]) -> str | None:
    """What was written, or the address of what was shared; a picture has no words, and no address either."""
    said = content.get("text")
    text = said if isinstance(said, str) else parts.dig(said, "body")
    return reading.words(text if text is not None else parts.dig(content, "share_post", "embed_url"))
