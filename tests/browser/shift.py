"""The world of a shift: what waits when it begins, the workers it needs, and what the log says came of it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

from inbox import handover, wordings
from inbox.event import Event
from inbox.log.follow import Runner
from inbox.log.lookout import Lookout
from inbox.log.record import item_stream
from inbox.people import members
from inbox.wording import Draft, Variant
from services.channels import registry
from services.workers.bulk import Bulk
from services.workers.hand_over import HandOver
from services.workers.project import Projector
from services.workers.tell import Tell
from tests.browser.conftest import Site
from tests.web.world import World

Written = TypeVar("Written", bound=Event)
PASSWORD = "une nuit sans lune"
ORDERED, SPAM = "Bonjour, où en est ma commande ?", "Gagnez 5000 € par jour, cliquez ici"
EACH = {"acknowledge": 5, "take": 3, "assign": 2, "about": 2, "resolve": 3, "spam": 2, "reply": 3}
WAITING: Mapping[str, str] = {f"{act}{number}": act for act, many in EACH.items() for number in range(many)}
"""Twenty who wrote, and what is done with each: answered with a holding reply, taken, given to oneself, said what it is
about, resolved, resolved as spam, answered with prepared words."""
TWICE, BROKEN = ("gus", "hal", "ivy"), ("ana", "bob", "eva")
"""Who wrote twice, and whose box is out of order: both are dealt with together."""


@asynccontextmanager
async def at_work(world: World) -> AsyncIterator[None]:
    """The workers that a shift needs, as `vigie run workers` has them."""
    lookout = Lookout(world.log)
    followers = (Projector(world.log), Tell(), HandOver(world.log, world.clock))
    running = [Runner(world.log, one, gather_s=0.01, lookout=lookout).run() for one in followers]
    running.append(Bulk(world.log, world.deps.channels, registry.networks(), world.clock, rest=False).run())
    tasks = [asyncio.create_task(one) for one in running]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def begins(site: Site, lang: str) -> None:
    """What waits when the shift begins, who works it, and the words that were prepared for it."""
    world = site.world
    await world.pool.execute("UPDATE vigie.members SET locale = $1", lang)
    for author, act in WAITING.items():
        await world.hear(SPAM if act == "spam" else ORDERED, author=author)
    for author in (*TWICE, *BROKEN):
        item = await world.hear("Ma box est en panne" if author in BROKEN else "Un doublon", author=author)
        seen = (await world.api("GET", f"/items/{item}")).json()["position"]
        await world.api("POST", f"/items/{item}/priority", json={"priority": 4, "expected_position": seen})
    await world.project()
    for title, text in (
        ("Suivi", "Bonjour, votre commande part demain."),
        ("Panne", "Bonjour {name|à vous}, nous réparons."),
    ):
        draft = Draft(title=title, variants=(Variant(text=text),), approved=True)
        await wordings.create(
            world.log, world.brand, draft, networks=(), by=int(world.people["lead"]), now=world.clock.now()
        )
    for who in ("cm", "lead"):
        await members.set_password(world.log, world.people[who], PASSWORD)


async def log_of(world: World, whose: str | uuid.UUID) -> list[Event]:
    """Everything that happened to an item, by its author or its own id."""
    item = world.item(whose) if isinstance(whose, str) else whose
    recorded = await world.log.read_stream(world.brand, item_stream(item))
    return [one.event for one in recorded]


async def wrote(world: World, whose: str | uuid.UUID, wanted: type[Written]) -> Written:
    """The log comes to say so of this author's item; what it says last of that kind."""
    events: list[Event] = []
    for _ in range(100):
        events = await log_of(world, whose)
        if found := [one for one in events if isinstance(one, wanted)]:
            return found[-1]
        await asyncio.sleep(0.05)
    raise AssertionError(f"{whose}: no {wanted.TYPE} in {[one.TYPE for one in events]}")


async def told(world: World, wanted: type[Written]) -> Written:
    """What was said last of a hand-over."""
    recorded = await world.log.read_stream(world.brand, handover.STREAM)
    return [one.event for one in recorded if isinstance(one.event, wanted)][-1]
