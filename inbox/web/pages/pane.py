"""The item pane: everything a screen shows of one item, worked out from its history. No request, no I/O, no HTML.

Its banners, its thread and its timeline are in `pane_banners`, `pane_thread` and `pane_timeline`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inbox import corrections, harsh, offers, priority, replies
from inbox.categories import ALARMING, LEVEL_OF
from inbox.channels import Network
from inbox.errors import NotFound
from inbox.history import History
from inbox.state import Item
from inbox.views.row import Row, row_of
from inbox.waiting import Waiting
from inbox.web import charts, words
from inbox.web.i18n import Speech
from inbox.web.pages import faces, holding, rows
from inbox.web.pages.pane_banners import Banner, held_back, warnings_of
from inbox.web.pages.pane_thread import NOTHING_KNOWN, thread
from inbox.web.pages.pane_timeline import timeline

PRIVATE = frozenset({"dm", "email", "sms", "call"})
MOST_TEXT = 10_000
WEB_ADDRESS = ("https://", "http://")
"""What a link of the network may begin with; anything else is not made a link."""
OVER = frozenset({"resolved", "withdrawn"})
BY_LEVEL: Mapping[int, Sequence[str]] = {
    level: [name for name, of_it in LEVEL_OF.items() if of_it == level] for level in (3, 2, 1, 0)
}
LANGUAGES = frozenset({
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "eu", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id",
    "it", "ja", "ko", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sv", "ta", "th", "tr", "uk", "ur", "vi", "zh",
})  # fmt: skip
"""What a person may choose from; a language that the classifier names is offered too."""


@dataclass(frozen=True)
class WhyLine:
    """`share`: the confidence in a reason, 0 to 1, said by `weight` too. `quoted`: the words that gave it away, found
    by the word list."""

    icon: str
    text: str
    weight: str
    share: float | None = None
    quoted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """What the member was writing when they were refused: it is never lost. `original`: their own words, where `text`
    is a translation of them."""

    text: str = ""
    mode: str = ""
    error: str | None = None
    banners: Sequence[Banner] = field(default_factory=tuple)
    wording: str = ""
    original: str = ""


def context(
    past: History,
    *,
    say: Speech,
    names: Mapping[int, str],
    network: Network | None,
    now: datetime,
    draft: Draft,
    waiting: Waiting | None = None,
    spoken: Mapping[str, str] = NOTHING_KNOWN,
) -> dict[str, Any]:
    item = past.item
    row = row_shown(past, now)
    author = rows.author_name(row, say)
    can_reply = _can_reply(row, item, network, now)
    can_acknowledge = _can_acknowledge(item)
    held, promises = holding.suggested(row, now, say)
    # A colleague may have acknowledged meanwhile: the kept text then waits as a reply, never under no button at all.
    drafted = "" if draft.mode == "acknowledge" and not can_acknowledge else draft.mode
    can_private = _can_answer_privately(item, network, now) and row.status != "withdrawn"
    mode = drafted or ("acknowledge" if can_acknowledge and can_reply else "reply" if can_reply else "by-hand")
    return {
        "row": row,
        "item": item,
        "meter": charts.meter,
        "author": author,
        "meta": _meta(row, item, say),
        "large": _large(row, now, say),
        "promise": rows.promise_face(row.promise_until, now, say),
        "banners": [*draft.banners, *held_back(item, waiting, now, say), *warnings_of(item, row, say)],
        "whys": _whys(past, names, now, say),
        "correcting": _correcting(item, say),
        "original": row.permalink if row.permalink and row.permalink.startswith(WEB_ADDRESS) else None,
        "context_line": _context_line(row, say),
        "thread": thread(item, author, names, say, network, waiting.until if waiting else None, spoken),
        "first_contact": min(message.sent_at for message in item.messages),
        "timeline": timeline(past.recorded, names, say),
        "can_acknowledge": can_acknowledge,
        "can_reply": can_reply,
        "can_private": can_private,
        "modes": _modes(can_acknowledge=can_acknowledge, can_private=can_private, say=say),
        "mode": mode,
        "text": draft.text or (held if mode == "acknowledge" and not draft.error else ""),
        "kept": bool(draft.text),
        "kept_wording": draft.wording,
        "draft_original": draft.original,
        "error_text": draft.error,
        "holding": held,
        "promises": promises,
        "most_text": MOST_TEXT,
        "limit": min(MOST_TEXT, offers.length_most(network, item) or MOST_TEXT),
        "limit_private": min(MOST_TEXT, offers.length_most(network, item, private=True) or MOST_TEXT),
        "files": offers.file_rule(network, item) if can_reply else None,
        "counting": network.counting if network else "characters",
        "length": network.length_of(draft.text or held) if network else len(draft.text or held),
        "reach_words": say("private") if row.kind in PRIVATE else say("public"),
        "window_line": _window_line(row, network, now, say),
        "resolve_reasons": list(words.RESOLVE_REASONS),
    }


def row_shown(past: History, now: datetime) -> Row:
    row = row_of(past.item, past.policy)
    if row is None:
        raise NotFound
    return row.as_of(now)


def _can_acknowledge(item: Item) -> bool:
    """Nobody has taken charge, and nothing is on its way that would be the answer: words of a second one must not stand
    ready under the hand while the first is being sent."""
    turn = item.turn
    waits = turn is not None and turn.acknowledged_at is None and turn.claimed_at is None
    return waits and not replies.in_flight(item)


def _can_reply(row: Row, item: Item, network: Network | None, now: datetime) -> bool:
    if network is not None and not network.can_reply:
        return False
    if row.status == "withdrawn" or (item.forgotten and item.thread_id is None):
        return False
    return row.reply_possible_until is None or row.reply_possible_until >= now


def _can_answer_privately(item: Item, network: Network | None, now: datetime) -> bool:
    answered = offers.latest(item)
    spent = answered is not None and replies.private_of(item, answered.external_id) is not None
    return not spent and offers.can_answer_privately(network, item, now)


def _modes(*, can_acknowledge: bool, can_private: bool, say: Speech) -> list[tuple[str, str]]:
    first = [("acknowledge", say("Acknowledge"))] if can_acknowledge else []
    private = [("private", say("Privately"))] if can_private else []
    return [*first, ("reply", say("Reply")), *private, ("note", say("Note")), ("by-hand", say("By hand"))]


def _meta(row: Row, item: Item, say: Speech) -> str:
    first = say("first contact") if len(item.messages) == 1 else None
    return " · ".join(part for part in (rows.meta(row, say), first, words.status(row.status, say)) if part)


def _large(row: Row, now: datetime, say: Speech) -> list[tuple[faces.Face, str]]:
    titles = {"ack": say("Acknowledge"), "response": say("Respond")}
    return [(face, titles[face.clock]) for face in rows.two_faces(row, now, say)]


def _whys(past: History, names: Mapping[int, str], now: datetime, say: Speech) -> list[WhyLine]:
    reasons = past.item.reasons if harsh.quotable(past.item.reasons) else ()
    quoted = {reason.category: reason.evidence for reason in reasons}
    weightiest = priority.weightiest(past.item)
    corrected = weightiest is not None and weightiest.correction.categories is not None
    lines = []
    for why in priority.explain(past.item, past.policy, now):
        icon, text = words.why(why.code, why.params, names, say)
        if why.code != "risk":
            lines.append(WhyLine(icon, text, words.weight(why.code, why.params, now, say)))
            continue
        score = None if corrected else float(why.params["score"])
        said = "" if score is None else words.confidence(score, say)
        lines.append(WhyLine(icon, text, said, score, quoted.get(str(why.params["category"]), ())))
    return lines


@dataclass(frozen=True)
class Correcting:
    """The forms by which people correct the classifier: `groups` of categories by level as (words, [(code, words,
    chosen)]); `alarming`: there is an alarm that may be false."""

    groups: Sequence[tuple[str, Sequence[tuple[str, str, bool]]]]
    languages: Sequence[tuple[str, str]]
    lang: str | None
    alarming: bool
    corrected: frozenset[str]


def category_groups(chosen: Collection[str], say: Speech) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """By level, as of `Correcting.groups`."""
    return [
        (words.level(level, say), [(name, words.reason(name, say), name in chosen) for name in names])
        for level, names in BY_LEVEL.items()
    ]


def _correcting(item: Item, say: Speech) -> Correcting:
    chosen = {reason.category for reason in item.reasons}
    corrected = {name for message in priority.counted(item) for name in corrections.corrected(message)}
    codes = LANGUAGES | {item.lang} if item.lang else LANGUAGES
    languages = sorted(((code, say.language(code)) for code in codes), key=lambda pair: pair[1].casefold())
    alarming = (item.level or 0) >= ALARMING or not item.scored or item.base_priority <= priority.UNSCORED
    return Correcting(category_groups(chosen, say), languages, item.lang, alarming, frozenset(corrected))


def _context_line(row: Row, say: Speech) -> str:
    return say(
        "%(kind)s on %(network)s", kind=words.kind(row.kind, say).capitalize(), network=words.network(row.network, say)
    )


def _window_line(row: Row, network: Network | None, now: datetime, say: Speech) -> str | None:
    if network is not None and not network.can_reply:
        return say("This network takes no replies through its API. Answer there, then record it under “By hand”.")
    until = row.reply_possible_until
    if until is None or row.status == "withdrawn":
        return None
    if until < now:
        return say(
            "The network closed its reply window at %(at)s. Answer by another way, then record it under “By hand”.",
            at=say.moment(until, now),
        )
    return say("The network takes replies until %(at)s.", at=say.moment(until, now))
