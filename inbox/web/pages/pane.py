"""The item pane: everything a screen shows of one item, worked out from its history. No request, no I/O, no HTML."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inbox import corrections, gestures, offers, priority, replies
from inbox.categories import ALARMING, LEVEL_OF
from inbox.channels import Network
from inbox.errors import NotFound, Refused
from inbox.events import Event, Gesture, MessageClassified, MessageReceived, occurred_at
from inbox.history import History
from inbox.log.record import Recorded
from inbox.state import Item, Message, Note, Reply
from inbox.views import exposures
from inbox.views.row import Row, row_of
from inbox.waiting import Waiting
from inbox.web import charts, marking, words
from inbox.web.i18n import N_, Speech
from inbox.web.pages import faces, holding, rows

PRIVATE = frozenset({"dm", "email", "sms", "call"})
MOST_TEXT = 10_000
WEB_ADDRESS = ("https://", "http://")
"""What a link of the network may begin with; anything else is not made a link."""
OVER = frozenset({"resolved", "withdrawn"})
GESTURES: Sequence[tuple[Gesture, str]] = (("hide", "lock"), ("like", "up"))
"""Of each pair, the one that does something, and its icon."""
BY_LEVEL: Mapping[int, Sequence[str]] = {
    level: [name for name, of_it in LEVEL_OF.items() if of_it == level] for level in (3, 2, 1, 0)
}
LANGUAGES = frozenset({
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "eu", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id",
    "it", "ja", "ko", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sv", "ta", "th", "tr", "uk", "ur", "vi", "zh",
})  # fmt: skip
"""What a person may choose from; a language that the classifier names is offered too."""

REPLY_STATES: Mapping[str, tuple[str, str, str]] = {
    "queued": ("about to be sent", "load", ""),
    "sending": ("being sent", "load", ""),
    "sent": ("posted", "check", "met"),
    "failed": ("not posted", "alert", "danger"),
    "uncertain": ("uncertain", "help", "soon"),
    "not_sent": ("not posted", "x", ""),
}

_STATE_WORDS: Mapping[str, str] = {
    "about to be sent": N_("about to be sent"), "being sent": N_("being sent"), "posted": N_("posted"),
    "not posted": N_("not posted"), "uncertain": N_("uncertain"), "by hand": N_("answered by hand"),
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One entry of the thread: `sort` is in (theirs), out (ours) or note."""

    sort: str
    at: datetime
    name: str
    message: Message | None = None
    reply: Reply | None = None
    note: Note | None = None
    withdrawn: bool = False
    lang: str | None = None
    dir: str = "auto"
    state: str = ""
    what: str = ""
    icon: str = ""
    tone: str = ""
    pieces: Sequence[marking.Piece] = ()
    marks: Sequence[str] = ()
    offers: Sequence[Offer] = ()
    until: datetime | None = None
    fold: str = ""


@dataclass(frozen=True)
class Offer:
    """A gesture that can be made on a message; `busy`: the network is being told; `failed`: why the last one was not
    made."""

    gesture: Gesture
    label: str
    icon: str
    busy: bool = False
    failed: str | None = None


@dataclass(frozen=True)
class Banner:
    icon: str
    title: str
    text: str
    tone: str = ""
    urgent: bool = False
    settle: uuid.UUID | None = None


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
class FactLine:
    at: datetime
    text: str
    tone: str


@dataclass(frozen=True)
class Draft:
    """What the member was writing when they were refused: it is never lost."""

    text: str = ""
    mode: str = ""
    error: str | None = None
    banners: Sequence[Banner] = field(default_factory=tuple)
    wording: str = ""


def context(
    past: History,
    *,
    say: Speech,
    names: Mapping[int, str],
    network: Network | None,
    now: datetime,
    draft: Draft,
    waiting: Waiting | None = None,
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
        "banners": [*draft.banners, *_held(item, waiting, now, say), *_banners(item, row, say)],
        "whys": _whys(past, names, now, say),
        "correcting": _correcting(item, say),
        "original": row.permalink if row.permalink and row.permalink.startswith(WEB_ADDRESS) else None,
        "context_line": _context_line(row, say),
        "thread": thread(item, author, names, say, network, waiting.until if waiting else None),
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


def _held(item: Item, waiting: Waiting | None, now: datetime, say: Speech) -> list[Banner]:
    """The network has told the account to wait, and something of this item waits with it."""
    queued = any(r.state == "queued" for r in item.replies) or any(g.state == "queued" for g in item.gestures)
    if waiting is None or waiting.until is None or not queued:
        return []
    network, at = words.network(item.network, say), say.moment(waiting.until, now)
    title = say("Waits for %(network)s until %(at)s.", network=network, at=at)
    return [Banner("clock", title, words.waits(waiting.count, waiting.until, item.network, now, say), "soon")]


def _meta(row: Row, item: Item, say: Speech) -> str:
    first = say("first contact") if len(item.messages) == 1 else None
    return " · ".join(part for part in (rows.meta(row, say), first, words.status(row.status, say)) if part)


def _large(row: Row, now: datetime, say: Speech) -> list[tuple[faces.Face, str]]:
    titles = {"ack": say("Acknowledge"), "response": say("Respond")}
    return [(face, titles[face.clock]) for face in rows.two_faces(row, now, say)]


def _banners(item: Item, row: Row, say: Speech) -> list[Banner]:
    network = words.network(row.network, say)
    found = [
        Banner(
            "help", say("Uncertain reply."),
            say("%(network)s did not confirm it. Look at the thread there before you write again.", network=network),
            "soon", settle=reply.reply_id,
        )
        for reply in item.replies
        if reply.state == "uncertain"
    ]  # fmt: skip
    last = item.replies[-1] if item.replies else None
    if last is not None and last.state == "failed" and last.retry_at is None:
        reason = say("%(reason)s.", reason=words.reply_failure(last.reason, say).capitalize())
        told = f"{reason} {words.remedy(last.reason, say)}"
        found.append(Banner("alert", say("Your team's reply was not posted."), told, "alarm"))
    if row.forgotten:
        found.append(
            Banner(
                "lock",
                say("This author was forgotten."),
                say("Their words are gone from every copy; times and figures stay."),
            )
        )
    return found


def _whys(past: History, names: Mapping[int, str], now: datetime, say: Speech) -> list[WhyLine]:
    quoted = {reason.category: reason.evidence for reason in past.item.reasons}
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
        lines.append(
            WhyLine(
                icon,
                text,
                said,
                score,
                () if why.params["category"] in exposures.FOLDED else quoted.get(str(why.params["category"]), ()),
            )
        )
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


def _correcting(item: Item, say: Speech) -> Correcting:
    chosen = {reason.category for reason in item.reasons}
    groups = [
        (words.level(level, say), [(name, words.reason(name, say), name in chosen) for name in names])
        for level, names in BY_LEVEL.items()
    ]
    corrected = {name for message in priority.counted(item) for name in corrections.corrected(message)}
    codes = LANGUAGES | {item.lang} if item.lang else LANGUAGES
    languages = sorted(((code, say.language(code)) for code in codes), key=lambda pair: pair[1].casefold())
    alarming = (item.level or 0) >= ALARMING or not item.scored or item.base_priority <= priority.UNSCORED
    return Correcting(groups, languages, item.lang, alarming, frozenset(corrected))


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


# --- thread and timeline ------------------------------------------------------------------------------------------


def thread(
    item: Item, author: str, names: Mapping[int, str], say: Speech, network: Network | None = None,
    until: datetime | None = None,
) -> list[Entry]:  # fmt: skip
    """Everything said, in order of time: theirs, ours, and what only the team reads. `until`: what has not left yet
    waits for its network."""
    entries = [_theirs(message, item, author, network, say) for message in item.messages]
    entries += [_ours(reply, item, names, say, until) for reply in item.replies]
    entries += [Entry("note", note.at, words.member(note.by, names, say), note=note) for note in item.notes]
    return sorted(entries, key=lambda entry: entry.at)


def _theirs(message: Message, item: Item, author: str, network: Network | None, say: Speech) -> Entry:
    said = corrections.reading(message)
    lang = (said.lang if said else None) or item.lang
    text = message.text or ""
    fragments = [fragment for reason in said.reasons for fragment in reason.evidence] if said else []
    return Entry(
        "in", message.sent_at, author, message=message, withdrawn=message.withdrawn_at is not None, lang=lang,
        dir=rows.text_direction(lang), pieces=marking.pieces(text, marking.quotes(text, fragments)),
        marks=_marks(message, item, say), offers=_offers(message, item, network, say), fold=folded(message, say),
    )  # fmt: skip


def folded(message: Message, say: Speech) -> str:
    """Why the words stay folded until somebody asks for them, in words; empty where they do not. As people corrected
    it."""
    said = corrections.reading(message)
    return words.reasons([name for name in (said.categories if said else ()) if name in exposures.FOLDED], say)


def _marks(message: Message, item: Item, say: Speech) -> list[str]:
    hidden = gestures.stands(item, message.external_id, "hide")
    liked = gestures.stands(item, message.external_id, "like")
    return [*([say("hidden there")] if hidden else []), *([say("liked")] if liked else [])]


def _offers(message: Message, item: Item, network: Network | None, say: Speech) -> list[Offer]:
    """Hide or show again, like or take it back: whichever the message does not stand in by now."""
    found = []
    for gesture, icon in GESTURES:
        wanted = gestures.OPPOSITE[gesture] if gestures.stands(item, message.external_id, gesture) else gesture
        if not offers.can_gesture(network, message, wanted):
            continue
        last = gestures.latest(item, message.external_id, gesture)
        failed = words.reply_failure(last.reason, say) if last and last.state in {"failed", "uncertain"} else None
        busy = last is not None and last.state in gestures.IN_FLIGHT
        found.append(Offer(wanted, words.gesture(wanted, item.network, say), icon, busy, failed))
    return found


def _ours(reply: Reply, item: Item, names: Mapping[int, str], say: Speech, until: datetime | None) -> Entry:
    state, icon, tone = REPLY_STATES[reply.state]
    network = words.network(item.network, say)
    if reply.by_hand:
        state = "by hand"
    what = say("acknowledgement") if reply.purpose == "holding" else say("reply")
    what = say("private answer") if reply.private else what
    name = say("Our page on %(network)s", network=network) if reply.by is None else words.member(reply.by, names, say)
    said = say("made on %(network)s", network=network) if reply.echoed else say(_STATE_WORDS[state])
    waits_until = until if reply.state == "queued" else None
    return Entry(
        "out", reply.sent_at or reply.at, name, reply=reply, state=said, what=what, icon=icon, tone=tone,
        until=waits_until,
    )  # fmt: skip


def timeline(recorded: Sequence[Recorded], names: Mapping[int, str], say: Speech) -> list[FactLine]:
    lines = []
    for record in recorded:
        event = record.event
        actor = getattr(event, "by", None)
        text = words.fact(event.TYPE, event.TYPE, _params(event), actor, names, say)
        tone = "soon" if event.TYPE in words.SOON_FACTS else "key" if event.TYPE in words.KEY_FACTS else ""
        lines.append(FactLine(occurred_at(event) or record.recorded_at, text, tone))
    return lines


_OPEN_PARAMS = (
    "clock", "purpose", "was_sent", "retry_at", "priority", "assignee", "network", "reason", "assessed", "categories",
    "lang", "undone", "provisional", "private", "gesture", "end", "guest", "edited", "to",
)  # fmt: skip


def _params(event: Event) -> dict[str, Any]:
    said = {name: getattr(event, name) for name in _OPEN_PARAMS if hasattr(event, name)}
    if isinstance(event, MessageClassified):
        said["categories"] = [reason.category for reason in event.reasons] or list(event.categories)
    if isinstance(event, MessageReceived):
        said["network"] = event.network
    return said


# --- refusals -----------------------------------------------------------------------------------------------------


def conflict_banner(refused: Refused, names: Mapping[int, str], say: Speech, *, kept: bool) -> Banner:
    """Who did what in between, and that nothing written was lost."""
    events = refused.details.get("events", ())
    told = dict.fromkeys(
        words.fact(event["type"], event["type"], {"purpose": "response"}, event.get("actor"), names, say)
        for event in events
    )
    title = " · ".join(told) if told else words.refusal(refused, say)
    rest = say("Nothing was sent, and your text is kept.") if kept else say("Nothing was changed.")
    return Banner("users", f"{title}.", rest, "soon", urgent=True)
