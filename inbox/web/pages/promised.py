"""The promises of a brand: what somebody waits for by the hour, what was broken, what was kept; all of them or mine."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from aiohttp import web

from inbox.views import promises
from inbox.views.promises import STATES, State
from inbox.web.context import deps
from inbox.web.i18n import N_
from inbox.web.pages import faces, render, rows
from inbox.web.routes import Route

TITLES: Mapping[State, str] = {"open": N_("To keep"), "broken": N_("Broken"), "kept": N_("Kept")}
EMPTY: Mapping[State, tuple[str, str]] = {
    "open": (N_("Nothing is promised"), N_("What you promise with an acknowledgement counts down here.")),
    "broken": (N_("No promise was broken"), N_("In the last 30 days we came back in time.")),
    "kept": (N_("No promise was kept yet"), N_("In the last 30 days none came to its hour.")),
}


async def show(request: web.Request) -> web.StreamResponse:
    own, world, now = deps(request), await render.world(request), deps(request).clock.now()
    wanted, mine = request.query.get("state", ""), request.query.get("mine") == "yes"
    state: State = next((known for known in STATES if known == wanted), "open")
    async with own.pool.acquire() as connection:
        found = await promises.of_brand(connection, world.brand.id, state, now, member=world.me if mine else None)
    return render.page(
        request, "promises.html", world.say, world=world, here="promises", state=state, mine=mine, found=found,
        titles=TITLES, empty=EMPTY[state], author=rows.author_name, most=promises.MOST,
        face=lambda one: rows.promise_face(one.until, now, world.say),
        clock_words=orjson.dumps({"clocks": faces.spoken_words(world.say), "d": world.say("d")}).decode(),
    )  # fmt: skip


ROUTES = [Route("GET", "/b/{brand_id}/promises", show, "personal", "page", "promises")]
