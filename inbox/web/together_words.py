"""What colleagues do together, in words: refusals of hand-overs, of rules that assign, of what is kept of authors."""

from __future__ import annotations

from collections.abc import Mapping

from inbox.web.i18n import N_

REFUSALS: Mapping[str, str] = {
    "handover_bad": N_("Hand over to a colleague, with at most 200 items and 1,000 characters."),
    "handover_open": N_("You have offered a hand-over already: take it back first."),
    "no_such_handover": N_("There is no such hand-over."),
    "handover_over": N_("Somebody has decided on this hand-over already, or its day is over."),
    "handover_not_yours": N_("This hand-over was offered to somebody else."),
    "langs_bad": N_("At most 12 languages, each two or three letters of ISO 639, such as fr or tr."),
    "note_bad": N_("A note on an author has 1 to 2,000 characters."),
    "city_bad": N_("A city has at most 80 characters, and no braces."),
    "same_author": N_("That is the same author already."),
    "too_many_links": N_("At most 20 authors are linked with one."),
    "rules_bad": N_("At most 20 rules, each with a name of 1 to 100 characters."),
}
