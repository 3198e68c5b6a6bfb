"""Deliveries that wait on this host's disk: those who manage see it above the queue, whoever operates in /readyz."""

from __future__ import annotations

import dataclasses

import pytest

from inbox.spooled import Spooled
from inbox.web.context import DEPS
from tests.web.world import World


@pytest.mark.parametrize(("who", "sees"), [("owner", True), ("lead", True), ("cm", False), ("observer", False)])
async def test_those_who_manage_are_told_what_waits_in_the_spool(world: World, who: str, sees: bool) -> None:
    told(world, Spooled(waiting=37, oldest_s=250.0, aside=2))
    cookie, _ = await world.session(who)
    page = await world.ask("GET", f"/b/{world.brand}/queue", headers=world.cookie(cookie))
    assert ("37 livraisons attendent sur le disque, la plus ancienne depuis 4" in page.text) is sees
    assert ("2 livraisons gardées sur le disque sont illisibles" in page.text) is sees


async def test_where_nothing_waits_nothing_is_said(world: World) -> None:
    cookie, _ = await world.session("owner")
    page = await world.ask("GET", f"/b/{world.brand}/queue", headers=world.cookie(cookie))
    assert "sur le disque" not in page.text
    assert (await world.ask("GET", "/readyz")).json() == {"status": "ready"}


async def test_readiness_says_what_waits(world: World) -> None:
    told(world, Spooled(waiting=1, oldest_s=12.0))
    answer = await world.ask("GET", "/readyz")
    assert answer.json() == {"status": "ready", "spool": "1 deliveries wait in the spool, the oldest for 12 s"}


def told(world: World, spooled: Spooled) -> None:
    dict.__setitem__(world.app._state, DEPS, dataclasses.replace(world.deps, spooled=lambda: spooled))
