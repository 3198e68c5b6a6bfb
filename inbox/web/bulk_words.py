"""What the pages of bulk actions say: what is done, what became of each item, and why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from inbox.bulk.jobs import Job
from inbox.bulk.orders import Orders, What
from inbox.state import Item
from inbox.web import words
from inbox.web.i18n import N_, Speech

WHATS: Mapping[What, tuple[str, str]] = {
    "acknowledge": (N_("Acknowledge"), "hand"), "reply": (N_("Write to each"), "reply"),
    "assign": (N_("Assign"), "user"), "tag": (N_("Set what they are about"), "pen"),
    "resolve": (N_("Resolve"), "check"), "spam": (N_("Mark as spam"), "x"), "mute": (N_("Mute the authors"), "bell"),
}  # fmt: skip
"""Title and icon, in the order of the choice."""
UNDONE: Mapping[What, str] = {
    "assign": N_("Give back to whom they were"), "tag": N_("Give back to the classifier"), "resolve": N_("Reopen"),
    "spam": N_("Take back that it is spam"), "mute": N_("Unmute the authors"),
}  # fmt: skip
CODES: Mapping[str, str] = {
    "already_so": N_("It is so already."),
    "already_written": N_("They were written to by another bulk action less than a day ago."),
    "same_person": N_("The same person is in here with another item, and is written to once."),
    "opted_out": N_("They want no mass replies, as the card of the author says."),
    "already_answered": N_("They were answered already: nobody waits here."),
    "spoke_again": N_("They have written again since: answer them by hand."),
    "muted": N_("The author is muted."),
    "no_reply_here": N_("The network takes no replies from us."),
    "no_category": N_("Choose first what they are about."),
    "corrected_since": N_("Somebody has set something else since."),
    "no_variant": N_("Write the words first."),
    "no_variant_for_them": N_("No variant is for this language and network."),
    "gap_missing": N_("Something that the words need is not known of them."),
    "not_found": N_("It is no longer there."),
}
STATES: Mapping[str, str] = {
    "draft": N_("not begun"),
    "running": N_("under way"),
    "stopped": N_("stopped"),
    "done": N_("finished"),
}
RECEIPTS: Mapping[str, tuple[str, str, str]] = {
    "sent": (N_("posted"), "check", "met"), "failed": (N_("not posted"), "alert", "danger"),
    "uncertain": (N_("uncertain"), "help", "soon"), "not_sent": (N_("held back"), "x", ""),
}  # fmt: skip
"""Word, icon and tone."""


def title(job: Job, say: Speech) -> str:
    return say(UNDONE[job.orders.what]) if job.orders.undo else say(WHATS[job.orders.what][0])


def about(categories: Iterable[str], say: Speech) -> str:
    return words.reasons(categories, say) or say("nothing of note")


def change(item: Item, orders: Orders, say: Speech) -> str | None:
    """What would be another thing that its words are about; None where a job says nothing of that."""
    if orders.about is None:
        return None
    now = about((one.category for one in item.reasons), say) if item.scored else say("not read yet")
    then = say("what the classifier says") if orders.undo else about(orders.about, say)
    return say("Now: %(now)s. Then: %(then)s.", now=now, then=then)


def code(name: str | None, say: Speech) -> str:
    """Why an item was left out or refused."""
    known = CODES.get(name or "") or words.REFUSALS.get(name or "")
    return say(known) if known else (name or "")
