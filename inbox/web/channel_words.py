"""What there is to worry about in a channel, and what to do about it, in the words of whoever looks after it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from inbox.channel_state import Concern
from inbox.verifying import Verified
from inbox.web import words
from inbox.web.i18n import N_, Speech

WHAT: Mapping[str, str] = {
    "no_access": N_("The network no longer lets us in"),
    "access_ended": N_("Our access to the network has ended (%(at)s)"),
    "access_ends": N_("Our access to the network is about to end (%(at)s)"),
    "subscription_lapsed": N_("The subscription has ended (%(at)s): the network tells us nothing any more"),
    "subscription_ends": N_("The subscription is about to end (%(at)s)"),
    "renewal_fails": N_("Renewing it fails"),
    "silent": N_("Silent: nothing for %(hours)s h, when there are usually %(usual)s messages"),
    "quiet": N_("Too quiet: %(came)s messages in %(hours)s h, when there are usually %(usual)s"),
    "signatures": N_("Deliveries come with a signature that does not hold"),
    "asking_fails": N_("Asking the network fails again and again: %(reason)s"),
    "stream_broken": N_("The open connection breaks off again and again: %(reason)s"),
    "gap": N_("A gap (%(at)s): the network no longer had all that was said"),
    "quarantined": N_("There are deliveries that we could not read"),
}
REMEDY: Mapping[str, str] = {
    "no_access": N_("Make a new token (or password) on the network and enter it below."),
    "access_ended": N_("Make a new token on the network and enter it below."),
    "access_ends": N_("Make a new token on the network before then and enter it below."),
    "subscription_lapsed": N_("We keep trying to subscribe. Check that the address for deliveries can be reached."),
    "subscription_ends": N_("Subscribe anew on the network, as the steps below say."),
    "renewal_fails": N_("We keep trying. Check that the address for deliveries can be reached, and the access below."),
    "silent": N_("Look on the network whether people speak there; verify the connection, and send a test delivery."),
    "quiet": N_("Look on the network whether all that is said there arrives here."),
    "signatures": N_("Copy the secret anew, here and on the network. If other deliveries hold, a stranger is trying."),
    "asking_fails": N_("What only asking brings is missing. Verify the connection; if the network is down, wait."),
    "stream_broken": N_("Nothing is lost: we ask the network every few minutes instead. Check the address below."),
    "gap": N_("Look on the network for what is missing, and record it by hand."),
    "quarantined": N_("Open the quarantine: it says why, and reads them again."),
}


def verified(found: Verified, say: Speech) -> tuple[str, str]:
    """How it looks (met, alarm, soon), and what it says."""
    if found.outcome == "works":
        known = say("The network lets us in, as %(name)s.", name=found.name) if found.name else None
        return "met", known or say("The network lets us in.")
    if found.outcome == "not_asked":
        return "soon", say("This network cannot be asked. It is connected once its first delivery has come.")
    if found.reason == "not_configured":
        return "soon", say("Without a token there is nothing to ask the network with. Receiving needs none.")
    why = words.delivery_failure(f"sweep: {found.reason}", say)
    return "alarm", say("The network does not let us in: %(reason)s", reason=why)


class Worry(NamedTuple):
    """`level`: amber or red."""

    level: str
    code: str
    what: str
    remedy: str


def worry(concern: Concern, say: Speech, now: datetime) -> Worry:
    silence = concern.silence
    told = {
        "at": say.moment(concern.at, now) if concern.at else "",
        "reason": words.delivery_failure(f"sweep: {concern.reason}", say) if concern.reason else "",
        "hours": say.number(silence.hours) if silence else "",
        "came": say.number(silence.came) if silence else "",
        "usual": say.number(round(silence.usual)) if silence else "",
    }
    return Worry(concern.level, concern.code, say(WHAT[concern.code], **told), say(REMEDY[concern.code]))
