"""The words of a message of Discord, as a person reads them: people and emoji by their names where Discord tells them.

A message may have its words elsewhere than in `content`: in what it forwards, in a poll, in a bot's cards.
"""

from __future__ import annotations

import re
from typing import Any

from services.channels import reading

_PERSON = re.compile(r"<@!?(\d{1,30})>", re.ASCII)
_PLACE = re.compile(r"<#(\d{1,30})>", re.ASCII)
_EMOJI = re.compile(r"<a?(:\w{1,100}:)\d{1,30}>", re.ASCII)


def plain(text: str | None, message: dict[str, Any]) -> str | None:
    """`text`, with the names that `message` has; what it names nowhere stays as sent."""
    if not text:
        return None
    people = {str(one.get("id")): _name(one) for one in reading.tables(message.get("mentions"))}
    places = {
        str(one.get("id")): reading.shown(one.get("name")) for one in reading.tables(message.get("mention_channels"))
    }
    text = _PERSON.sub(lambda found: _named("@", people.get(found.group(1)), found), text)
    return _EMOJI.sub(r"\1", _PLACE.sub(lambda found: _named("#", places.get(found.group(1)), found), text))


def _named(sign: str, name: str | None, found: re.Match[str]) -> str:
    return f"{sign}{name}" if name else found.group()


def _name(person: dict[str, Any]) -> str | None:
    nick = reading.shown(reading.table(person.get("member")).get("nick"))
    return nick or reading.shown(person.get("global_name")) or reading.shown(person.get("username"))


def forwarded(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Messages that this one forwards, as they were then."""
    return [reading.table(one.get("message")) for one in reading.tables(message.get("message_snapshots"))]


def elsewhere(message: dict[str, Any]) -> str | None:
    """Empty where only a file was sent, and where the bot may not read what others write."""
    told = [reading.words(one.get("content")) for one in forwarded(message)]
    asked = reading.table(reading.table(message.get("poll")).get("question")).get("text")
    said = [*told, reading.shown(asked)]
    return next((one for one in said if one), None) or _cards(message)


def _cards(message: dict[str, Any]) -> str | None:
    cards = reading.tables(message.get("embeds"))
    said = [reading.words(card.get(name)) for card in cards for name in ("title", "description")]
    return reading.words("\n".join(one for one in said if one)) or None
