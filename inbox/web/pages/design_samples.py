"""What the page of the design system shows its components with: rows, clocks and people in every state they can have.

Pure. The people are invented, and their names are what breaks layouts: right to left, without a space, of one sign.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from inbox.events import Author, ReasonGiven
from inbox.ids import ItemId
from inbox.replacing import replace
from inbox.state import Message
from inbox.views.row import Row
from inbox.web import reading_words
from inbox.web.i18n import Speech
from inbox.web.pages import faces
from inbox.web.pages.pane_thread import Entry
from inbox.web.pages.reading import Reading, Told, Words

LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrente" * 3
NAMES = ("Jeanne Élodie", "كريم بن عبد الله", "अनन्या शर्मा", "🦊", "X", LONG)
COLLEAGUE = 7
ARABIC = "البطارية تُصدر دخانًا في المطبخ، ماذا أفعل؟"
HINDI = "बैटरी से धुआँ निकल रहा है, मैं क्या करूँ?"
FRENCH = "La batterie fume dans ma cuisine, que dois-je faire ? 🔥🔥🔥"


def row(now: datetime, number: int, text: str, *, lang: str = "fr", name: str = NAMES[0]) -> Row:
    """One that waits, calm, and was read."""
    began = now - timedelta(minutes=4)
    return Row(
        id=ItemId(uuid.UUID(int=number)), position=number, status="open", priority=3, base_priority=3, override=None,
        promoted=0, scored=True, urgency=0.4, level=2, sentiment="negative", lang=lang, reasons=(), channel_id="c",
        network="generic", kind="comment", author=Author(id=str(number), name=name, handle="handle", followers=4210),
        text=text, permalink=None, forgotten=False, withdrawn=False, message_count=1, assignee=None,
        received_at=began, sent_at=began, turn=1, ack_started=began, ack_due_at=now + timedelta(minutes=26),
        response_due_at=now + timedelta(hours=4), acknowledged_at=None, acknowledged_by=None, responded_at=None,
        responded_by=None, ack_breached=False, response_breached=False, warn_ack_at=now + timedelta(minutes=20),
        warn_response_at=now + timedelta(hours=3), promise_until=None, reply_possible_until=None,
        rank_due_at=now + timedelta(minutes=26), uncertain=False,
    )  # fmt: skip


def rows(now: datetime) -> Iterator[Row]:
    """Every state of a row, and every text that a row must bear."""
    fire = ReasonGiven(category="safety", score=0.93, evidence=("batterie", "fume"))
    calm, minute = row(now, 1, FRENCH), timedelta(minutes=1)
    yield replace(calm, priority=1, reasons=(fire,), ack_due_at=now - minute, ack_breached=True, message_count=3)
    yield replace(row(now, 2, ARABIC, lang="ar", name=NAMES[1]), priority=2, warn_ack_at=now - minute, base_priority=3)
    yield replace(row(now, 3, HINDI, lang="hi", name=NAMES[2]), assignee=COLLEAGUE, promise_until=now + 90 * minute)
    yield replace(row(now, 4, LONG, lang="de", name=LONG), priority=4, wave=uuid.UUID(int=4), wave_size=214)
    for number, status, name in ((5, "answered", NAMES[3]), (6, "resolved", NAMES[0])):
        yield replace(row(now, number, "🔥" * 60, name=name), status=status, acknowledged_at=now, responded_at=now)
    yield replace(row(now, 7, "Oubliez ma question."), status="withdrawn", withdrawn=True)
    yield replace(row(now, 8, ""), forgotten=True, author=None, text=None, scored=False)
    threat = ReasonGiven(category="violence", score=0.9, evidence=("retrouver",))
    yield replace(row(now, 10, FRENCH), priority=1, base_priority=1, reasons=(threat,), fold=("violence",))
    yield replace(row(now, 9, "", name=NAMES[4]), provisional=True, muted=True, corrected=("urgency",))


def foreign(now: datetime) -> Entry:
    """Words that were translated."""
    message = Message("foreign", "comment", now, now, text=ARABIC)
    return Entry("in", now, NAMES[1], message, lang="ar", dir="rtl", words=Words("foreign", ARABIC, "ar"))


def reading(say: Speech) -> Reading:
    told = Told(FRENCH, "fr", reading_words.by_service("libretranslate", say))
    return Reading(frozenset({say.lang}), say.lang, None, {"foreign": told})


def clocks(now: datetime, say: Speech) -> list[faces.Face]:
    """Both clocks and a promise, in each state that there are words for."""
    return [made for clock in ("ack", "response", "promise") for made in _states(clock, now, say) if made]


def _states(clock: faces.FaceClock, now: datetime, say: Speech) -> Iterator[faces.Face | None]:
    """Calm, soon, overdue, met, late, void: how far each is from its due time, in minutes."""
    for due, warn, stopped, void in (
        (26, 20, None, False), (2, -1, None, False), (-12, -20, None, False),
        (26, 20, -5, False), (-30, -40, -5, False), (26, 20, None, True),
    ):  # fmt: skip
        if void and (clock, "void") not in faces.WORDS:
            continue
        yield faces.face(
            clock, start_at=now - timedelta(minutes=45), due_at=now + timedelta(minutes=due),
            warn_at=now + timedelta(minutes=warn), void=void, now=now, say=say,
            stopped_at=None if stopped is None else now + timedelta(minutes=stopped),
        )  # fmt: skip
