"""The lead's page: how fast the team told people "we read you", and answered them; who waits too long now.

Every figure leads to its items: those of now to the queue, those of the period to the list of their turns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from inbox.errors import Refused
from inbox.log.store import Connection
from inbox.views import agreement, sla, spread
from inbox.views.queue import snapshot
from inbox.web import charts, words
from inbox.web.context import deps
from inbox.web.i18n import Speech
from inbox.web.pages import render, sla_behind, sla_charts, sla_compared, sla_words
from inbox.web.pages.rows import author_name
from inbox.web.pages.sla_asked import COMPARED, PERIODS, Asked, asked
from inbox.web.routes import Route

GOALS = {"ack": 0.9, "response": 0.85}
Both = tuple[sla.Figures, spread.Spread]


async def show(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    now, say = own.clock.now(), world.say
    which, error = _asked(request, now, say)
    async with own.pool.acquire() as connection, snapshot(connection):
        figures, times = await _both(connection, world, which, now)
        then = await _both(connection, world, which.against, now) if which.against else None
        classifier = None
        if world.may("manage"):
            classifier = await agreement.agreement(connection, world.brand.id, which.start, which.end, now=now)
    return render.page(
        request, "sla.html", say, status=400 if error else 200, world=world, here="sla", asked=which, figures=figures,
        times=times, error_text=error, periods=PERIODS, compared_with=COMPARED, goals=GOALS, meter=charts.meter,
        title=sla_words.title(which, say), then_title=sla_words.title(which.against, say) if which.against else None,
        compared=sla_compared.lines((figures, times), then, say) if then else None, classifier=classifier,
        charts=_charts(figures, times, say), label=lambda at: sla_words.label(at, figures.bucket, say),
        overdue=_overdue(figures, world, now), seconds=sla_words.seconds(say), share=sla_words.share(say),
        steps=spread, step_name=lambda bounds, step: sla_behind.step_name(bounds, step, say),
        hours=lambda hour: sla_behind.hours(hour, say),
        link=lambda **more: f"{world.base}/sla/turns{which.query(**more)}",
        waiting=lambda step: f"{world.base}/sla/waiting{which.query(step=str(step))}", queue=_queue_links(which, world),
    )  # fmt: skip


def _asked(request: web.Request, now: datetime, say: Speech) -> tuple[Asked, str | None]:
    try:
        return asked(request.query, now, say), None
    except Refused:
        return asked({}, now, say), say("The period must end after it begins, and last at most 400 days.")


async def _both(connection: Connection, world: render.World, which: Asked, now: datetime) -> Both:
    period = (connection, world.brand.id, which.start, which.end)
    return (
        await sla.figures(*period, **which.narrow, now=now), await spread.spread(*period, **which.narrow, now=now)
    )  # fmt: skip


def _charts(figures: sla.Figures, times: spread.Spread, say: Speech) -> dict[str, Any]:
    return {
        "pace": sla_charts.pace(figures, say),
        "mood": sla_charts.mood(figures, say),
        "hours": sla_charts.hours(figures, say),
        "ack": sla_charts.steps(times.ack, say("Time to acknowledge"), say),
        "response": sla_charts.steps(times.response, say("Time to respond"), say),
        "backlog": sla_charts.backlog(times, figures, say),
    }


def _queue_links(which: Asked, world: render.World) -> Callable[..., str]:
    narrowed = {"channel": which.channel, "priority": which.priority, "assignee": which.member}
    found = {name: str(value) for name, value in narrowed.items() if value is not None}
    return lambda view, **more: f"{world.base}/queue?{urlencode({'view': view, **found, **more})}"


@dataclass(frozen=True)
class Late:
    priority: int
    author: str
    href: str
    network: str
    due: str
    late: str
    who: str | None


def _overdue(figures: sla.Figures, world: render.World, now: datetime) -> list[Late]:
    say = world.say
    found = []
    for row in figures.overdue:
        ack = row.acknowledged_at is None and row.ack_due_at < now
        due = row.ack_due_at if ack else row.response_due_at
        word = say("Ack, %(at)s", at=say.moment(due, now)) if ack else say("response, %(at)s", at=say.moment(due, now))
        found.append(
            Late(
                row.priority, author_name(row, say), f"{world.base}/items/{row.id}?view=breaching",
                words.network(row.network, say), word, say.duration((now - due).total_seconds(), coarse=True),
                None if row.assignee is None else words.member(row.assignee, world.names, say),
            )
        )  # fmt: skip
    return found


ROUTES = [Route("GET", "/b/{brand_id}/sla", show, "personal", "page", "sla")]
