"""The thread of an item: theirs, ours and notes in order of time, and what can be done to each on its network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inbox import corrections, gestures, harsh, offers
from inbox.channels import Network
from inbox.events import Gesture
from inbox.state import Item, Message, Note, Reply
from inbox.web import marking, words
from inbox.web.i18n import N_, Speech
from inbox.web.pages import reading, rows

NOTHING_KNOWN: Mapping[str, str] = {}
GESTURES: Sequence[tuple[Gesture, str]] = (("hide", "lock"), ("like", "up"))
"""Of each pair, the one that does something, and its icon."""
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
    """One entry of the thread: `sort` is in (theirs), out (ours) or note. `lang`: of its words."""

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
    fold: Sequence[str] = ()
    words: reading.Words | None = None


@dataclass(frozen=True)
class Offer:
    """A gesture that can be made on a message; `busy`: the network is being told; `failed`: why the last one was not
    made."""

    gesture: Gesture
    label: str
    icon: str
    busy: bool = False
    failed: str | None = None


def thread(
    item: Item, author: str, names: Mapping[int, str], say: Speech, network: Network | None = None,
    until: datetime | None = None, spoken: Mapping[str, str] = NOTHING_KNOWN,
) -> list[Entry]:  # fmt: skip
    """Everything said, in order of time: theirs, ours, and what only the team reads. `until`: what has not left yet
    waits for its network. `spoken`: as of `reading.languages`."""
    entries = [_theirs(message, item, author, network, say) for message in item.messages]
    entries += [_ours(reply, item, names, say, until, spoken) for reply in item.replies]
    entries += [_note(note, names, say, spoken) for note in item.notes]
    return sorted(entries, key=lambda entry: entry.at)


def _theirs(message: Message, item: Item, author: str, network: Network | None, say: Speech) -> Entry:
    said, spoken = corrections.reading(message), reading.words_of(message, item)
    text = spoken.text
    fragments = [fragment for reason in said.reasons for fragment in reason.evidence] if said else []
    return Entry(
        "in", message.sent_at, author, message=message, withdrawn=message.withdrawn_at is not None,
        lang=spoken.lang, dir=rows.text_direction(spoken.lang),
        pieces=marking.pieces(text, marking.quotes(text, fragments)), marks=_marks(message, item, say),
        offers=_offers(message, item, network, say), fold=harsh.named(message), words=spoken,
    )  # fmt: skip


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


def _note(note: Note, names: Mapping[int, str], say: Speech, spoken: Mapping[str, str]) -> Entry:
    said, name = reading.of_note(note, spoken), words.member(note.by, names, say)
    return Entry("note", note.at, name, note=note, lang=said.lang, dir=rows.text_direction(said.lang), words=said)


def _ours(
    reply: Reply, item: Item, names: Mapping[int, str], say: Speech, until: datetime | None, spoken: Mapping[str, str]
) -> Entry:
    state, icon, tone = REPLY_STATES[reply.state]
    network = words.network(item.network, say)
    if reply.by_hand:
        state = "by hand"
    what = say("acknowledgement") if reply.purpose == "holding" else say("reply")
    what = say("private answer") if reply.private else what
    name = say("Our page on %(network)s", network=network) if reply.by is None else words.member(reply.by, names, say)
    said = say("made on %(network)s", network=network) if reply.echoed else say(_STATE_WORDS[state])
    waits_until = until if reply.state == "queued" else None
    ours = reading.of_reply(reply, item, spoken)
    return Entry(
        "out", reply.sent_at or reply.at, name, reply=reply, state=said, what=what, icon=icon, tone=tone,
        until=waits_until, lang=ours.lang, dir=rows.text_direction(ours.lang), words=ours,
    )  # fmt: skip
