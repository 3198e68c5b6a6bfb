"""The names of what stands in every row and form: networks, states, priorities, roles, filters, people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inbox.web.i18n import N_, Speech

NETWORKS: Mapping[str, str] = {
    "generic": N_("Webhook"), "google_reviews": N_("Google reviews"), "email": N_("E-mail"),
}  # fmt: skip
"""Networks whose names are words of a language; the others go by their own titles."""
_TITLES: dict[str, str] = {}
NETWORK_ICONS = frozenset(
    {"facebook", "instagram", "messenger", "x", "tiktok", "youtube", "google", "whatsapp", "mail", "generic"}
)
DRAWN_AS: Mapping[str, str] = {
    "email": "mail", "mailgun": "mail", "sendgrid": "mail", "postmark": "mail", "google_reviews": "google",
}  # fmt: skip
KINDS: Mapping[str, str] = {
    "comment": N_("public comment"), "mention": N_("mention"), "dm": N_("private message"), "review": N_("review"),
    "post": N_("post"), "email": N_("e-mail"), "sms": N_("text message"), "call": N_("phone call"),
}  # fmt: skip
STATUSES: Mapping[str, str] = {
    "open": N_("to acknowledge"), "acknowledged": N_("acknowledged"), "answered": N_("answered"),
    "resolved": N_("resolved"), "withdrawn": N_("withdrawn by its author"),
}  # fmt: skip
PRIORITIES: Mapping[int, str] = {1: N_("critical"), 2: N_("high"), 3: N_("normal"), 4: N_("low")}
ROLES: Mapping[str, str] = {
    "owner": N_("owner"), "lead": N_("team lead"), "cm": N_("community manager"), "observer": N_("observer"),
}  # fmt: skip
BANDS: Mapping[str, str] = {"low": N_("low"), "mid": N_("middling"), "high": N_("high"), "critical": N_("very high")}
SENTIMENTS: Mapping[str, str] = {"negative": N_("negative"), "neutral": N_("neutral"), "positive": N_("positive")}
RESOLVE_REASONS: Mapping[str, str] = {
    "answered": N_("answered"), "no_answer_needed": N_("no answer needed"), "spam": N_("spam"),
    "duplicate": N_("duplicate"), "handled_elsewhere": N_("handled elsewhere"),
}  # fmt: skip
CLOCKS: Mapping[str, str] = {"ack": N_("acknowledgement"), "response": N_("response")}
RIGHTS: Mapping[str, str] = {
    "read": N_("figures and rows"), "personal": N_("names and words of people"),
    "act": N_("acknowledge, answer, assign, resolve"), "manage": N_("policy, channels, quarantine"),
    "own": N_("members, tokens, the brand"),
}  # fmt: skip
VIEWS: Mapping[str, tuple[str, str, str]] = {
    "urgent": (N_("Urgent"), "flame", N_("Nothing urgent is waiting.")),
    "unacknowledged": (N_("To acknowledge"), "hand", N_("Everybody has been told that we read them.")),
    "waiting": (N_("To handle"), "inbox", N_("Nobody is waiting for us.")),
    "mine": (N_("Mine"), "user", N_("Nothing is yours at the moment.")),
    "breaching": (N_("Due soon or overdue"), "clock", N_("Nothing is overdue, and nothing is about to be.")),
    "answered": (N_("Answered"), "reply", N_("Nothing is answered and unresolved.")),
    "uncertain": (N_("Uncertain replies"), "help", N_("We know what became of every reply.")),
    "resolved": (N_("Resolved"), "check", N_("Nothing has been resolved yet.")),
    "all": (N_("Everything"), "template", N_("No message has arrived yet.")),
}
SAVED_ICONS: Mapping[str, str] = {
    "flame": N_("flame"), "bell": N_("bell"), "clock": N_("clock"), "wave": N_("wave"), "user": N_("person"),
    "scale": N_("scales"), "press": N_("newspaper"), "money": N_("money"), "shield": N_("shield"),
}  # fmt: skip
FILTER_KEYS: Mapping[str, str] = {
    "p": N_("priority"), "is": N_("state"), "channel": N_("channel or network"), "network": N_("network"),
    "lang": N_("language of the author"), "assignee": N_("who has it"), "category": N_("what it is about"),
    "wave": N_("wave it belongs to"), "author": N_("name of the author"), "has": N_("what hangs on it"),
    "since": N_("last heard since"), "before": N_("last heard before"),
}  # fmt: skip
FILTER_STATES: Mapping[str, str] = {
    **STATUSES, "unacknowledged": N_("to acknowledge"), "waiting": N_("waits for us"), "urgent": N_("P1 or P2"),
    "overdue": N_("overdue"), "due": N_("due soon or overdue"), "unread": N_("not read by the classifier yet"),
    "uncertain": N_("uncertain reply"), "promised": N_("promise that runs"), "unassigned": N_("nobody's"),
    "mine": N_("mine"),
}  # fmt: skip
FILTER_HAS: Mapping[str, str] = {
    "attachment": N_("an attachment"), "promise": N_("a promise that runs"), "note": N_("a note"),
    "reply": N_("a reply that was sent"),
}  # fmt: skip
FILTER_TIMES: Mapping[str, str] = {
    "30m": N_("half an hour"), "2h": N_("two hours"), "today": N_("today"), "yesterday": N_("yesterday"),
    "3d": N_("three days"), "1w": N_("a week"),
}  # fmt: skip
WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))


def spelled(code: str) -> str:
    return code.replace("_", " ")


def in_words(table: Mapping[Any, str], code: Any, say: Speech) -> str:
    """By its table; a code that stands in none is spelled out."""
    return say(table[code]) if code in table else spelled(str(code))


def titled(titles: Mapping[str, str]) -> None:
    """Tells how the networks of this installation call themselves; once, as the application is built."""
    _TITLES.update(titles)


def network(code: str, say: Speech) -> str:
    return say(NETWORKS[code]) if code in NETWORKS else _TITLES.get(code, spelled(code))


def network_icon(code: str) -> str:
    known = DRAWN_AS.get(code, code)
    return f"n-{known if known in NETWORK_ICONS else 'generic'}"


def saved_icon(code: str, say: Speech) -> str:
    return in_words(SAVED_ICONS, code, say)


def kind(code: str, say: Speech) -> str:
    return in_words(KINDS, code, say)


def status(code: str, say: Speech) -> str:
    return in_words(STATUSES, code, say)


def priority(number: int, say: Speech) -> str:
    return in_words(PRIORITIES, number, say)


def role(code: str, say: Speech) -> str:
    return in_words(ROLES, code, say)


def band(code: str, say: Speech) -> str:
    return in_words(BANDS, code, say)


def sentiment(code: str, say: Speech) -> str:
    return in_words(SENTIMENTS, code, say)


def resolve_reason(code: str, say: Speech) -> str:
    return in_words(RESOLVE_REASONS, code, say)


def right(code: str, say: Speech) -> str:
    return in_words(RIGHTS, code, say)


def wave(size: int, say: Speech) -> str:
    """The badge of an item in a wave of so many messages; of 0 it is not known how many."""
    return say("wave · %(count)s", count=say.number(size)) if size else say("wave")


def member(member_id: Any, names: Mapping[int, str], say: Speech) -> str:
    """A colleague's name; what the machine did by itself is Vigie's."""
    if member_id is None:
        return "Vigie"
    return names.get(int(member_id)) or say("a former colleague")
