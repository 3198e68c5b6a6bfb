"""What an act on an item says once it is done, and the form that would take it back."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from inbox import commands, offers
from inbox.desk import Outcome
from inbox.state import Item
from inbox.web.context import deps
from inbox.web.i18n import N_, Speech
from inbox.web.pages import item_acts, render, undoing
from inbox.web.pages.undoing import Told

DONE = {
    "acknowledge": N_("Acknowledgement on its way."),
    "reply": N_("Reply on its way."),
    "private": N_("Private answer on its way."),
    "gesture": N_("The network is being told."),
    "by-hand": N_("Recorded as answered by hand."),
    "note": N_("Note added."),
    "take": N_("It is yours."),
    "assign": N_("Assigned."),
    "resolve": N_("Resolved."),
    "reopen": N_("Reopened."),
    "priority": N_("Priority set."),
    "settle": N_("Noted. The clocks are set right."),
    "categories": N_("Corrected."),
    "language": N_("Language corrected."),
    "not-urgent": N_("Noted: not urgent."),
    "mute": N_("Muted: what they say ranks as P4."),
    "unmute": N_("Not muted any more."),
    "back": N_("Left to the classifier again."),
    "forget": N_("The author was forgotten."),
    "propose": N_("Proposed."),
    "approve": N_("Approved: the reply is on its way."),
    "reject": N_("Noted: nothing is sent."),
    "approval-link": N_("The link is made."),
    "approval-link-back": N_("The link is taken back."),
    "undone": N_("Taken back."),
}
WRITES = frozenset({"acknowledge", "reply", "private", "note", "by-hand"})
EMPTIES = WRITES | {"propose"}
"""After these the words that were in the composer must not come back into it, to be sent twice."""
NOT_UNDONE = N_("That could not be taken back: see the item.")


def told_of(name: str | None, say: Speech) -> Told | None:
    return Told(say(DONE[name]), wrote=name in EMPTIES) if name in DONE else None


def way_back(
    request: web.Request, world: render.World, told: Told, back: commands.Command | None, outcome: Outcome
) -> Told | None:
    """With the form that takes it back, as the item stood right after the act; None where nothing does, or the act had
    been done before."""
    form = item_acts.FORMS.get(type(back)) if not outcome.repeated else None
    if form is None or (isinstance(back, commands.Gesture) and not _takes(request, outcome.item, back)):
        return None
    path = f"{world.base}/items/{outcome.item.item_id}/{form[0]}"
    fields = {**form[1](back), "expected_position": str(outcome.position)}
    return replace(undoing.undoable(request, told.said, path, fields, pane=True), wrote=told.wrote)


def _takes(request: web.Request, item: Item, back: commands.Gesture) -> bool:
    said = next(message for message in item.messages if message.external_id == back.external_id)
    return offers.can_gesture(deps(request).networks.get(item.network), said, back.gesture)
