"""The lines of an item's timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inbox.web.i18n import N_, Speech
from inbox.web.words.codes import member, network, resolve_reason, spelled
from inbox.web.words.whys import reasons

FACTS: Mapping[str, str] = {
    "WaveJoined": N_("Joined a wave of near-identical messages"),
    "RaisedByWave": N_("Raised by its wave: somebody who says nearly the same is more urgent"),
    "MessageReceived": N_("Message on %(network)s"),
    "MessageReceived_plain": N_("The author wrote again"),
    "ItemAssigned_plain": N_("%(who)s changed who takes care of it"),
    "ItemResolved_plain": N_("%(who)s resolved it"),
    "PriorityOverridden_plain": N_("%(who)s changed the priority"),
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
NEEDED = {
    "MessageReceived": "network",
    "ItemAssigned": "assignee",
    "ItemResolved": "reason",
    "PriorityOverridden": "priority",
}
"""What a fact says besides; where it is not told (of what came in between, the type alone is), a plainer one stands."""
OF_CORRECTION: Mapping[str, str] = {"CategoriesCorrected": "categories", "LanguageCorrected": "lang"}


def _correction(type_: str, params: Mapping[str, Any]) -> str:
    name = OF_CORRECTION[type_]
    if name not in params:
        return type_
    said = params[name]
    return f"{type_}_{'none' if said is None else 'named' if said else 'empty'}"


def _variant(type_: str, code: str, params: Mapping[str, Any], actor: int | None) -> str:
    if type_ in NEEDED and NEEDED[type_] not in params:
        return f"{type_}_plain"
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
