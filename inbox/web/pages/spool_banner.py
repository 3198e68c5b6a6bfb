"""Below the queue: what waits of the brand on this host's disk, for those who manage it, and how much of it is set
aside, for everybody who would miss it."""

from __future__ import annotations

from inbox.spooled import Spooled
from inbox.web.i18n import Speech
from inbox.web.pages import render
from inbox.web.pages.pane_banners import Banner
from inbox.web.routes import Route


def banners(spooled: Spooled, missing: int, world: render.World) -> list[Banner]:
    """`missing`: how many events and deliveries of the brand are set aside."""
    waiting = spooled.of(world.brand.id) if world.may("manage") else Spooled()
    return [*_waiting(waiting, world.say), *_aside(missing, world)]


def _waiting(spooled: Spooled, say: Speech) -> list[Banner]:
    if not spooled.waiting:
        return []
    text = say.many(
        "%(num)s delivery waits in the spool, for %(since)s. It comes into the queue by itself, nothing is lost.",
        "%(num)s deliveries wait in the spool, the oldest for %(since)s. They come into the queue by themselves,"
        " nothing is lost.",
        spooled.waiting, since=say.duration(spooled.oldest_s, coarse=True),
    )  # fmt: skip
    return [Banner("clock", say("The database was away."), text, "soon")]


def _aside(missing: int, world: render.World) -> list[Banner]:
    """Those who may have it tried again are led there, the others told whom to ask."""
    if not missing:
        return []
    say = world.say
    text = say.many(
        "%(num)s event or delivery of this brand could not be handled, and may be missing from the queue.",
        "%(num)s events and deliveries of this brand could not be handled, and may be missing from the queue.",
        missing,
    )
    if world.may("manage"):
        to = f"{world.base}/settings/set-aside"
        return [Banner("alert", say("Something is missing."), text, "alarm", leads_to=to)]
    ask = say("A lead can have it tried again: ask them.")
    return [Banner("alert", say("Something is missing."), f"{text} {ask}", "alarm")]


ROUTES: list[Route] = []
