"""The first steps in words: what each is called, and why it matters."""

from __future__ import annotations

from collections.abc import Mapping

from inbox.guide import Step
from inbox.web.i18n import N_

TITLES: Mapping[Step, str] = {
    "brand": N_("Your brand"),
    "hours": N_("Your hours"),
    "channel": N_("A first channel"),
    "colleague": N_("A first colleague"),
    "message": N_("A test message"),
}
WHYS: Mapping[Step, str] = {
    "brand": N_(
        "Its name stands on every screen and in what your colleagues receive; its time zone sets every hour they read."
    ),
    "hours": N_(
        "Times to answer are counted in the hours you work: what is written on Friday evening is due on Monday morning."
        " The most urgent counts at any hour."
    ),
    "channel": N_(
        "Nothing arrives without one. Each network has its own way in, and its page says step by step what to do."
    ),
    "colleague": N_(
        "A crisis is too much for one: somebody has to sleep, and a second pair of eyes reads an answer before it goes."
    ),
    "message": N_(
        "To know that it works before it has to: it is signed, sent to your channel, read like any other, and waits in"
        " your queue."
    ),
}
