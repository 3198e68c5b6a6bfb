"""The words of a holding reply, in the author's own language: we read you, and when we come back.

A suggestion: the member reads it, changes it and sends it. The person is named by their first name only where the
network shows one that looks like a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from inbox.gap_values import first_name
from inbox.views.row import Row
from inbox.web.i18n import Speech

GREETINGS = {
    "fr": ("Bonjour {name}, ", "Bonjour, "),
    "en": ("Hello {name}, ", "Hello, "),
    "es": ("Hola, {name}: ", "Hola: "),
    "de": ("Guten Tag {name}, ", "Guten Tag, "),
    "it": ("Buongiorno {name}, ", "Buongiorno, "),
    "pt": ("Olá, {name}: ", "Olá: "),
    "ar": ("مرحبًا {name}، ", "مرحبًا، "),
}
BODIES = {
    "fr": (
        "nous avons bien lu votre message. Nous revenons vers vous avant {time}.",
        "nous avons bien lu votre message. Nous revenons vers vous au plus vite.",
    ),
    "en": (
        "we have read your message. We will come back to you by {time}.",
        "we have read your message. We will come back to you as soon as we can.",
    ),
    "es": (
        "hemos leído su mensaje. Le responderemos antes de {time}.",
        "hemos leído su mensaje. Le responderemos lo antes posible.",
    ),
    "de": (
        "wir haben Ihre Nachricht gelesen. Wir melden uns bis {time} bei Ihnen.",
        "wir haben Ihre Nachricht gelesen. Wir melden uns so schnell wie möglich bei Ihnen.",
    ),
    "it": (
        "abbiamo letto il suo messaggio. Le risponderemo entro {time}.",
        "abbiamo letto il suo messaggio. Le risponderemo al più presto.",
    ),
    "pt": (
        "lemos a sua mensagem. Voltamos a contactar até {time}.",
        "lemos a sua mensagem. Voltamos a contactar o mais depressa possível.",
    ),
    "ar": ("لقد قرأنا رسالتك. سنعود إليك قبل {time}.", "لقد قرأنا رسالتك. سنعود إليك في أقرب وقت ممكن."),
}
TIMES = {
    "fr": ("{time}", "le {day} à {time}"),
    "en": ("{time}", "{time} on {day}"),
    "es": ("las {time}", "el {day} a las {time}"),
    "de": ("{time} Uhr", "{day}, {time} Uhr,"),
    "it": ("le {time}", "le {time} del {day}"),
    "pt": ("às {time}", "{day} às {time}"),
    "ar": ("الساعة {time}", "{day} الساعة {time}"),
}
"""How a time is said: today, and on another day."""
STEP = timedelta(minutes=5)


@dataclass(frozen=True)
class Promise:
    """One time that can be promised. `said`: how the text to the person says it."""

    value: str
    label: str
    said: str
    chosen: bool


def text(lang: str | None, fallback: str, name: str | None, by: str | None) -> str:
    """The suggested words; `by` is the promised time as said to the person, None for no promise."""
    spoken = lang if lang in GREETINGS else fallback if fallback in GREETINGS else "en"
    named, plain = GREETINGS[spoken]
    first = first_name(name)
    timed, soon = BODIES[spoken]
    return (named.format(name=first) if first else plain) + (timed.format(time=by) if by else soon)


def suggested(row: Row, now: datetime, say: Speech) -> tuple[str, Sequence[Promise]]:
    """The words for this item, which say the first of the times that can be promised, and those times."""
    spoken = Speech(row.lang if row.lang in GREETINGS else say.lang, say.zone)
    times = promises(row.response_due_at if row.waiting else None, now, say, spoken)
    name = row.author.name if row.author else None
    return text(row.lang, say.lang, name, times[0].said if times else None), times


def promises(due_at: datetime | None, now: datetime, say: Speech, spoken: Speech) -> Sequence[Promise]:
    """Times to choose from, the first one the response's own due time where that is still ahead.

    `say` speaks to the member, `spoken` to the person.
    """
    times = [now + timedelta(minutes=30), now + timedelta(hours=1), now + timedelta(hours=2), now + timedelta(hours=4)]
    times.append(_tomorrow_morning(now, say))
    if due_at is not None and now + STEP < due_at < now + timedelta(days=3):
        times.insert(0, due_at)
    rounded: list[datetime] = []
    for at in times:
        down = _rounded_down(at)
        if down > now and down not in rounded:
            rounded.append(down)
    return [
        Promise(
            at.isoformat(), f"{say.there.moment(at, now)} ({say.duration((at - now).total_seconds(), coarse=True)})",
            said(at, now, spoken), index == 0,
        )
        for index, at in enumerate(rounded)
    ]  # fmt: skip


def said(at: datetime, now: datetime, spoken: Speech) -> str:
    """A promised time in the person's language, as their sentence needs it."""
    today, other = TIMES.get(spoken.lang, TIMES["en"])
    form = today if spoken.local(at).date() == spoken.local(now).date() else other
    return form.format(time=spoken.time(at), day=spoken.day(at))


def in_each_language(at: datetime, now: datetime, zone: str) -> dict[str, str]:
    """A promised time in each language that one may be told it in."""
    return {lang: said(at, now, Speech(lang, zone)) for lang in TIMES}


def _rounded_down(at: datetime) -> datetime:
    return at - timedelta(minutes=at.minute % 5, seconds=at.second, microseconds=at.microsecond)


def _tomorrow_morning(now: datetime, say: Speech) -> datetime:
    local = say.local(now) + timedelta(days=1)
    return local.replace(hour=10, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)
