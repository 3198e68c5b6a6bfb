"""Above the queue, for those who manage the brand: that deliveries wait on this host's disk, and what that means."""

from __future__ import annotations

from inbox.spooled import Spooled
from inbox.web.i18n import Speech
from inbox.web.pages import render
from inbox.web.pages.pane_banners import Banner
from inbox.web.routes import Route


def banners(spooled: Spooled, world: render.World) -> list[Banner]:
    """None for those who could do nothing about it."""
    if not world.may("manage"):
        return []
    return [*_waiting(spooled, world.say), *_aside(spooled, world.say)]


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


def _aside(spooled: Spooled, say: Speech) -> list[Banner]:
    if not spooled.aside:
        return []
    text = say.many(
        "%(num)s delivery in the spool cannot be read, and stands in no queue. Tell whoever runs the server.",
        "%(num)s deliveries in the spool cannot be read, and stand in no queue. Tell whoever runs the server.",
        spooled.aside,
    )
    return [Banner("alert", say("Something is missing."), text, "alarm")]


ROUTES: list[Route] = []
