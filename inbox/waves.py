"""The rules of waves: near-identical messages of many authors, handled together. `services.workers.waves` finds them.

A wave takes its members' highest urgency: what is a danger in one mouth is one in two hundred. An item is raised to the
level of its wave for as long as the words that joined it are those that count, and a person's word on the item stands
above. A wave never lowers by itself: where the reading that raised it turns out false, who joins later is no longer
raised by it, and what was raised stays so until a person says otherwise.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from inbox import categories, messages, turns
from inbox.events import (
    Alike,
    CategoriesCorrected,
    Event,
    MarkedNotUrgent,
    MessageClassified,
    MessageReceived,
    RaisedByWave,
    WaveJoined,
)
from inbox.policy import Policy
from inbox.replacing import replace
from inbox.state import Item, Raised

AUTHORS = 3
"""So many different authors make a wave. Two may quote each other; the same author repeating himself is none."""
WINDOW = timedelta(hours=24)
"""How far back a message looks for its like: a day of all time zones, and the time that prints of words are kept."""
WORDS_ALIKE = 0.6
"""Jaccard similarity of the words' shingles. Copies with another name, greeting or emoji measured 0.55 to 1.0 with
their nearest fellow, different messages on one theme in one language at most 0.35: see `prints` for the shingles."""
MEANING_ALIKE = 0.52
"""Cosine of two embeddings of one language. Of 93 written messages about 30 events, a third find a fellow above it; of
55,000 pairs of strangers' messages one lies above, and that one is a true paraphrase. See docs/classifier-card.md."""
LEAST_WORDS = 4
"""Shorter ones are alike by chance: "bravo", "merci beaucoup" and "où est ma commande" are no movement."""
DANGER = 3
BUCKET = timedelta(minutes=10)
SHOWN = 36
"""Buckets of the growth: six hours."""
AN_HOUR = 6
LEAST_GROWTH = 6
"""Messages an hour below which twice as many mean nothing."""


def alike(words: float, meaning: float) -> tuple[Alike, float] | None:
    """In which way two messages are near-identical, and how much; None where they are not. Equal words prove more."""
    if words >= WORDS_ALIKE:
        return "words", words
    return ("meaning", meaning) if meaning >= MEANING_ALIKE else None


def is_wave(authors: int) -> bool:
    return authors >= AUTHORS


def rises(own: int | None, raised: int, top: int) -> bool:
    """Whether a member is to be raised to the level of its wave. What nobody has read yet ranks high anyway, and will
    most likely be read like its fellows: only a danger does not wait for that."""
    if own is None:
        return raised < top and top >= DANGER
    return max(own, raised) < top


def is_doubling(counts: Sequence[int]) -> bool:
    """Whether the last hour brought twice as many messages as the one before. `counts`: of ten minutes each, the
    latest last."""
    last, before = sum(counts[-AN_HOUR:]), sum(counts[-2 * AN_HOUR : -AN_HOUR])
    return last >= LEAST_GROWTH and last >= 2 * before


# --- of an item ---------------------------------------------------------------------------------------------------


def join(item: Item, event: WaveJoined, policy: Policy) -> Item:
    """A message of the item belongs to a wave, for good: an edit may change the words, what was said was said."""
    if messages.find(item, event.external_id) is None:
        return item
    joined = tuple(
        replace(message, wave=event.wave_id) if message.external_id == event.external_id else message
        for message in item.messages
    )
    return turns.reassess(replace(item, messages=joined), policy)


def lift(item: Item, event: RaisedByWave, policy: Policy) -> Item:
    """The item's wave has a more urgent member than the item itself. It never lowers."""
    known = next((raised for raised in item.raised if raised.wave_id == event.wave_id), None)
    if known is not None and known.level >= event.level:
        return item
    others = tuple(raised for raised in item.raised if raised.wave_id != event.wave_id)
    lifted = Raised(event.wave_id, event.level, event.urgency)
    return turns.reassess(replace(item, raised=(*others, lifted)), policy)


# --- of a member --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Member:
    """A message in a wave. `level`, `urgency`, `lang`: what is known of its own words, None while nobody read them in
    full (a wave never lowers, so that a first look must not raise it);
    `raised`: the level that the wave raised its item to, 0 for none. `author`: the item's id where nobody is named."""

    item_id: uuid.UUID
    external_id: str
    wave_id: uuid.UUID
    joined_at: datetime
    heard_at: datetime
    channel_id: str
    author: uuid.UUID
    lang: str | None = None
    level: int | None = None
    urgency: float | None = None
    raised: int = 0


def introduced(event: WaveJoined) -> Member:
    """While nothing is known but that it joined."""
    return Member(event.item_id, event.external_id, event.wave_id, event.at, event.at, "", event.item_id)


def told(member: Member, event: Event, author: uuid.UUID | None = None) -> Member:
    """The member after an event of its item. `author`: whose words the event holds, where it names anybody."""
    match event:
        case MessageReceived(external_id=member.external_id):
            author = author or member.item_id
            return replace(member, heard_at=event.received_at, channel_id=event.channel_id, author=author)
        case MessageClassified(external_id=member.external_id, provisional=False):
            return replace(member, level=event.level, urgency=event.urgency, lang=event.lang)
        case CategoriesCorrected(categories=said) if said is not None:
            level = categories.level_of(said)
            return replace(member, level=level, urgency=categories.urgency_at(level, member.urgency or 0.0))
        case MarkedNotUrgent(undone=False) if (member.level or 0) > 1:
            return replace(member, level=1, urgency=categories.urgency_at(1, 1))
        case RaisedByWave(wave_id=member.wave_id):
            return replace(member, raised=max(member.raised, event.level))
    return member
