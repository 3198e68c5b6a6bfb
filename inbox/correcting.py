"""What people may say of the classifier's reading: another priority, other categories, another language, that it was no
alarm; each can be taken back. Rules of `inbox.decisions`, which calls these; refusals as there. What a correction
comes to is in `inbox.corrections`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from inbox import categories, commands, corrections, events, priority
from inbox.errors import Refused
from inbox.events import Event
from inbox.policy import Policy
from inbox.state import Item

LANGUAGE = re.compile(r"[a-z]{2,3}")


def override(
    item: Item, command: commands.OverridePriority, now: datetime, policy: Policy, command_id: str
) -> list[Event]:
    if command.priority not in {None, 1, 2, 3, 4}:
        raise Refused("no_such_priority", "A priority is 1, 2, 3 or 4.", status=400)
    if command.priority == item.override:
        return []
    rules = priority.by_classifier(item, policy)
    return [
        events.PriorityOverridden(item_id=item.item_id, priority=command.priority, by=command.by, at=now, rules=rules)
    ]


def named(said: Iterable[str]) -> tuple[str, ...]:
    """Each once, the most urgent first. Refused: `no_such_category` (400)."""
    wanted = set(said)
    found = categories.in_order(wanted)
    if set(found) != wanted:
        raise Refused("no_such_category", f"Categories are {', '.join(categories.LEVEL_OF)}.", status=400)
    return found


def correct_categories(
    item: Item, command: commands.CorrectCategories, now: datetime, policy: Policy, command_id: str
) -> list[Event]:
    said = None if command.categories is None else named(command.categories)
    counted = priority.counted(item)
    if all(corrections.of_categories(m.correction, said, m.correction.categories_by) == m.correction for m in counted):
        return []
    read = [message.judgement for message in counted if message.judgement]
    corrected = events.CategoriesCorrected(
        item_id=item.item_id, categories=said, by=command.by, at=now, rules=priority.by_classifier(item, policy),
        had=categories.in_order(name for judgement in read for name in judgement.categories),
    )  # fmt: skip
    return [corrected]


def correct_language(
    item: Item, command: commands.CorrectLanguage, now: datetime, _: Policy, command_id: str
) -> list[Event]:
    if command.lang is not None and not LANGUAGE.fullmatch(command.lang):
        raise Refused(
            "no_such_language", "A language is two or three letters of ISO 639, such as fr or tr.", status=400
        )
    counted = priority.counted(item)
    if all(message.correction.lang == command.lang for message in counted):
        return []
    had = next((message.judgement.lang for message in reversed(counted) if message.judgement), None)
    return [events.LanguageCorrected(item_id=item.item_id, lang=command.lang, by=command.by, at=now, had=had)]


def mark_not_urgent(
    item: Item, command: commands.MarkNotUrgent, now: datetime, policy: Policy, command_id: str
) -> list[Event]:
    if all(message.correction.not_urgent != command.undone for message in priority.counted(item)):
        return []
    rules = priority.by_classifier(item, policy)
    return [events.MarkedNotUrgent(item_id=item.item_id, undone=command.undone, by=command.by, at=now, rules=rules)]
