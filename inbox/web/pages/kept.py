"""What was done without network, sent once it is back: the same acts as the pane's forms, answered for a machine.

A browser keeps an act with the position its member saw and the key of its form. Here it is carried out once, or refused
with a sentence that says what came in between; the words of that sentence are the pane's. A service worker asks `here`
who it is signed in as, and what its forms must carry, before it sends anything.
"""

from __future__ import annotations

import orjson
from aiohttp import web

from inbox import history
from inbox.desk import Outcome
from inbox.errors import NotFound, Refused
from inbox.history import History
from inbox.web import words
from inbox.web.context import deps, viewer
from inbox.web.i18n import Speech
from inbox.web.pages import holding, item_acts, pane, pane_banners, render
from inbox.web.pages.item_acts import Fields
from inbox.web.pages.item_done import DONE
from inbox.web.routes import Route


async def here(request: web.Request) -> web.StreamResponse:
    """For scripts of our own pages: `member`, and `csrf` for the forms that they send."""
    asking = viewer(request)
    return _json({"member": asking.member, "csrf": asking.form_token})


async def act(request: web.Request) -> web.StreamResponse:
    """`{done, said, position, alone}` or, refused, `{done: false, code, said}` with the refusal's status. `alone`:
    nothing but this act happened to the item since the position that was seen."""
    world, name = await render.world(request), request.match_info["act"]
    build = item_acts.ACTS.get(name)
    if build is None:
        raise NotFound
    own, asking, item_id = deps(request), viewer(request), item_acts.item_id_of(request)
    fields = await item_acts.fields_of(request)
    chosen = await render.form_lists(request, "file")
    past = await history.load(own.log, world.brand.id, item_id)
    try:
        command = build(past.item, asking.actor, _worded(past, fields, request, world.say))
        outcome = await item_acts.carry_out(own, world.brand.id, item_id, command, fields, chosen)
    except NotFound:
        raise
    except Refused as refused:
        if refused.code == "idempotency_key_reused" and fields.get("usual") == "yes":  # its words name a later time now
            return _json({"done": True, "said": world.say(DONE[name]), "position": past.item.position, "alone": False})
        told = {"done": False, "code": refused.code, "said": _why(refused, world)}
        return _json(told, status=refused.status)
    now = await history.load(own.log, world.brand.id, item_id)
    alone = _is_alone(now, outcome, item_acts.position_of(fields))
    return _json({"done": True, "said": world.say(DONE[name]), "position": outcome.position, "alone": alone})


def _worded(past: History, fields: Fields, request: web.Request, say: Speech) -> Fields:
    """A swipe acknowledges with the words that the composer would have suggested."""
    if fields.get("usual") != "yes":
        return fields
    now = deps(request).clock.now()
    text, promises = holding.suggested(pane.row_shown(past, now), now, say)
    return {**fields, "text": text, "promise": promises[0].value if promises else ""}


def _why(refused: Refused, world: render.World) -> str:
    if refused.code == "conflict":
        return pane_banners.conflict_banner(refused, world.names, world.say, kept=False).title
    return words.refusal(refused, world.say)


def _is_alone(past: History, outcome: Outcome, seen: int) -> bool:
    """Then what the same member did to it next, seeing the same, has seen all there was to see."""
    since = [r for r in past.recorded if seen < r.position <= outcome.position]
    return len(since) == len(outcome.events)


def _json(told: object, *, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(told), status=status, content_type="application/json")


ROUTES = [
    Route("GET", "/account/here", here, "signed_in", "page", "account_here"),
    Route("POST", "/b/{brand_id}/items/{item_id}/kept/{act}", act, "act", "page", "item_kept"),
]
