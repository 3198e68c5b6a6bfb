"""What is said of a search that cannot be read: the word it is about, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping

from inbox.views.grammar import BadFilter
from inbox.web.i18n import N_, Speech

PROBLEMS: Mapping[str, str] = {
    "unknown_key": N_("“%(word)s” is no filter. To search for it as words, put it in quotes. Filters: %(choices)s."),
    "unknown_value": N_("“%(word)s” means nothing here. Write one of: %(choices)s."),
    "unknown_channel": N_("No channel is called “%(word)s”. Write its name or its network: %(choices)s."),
    "unknown_member": N_("Nobody in the team is called “%(word)s”. Write one of: %(choices)s."),
    "unknown_wave": N_("“%(word)s” is no wave. Open the wave from the page of waves instead."),
    "no_value": N_("Nothing stands behind “%(word)s”. Write what you look for right behind the colon."),
    "no_time": N_("“%(word)s” is no time. Write 30m, 2h, 3d, today, yesterday or a day such as 2026-11-21."),
    "no_opposite": N_("“%(word)s” cannot be turned around. Use since: and before: for times, and is:overdue for what is"
                      " late."),
    "one_value": N_("“%(word)s” takes one time only."),
    "too_many": N_("“%(word)s” has too many values."),
    "too_long": N_("The search is too long: “%(word)s”"),
}  # fmt: skip


def told(bad: BadFilter, say: Speech) -> str:
    choices = ", ".join(bad.choices)
    return say(PROBLEMS[bad.problem], word=bad.word, choices=choices)
