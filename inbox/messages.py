"""What the author said, changed and took back, and what the classifier made of it, in whatever order that reaches us.

A network may tell of an edit or a deletion before the original, and of anything twice: the texts and the withdrawn
state come out the same. Of two edits the later by the network's time stands.
"""

from __future__ import annotations

from datetime import datetime

from inbox import corrections, sla, turns
from inbox.events import Attachment, MessageClassified, MessageEdited, MessageReceived, MessageWithdrawn
from inbox.policy import Policy
from inbox.replacing import make, replace
from inbox.state import EarlyChange, Item, Judgement, Message


def find(item: Item, external_id: str) -> Message | None:
    for message in item.messages:
        if message.external_id == external_id:
            return message
    return None


def receive(item: Item, event: MessageReceived, policy: Policy) -> Item:
    """New words: they join the open turn, or open one. The same message again changes nothing."""
    if find(item, event.external_id) is not None:
        return item
    item = _introduce(item, event)
    if item.turn is None:
        item = turns.start(item, sla.start_of_turn(event.sent_at, event.received_at), policy)
    item = replace(item, messages=(*item.messages, _message(event, item.turns[-1].no)))
    return _apply_early(turns.reassess(item, policy), event.external_id, policy)


def edit(item: Item, event: MessageEdited, policy: Policy) -> Item:
    at = min(event.sent_at, event.received_at)
    change = EarlyChange(event.external_id, "edited", at, event.text, event.attachments)
    return _change(replace(item, channel_id=item.channel_id or event.channel_id), change, policy)


def withdraw(item: Item, event: MessageWithdrawn, policy: Policy) -> Item:
    at = min(event.sent_at, event.received_at)
    change = EarlyChange(event.external_id, "withdrawn", at)
    return _change(replace(item, channel_id=item.channel_id or event.channel_id), change, policy)


def classify(item: Item, event: MessageClassified, policy: Policy) -> Item:
    """The judgement of a message's latest words. One of a message we do not know is stale, and changes nothing; so is a
    first look that comes after the full reading, or after the words it is of were edited."""
    message = find(item, event.external_id)
    if message is None or (event.provisional and _is_overtaken(message, event)):
        return item
    return turns.reassess(_put(item, replace(message, judgement=_judgement(event), former=None)), policy)


def _judgement(event: MessageClassified) -> Judgement:
    return make(
        Judgement,
        model=event.model,
        assessed=event.assessed,
        sentiment=event.sentiment,
        urgency=event.urgency,
        level=event.level,
        lang=event.lang,
        categories=event.categories,
        reasons=event.reasons,
        spread=event.spread,
        at=event.at,
        provisional=event.provisional,
    )


def _is_overtaken(message: Message, event: MessageClassified) -> bool:
    read_in_full = message.judgement is not None and not message.judgement.provisional
    return read_in_full or event.words_at != message.edited_at


def _introduce(item: Item, event: MessageReceived) -> Item:
    """What every message of an item says of its thread and author; the latest knows best, the widest window counts."""
    return replace(
        item,
        channel_id=item.channel_id or event.channel_id,
        network=item.network or event.network,
        kind=item.kind if item.messages else event.kind,
        thread_id=event.thread_id or item.thread_id,
        author=event.author or item.author,
        reach=item.reach if event.reach is None else event.reach,
        reply_until=_later(item.reply_until, event.reply_until),
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else one or other


def _message(event: MessageReceived, turn: int) -> Message:
    return make(
        Message,
        external_id=event.external_id,
        kind=event.kind,
        sent_at=event.sent_at,
        received_at=event.received_at,
        parent_id=event.parent_id,
        text=event.text,
        attachments=event.attachments,
        permalink=event.permalink,
        turn=turn,
        sender_proven=event.sender_proven,
    )


def _change(item: Item, change: EarlyChange, policy: Policy) -> Item:
    """Applies the change, or keeps it until its original is here."""
    message = find(item, change.external_id)
    if message is None:
        return item if change in item.early else replace(item, early=(*item.early, change))
    if change.verb == "edited":
        edited = _edited(message, change.at, change.text, change.attachments)
        return item if edited is message else turns.reassess(_put(item, edited), policy)
    if message.withdrawn_at is not None and message.withdrawn_at <= change.at:
        return item
    item = _put(item, replace(message, withdrawn_at=change.at))
    return turns.reassess(turns.end_if_withdrawn(item, change.at), policy)


def _apply_early(item: Item, external_id: str, policy: Policy) -> Item:
    if not item.early:
        return item
    due = [change for change in item.early if change.external_id == external_id]
    item = replace(item, early=tuple(change for change in item.early if change.external_id != external_id))
    for change in due:
        item = _change(item, change, policy)
    return item


def _edited(message: Message, at: datetime, text: str | None, attachments: tuple[Attachment, ...]) -> Message:
    """The message with its new words, unjudged; the same message where these are not newer."""
    if message.edited_at is not None and at < message.edited_at:
        return message
    if at == message.edited_at and (text, attachments) == (message.text, message.attachments):
        return message
    former, untouched = corrections.reading(message), corrections.UNTOUCHED
    return replace(
        message, text=text, attachments=attachments, edited_at=at, judgement=None, former=former, correction=untouched
    )


def _put(item: Item, message: Message) -> Item:
    messages = tuple([message if old.external_id == message.external_id else old for old in item.messages])
    return replace(item, messages=messages)
