"""Figures › Classifier, for leads: how far it and the team agree, whether what comes in has changed, and the
corrections as training text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from inbox.errors import Refused
from inbox.views import agreement, lessons
from inbox.views.agreement import Agreement, Counts
from inbox.views.drift import Drift
from inbox.web import charts, words
from inbox.web.context import deps, viewer
from inbox.web.i18n import N_, Speech
from inbox.web.pages import render
from inbox.web.pages.sla_asked import PERIODS, Asked, asked
from inbox.web.routes import Route

USUAL = "30d"
VERDICTS = {
    "few": N_("too few messages to tell"), "steady": N_("steady"), "moved": N_("has moved a little"),
    "shifted": N_("has shifted: look at it"),
}  # fmt: skip


@dataclass(frozen=True)
class MixLine:
    name: str
    now: float | None
    before: float | None


async def show(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    which, error = _asked(request, world.say)
    found = await _found(request, world, which)
    say, share = world.say, _share(world.say)
    return render.page(
        request, "agreement.html", say, status=400 if error else 200, world=world, here="sla", asked=which,
        found=found, error_text=error, periods=PERIODS, title=_title(which, say), share=share, meter=charts.meter,
        decimal=lambda value: "–" if value is None else say.decimal(value),
        recall=_recall(found, say), alarms=_bars(found, say, _alarms), readings=_bars(found, say, _readings),
        label=lambda at: _label(found, at, say), verdict=lambda drift: say(VERDICTS[drift.verdict]),
        languages=_mix(found.languages, lambda code: _language(code, say)),
        levels=_mix(found.levels, lambda number: words.level(int(number), say)),
        language=lambda code: _language(code, say),
    )  # fmt: skip


def _asked(request: web.Request, say: Speech) -> tuple[Asked, str | None]:
    now = deps(request).clock.now()
    try:
        return asked({"period": USUAL, **request.query}, now, say), None
    except Refused as refused:
        return asked({"period": USUAL}, now, say), words.refusal(refused, say)


async def _found(request: web.Request, world: render.World, which: Asked) -> Agreement:
    own = deps(request)
    async with own.pool.acquire() as connection:
        return await agreement.agreement(
            connection, world.brand.id, which.start, which.end, now=own.clock.now()
        )  # fmt: skip


def _title(which: Asked, say: Speech) -> str:
    if which.first == which.last:
        return say("The classifier on %(day)s", day=say.long_day(which.first))
    first, last = say.days(which.first, which.last)
    return say("The classifier from %(first)s to %(last)s", first=first, last=last)


def _share(say: Speech) -> Callable[[float | None], str]:
    return lambda value: "–" if value is None else say.percent(value)


def _label(found: Agreement, at: object, say: Speech) -> str:
    day = say.day(at)  # type: ignore[arg-type]
    return say("week of %(day)s", day=day) if found.bucket == "week" else day


def _language(code: str, say: Speech) -> str:
    return say.language(None if code in {"", agreement.UNKNOWN} else code)


def _mix(drift: Drift, name: Callable[[str], str]) -> list[MixLine]:
    """The commonest first."""
    now, before = sum(drift.now.values()), sum(drift.before.values())
    kinds = sorted(drift.now.keys() | drift.before.keys(), key=lambda kind: (-drift.now.get(kind, 0), kind))
    return [
        MixLine(
            name(kind),
            agreement.share(drift.now.get(kind, 0), now),
            agreement.share(drift.before.get(kind, 0), before),
        )
        for kind in kinds
    ]


def _recall(found: Agreement, say: Speech) -> Markup:
    points = [
        charts.Point(
            say.day(piece.starts_at),
            piece.counts.called_urgent,
            None if piece.counts.recall is None else piece.counts.recall * 100,
        )
        for piece in found.pieces
    ]
    label = say(
        "Of %(all)s items that people called urgent, the classifier had found %(found)s",
        all=say.number(found.total.called_urgent),
        found=say.number(found.total.found),
    )
    return charts.pace(points, label=label, p50=say("found"), p90="", number=lambda value: say.number(round(value)))


Parts = Callable[[Counts], Sequence[tuple[str, int]]]


def _alarms(counts: Counts) -> Sequence[tuple[str, int]]:
    return (("c-neg", counts.false_alarms),)


def _readings(counts: Counts) -> Sequence[tuple[str, int]]:
    return (("c-neu", counts.judged - counts.not_assessed), ("c-neg", counts.not_assessed))


def _bars(found: Agreement, say: Speech, parts: Parts) -> Markup:
    bars = [charts.Stack(say.day(piece.starts_at), tuple(parts(piece.counts))) for piece in found.pieces]
    if parts is _alarms:
        label = say("%(alarms)s false alarms", alarms=say.number(found.total.false_alarms))
    else:
        label = say(
            "%(judged)s messages read, %(not_assessed)s of them not assessed",
            judged=say.number(found.total.judged),
            not_assessed=say.number(found.total.not_assessed),
        )
    return charts.stacks(bars, label=label, number=lambda value: say.number(round(value, 1)))


async def export(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    which, _ = _asked(request, world.say)
    found = await _found(request, world, which)
    name = f"vigie-classifier-{which.first.isoformat()}-{which.last.isoformat()}.csv"
    return _file(agreement.csv(found).encode(), "text/csv", name)


async def corrections(request: web.Request) -> web.StreamResponse:
    """The training text; that it left the house is in the log."""
    own, world = deps(request), await render.world(request)
    now = own.clock.now()
    lines, _ = await lessons.export(own.log, world.brand.id, by=viewer(request).actor, now=now)
    return _file(lines, "application/jsonl", f"vigie-corrections-{world.say.local(now).date().isoformat()}.jsonl")


def _file(body: bytes, content_type: str, name: str) -> web.Response:
    return web.Response(
        body=body, content_type=content_type, charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


ROUTES = [
    Route("GET", "/b/{brand_id}/agreement", show, "manage", "page", "agreement"),
    Route("GET", "/b/{brand_id}/agreement.csv", export, "manage", "page", "agreement_csv"),
    Route("GET", "/b/{brand_id}/corrections.jsonl", corrections, "manage", "page", "corrections"),
]
