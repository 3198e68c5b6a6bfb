"""What people say of a message against the classifier, laid over what the classifier said of it.

A correction speaks of the words it was made on: later messages are judged afresh, and an edit takes it away. Pure
functions of one message; `inbox.item` lays a correction on all messages that give the item its place.
"""

from __future__ import annotations

from inbox import categories
from inbox.events import ReasonGiven
from inbox.replacing import replace
from inbox.state import Correction, Item, Judgement, Message

UNREAD = Judgement(model="", assessed=True, sentiment="neutral", urgency=0.5 * categories.BAND, level=0)
"""What a person's word is laid over while the classifier has said nothing."""


UNTOUCHED = Message.correction
"""Of almost all messages."""


def of_categories(word: Correction, said: tuple[str, ...] | None, by: int | None) -> Correction:
    """The later word on urgency stands: who names an alarm takes back that it was none."""
    calm = word.not_urgent and categories.level_of(said or ()) < categories.ALARMING
    return replace(
        word,
        categories=said,
        categories_by=None if said is None else by,
        not_urgent=calm,
        not_urgent_by=word.not_urgent_by if calm else None,
    )


def of_language(word: Correction, lang: str | None, by: int | None) -> Correction:
    return replace(word, lang=lang, lang_by=None if lang is None else by)


def of_urgency(word: Correction, not_urgent: bool, by: int | None) -> Correction:
    return replace(word, not_urgent=not_urgent, not_urgent_by=by if not_urgent else None)


def speaks_of_urgency(word: Correction) -> bool:
    """Whether a person has read the words for what they are about, so that nothing is left unread."""
    return word.categories is not None or word.not_urgent


def is_read(message: Message) -> bool:
    """By the classifier or by a person."""
    return message.judgement is not None or speaks_of_urgency(message.correction)


def language(message: Message, item: Item) -> str | None:
    """Of its words, as people corrected it; else what is spoken in the item."""
    said = reading(message)
    return (said.lang if said else None) or item.lang


def reading(message: Message) -> Judgement | None:
    """What counts as said of a message. Of edited words not judged yet, that of the words before; None while unread."""
    said, word = message.judgement or message.former, message.correction
    if word is UNTOUCHED:
        return said
    if said is None and not speaks_of_urgency(word):
        return None
    said = said or UNREAD
    if word.categories is not None:
        said = _with_categories(said, word.categories)
    if word.not_urgent:
        said = _calmed(said)
    return said if word.lang is None else replace(said, lang=word.lang)


def uncorrected(message: Message) -> Message:
    """The message as if nobody had corrected the classifier."""
    return replace(message, correction=UNTOUCHED)


def corrected(message: Message) -> tuple[str, ...]:
    """What of a message people corrected: any of "categories", "urgency", "language"."""
    word = message.correction
    if word is UNTOUCHED:
        return ()
    told = {"categories": word.categories is not None, "urgency": word.not_urgent, "language": word.lang is not None}
    return tuple(name for name, is_so in told.items() if is_so)


def _with_categories(said: Judgement, named: tuple[str, ...]) -> Judgement:
    """The level is that of the categories; the urgency stays where it lay in that level's band. What the classifier
    quoted for a category that a person confirms stays quoted."""
    quoted = {reason.category: reason.evidence for reason in said.reasons}
    level = categories.level_of(named)
    return replace(
        said,
        assessed=True,
        categories=named,
        reasons=tuple(ReasonGiven(category=name, score=1, evidence=quoted.get(name, ())) for name in named),
        level=level,
        urgency=categories.urgency_at(level, said.urgency),
    )


def _calmed(said: Judgement) -> Judgement:
    """The alarm was false: its categories go, and what stays ranks as level 1 where the tone is negative, else 0."""
    level = min(said.level, 1 if said.sentiment == "negative" else 0)
    urgency = said.urgency if said.urgency < (level + 1) * categories.BAND else categories.urgency_at(level, 1)
    return replace(
        said,
        assessed=True,
        categories=tuple(name for name in said.categories if categories.LEVEL_OF.get(name, 0) < categories.ALARMING),
        reasons=tuple(r for r in said.reasons if categories.LEVEL_OF.get(r.category, 0) < categories.ALARMING),
        level=level,
        urgency=urgency,
    )
