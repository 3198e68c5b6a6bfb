"""Every change of the brand's settings: when, who, what, from what to what (leads). Read from the log itself."""

from __future__ import annotations

from aiohttp import web

from inbox import settings_history
from inbox.people import members
from inbox.web import guide_words, setting_words, words
from inbox.web.context import deps
from inbox.web.pages import render, settings
from inbox.web.routes import Route

A_PAGE = 50


async def show(request: web.Request) -> web.StreamResponse:
    world, log = await render.world(request), deps(request).log
    say = world.say
    asked = request.query.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else settings_history.THE_END
    found = await settings_history.page(log, world.brand.id, before, A_PAGE + 1)
    shown = found[:A_PAGE]
    names = {**world.names, **await members.names(log, world.brand.id, (one.by for one in shown))}
    about = {**world.channel_names, **{str(member): name for member, name in names.items()}}
    about |= {step: say(title) for step, title in guide_words.TITLES.items()}
    lines = [
        {
            "at": one.at, "by": words.member(one.by, names, say), "what": setting_words.what(one, say),
            "action": setting_words.action(one, say), "about": about.get(one.subject, one.subject),
            "differences": [
                (setting_words.name(d.path, say), setting_words.value(d, d.before, say),
                 setting_words.value(d, d.after, say))
                for d in one.differences
            ],
        }
        for one in shown
    ]  # fmt: skip
    older = shown[-1].position if len(found) > A_PAGE else None
    return settings.shown(request, world, "history", "settings_history.html", lines=lines, older=older)


ROUTES = [Route("GET", "/b/{brand_id}/settings/history", show, "manage", "page", "settings_history")]
