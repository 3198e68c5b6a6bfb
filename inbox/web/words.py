"""Codes into words: what the log, the rules and the classifier call things, and what a duty officer calls them.

Every table maps a code to its English source string, which the catalogues translate. A code nobody knows yet is shown
as it is, spelled out, rather than lost. No I/O, no HTML: markup belongs to the templates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from inbox import reply_failures
from inbox.errors import Refused
from inbox.events import ReasonGiven
from inbox.web import together_words
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

REASONS: Mapping[str, str] = {
    "safety": N_("danger to a person"), "self_harm": N_("talks of harming themselves"),
    "violence": N_("threat of violence"),
    "threat": N_("threat"), "legal": N_("legal threat"), "press": N_("press"), "journalist": N_("journalist"),
    "influencer": N_("influencer"), "boycott": N_("call to boycott"), "fraud": N_("fraud"),
    "data_leak": N_("data leak"),
    "data_fraud": N_("fraud or data leak"), "discrimination": N_("discrimination"), "outage": N_("outage"),
    "complaint": N_("complaint"), "praise": N_("praise"), "question": N_("question"), "spam": N_("probable spam"),
    "negative": N_("negative tone"), "health": N_("health"), "other": N_("other"),
}  # fmt: skip
DANGERS = frozenset({"safety", "self_harm", "violence", "threat", "health"})
TRIFLES = frozenset({"praise", "question", "spam", "other", "negative"})
REASON_ICONS: Mapping[str, str] = {
    "safety": "flame", "self_harm": "alert", "violence": "alert", "threat": "alert", "legal": "scale", "press": "press",
    "journalist": "press", "influencer": "reach", "boycott": "users", "fraud": "money", "data_leak": "lock",
    "data_fraud": "lock", "discrimination": "users", "outage": "bolt",
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


def _of(table: Mapping[Any, str], code: Any, say: Speech) -> str:
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
    return _of(SAVED_ICONS, code, say)


def kind(code: str, say: Speech) -> str:
    return _of(KINDS, code, say)


def status(code: str, say: Speech) -> str:
    return _of(STATUSES, code, say)


def priority(number: int, say: Speech) -> str:
    return _of(PRIORITIES, number, say)


def role(code: str, say: Speech) -> str:
    return _of(ROLES, code, say)


def band(code: str, say: Speech) -> str:
    return _of(BANDS, code, say)


def sentiment(code: str, say: Speech) -> str:
    return _of(SENTIMENTS, code, say)


def resolve_reason(code: str, say: Speech) -> str:
    return _of(RESOLVE_REASONS, code, say)


def right(code: str, say: Speech) -> str:
    return _of(RIGHTS, code, say)


def reason(category: str, say: Speech) -> str:
    return _of(REASONS, category, say)


def reasons(categories: Iterable[str], say: Speech) -> str:
    return ", ".join(reason(category, say) for category in categories if category)


def reason_icon(category: str) -> str | None:
    return REASON_ICONS.get(category)


def telling(reasons: Sequence[ReasonGiven]) -> list[ReasonGiven]:
    """The reasons worth a chip: praise and questions stand back where something weighs more."""
    heavy = [reason for reason in reasons if reason.category not in TRIFLES]
    return heavy or list(reasons)


SHORT_REASONS: Mapping[str, str] = {"safety": N_("danger")}
"""What a chip says instead, where the quoted words tell the rest."""
QUOTED = 30
ISOLATED = "\u2068%s\u2069"
"""Quoted words keep their own direction, and leave that of the line alone."""


def chip(reason_: ReasonGiven, say: Speech) -> str:
    """A reason in one line, with the words that betray it: "danger : batterie … fume"."""
    if not reason_.evidence or is_trifle(reason_.category):
        return reason(reason_.category, say)
    said = say(SHORT_REASONS[reason_.category]) if reason_.category in SHORT_REASONS else reason(reason_.category, say)
    return say("%(reason)s: %(words)s", reason=said, words=ISOLATED % quoted(reason_.evidence))


def quoted(fragments: Sequence[str]) -> str:
    """As many fragments as there is room for: the most telling stand first."""
    for count in range(len(fragments), 0, -1):
        words = " … ".join(fragments[:count])
        if len(words) <= QUOTED:
            return words
    return fragments[0][: QUOTED - 1].rstrip() + "…" if fragments else ""


def is_trifle(category: str) -> bool:
    return category in TRIFLES


def is_danger(category: str) -> bool:
    return category in DANGERS


CONFIDENCES: Sequence[tuple[float, str]] = (
    (0.9, N_("almost certain")), (0.75, N_("very likely")), (0.5, N_("likely")), (0.0, N_("possible")),
)  # fmt: skip


def confidence(score: float, say: Speech) -> str:
    """The classifier's confidence in a reason, 0 to 1, as a word."""
    return next((say(word) for least, word in CONFIDENCES if score >= least), say("possible"))


LEVELS: Mapping[int, str] = {
    3: N_("within minutes"), 2: N_("within the hour"), 1: N_("today"), 0: N_("nothing urgent"),
}  # fmt: skip


def level(number: int, say: Speech) -> str:
    """How soon a level of urgency calls for somebody."""
    return _of(LEVELS, number, say)


WHYS: Mapping[str, str] = {
    "wave_danger": N_("In a wave with a dangerous message: it counts like that one"),
    "wave": N_("In a wave with a more urgent message: it counts like that one"),
    "danger": N_("Danger to a person: always P1, whatever the reach"),
    "corrected": N_("Corrected by %(by)s: %(categories)s"),
    "corrected_none": N_("Corrected by %(by)s: nothing of note"),
    "not_urgent": N_("Marked as not urgent by %(by)s"),
    "language": N_("Language corrected by %(by)s: %(lang)s"),
    "unscored": N_("Not read by the classifier yet: ranked no lower than P2"),
    "not_assessed": N_("Could not be assessed: ranked no lower than P2"),
    "reach": N_("Reach: %(followers)s followers, %(band)s"),
    "spread": N_("Spread: %(authors)s people speak in this thread, %(band)s"),
    "override": N_("Priority set by hand to P%(priority)s; the rules say P%(rules)s"),
    "muted": N_("Its author is muted: P4 whatever they say; the rules say P%(rules)s"),
    "promoted": N_("Raised from P%(from)s to P%(to)s by waiting past its due time"),
    "waiting": N_("Waiting for %(seconds)s"),
    "due_ack": N_("Acknowledgement due in %(seconds)s"),
    "due_response": N_("Response due in %(seconds)s"),
    "late_ack": N_("Acknowledgement overdue by %(seconds)s"),
    "late_response": N_("Response overdue by %(seconds)s"),
    "promise": N_("A promise was made: back in %(seconds)s"),
    "promise_late": N_("A promise was made and passed %(seconds)s ago"),
    "window_closing": N_("The network takes replies for %(seconds)s more"),
    "window_closed": N_("The network takes no more replies here"),
}
WHY_ICONS: Mapping[str, str] = {
    "danger": "flame", "wave": "wave", "corrected": "pen", "not_urgent": "pen", "language": "pen", "unscored": "help",
    "not_assessed": "help", "reach": "reach", "spread": "wave", "override": "user", "muted": "bell", "promoted": "up",
    "waiting": "clock", "due": "clock", "promise": "promise", "window_closing": "lock",
    "window_closed": "lock",
}  # fmt: skip


def why(code: str, params: Mapping[str, Any], names: Mapping[int, str], say: Speech) -> tuple[str, str]:
    """A reason's icon and sentence. The reasons of words (`risk`) also carry evidence, which the template quotes."""
    if code == "risk":
        category = str(params.get("category", ""))
        return reason_icon(category) or "alert", reason(category, say).capitalize()
    late = float(params.get("seconds", 0) or 0) < 0
    key = code
    if code == "due":
        key = f"{'late' if late else 'due'}_{params.get('clock', 'ack')}"
    elif code == "promise" and late:
        key = "promise_late"
    elif code == "wave" and int(params.get("level", 0)) >= max(LEVELS):
        key = "wave_danger"
    elif code == "corrected" and not params.get("categories"):
        key = "corrected_none"
    said = {name: _why_param(name, value, names, say) for name, value in params.items()}
    icon = WHY_ICONS.get(code, "help")
    return (icon, say(WHYS[key], **said)) if key in WHYS else (icon, spelled(code))


def _why_param(name: str, value: Any, names: Mapping[int, str], say: Speech) -> object:
    said: Mapping[str, Callable[[Any], str]] = {
        "seconds": lambda seconds: say.duration(float(seconds), coarse=True),
        "followers": lambda count: say.number(int(count)),
        "authors": lambda count: say.number(int(count)),
        "band": lambda code: band(str(code), say),
        "by": lambda who: member(who, names, say),
        "lang": lambda code: say.language(str(code)),
        "categories": lambda codes: reasons(str(codes).split(","), say),
    }
    return said[name](value) if name in said else value


def weight(code: str, params: Mapping[str, Any], now: datetime, say: Speech) -> str:
    """What stands at the end of a reason's line: a time, or nothing."""
    if params.get("at"):
        return say.moment(datetime.fromisoformat(str(params["at"])), now)
    if code == "waiting" and params.get("since"):
        return say.moment(datetime.fromisoformat(str(params["since"])), now)
    return ""


def wave(size: int, say: Speech) -> str:
    """The badge of an item in a wave of so many messages; of 0 it is not known how many."""
    return say("wave · %(count)s", count=say.number(size)) if size else say("wave")


FACTS: Mapping[str, str] = {
    "WaveJoined": N_("Joined a wave of near-identical messages"),
    "RaisedByWave": N_("Raised by its wave: somebody who says nearly the same is more urgent"),
    "MessageReceived": N_("Message on %(network)s"),
    "MessageEdited": N_("The author edited a message"),
    "MessageWithdrawn": N_("The author withdrew a message"),
    "ReplyEchoed": N_("Replied on the network itself"),
    "MessageClassified": N_("Read: %(reasons)s"),
    "MessageClassified_plain": N_("Read: nothing alarming"),
    "MessageClassified_unassessed": N_("Could not be assessed"),
    "MessageClassified_first": N_("Read at first sight: %(reasons)s"),
    "MessageClassified_first_plain": N_("Read at first sight: nothing alarming"),
    "CategoriesCorrected": N_("%(who)s corrected what it is about"),
    "CategoriesCorrected_named": N_("%(who)s corrected what it is about: %(reasons)s"),
    "CategoriesCorrected_empty": N_("%(who)s corrected what it is about: nothing of note"),
    "CategoriesCorrected_none": N_("%(who)s left what it is about to the classifier again"),
    "LanguageCorrected": N_("%(who)s corrected the language"),
    "LanguageCorrected_named": N_("%(who)s corrected the language: %(lang)s"),
    "LanguageCorrected_none": N_("%(who)s left the language to the classifier again"),
    "AuthorMuted": N_("%(who)s muted the author"),
    "AuthorUnmuted": N_("%(who)s unmuted the author"),
    "MarkedNotUrgent": N_("%(who)s marked it as not urgent"),
    "MarkedNotUrgent_undone": N_("%(who)s took back that it is not urgent"),
    "ItemAcknowledged": N_("%(who)s took charge"),
    "ItemAssigned": N_("%(who)s assigned it to %(assignee)s"),
    "ItemAssigned_none": N_("%(who)s gave it back to the queue"),
    "ItemAssigned_self": N_("%(who)s took it"),
    "NoteAdded": N_("Note by %(who)s"),
    "ItemResolved": N_("%(who)s resolved it: %(reason)s"),
    "ItemReopened": N_("%(who)s reopened it"),
    "PriorityOverridden": N_("%(who)s set the priority to P%(priority)s"),
    "PriorityOverridden_none": N_("%(who)s gave the priority back to the rules"),
    "ReplyQueued_holding": N_("Acknowledgement written by %(who)s"),
    "ReplyQueued_response": N_("Reply written by %(who)s"),
    "ReplySending": N_("Sending it to the network"),
    "ReplySent": N_("The network took the reply"),
    "ReplyFailed": N_("The network refused the reply"),
    "ReplyFailed_retry": N_("The network refused the reply; we try again"),
    "ReplyUncertain": N_("The network did not confirm the reply"),
    "ReplyWithheld": N_("%(who)s held the reply back before it left"),
    "ReplySettled_sent": N_("%(who)s found the reply posted"),
    "ReplySettled_not_sent": N_("%(who)s found that nothing was posted"),
    "AnsweredByHand": N_("%(who)s answered by hand"),
    "ReplyQueued_private": N_("Private answer written by %(who)s"),
    "ReplyProposed": N_("%(who)s proposed a reply"),
    "ReplyApproved": N_("%(who)s approved the reply"),
    "ReplyApproved_edited": N_("%(who)s approved the reply, with changes"),
    "ReplyApproved_guest": N_("The reply was approved by a link"),
    "ReplyRejected": N_("%(who)s refused the reply"),
    "ReplyRejected_guest": N_("The reply was refused by a link"),
    "ProposalEscalated": N_("Nobody looked at the proposal in time: %(to)s is asked"),
    "ProposalEscalated_any": N_("Nobody looked at the proposal in time: any lead is asked"),
    "ProposalExpired": N_("Nobody decided on the proposal in time"),
    "ApprovalLinkMade": N_("%(who)s let somebody without a seat decide"),
    "ApprovalLinkRevoked": N_("%(who)s took a link back"),
    "GestureQueued_hide": N_("%(who)s hides a message on the network"),
    "GestureQueued_unhide": N_("%(who)s shows a message on the network again"),
    "GestureQueued_like": N_("%(who)s likes a message on the network"),
    "GestureQueued_unlike": N_("%(who)s takes a like back"),
    "GestureSending": N_("Telling the network"),
    "GestureEnded_done": N_("The network has done it"),
    "GestureEnded_failed": N_("The network refused to do it"),
    "GestureEnded_uncertain": N_("The network did not confirm that it has done it"),
    "SlaWarned_ack": N_("Warning: most of the time to acknowledge has gone"),
    "SlaWarned_response": N_("Warning: most of the time to respond has gone"),
    "SlaBreached_ack": N_("The acknowledgement is overdue"),
    "SlaBreached_response": N_("The response is overdue"),
    "ClaimLapsed": N_("The claim stayed silent: back to the queue"),
    "PromiseBroken": N_("A promise was broken"),
    "AuthorForgotten": N_("The author was forgotten"),
}
KEY_FACTS = frozenset({
    "MessageClassified", "CategoriesCorrected", "LanguageCorrected", "MarkedNotUrgent", "ItemAcknowledged", "ReplySent",
    "ReplyEchoed", "AnsweredByHand", "ItemResolved",
})  # fmt: skip
SOON_FACTS = frozenset({
    "ProposalEscalated", "ProposalExpired", "ReplyRejected",
    "RaisedByWave", "SlaWarned", "SlaBreached", "ClaimLapsed", "PromiseBroken", "ReplyUncertain", "ReplyFailed",
})  # fmt: skip


OF_CORRECTION: Mapping[str, str] = {"CategoriesCorrected": "categories", "LanguageCorrected": "lang"}


def _correction(type_: str, params: Mapping[str, Any]) -> str:
    name = OF_CORRECTION[type_]
    if name not in params:
        return type_
    said = params[name]
    return f"{type_}_{'none' if said is None else 'named' if said else 'empty'}"


def _variant(type_: str, code: str, params: Mapping[str, Any], actor: int | None) -> str:
    if type_ in {"SlaWarned", "SlaBreached"}:
        return f"{type_}_{params.get('clock', 'ack')}"
    if type_ in {"GestureQueued", "GestureEnded", "ReplyQueued"}:
        return _of_reply(type_, params)
    if type_ in {"ReplyApproved", "ReplyRejected", "ProposalEscalated"}:
        return _of_proposal(type_, params)
    if type_ == "ReplySettled":
        return f"{type_}_{'sent' if params.get('was_sent') else 'not_sent'}"
    if type_ == "ReplyFailed" and params.get("retry_at"):
        return "ReplyFailed_retry"
    if type_ == "MarkedNotUrgent" and params.get("undone"):
        return "MarkedNotUrgent_undone"
    if type_ == "PriorityOverridden" and params.get("priority") is None:
        return "PriorityOverridden_none"
    if type_ == "ItemAssigned":
        assignee = params.get("assignee")
        return "ItemAssigned_none" if assignee is None else "ItemAssigned_self" if assignee == actor else "ItemAssigned"
    if type_ in OF_CORRECTION:
        return _correction(type_, params)
    if type_ == "MessageClassified":
        if params.get("assessed") is False:
            return "MessageClassified_unassessed"
        key = "MessageClassified_first" if params.get("provisional") else type_
        return key if params.get("categories") or params.get("reasons") else f"{key}_plain"
    return type_ if type_ in FACTS else code


def _of_proposal(type_: str, params: Mapping[str, Any]) -> str:
    if type_ == "ProposalEscalated":
        return type_ if params.get("to") is not None else "ProposalEscalated_any"
    if params.get("guest") is not None:
        return f"{type_}_guest"
    return "ReplyApproved_edited" if params.get("edited") else type_


def _of_reply(type_: str, params: Mapping[str, Any]) -> str:
    private = type_ == "ReplyQueued" and params.get("private")
    told = {"GestureQueued": "gesture", "GestureEnded": "end", "ReplyQueued": "purpose"}[type_]
    return f"{type_}_{'private' if private else params.get(told, 'response')}"


def fact(
    type_: str, code: str, params: Mapping[str, Any], actor: int | None, names: Mapping[int, str], say: Speech
) -> str:
    """One line of the timeline."""
    key = _variant(type_, code, params, actor)
    if key not in FACTS:
        return spelled(code or type_)
    categories = params.get("categories") or params.get("reasons") or ()
    said: dict[str, object] = {
        "who": member(actor, names, say),
        "assignee": member(params.get("assignee"), names, say),
        "to": member(params.get("to"), names, say),
        "priority": params.get("priority"),
        "network": network(str(params.get("network", "")), say),
        "reason": resolve_reason(str(params.get("reason", "answered")), say),
        "reasons": reasons(map(str, categories), say),
        "lang": say.language(params.get("lang")),
    }
    return say(FACTS[key], **said)


def member(member_id: Any, names: Mapping[int, str], say: Speech) -> str:
    """A colleague's name; what the machine did by itself is Vigie's."""
    if member_id is None:
        return "Vigie"
    return names.get(int(member_id)) or say("a former colleague")


REPLY_FAILURES: Mapping[str, str] = {
    "window_closed": N_("the network's reply window has closed"),
    "message_gone": N_("the message was deleted on the network"),
    "gone": N_("the message was deleted on the network"),
    "address_not_allowed": N_("the reply address is not one we may call: a lead must correct it"),
    "author_forgotten": N_("the person was forgotten: there is nobody left to write to"),
    "blocked_by_network": N_("the network blocks us, or the person does"),
    "not_authorised": N_("our connection may not reply: a lead must renew it"),
    "too_many": N_("the network asked us to slow down"),
    "author_blocked_us": N_("this person has blocked us, or takes no messages"),
    "token_expired": N_("our access to the network has expired or was revoked"),
    "too_long": N_("the text is longer than the network takes"),
    "duplicate": N_("the network says that this text was posted already"),
    "rejected": N_("the network refused it"),
    "unreachable": N_("the network could not be reached"),
    "redirected": N_("the reply address points elsewhere: a lead must correct it"),
    "busy": N_("the network was too busy"),
    "not_configured": N_("this channel has no reply address: record an answer by hand"),
    "cannot_reply": N_("this network takes no replies through its API: record an answer by hand"),
    "channel_gone": N_("the channel is switched off"),
    "no_answer": N_("the network did not answer in time"),
    "connection_lost": N_("the connection broke"),
    "server_error": N_("the network had a fault"),
    "unclear_answer": N_("the network's answer was unclear"),
    "interrupted": N_("we stopped while it was being sent"),
    "restored": N_("it was under way when the backup was made that this instance comes from"),
}
"""Why a reply was refused, or is in doubt: the vocabulary of `services.channels.contract`."""


def waits(count: int, until: datetime | None, network_: str, now: datetime, say: Speech) -> str:
    """ "12 replies wait for X until 14:05." Where nothing keeps the account, without the time."""
    if until is None:
        return say.many("%(num)s reply is on its way.", "%(num)s replies are on their way.", count)
    whom, at = network(network_, say), say.moment(until, now)
    return say.many(
        "%(num)s reply waits for %(network)s until %(at)s.",
        "%(num)s replies wait for %(network)s until %(at)s.",
        count, network=whom, at=at,
    )  # fmt: skip


REMEDIES: Mapping[str, str] = {
    "window_closed": N_("Answer by another way, then record it under “By hand”."),
    "author_blocked_us": N_("Nothing more can reach them here. Answer by another way, or resolve the item."),
    "token_expired": N_("A lead renews the access on the channel's page; then take the words up again."),
    "rate_limited": N_("Nothing to do: we try again as soon as the network allows it."),
    "deleted_meanwhile": N_("There is nothing left to answer. Resolve the item, or write by another way."),
    "too_long": N_("Shorten the text and send it again."),
    "unknown": N_("Look at the thread on the network; then take the words up again, or answer there."),
}
"""What to do, by the word of `inbox.reply_failures`."""


def remedy(code: str | None, say: Speech) -> str:
    return say(REMEDIES[reply_failures.of(code or "")])


GESTURES: Mapping[str, str] = {
    "hide": N_("Hide on %(network)s"), "unhide": N_("Show on %(network)s again"),
    "like": N_("Like on %(network)s"), "unlike": N_("Take the like back"),
}  # fmt: skip


def gesture(code: str, network_: str, say: Speech) -> str:
    return say(GESTURES[code], network=network(network_, say))


def reply_failure(code: str | None, say: Speech) -> str:
    return _of(REPLY_FAILURES, code, say) if code else say("no reason given")


UNREADABLE: tuple[str, ...] = (
    N_("the body is not JSON"),
    N_("the body is not UTF-8"),
    N_("the body nests too deeply"),
    N_("fields are missing or wrong"),
    N_("messages is not a list of messages"),
    N_("there are no entries in it"),
    N_("it is about an object that is neither page nor instagram"),
    N_("an entry has no id or no valid time"),
    N_("an entry is not of the form that we know"),
    N_("an unknown event"),
    N_("reading it failed in our own code"),
    N_("the log refused what it says"),
    N_("it is for an account that no channel of this app is connected to"),
    N_("the mail cannot be read"),
    N_("nobody had time to read it"),
    N_("it is no mail of Postmark's inbound webhook"),
    N_("the body is no form"),
    N_("the body is empty"),
    N_("it is no list of mails"),
    N_("neither words nor a link were recorded"),
)
"""Why a delivery could not be read, as `services.channels` says it; what it adds (a field, a place) stays as it is."""


def unreadable(reason_: str | None, say: Speech) -> str:
    said = reason_ or ""
    for known in UNREADABLE:
        said = said.replace(known, say(known))
    return said


DELIVERY_FAILURES: Mapping[str, str] = {
    "bad_signature": N_("the signature does not hold"),
    "too_large": N_("the body was too large"),
    "too_slow": N_("the body arrived too slowly"),
    "broken": N_("the body did not arrive whole"),
    "handshake refused": N_("the verify token did not match"),
    "a reply was not delivered": N_("the network took a reply, and did not deliver it"),
}


def delivery_failure(code: str, say: Speech) -> str:
    """Why a request of a network was refused, or a reply or a question of ours."""
    kind_, _, rest = code.partition(": ")
    return (
        reply_failure(rest, say)
        if kind_ in ("reply", "sweep", "stream") and rest
        else _of(DELIVERY_FAILURES, code, say)
    )


REFUSALS: Mapping[str, str] = {
    "not_found": N_("There is nothing here, or you may not see it."),
    "conflict": N_("This changed while you were working."),
    "too_many_views": N_("You keep as many views as the rail can show. Delete one first."),
    "may_not_share": N_("You may keep views for yourself, not share them with the team."),
    "not_yours": N_("Only who made this view, or a lead, changes it."),
    "name_bad": N_("A name has 1 to 100 characters."),
    "bad_filter": N_("This search cannot be read"),
    "nobody_waits": N_("Nobody waits for an answer here any more."),
    "already_acknowledged": N_("Somebody has already taken charge of this."),
    "promise_without_text": N_("A promise needs words that tell it to the person."),
    "promise_in_the_past": N_("The time you promise has already passed. Choose a later one."),
    "not_resolved": N_("Only what is resolved can be reopened."),
    "no_such_priority": N_("A priority is 1, 2, 3 or 4."),
    "no_such_category": N_("There is no such category."),
    "no_such_language": N_("There is no such language."),
    "nothing_to_weigh": N_("There are no words here to weigh."),
    "no_such_reply": N_("This item has no such reply."),
    "not_uncertain": N_("What became of this reply is not in doubt any more."),
    "forgotten": N_("This person was forgotten: there is nobody left to write to."),
    "window_closed": N_("The network takes no more replies here. Answer by another way and record it by hand."),
    "approval_needed": N_("Somebody must look at this reply before it leaves: propose it."),
    "already_proposed": N_("A proposal for this waits already. Take it back first, or wait for it."),
    "proposal_decided": N_("This proposal does not wait any more."),
    "own_proposal": N_("Somebody else must look at what you wrote."),
    "not_asked": N_("A lead decides on this, or whoever is asked."),
    "no_such_proposal": N_("This item has no such proposal."),
    "no_such_variant": N_("There is no such variant in this proposal."),
    "variants_bad": N_("One to five variants can be proposed."),
    "reason_needed": N_("Say why, so that they can do better."),
    "link_bad": N_("Say who the link is for, and for how long: at most a week."),
    "no_such_link": N_("This item has no such link."),
    "frozen": N_("Nobody replies on this topic for now."),
    **together_words.REFUSALS,
    "freeze_bad": N_("Say why, in at most 500 characters; words have 3 to 100 characters; the end lies ahead."),
    "no_such_freeze": N_("This brand has no such freeze."),
    "withdrawn": N_("The author withdrew these words: there is nothing left to answer."),
    "too_long": N_("The network takes no text as long as this. Shorten it."),
    "files_not_taken": N_("The network takes no files here. Take them away and send the words."),
    "file_type_not_taken": N_("The network does not take this kind of file."),
    "file_too_heavy": N_("The file is too large for the network."),
    "file_empty": N_("There is nothing in this file."),
    "too_many_files": N_("Too many files for one reply."),
    "file_goes_alone": N_("A film or a moving picture goes by itself. Take the others away."),
    "file_missing": N_("A file is not here any more. Attach it again."),
    "file_gone": N_("The network does not give this file any more."),
    "file_too_large": N_("The file is too large to be opened here. Open it on the network."),
    "file_not_allowed": N_("The file lies at an address that we may not call."),
    "private_once": N_("The network takes one private answer to a comment, and it was sent."),
    "private_not_offered": N_("The network takes no private answer to this, or takes none any more."),
    "gesture_in_flight": N_("The network is being told already. Wait a moment."),
    "gesture_not_offered": N_("The network does not let us do that to this message."),
    "no_such_message": N_("This item has no such message."),
    "reply_in_flight": N_("A reply is on its way. Wait until the network has taken it."),
    "reply_uncertain": N_("Say first what became of the uncertain reply."),
    "nothing_chosen": N_("Nothing was chosen, or nothing of it is there any more."),
    "too_many_chosen": N_("That is more than can be done at once: at most 10,000 items. Narrow the list."),
    "not_running": N_("It has ended already."),
    "already_begun": N_("It was begun already."),
    "not_your_draft": N_("Only who made this draft changes and begins it. Choose again to make one of your own."),
    "not_undoable": N_("This cannot be taken back."),
    "not_written": N_("Nobody was written to by this."),
    "gap_missing": N_("Something is still to be filled in: %(missing)s. Nothing is sent with a gap in it."),
    "empty_text": N_("Write something first."),
    "no_text": N_("Write something first."),
    "text_too_long": N_("The text is too long: at most 10,000 characters."),
    "bad_cursor": N_("This page of the list no longer exists. Start again from the top."),
    "csrf": N_("This form had expired, so nothing was done. Go back, reload the page and try again."),
    "forbidden": N_("Your role does not allow this. A lead or an owner can do it, or give you the right."),
    "assignee_unknown": N_("Only an active member who may act for this brand can be given an item."),
    "idempotency_key_reused": N_("This form was sent already. What it did stands."),
    "nobody_here": N_("Nothing here identifies a person."),
    "legal_hold": N_("This brand is under a legal hold: nobody is forgotten before it ends."),
    "retention_bad": N_("Words are kept 30 to 3,650 days or for good, raw deliveries 1 to 3,650 days."),
    "nobody_to_forget": N_("Nothing here identifies a person any more."),
    "foreign_origin": N_("This form was sent from another site, so nothing was done."),
    "too_large": N_("That is too large."),
    "too_slow": N_("The form took too long to arrive. Try again."),
    "bad_request": N_("The form cannot be read. Go back, reload the page and try again."),
    "bad_period": N_("The period must end after it begins, and last at most 400 days."),
    "method_not_allowed": N_("This address does not take that kind of request."),
    "unauthorised": N_("Sign in first."),
    "link_dead": N_("This link was used already, or its time is over."),
    "delivery_expired": N_("It can no longer be opened: its time of keeping is over."),
    "too_many_attempts": N_("Too many attempts. Wait a little, then try again."),
}


def refusal(refused: Refused, say: Speech) -> str:
    """What a person reads when they were refused: our words for the code, else the refusal's own (English) message."""
    if refused.code == "gap_missing":
        missing = ", ".join("{" + str(name) + "}" for name in refused.details["missing"])
        return say(REFUSALS[refused.code], missing=missing)
    if refused.code == "frozen":
        return say("Nobody replies on this topic for now: %(reason)s", reason=refused.details.get("reason", ""))
    return say(REFUSALS[refused.code]) if refused.code in REFUSALS else refused.message
