"""The hooks, over real HTTP into a real log."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from aiohttp import web

from inbox.clock import SimulatedClock, SystemClock
from inbox.events import DeliveryQuarantined, MessageReceived
from inbox.ids import BrandId
from inbox.log.batcher import Batcher
from inbox.log.store import Flooded, LogUnavailable, Positions
from inbox.meters import REGISTRY
from services import process
from services.ingest import body as bodies
from services.ingest import turns
from services.outage import Outage
from services.workers import retention
from tests.channels.senders import APP_SECRET, WHSEC, standard
from tests.channels.test_generic import MESSAGE
from tests.conftest import new_brand
from tests.ingest.conftest import MOST, Hooks


@contextlib.asynccontextmanager
async def served(hooks: Hooks) -> AsyncIterator[int]:
    """The hooks as a process of ours serves them; the port."""
    app = web.Application()
    for route in hooks.ingest.routes():
        app.router.add_route(route.method, route.path, route.handler)
    server = process.runner(app)
    await server.setup()
    site = web.TCPSite(server, "127.0.0.1", 0)
    await site.start()
    try:
        yield int(server.addresses[0][1])
    finally:
        await server.cleanup()


async def test_a_signed_message_is_in_the_log_when_it_is_answered(hooks: Hooks) -> None:
    channel = await hooks.channel()
    status, answer, _ = await hooks.post(channel, MESSAGE)
    assert (status, answer) == (202, {"messages": [{"id": "c-1", "new": True}]})
    (event,) = await hooks.events()
    assert isinstance(event, MessageReceived)
    assert (event.text, event.channel_id, event.network) == ("Le chargeur fume", channel.channel_id, "generic")
    assert event.sent_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert event.delivery_id is not None
    stored = await hooks.channels.delivery(hooks.brand, event.delivery_id)
    assert json.loads(stored.body or b"") == MESSAGE
    assert stored.outcome == "parsed"


async def test_what_is_sent_again_changes_nothing_and_is_answered_so(hooks: Hooks) -> None:
    channel = await hooks.channel()
    await hooks.post(channel, MESSAGE)
    status, answer, _ = await hooks.post(channel, {"messages": [MESSAGE, {**MESSAGE, "id": "c-2"}, MESSAGE]})
    assert status == 202
    assert [m["new"] for m in answer["messages"]] == [False, True, False]
    assert await hooks.types() == ["MessageReceived", "MessageReceived"]


async def test_a_captured_delivery_is_one_message_also_once_its_raw_body_is_gone(hooks: Hooks) -> None:
    channel = await hooks.channel()
    await hooks.post(channel, MESSAGE)
    later = SimulatedClock(SystemClock().now() + timedelta(days=400))
    await retention.Retention(hooks.log, later).round()
    assert await hooks.log.pool.fetchval("SELECT count(*) FROM vigie.deliveries") == 0
    answers = await asyncio.gather(*(hooks.post(channel, MESSAGE) for _ in range(20)))
    assert [answer["messages"][0]["new"] for _, answer, _ in answers] == [False] * 20
    assert await hooks.types() == ["MessageReceived"]


async def test_five_simultaneous_twins_are_one_message(hooks: Hooks) -> None:
    channel = await hooks.channel()
    answers = await asyncio.gather(*(hooks.post(channel, MESSAGE) for _ in range(5)))
    assert sorted(answer["messages"][0]["new"] for _, answer, _ in answers) == [False] * 4 + [True]
    assert await hooks.types() == ["MessageReceived"]


async def test_what_a_person_says_in_one_thread_is_one_item(hooks: Hooks) -> None:
    channel = await hooks.channel()
    other = {**MESSAGE, "id": "c-3", "author": {"id": "u-2"}}
    await hooks.post(channel, {"messages": [MESSAGE, {**MESSAGE, "id": "c-2"}, other]})
    first, second, third = [e.item_id for e in await hooks.events() if isinstance(e, MessageReceived)]
    assert first == second != third


async def test_a_bad_signature_is_refused_without_a_word_of_the_body_and_counted(hooks: Hooks) -> None:
    channel = await hooks.channel()
    raw = json.dumps(MESSAGE).encode()
    for headers in ({}, standard(raw + b" "), {**standard(raw), "webhook-signature": "v1,é"}):
        status, answer, response = await hooks.post(channel, raw, headers)
        assert (status, answer["code"]) == (401, "bad_signature")
        assert "fume" not in await response.text()
    assert await hooks.events() == []
    health = (await hooks.channels.health(hooks.brand))[channel.channel_id]
    assert (health.failures, health.last_failure, health.deliveries) == (3, "bad_signature", 0)
    labels = {"network": "generic", "channel": channel.channel_id, "outcome": "bad_signature"}
    assert REGISTRY.get_sample_value("vigie_deliveries_total", labels) == 3


async def test_every_refusal_of_a_hook_is_a_problem_document_like_the_apis(hooks: Hooks) -> None:
    generic, facebook = await hooks.channel(), await hooks.channel("facebook")
    unread = f"/hooks/{facebook.channel_id}?hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1"
    asked = [
        await hooks.client.get(f"/hooks/{generic.channel_id}"),
        await hooks.client.get(unread),
        await hooks.client.post("/hooks/1-abcdefghijklmnop", data=b"{}"),
        await hooks.client.post(f"/hooks/{generic.channel_id}", data=b"{}"),
        await hooks.client.post(f"/hooks/{generic.channel_id}", data=b" " * (MOST + 1)),
    ]
    codes = ["method_not_allowed", "bad_verify_token", "unknown_channel", "bad_signature", "too_large"]
    for answer, status, code in zip(asked, [405, 403, 404, 401, 413], codes, strict=True):
        assert (answer.status, answer.content_type) == (status, "application/problem+json")
        document = await answer.json()
        assert (document["type"], document["status"]) == (f"urn:vigie:problem:{code}", status)
        assert document.keys() >= {"title", "detail", "errors"}
    assert asked[0].headers["Allow"] == "POST"


async def test_both_secrets_hold_while_a_channel_changes_its_own(hooks: Hooks) -> None:
    channel = await hooks.channel()
    new = "whsec_" + WHSEC[10:] + "AAAA"
    rotated = await hooks.channels.rotate_secret(hooks.brand, channel.channel_id, new, by=None)
    assert (await hooks.post(channel, MESSAGE))[0] == 202
    assert (await hooks.post(rotated, {**MESSAGE, "id": "c-2"}))[0] == 202
    await hooks.channels.retire_secret(hooks.brand, channel.channel_id, by=None)
    assert (await hooks.post(channel, {**MESSAGE, "id": "c-3"}))[0] == 401


NO_CHANNELS = (
    "nonsense", "1-short", "0-abcdefghijklmnop", "1-abcdefghijklmno%2f", "٣-abcdefghijklmnop",
    "999999999999999999-abcdefghijklmnop", "99999999999999999999-abcdefghijklmnop",
)  # fmt: skip


@pytest.mark.parametrize("name", NO_CHANNELS)
async def test_an_address_that_names_no_channel_is_not_found(hooks: Hooks, name: str) -> None:
    for send in (hooks.client.post, hooks.client.get):
        assert (await send(f"/hooks/{name}")).status == 404


async def test_a_disabled_channel_is_not_found_at_once(hooks: Hooks) -> None:
    channel = await hooks.channel()
    assert (await hooks.post(channel, MESSAGE))[0] == 202
    await hooks.channels.disable(hooks.brand, channel.channel_id, by=None)
    assert (await hooks.post(channel, MESSAGE))[0] == 404


async def test_bad_fields_are_named_nothing_is_taken_and_the_raw_body_is_kept(hooks: Hooks) -> None:
    channel = await hooks.channel()
    status, answer, response = await hooks.post(channel, {"messages": [MESSAGE, {**MESSAGE, "kind": "x"}]})
    assert (status, response.content_type) == (400, "application/problem+json")
    assert [e["pointer"] for e in answer["errors"]] == ["/messages/1/kind"]
    (event,) = await hooks.events()
    assert isinstance(event, DeliveryQuarantined)
    (kept,) = await hooks.channels.quarantined(hooks.brand)
    assert kept.delivery_id == event.delivery_id
    assert kept.reason == "fields are missing or wrong (/messages/1/kind)"
    assert (await hooks.channels.health(hooks.brand))[channel.channel_id].quarantined == 1


async def test_a_declared_length_is_refused_before_it_is_read(hooks: Hooks) -> None:
    channel = await hooks.channel()
    assert hooks.client.server.port is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", hooks.client.server.port)
    head = f"POST /hooks/{channel.channel_id} HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000000\r\n\r\n"
    writer.write(head.encode())
    async with asyncio.timeout(1):
        assert b" 413 " in await reader.readline()
    writer.close()


async def test_an_undeclared_length_is_refused_when_it_is_reached(hooks: Hooks) -> None:
    channel = await hooks.channel()

    async def endless() -> object:
        for _ in range(MOST // 1024 + 10):
            yield b"x" * 1024

    response = await hooks.client.post(f"/hooks/{channel.channel_id}", data=endless())
    assert response.status == 413


async def test_a_body_that_drips_is_cut(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "READ_S", 0.05)
    channel = await hooks.channel()
    assert hooks.client.server.port is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", hooks.client.server.port)
    writer.write(f"POST /hooks/{channel.channel_id} HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{{".encode())
    async with asyncio.timeout(5):
        assert b" 408 " in await reader.readline()
    writer.close()


async def test_who_drips_on_after_the_refusal_is_cut_as_well(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bodies.READ_S + process.LINGER_S < 15
    monkeypatch.setattr(bodies, "READ_S", 0.05)
    monkeypatch.setattr(process, "LINGER_S", 0.05)
    channel = await hooks.channel()
    async with served(hooks) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"POST /hooks/{channel.channel_id} HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{{".encode())
        async with asyncio.timeout(5):
            assert b" 408 " in await reader.read()
        writer.close()


async def test_a_gigabyte_of_unknown_length_is_refused_early_and_takes_no_memory(hooks: Hooks) -> None:
    channel, chunk = await hooks.channel(), b"10000\r\n" + b"x" * 2**16 + b"\r\n"
    async with served(hooks) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"POST /hooks/{channel.channel_id} HTTP/1.1\r\nHost: x\r\n".encode())
        writer.write(b"Transfer-Encoding: chunked\r\n\r\n")
        answer, sent = asyncio.create_task(reader.readline()), 0
        tracemalloc.start()
        try:
            with contextlib.suppress(ConnectionError):
                while sent < 2**30 and not answer.done():
                    writer.write(chunk)
                    await writer.drain()
                    sent += 2**16
            assert b" 413 " in await answer
            assert sent < 2**25
            assert tracemalloc.get_traced_memory()[1] < 2**24
        finally:
            tracemalloc.stop()
            writer.transport.abort()


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_body_that_is_not_encoded_as_it_says_is_refused(hooks: Hooks, encoding: str) -> None:
    channel = await hooks.channel()
    headers = {"Content-Encoding": encoding}
    response = await hooks.client.post(f"/hooks/{channel.channel_id}", data=b"no such thing", headers=headers)
    assert 400 <= response.status < 500


async def test_too_many_at_once_on_one_channel_are_asked_to_come_back(
    hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "CHANNEL_MOST", 0)
    status, _, response = await hooks.post(await hooks.channel(), MESSAGE)
    assert (status, response.headers["Retry-After"]) == (429, "1")


async def test_a_brand_that_floods_by_many_channels_is_throttled_and_its_neighbours_are_not(
    hooks: Hooks, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "BRAND_MOST", 2)
    held, let_go = asyncio.Event(), asyncio.Event()
    noisy = [await hooks.channel() for _ in range(3)]
    quiet = await hooks.channel(brand=await new_brand(pool, "quiet"))
    submit = Batcher.submit

    async def slow(batcher: Batcher, brand: BrandId, *rest: Any) -> Positions:
        """The disk does not follow what the noisy brand sends."""
        if brand == hooks.brand:
            waiting.append(brand)
            if len(waiting) == 2:
                held.set()
            await let_go.wait()
        return await submit(batcher, brand, *rest)

    waiting: list[BrandId] = []
    monkeypatch.setattr(Batcher, "submit", slow)
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        taken = [group.create_task(hooks.post(channel, MESSAGE)) for channel in noisy[:2]]
        await held.wait()
        status, _, response = await hooks.post(noisy[2], MESSAGE)
        assert (status, response.headers["Retry-After"]) == (429, "1")
        assert (await hooks.post(quiet, MESSAGE))[0] == 202
        let_go.set()
    assert [task.result()[0] for task in taken] == [202, 202]
    assert (await hooks.post(noisy[2], MESSAGE))[0] == 202


async def test_what_the_log_does_not_take_is_answered_503(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = await hooks.channel()

    async def full(*_: object) -> None:
        raise LogUnavailable("too much is waiting for the disk")

    monkeypatch.setattr(Batcher, "submit", full)
    status, _, response = await hooks.post(channel, MESSAGE)
    assert (status, response.headers["Retry-After"]) == (503, "5")


async def test_a_brand_of_which_too_much_waits_is_answered_503_and_the_database_is_not_suspected(
    hooks: Hooks, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    loud, quiet = await hooks.channel(), await hooks.channel(brand=await new_brand(pool, "quiet"))
    suspected: list[bool] = []
    monkeypatch.setattr(Outage, "suspect", lambda _: suspected.append(True))
    submit = Batcher.submit

    async def full(batcher: Batcher, brand: BrandId, *rest: Any) -> Positions:
        if brand == hooks.brand:
            raise Flooded("too much of this brand is waiting for the disk")
        return await submit(batcher, brand, *rest)

    monkeypatch.setattr(Batcher, "submit", full)
    status, said, response = await hooks.post(loud, MESSAGE)
    assert (status, said["code"], response.headers["Retry-After"]) == (503, "throttled", "5")
    assert (await hooks.post(quiet, MESSAGE))[0] == 202
    assert not suspected


async def test_without_a_database_the_answer_is_503(hooks: Hooks, pool: asyncpg.Pool) -> None:
    channel = await hooks.channel()
    await pool.close()
    status, _, response = await hooks.post(channel, MESSAGE)
    assert (status, response.headers["Retry-After"]) == (503, "5")


async def test_a_hook_costs_the_channels_no_query_once_they_are_known(
    hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = await hooks.channel()
    await hooks.post(channel, MESSAGE)

    async def load(*_: object) -> None:
        raise AssertionError("the database was asked again")

    monkeypatch.setattr(type(hooks.channels), "_load", load)
    assert (await hooks.post(channel, {**MESSAGE, "id": "c-2"}))[0] == 202


async def test_meta_shakes_hands_and_the_generic_channel_only_takes_posts(hooks: Hooks) -> None:
    ask = {"hub.mode": "subscribe", "hub.verify_token": "token", "hub.challenge": "<script>1</script>"}
    for network in ("facebook", "messenger", "instagram", "whatsapp"):
        path = f"/hooks/{(await hooks.channel(network)).channel_id}"
        response = await hooks.client.get(path, params=ask)
        told = (response.status, response.content_type, await response.text())
        assert told == (200, "text/plain", "<script>1</script>")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert (await hooks.client.get(path, params={**ask, "hub.verify_token": "x"})).status == 403
    assert (await hooks.client.get(f"/hooks/{(await hooks.channel()).channel_id}")).status == 405


def page(*entries: dict[str, object]) -> dict[str, object]:
    return {"object": "page", "entry": list(entries)}


def comment(account: str, number: int, **value: object) -> dict[str, object]:
    said = {"item": "comment", "verb": "add", "comment_id": f"p_{number}", "post_id": "p", "message": "Alors ?",
            "from": {"id": "7001", "name": "Zoé"}, "created_time": 1774260000}  # fmt: skip
    return {"id": account, "time": 1774260000, "changes": [{"field": "feed", "value": said | value}]}


async def test_meta_gets_its_200_and_what_cannot_be_read_is_kept_beside_what_can(hooks: Hooks) -> None:
    channel = await hooks.channel("facebook")
    status, answer, _ = await hooks.post(
        channel, page(comment("1", 1), comment("1", 2, comment_id=None), comment("1", 3))
    )
    assert (status, answer) == (200, "EVENT_RECEIVED")
    assert await hooks.types() == ["MessageReceived", "MessageReceived", "DeliveryQuarantined"]
    (kept,) = await hooks.channels.quarantined(hooks.brand)
    assert (kept.reason, kept.messages) == ("the comment's id is missing", 2)


async def test_a_thousand_entries_are_one_delivery(hooks: Hooks) -> None:
    hooks.ingest._most = 10**7
    channel = await hooks.channel("facebook")
    status, _, _ = await hooks.post(channel, page(*(comment("1", n) for n in range(1000))))
    assert status == 200
    assert (await hooks.types()).count("MessageReceived") == 1000


async def test_who_hides_makes_an_item_of_each_message(hooks: Hooks) -> None:
    channel = await hooks.channel("facebook")
    await hooks.post(channel, page(comment("1", 1, **{"from": None}), comment("1", 2, **{"from": None})))
    first, second = [e for e in await hooks.events() if isinstance(e, MessageReceived)]
    assert first.item_id != second.item_id
    assert first.author is not None
    assert (first.author.id, first.author.name) == ("unknown:p_1", None)


async def test_a_forged_secret_of_another_channel_of_the_brand_is_refused(hooks: Hooks) -> None:
    channel = await hooks.channel("facebook", secrets={"secret": APP_SECRET})
    other = await hooks.channel("facebook", secrets={"secret": "another app"})
    raw = json.dumps(page(comment("1", 1))).encode()
    stolen = await hooks.client.post(
        f"/hooks/{other.channel_id}", data=raw, headers=_hub(raw, channel.secrets["secret"])
    )
    assert stolen.status == 401


def _hub(raw: bytes, secret: str) -> dict[str, str]:
    from tests.channels.senders import hub

    return hub(raw, secret)


async def test_the_hooks_are_in_the_table_of_routes(hooks: Hooks) -> None:
    assert [(r.method, r.path, r.access, r.surface) for r in hooks.ingest.routes()] == [
        ("GET", "/hooks/{channel_id}", "public", "hook"),
        ("OPTIONS", "/hooks/{channel_id}", "public", "hook"),
        ("POST", "/hooks/{channel_id}", "public", "hook"),
    ]
    assert isinstance(hooks.client.app, web.Application)
