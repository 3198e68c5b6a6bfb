"""The pages of the channels: what is to be worried about, what to do about it, and whether the network lets us in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from inbox.channel_state import CODES
from inbox.channels import ChannelRecord
from inbox.clock import SystemClock
from inbox.web import channel_words
from inbox.web.i18n import Speech
from inbox.web.pages import render
from services.channels import registry
from services.channels.contract import Way
from services.outbound import Outbound
from services.verifying import Verify
from tests.channels.senders import channel
from tests.fakes.server import Fake, says
from tests.web.world import Answer, World

NOT_ASKED = {"cloudevents", "generic", "manual"}
"""Bridges that only send, and what is recorded by hand."""


async def ask(world: World, path: str, method: str = "GET", lang: str = "en") -> Answer:
    cookie, csrf = await world.session("lead")
    await world.pool.execute("UPDATE vigie.members SET locale = $1", lang)
    form = {"csrf": csrf} if method == "POST" else None
    return await world.ask(method, f"/b/{world.brand}/settings/channels{path}", headers=world.cookie(cookie), form=form)


async def connected(world: World, network: str, **secrets: str) -> ChannelRecord:
    settings = {"api_url": secrets.pop("api_url")} if "api_url" in secrets else {}
    return await world.deps.channels.add(
        world.brand, network=network, name="Ours", account_id="77", secrets=secrets, settings=settings, by=None
    )


@pytest.mark.parametrize(
    ("lang", "what", "remedy"),
    [
        ("en", "Our access to the network has ended", "Make a new token on the network"),
        ("fr", "Notre accès au réseau a pris fin", "Créez un nouveau jeton"),
    ],
)
async def test_a_worry_stands_in_the_list_and_its_remedy_on_the_page(
    world: World, lang: str, what: str, remedy: str
) -> None:
    ours = await connected(world, "mastodon", access_token="t")
    ended = world.clock.now() - timedelta(minutes=5)
    await world.pool.execute(
        "INSERT INTO vigie.terms (brand_id, channel_id, what, ref, ends_at, renews)"
        " VALUES ($1, $2, 'access', '', $3, false)",
        world.brand, ours.channel_id, ended,
    )  # fmt: skip
    assert what in (await ask(world, "", lang=lang)).text
    page = (await ask(world, f"/{ours.channel_id}", lang=lang)).text
    assert what in page
    assert remedy in page


async def test_an_open_connection_and_its_gaps_stand_on_the_page(world: World) -> None:
    ours = await connected(world, "bluesky", app_password="p")
    now = world.clock.now()
    await world.pool.execute(
        "INSERT INTO vigie.listening (brand_id, channel_id, due_at, open_since, heard_at, gaps)"
        " VALUES ($1, $2, $3, $3, $3, 2)",
        world.brand, ours.channel_id, now,
    )  # fmt: skip
    page = (await ask(world, f"/{ours.channel_id}")).text
    assert "Open connection" in page
    assert "gaps: 2" in page
    world.clock.advance(timedelta(minutes=5))  # the process that held it died
    assert "Open connection" not in (await ask(world, f"/{ours.channel_id}")).text


async def test_a_network_that_is_asked_can_be_asked_now_though_it_failed_before(world: World) -> None:
    """The pause between failed looks grows to an hour: whoever has mended something does not wait for its end."""
    ours, path = await connected(world, "reddit", refresh_token="t"), "Look now"
    assert path not in (await ask(world, f"/{ours.channel_id}")).text
    later = world.clock.now() + timedelta(hours=1)
    await world.pool.execute(
        "INSERT INTO vigie.sweeps (brand_id, channel_id, due_at, failures, last_failure)"
        " VALUES ($1, $2, $3, 5, 'busy')",
        world.brand, ours.channel_id, later,
    )  # fmt: skip
    assert path in (await ask(world, f"/{ours.channel_id}")).text
    told = await ask(world, f"/{ours.channel_id}/look", "POST", "fr")
    assert "Le réseau est interrogé" in told.text
    due = await world.pool.fetchval("SELECT due_at FROM vigie.sweeps WHERE channel_id = $1", ours.channel_id)
    assert due == world.clock.now()


@pytest.fixture
async def asking(world: World) -> AsyncIterator[World]:
    async with Outbound(["127.0.0.0/8"]) as http:
        object.__setattr__(world.deps, "verify", Verify(Way(http, ""), world.clock))
        yield world


@pytest.mark.parametrize(
    ("network", "secret", "status", "answer", "told"),
    [
        ("telegram", "bot_token", 200, {"ok": True, "result": {"username": "marque_bot"}}, "as marque_bot"),
        ("mastodon", "access_token", 200, [], "The network lets us in."),
        ("slack", "bot_token", 200, {"ok": False, "error": "invalid_auth"}, "does not let us in"),
        ("zendesk", "access_token", 401, {}, "does not let us in"),
        ("intercom", "secret", 200, {}, "there is nothing to ask the network with"),
        ("generic", "secret", 200, {}, "cannot be asked"),
    ],
)
async def test_a_connection_is_verified_by_asking_the_network(
    asking: World, network: str, secret: str, status: int, answer: object, told: str
) -> None:
    async with Fake(says(status, answer)) as fake:
        ours = await connected(asking, network, api_url=fake.url, **{secret: "x"})
        page = await ask(asking, f"/{ours.channel_id}/verify", "POST")
    assert page.status == 200
    assert told in page.text
    assert all(seen.method == "GET" for seen in fake.seen)


async def test_the_demos_network_lets_its_own_channels_in(world: World) -> None:
    """Whoever tries it out presses that button, and must not read that something is broken."""
    async with Outbound(["127.0.0.0/8"]) as http:
        way = Way(http, f"{world.deps.settings.base_url}/demo/graph")
        object.__setattr__(world.deps, "verify", Verify(way, world.clock))
        for network in ("facebook", "instagram"):
            ours = await connected(world, network, access_token="t")
            assert "The network lets us in." in (await ask(world, f"/{ours.channel_id}/verify", "POST")).text
            (token,) = (await registry.networks()[network].tend(way, ours, "", (), world.clock.now())).terms
            assert token.ends_at is None


async def test_every_network_can_be_asked_or_says_that_it_cannot() -> None:
    """Without any access nothing is asked, and nobody stumbles."""
    async with Outbound() as http:
        verify = Verify(Way(http, ""), SystemClock())
        found = {name: await verify(channel(name, secrets={"unused": "x"})) for name in registry.networks()}
    assert {one.outcome for one in found.values()} == {"not_asked", "refused"}
    assert {one.reason for one in found.values()} <= {None, "not_configured", "address_not_allowed"}
    assert {name for name, one in found.items() if one.outcome == "not_asked"} <= NOT_ASKED


def test_each_concern_has_its_words() -> None:
    assert set(channel_words.WHAT) == set(channel_words.REMEDY) == set(CODES)


@pytest.mark.parametrize(("network", "told"), [("mastodon", "net-name"), ("instagram", "sr")])
def test_where_many_networks_share_a_drawing_the_queue_says_which_it_is(network: str, told: str) -> None:
    template = '{% import "kit.html" as kit with context %}{{ kit.net(network, named=true) }}'
    shown = render.environment("fr").from_string(template).render(network=network, say=Speech("fr", "Europe/Paris"))
    assert f'<span class="{told}">{network}</span>' in shown.lower()
