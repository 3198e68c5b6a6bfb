"""Why a reply or a gesture did not reach its network, or a delivery not us, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from inbox import reply_failures
from inbox.web.i18n import N_, Speech
from inbox.web.words.codes import in_words, network

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
    return in_words(REPLY_FAILURES, code, say) if code else say("no reason given")


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
    N_("what was kept of it does not open"),
    N_("its channel is gone"),
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
        else in_words(DELIVERY_FAILURES, code, say)
    )
