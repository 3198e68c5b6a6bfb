"""What a report says, whatever it is written on: a title, sections of figures, charts and tables, and its foot.

Pure: the facts of a report and a language in, a document out. The page and the PDF say the same, word for word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from babel import dates

from inbox.reports.facts import Facts
from inbox.reports.tally import Tally
from inbox.views.figures import ClockFigures, Group
from inbox.views.spread import AGES_S, BOUNDS_S, SHARES
from inbox.web import charts, words
from inbox.web.i18n import N_, Speech
from inbox.web.pages import sla_compared
from inbox.web.pages.sla_behind import hours, step_name
from inbox.web.pages.sla_compared import Figure
from inbox.web.pages.sla_words import seconds, share


@dataclass(frozen=True, slots=True)
class Big:
    """A figure to be seen from afar. `said`: what stands under it."""

    title: str
    value: str
    said: str


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """`pace`: lines over bars, of points; `stacks`: bars of parts. `label`: what it shows, in words."""

    kind: Literal["pace", "stacks"]
    title: str
    note: str
    label: str
    points: tuple[charts.Point, ...] = ()
    bars: tuple[charts.Stack, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    brand: str
    title: str
    lead: str
    big: tuple[Big, ...]
    charts: tuple[Chart, ...]
    tables: tuple[Table, ...]
    foot: tuple[str, ...]


def of(facts: Facts, say: Speech) -> Document:
    figures, now = facts.figures, facts.figures.now
    wanted = figures.wanted
    return Document(
        brand=facts.names.brand, title=say("Report, %(period)s", period=period(wanted.first, wanted.last, say)),
        lead=_lead(facts, say), big=tuple(_big(now, say)), charts=tuple(_charts(now, say)),
        tables=(_compared(facts, say), *_groups(facts, say), *_back(now, say), *_spread(now, say)),
        foot=tuple(_foot(facts, say)),
    )  # fmt: skip


def period(first: date, last: date, say: Speech) -> str:
    """A whole month by its name."""
    if first.day == 1 and last == (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1):
        return dates.format_date(first, "LLLL y", locale=say.locale)
    if first == last:
        return say.long_day(first)
    start, end = say.days(first, last)
    return say("from %(first)s to %(last)s", first=start, last=end)


def file_name(facts: Facts) -> str:
    wanted = facts.figures.wanted
    return f"vigie-{wanted.first.isoformat()}-{wanted.last.isoformat()}"


def summary(told: Document, say: Speech) -> str:
    """The few lines of a mail."""
    lines = [say("%(title)s: %(value)s", title=one.title, value=one.value) for one in told.big]
    last = say("The report is attached, as PDF and as a page.")
    return "\n".join([told.brand, told.title, told.lead, "", *lines, "", last, ""])


def _lead(facts: Facts, say: Speech) -> str:
    wanted, parts = facts.figures.wanted, [facts.names.report]
    if wanted.channel:
        parts.append(facts.names.channels.get(wanted.channel, wanted.channel))
    if wanted.priority:
        parts.append(f"P{wanted.priority} · {words.priority(wanted.priority, say)}")
    return " · ".join(parts)


def _big(now: Tally, say: Speech) -> Iterator[Big]:
    time, part = seconds(say), share(say)
    for title, clock in (
        (say("Acknowledged in time"), now.total.ack), (say("Answered in time"), now.total.response),
    ):  # fmt: skip
        said = say("p50 %(p50)s · p90 %(p90)s", p50=time(clock.p50_s), p90=time(clock.p90_s))
        yield Big(title, part(clock.share_met), said)
    promised = now.promises.kept + now.promises.broken
    yield Big(say("Promises kept"), say.number(now.promises.kept), say("of %(all)s", all=say.number(promised)))
    back = now.came_back / now.ended if now.ended else None
    of_ended = say.many("of %(num)s turn answered or closed", "of %(num)s turns answered or closed", now.ended)
    yield Big(say("Came back within a week"), part(back), of_ended)
    negative = say("%(negative)s of them negative", negative=say.number(now.negative))
    yield Big(say("Messages received"), say.number(now.messages), negative)
    waiting = say("%(turns)s turns in the period", turns=say.number(now.total.turns))
    yield Big(say("Waiting at the end"), say.number(sum(now.ages)), waiting)


def _compared(facts: Facts, say: Speech) -> Table:
    wanted = facts.figures.wanted
    lines = sla_compared.side_by_side(_figures(facts.figures.now), _figures(facts.figures.before), say)
    verdicts = {"better": say("better"), "worse": say("worse"), "": ""}
    head = (say("Figure"), say("This period"), period(*wanted.before, say), say("Difference"), "")
    rows = tuple((one.title, one.now, one.then, one.change, verdicts[one.verdict]) for one in lines)
    return Table(say("Compared"), head, rows)


def _figures(tally: Tally) -> Iterator[Figure]:
    ack, response, promises = tally.total.ack, tally.total.response, tally.promises
    promised = promises.kept + promises.broken
    yield Figure(N_("Messages received"), "count", "none", tally.messages)
    yield Figure(N_("Turns"), "count", "none", tally.total.turns)
    yield Figure(N_("Acknowledged in time"), "share", "up", ack.share_met)
    yield Figure(N_("Time to acknowledge, p50"), "time", "down", ack.p50_s)
    yield Figure(N_("Time to acknowledge, p90"), "time", "down", ack.p90_s)
    yield Figure(N_("Answered in time"), "share", "up", response.share_met)
    yield Figure(N_("Time to respond, p50"), "time", "down", response.p50_s)
    yield Figure(N_("Time to respond, p90"), "time", "down", response.p90_s)
    yield Figure(N_("Answers missed"), "count", "down", response.missed)
    yield Figure(N_("Promises kept"), "share", "up", promises.kept / promised if promised else None)
    back = tally.came_back / tally.ended if tally.ended else None
    yield Figure(N_("Came back within a week"), "share", "down", back)
    if tally.reopened is not None:
        reopened = tally.reopened / tally.once_ended if tally.once_ended else None
        yield Figure(N_("Reopened by a colleague within a week"), "share", "down", reopened)
    mood = tally.negative / tally.messages if tally.messages else None
    yield Figure(N_("Negative messages"), "share", "down", mood)


def _charts(now: Tally, say: Speech) -> Iterator[Chart]:
    label, time = [say.day(day.day) for day in now.days], seconds(say)
    paced = [
        charts.Point(label[n], day.turns, _minutes(day.ack_p50_s), _minutes(day.ack_p90_s))
        for n, day in enumerate(now.days)
    ]
    said = say(
        "Time to acknowledge: half within %(p50)s, nine in ten within %(p90)s",
        p50=time(now.total.ack.p50_s), p90=time(now.total.ack.p90_s),
    )  # fmt: skip
    note = say("In minutes. Solid line p50, dashed p90. Ground: turns started")
    yield Chart("pace", say("Time to acknowledge"), note, said, tuple(paced))
    bars = [
        charts.Stack(
            label[n],
            (("c-neg", day.negative), ("c-neu", day.messages - day.negative - day.positive), ("c-pos", day.positive)),
        )
        for n, day in enumerate(now.days)
    ]
    legend = (("c-neg", say("negative")), ("c-neu", say("neutral or not read")), ("c-pos", say("positive")))
    heard = say(
        "%(messages)s messages, %(negative)s of them negative",
        messages=say.number(now.messages), negative=say.number(now.negative),
    )  # fmt: skip
    yield Chart("stacks", say("Messages and their tone"), "", heard, bars=tuple(bars), legend=legend)
    waited = [charts.Point(label[n], 0, float(day.waiting)) for n, day in enumerate(now.days)]
    most = say("How many waited: at most %(most)s", most=say.number(max((day.waiting for day in now.days), default=0)))
    note = say("How many turns waited, at the end of each day")
    yield Chart("pace", say("Backlog"), note, most, tuple(waited))


def _minutes(value: float | None) -> float | None:
    return None if value is None else value / 60


def _groups(facts: Facts, say: Speech) -> Iterator[Table]:
    now, names = facts.figures.now, facts.names
    channels = [(names.channels.get(one, one), group) for one, group in sorted(now.by_channel.items())]
    yield _group(say("By channel"), say("Channel"), channels, say)
    told = [(f"P{one} · {words.priority(one, say)}", group) for one, group in sorted(now.by_priority.items())]
    yield _group(say("By priority"), say("Priority"), told, say)
    languages = [(say.language(code or None), group) for code, group in sorted(now.by_language.items())]
    yield _group(say("By language"), say("Language"), languages, say)
    people = [(words.member(member, names.members, say), group) for member, group in sorted(now.by_member.items())]
    yield _group(say("By person"), say("Person"), people, say)
    by_hour = [(hours(hour, say), group) for hour, group in sorted(now.by_hour.items())]
    yield _group(say("By hour of the day"), say("Hour"), by_hour, say)


def _group(title: str, first: str, groups: Sequence[tuple[str, Group]], say: Speech) -> Table:
    head = (
        first, say("Turns"), say("Ack. in time"), "p50", "p90", say("Answers in time"), "p50", "p90", say("Missed"),
    )  # fmt: skip
    rows = [
        (name, say.number(group.turns), *_clock(group.ack, say), *_clock(group.response, say),
         say.number(group.response.missed))
        for name, group in groups
    ]  # fmt: skip
    return Table(title, head, tuple(rows))


def _clock(clock: ClockFigures, say: Speech) -> tuple[str, str, str]:
    time = seconds(say)
    return share(say)(clock.share_met), time(clock.p50_s), time(clock.p90_s)


def _spread(now: Tally, say: Speech) -> Iterator[Table]:
    head = (say("Time"), say("Acknowledged"), say("Answered"))
    rows = [
        (step_name(BOUNDS_S, step, say), say.number(now.ack.steps[step]), say.number(now.response.steps[step]))
        for step in range(len(BOUNDS_S) + 1)
    ]
    yield Table(say("How many turns, by the time they took"), head, tuple(rows))
    percentiles = [
        (f"p{round(part * 100)}", _nth(now.ack.percentiles, n, say), _nth(now.response.percentiles, n, say))
        for n, part in enumerate(SHARES)
    ]
    yield Table(say("Within which time"), head, tuple(percentiles))
    ages = [(step_name(AGES_S, step, say), say.number(count)) for step, count in enumerate(now.ages)]
    yield Table(say("How long they waited at the end"), (say("Waiting"), say("Turns")), tuple(ages))


def _back(now: Tally, say: Speech) -> Iterator[Table]:
    """Who came back, and in which way; nothing in a report that did not tell them apart."""
    if now.reopened is None:
        return
    part = share(say)
    rows = [
        (
            say("the person wrote again"), say.number(now.came_back),
            part(now.came_back / now.ended if now.ended else None),
        ),
        (
            say("reopened by a colleague"), say.number(now.reopened),
            part(now.reopened / now.once_ended if now.once_ended else None),
        ),
    ]  # fmt: skip
    yield Table(
        say("Came back within a week"), (say("How"), say("Turns"), say("Of those answered or closed")), tuple(rows)
    )


def _nth(values: Sequence[float], n: int, say: Speech) -> str:
    return seconds(say)(values[n] if n < len(values) else None)


def _foot(facts: Facts, say: Speech) -> Iterator[str]:
    figures = facts.figures
    yield say(
        "Days of %(zone)s. A turn belongs to the day on which it began. One that is still open past its due time "
        "counts as missed; one that its author withdrew counts neither way.", zone=figures.wanted.zone,
    )  # fmt: skip
    yield say(
        "True as of %(at)s, position %(position)s of the log. SHA-256 of the figures: %(digest)s",
        at=say.stamp(figures.at), position=say.number(figures.position), digest=facts.digest,
    )  # fmt: skip
