"""Which key does what, as a member chooses it for themselves."""

from __future__ import annotations

from aiohttp import web

from inbox.errors import Refused
from inbox.people import keys
from inbox.web.context import deps, viewer
from inbox.web.i18n import Speech
from inbox.web.key_words import LABELS, sheet
from inbox.web.pages import render
from inbox.web.routes import Route
from inbox.web.security import brand_of


async def show(request: web.Request) -> web.StreamResponse:
    return await _shown(request)


async def _shown(
    request: web.Request, told: str | None = None, typed: dict[str, str] | None = None, status: int = 200
) -> web.StreamResponse:
    world = await render.world(request)
    return render.page(
        request, "keys_page.html", world.say, status=status, world=world, here="queue", told=told, typed=typed or {},
        groups=sheet(world.keys, world.say, acts=world.may("act")),
        saved=world.say("Saved.") if request.query.get("saved") else None,
    )  # fmt: skip


async def choose(request: web.Request) -> web.StreamResponse:
    own, brand, fields = deps(request), brand_of(request), await render.form(request)
    say = Speech(render.language_of(viewer(request)))
    if fields.get("reset") == "yes":
        await keys.reset(own.log, brand, viewer(request).actor)
        return render.see_other(request, f"/b/{brand}/keys?saved=1")
    try:
        await keys.choose(own.log, brand, viewer(request).actor, fields)
    except Refused as refused:
        return await _shown(request, _told(refused, say), fields, refused.status)
    return render.see_other(request, f"/b/{brand}/keys?saved=1")


def _told(refused: Refused, say: Speech) -> str:
    if refused.code == "key_taken":
        first, second = (say(LABELS[act]) for act in refused.details["acts"])
        return say("The key %(key)s is asked for twice: “%(first)s” and “%(second)s”. Choose another for one of them.",
                   key=refused.details["key"], first=first, second=second)  # fmt: skip
    act = refused.details["act"]
    label = say(LABELS[act])
    if refused.code == "key_browsers":
        return say(
            "%(key)s belongs to the browser: choose another for “%(act)s”.", key=refused.details["key"], act=label
        )
    return say("“%(act)s” needs exactly one sign.", act=label)


ROUTES = [
    Route("GET", "/b/{brand_id}/keys", show, "personal", "page", "keys"),
    Route("POST", "/b/{brand_id}/keys", choose, "personal", "page", "keys_choose"),
]
