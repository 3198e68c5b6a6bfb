"""One app, many accounts: each entry goes to the channel of its account, in its own brand's log."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import asyncpg

from inbox.channels import ChannelRecord
from inbox.clock import SystemClock
from inbox.events import MessageReceived
from inbox.ids import BrandId
from inbox.people import numbers
from tests.conftest import new_brand
from tests.ingest.conftest import Hooks
from tests.ingest.test_hooks import comment, page


async def sister(pool: asyncpg.Pool, brand: BrandId) -> BrandId:
    """A second brand of the same organisation."""
    made = BrandId(numbers.drawn())
    await pool.execute(
        "INSERT INTO vigie.brands (brand_id, org_id, name, created_at) SELECT $3, org_id, 'Sœur', $2 FROM vigie.brands"
        " WHERE brand_id = $1",
        brand, SystemClock().now(), made,
    )  # fmt: skip
    await pool.execute("INSERT INTO vigie.heads (brand_id) VALUES ($1)", made)
    return made


def direct(account: str, mid: str) -> dict[str, Any]:
    event = {"sender": {"id": "81001"}, "recipient": {"id": account}, "timestamp": 1774260000000}
    return {"id": account, "time": 1774260000000, "messaging": [{**event, "message": {"mid": mid, "text": "Allô"}}]}


async def heard(hooks: Hooks, channel: ChannelRecord) -> list[str]:
    events = await hooks.events(channel.brand)
    return [e.external_id for e in events if isinstance(e, MessageReceived) and e.channel_id == channel.channel_id]


async def test_each_entry_goes_to_the_channel_of_its_account(hooks: Hooks, pool: asyncpg.Pool) -> None:
    other = await sister(pool, hooks.brand)
    one = await hooks.channel("facebook", account_id="1")
    two = await hooks.channel("facebook", account_id="2")
    three = await hooks.channel("facebook", account_id="3", brand=other)
    status, _, _ = await hooks.post(one, page(comment("1", 1), comment("2", 2), comment("3", 3)))
    assert status == 200
    assert [await heard(hooks, channel) for channel in (one, two, three)] == [["p_1"], ["p_2"], ["p_3"]]


async def test_another_brand_keeps_its_own_entries_only(hooks: Hooks, pool: asyncpg.Pool) -> None:
    other = await sister(pool, hooks.brand)
    one = await hooks.channel("facebook", account_id="1")
    await hooks.channel("facebook", account_id="3", brand=other)
    body = page(comment("1", 1), comment("3", 3, message="à nous"))
    await hooks.post(one, body)
    (ours,) = [e for e in await hooks.events() if isinstance(e, MessageReceived)]
    (theirs,) = [e for e in await hooks.events(other) if isinstance(e, MessageReceived)]
    assert ours.delivery_id is not None
    assert theirs.delivery_id is not None
    whole = await hooks.channels.delivery(hooks.brand, ours.delivery_id)
    part = await hooks.channels.delivery(other, theirs.delivery_id)
    assert json.loads(whole.body or b"") == body
    assert json.loads(part.body or b"") == page(comment("3", 3, message="à nous"))


async def test_sent_again_it_is_still_there_once_in_every_brand(hooks: Hooks, pool: asyncpg.Pool) -> None:
    other = await sister(pool, hooks.brand)
    one = await hooks.channel("facebook", account_id="1")
    await hooks.channel("facebook", account_id="3", brand=other)
    for _ in range(3):
        await hooks.post(one, page(comment("1", 1), comment("3", 3)))
    assert (await hooks.types(), await hooks.types(other)) == (["MessageReceived"], ["MessageReceived"])
    assert await pool.fetchval("SELECT count(*) FROM vigie.deliveries") == 2


async def test_a_strangers_organisation_gets_nothing_even_with_the_same_secret(
    hooks: Hooks, pool: asyncpg.Pool
) -> None:
    stranger = await new_brand(pool, "Ailleurs")
    theirs = await hooks.channel("facebook", account_id="9", brand=stranger)
    one = await hooks.channel("facebook", account_id="1")
    await hooks.post(one, page(comment("9", 1)))
    assert await heard(hooks, theirs) == []
    assert await hooks.types() == ["DeliveryQuarantined"]


async def test_a_channel_of_another_app_gets_nothing(hooks: Hooks) -> None:
    other = await hooks.channel("facebook", account_id="2", secrets={"secret": "another app"})
    one = await hooks.channel("facebook", account_id="1")
    await hooks.post(one, page(comment("2", 1)))
    assert await heard(hooks, other) == []
    (kept,) = await hooks.channels.quarantined(hooks.brand)
    assert kept.reason == "it is for an account that no channel of this app is connected to"


async def test_a_channel_without_account_takes_what_nobody_claims(hooks: Hooks) -> None:
    anyone, one = await hooks.channel("facebook"), await hooks.channel("facebook", account_id="1")
    await hooks.post(anyone, page(comment("1", 1), comment("55", 2)))
    assert [await heard(hooks, channel) for channel in (anyone, one)] == [["p_2"], ["p_1"]]


async def test_direct_messages_of_a_page_go_to_its_messenger_channel_if_there_is_one(hooks: Hooks) -> None:
    feed = await hooks.channel("facebook", account_id="1")
    await hooks.post(feed, page(direct("1", "m_1")))
    talk = await hooks.channel("messenger", account_id="1")
    await hooks.post(feed, page({**comment("1", 2), "messaging": direct("1", "m_2")["messaging"]}))
    assert [await heard(hooks, channel) for channel in (feed, talk)] == [["m_1", "p_2"], ["m_2"]]


async def test_instagram_at_a_facebook_hook_goes_to_instagram_or_into_quarantine(hooks: Hooks) -> None:
    hook = await hooks.channel("facebook")
    said = {"field": "comments", "value": {"id": "1790001", "text": "?", "from": {"id": "5"}, "media": {"id": "7"}}}
    body = {"object": "instagram", "entry": [{"id": "178", "time": 1774260000, "changes": [said]}]}
    await hooks.post(hook, body)
    assert await hooks.types() == ["DeliveryQuarantined"]
    gram = await hooks.channel("instagram", account_id="178")
    await hooks.post(hook, body)
    assert await heard(hooks, gram) == ["1790001"]


async def test_the_consoles_test_belongs_to_whoever_pressed(hooks: Hooks) -> None:
    one = await hooks.channel("facebook", account_id="1")
    await hooks.post(one, page(comment("0", 1)))
    assert await heard(hooks, one) == ["p_1"]


async def test_a_quarantined_delivery_is_read_again_once_its_account_is_connected(hooks: Hooks, noon: datetime) -> None:
    one = await hooks.channel("facebook", account_id="1")
    await hooks.post(one, page(comment("1", 1), comment("2", 2)))
    (kept,) = await hooks.channels.quarantined(hooks.brand)
    still = await hooks.reparse(hooks.brand, kept.delivery_id)
    assert (still.new, still.reason is None) == (0, False)
    two = await hooks.channel("facebook", account_id="2")
    read = await hooks.reparse(hooks.brand, kept.delivery_id)
    assert (read.new, read.reason) == (1, None)
    assert await heard(hooks, two) == ["p_2"]
    assert await hooks.channels.quarantined(hooks.brand) == ()
    (event,) = [e for e in await hooks.events() if isinstance(e, MessageReceived) and e.external_id == "p_2"]
    assert event.received_at == kept.received_at
    assert (await hooks.reparse(hooks.brand, kept.delivery_id)).new == 0
    health = (await hooks.channels.health(hooks.brand))[kept.channel_id]
    assert health.deliveries == 1  # reading again is no delivery: a silent hook must not look alive
