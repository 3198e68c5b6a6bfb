"""What a person reads when they were refused."""

from __future__ import annotations

from collections.abc import Mapping

from inbox.errors import Refused
from inbox.web import reading_words, together_words
from inbox.web.i18n import N_, Speech

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
    "freeze_of_nothing": N_("Say what is frozen, or tick that it is the whole brand."),
    **reading_words.REFUSALS,
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
    "file_taken": N_("A reply that waits or is on its way carries this file. Take that reply back first."),
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
    "bad_signature": N_("The channel has no secret that holds. Give it a new one in its settings."),
    "cannot_record": N_("This cannot be recorded as it is."),
    "channel_disabled": N_("The channel for this is switched off in the settings."),
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
