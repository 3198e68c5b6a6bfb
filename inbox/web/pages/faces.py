"""The two clocks of an item, and that of a promise, as a screen shows them: a state, a value, a word for the eye and
one for the ear.

Pure. `static/js/clocks.js` applies the same rule each second from the same data; what changes here changes there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from inbox.events import ClockName
from inbox.web.i18n import N_, Speech

FaceState = Literal["calm", "soon", "overdue", "met", "late", "void"]
FaceClock = ClockName | Literal["promise"]
RING = 34.6  # circumference of the ring's circle, r = 5.5

WORDS: dict[tuple[str, str], tuple[str, str]] = {
    ("ack", "calm"): (N_("Ack"), N_("Acknowledgement: time left")),
    ("ack", "soon"): (N_("Ack"), N_("Acknowledgement: due soon, time left")),
    ("ack", "overdue"): (N_("Ack"), N_("Acknowledgement: overdue by")),
    ("ack", "met"): (N_("Acked"), N_("Acknowledgement: done in")),
    ("ack", "late"): (N_("Acked late"), N_("Acknowledgement: done late, in")),
    ("ack", "void"): (N_("Ack"), N_("Acknowledgement: no longer due")),
    ("response", "calm"): (N_("Response"), N_("Response: time left")),
    ("response", "soon"): (N_("Response"), N_("Response: due soon, time left")),
    ("response", "overdue"): (N_("Response"), N_("Response: overdue by")),
    ("response", "met"): (N_("Responded"), N_("Response: done in")),
    ("response", "late"): (N_("Late response"), N_("Response: done late, in")),
    ("response", "void"): (N_("Response"), N_("Response: no longer due")),
    ("promise", "calm"): (N_("promised"), N_("Promise: time left")),
    ("promise", "soon"): (N_("promised"), N_("Promise: due soon, time left")),
    ("promise", "overdue"): (N_("promise broken"), N_("Promise: broken since")),
    ("promise", "met"): (N_("promise kept"), N_("Promise: kept")),
    ("promise", "late"): (N_("promise broken"), N_("Promise: broken")),
}
"""(clock, state) → what stands beside the value, and what is read aloud before it."""


@dataclass(frozen=True, slots=True)
class Face:
    clock: FaceClock
    state: FaceState
    value: str
    word: str
    spoken: str
    due_at: datetime | None = None
    start_at: datetime | None = None
    warn_at: datetime | None = None
    gone: float = 0.0
    seconds: float = 0.0

    @property
    def ring(self) -> str:
        return f"{RING * (1 - self.gone):.1f} {RING}"

    @property
    def running(self) -> bool:
        return self.state in {"calm", "soon", "overdue"}


def face(
    clock: FaceClock,
    *,
    start_at: datetime | None,
    due_at: datetime | None,
    warn_at: datetime | None,
    stopped_at: datetime | None,
    void: bool,
    now: datetime,
    say: Speech,
) -> Face | None:
    """None where there is nothing to tell: no due time and never stopped."""
    state: FaceState
    if stopped_at is not None and not void:
        took = (stopped_at - start_at).total_seconds() if start_at else 0.0
        state = "late" if due_at is not None and stopped_at > due_at else "met"
        return _made(clock, state, say.duration(took, coarse=True), say, due_at, start_at, None, 1.0, took)
    if due_at is None:
        return None
    left = (due_at - now).total_seconds()
    if void:
        return _made(clock, "void", say.duration(left, coarse=True), say, due_at, start_at, None, 0.0, left)
    if left < 0:
        return _made(clock, "overdue", f"+{say.duration(left, coarse=True)}", say, due_at, start_at, warn_at, 1.0, left)
    whole = (due_at - start_at).total_seconds() if start_at else 0.0
    gone = min(1.0, max(0.0, 1 - left / whole)) if whole > 0 else 0.0
    state = "soon" if warn_at is not None and now >= warn_at else "calm"
    return _made(clock, state, say.duration(left), say, due_at, start_at, warn_at, gone, left)


def _made(
    clock: FaceClock,
    state: FaceState,
    value: str,
    say: Speech,
    due_at: datetime | None,
    start_at: datetime | None,
    warn_at: datetime | None,
    gone: float,
    seconds: float,
) -> Face:
    word, spoken = WORDS[clock, state]
    return Face(clock, state, value, say(word), say(spoken), due_at, start_at, warn_at, gone, seconds)


def spoken_words(say: Speech) -> dict[str, dict[str, list[str]]]:
    """What the browser needs to change a face in place: clock → state → [word, spoken]."""
    return {
        clock: {state: [say(part) for part in WORDS[clock, state]] for state in ("calm", "soon", "overdue")}
        for clock in ("ack", "response", "promise")
    }
