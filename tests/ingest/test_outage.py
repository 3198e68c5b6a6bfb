"""While the database is away: 503 for who sends again, the spool for who does not, and never a false 2xx."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from inbox import spool_aside
from inbox.channels import ChannelRecord, brand_of
from inbox.clock import Common, SystemClock
from inbox.events import DeliveryQuarantined, MessageReceived
from inbox.log.store import LogUnavailable
from inbox.people import erasure, retention
from inbox.people.retention import Retention
from services.channels import registry
from services.channels.contract import Capabilities
from services.ingest import keeping, routes
from services.ingest.aside import Aside
from services.ingest.drain import Drain
from services.outage import Outage
from services.spool import Spool
from tests.channels.senders import APP_SECRET
from tests.fakes.network import FakeNetwork
from tests.ingest.conftest import Hooks

PROOF = {"x-secret": APP_SECRET}


@pytest.fixture
def network(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    """One that does not send again."""
    fake = FakeNetwork()
    known = {**registry.networks(), fake.id: fake}
    monkeypatch.setattr(registry, "networks", lambda: known)
    monkeypatch.setattr(hooks.ingest, "_networks", known)
    return fake


@pytest.fixture
async def spool(hooks: Hooks, tmp_path: Path) -> AsyncIterator[Spool]:
    spool = await Spool.opened(tmp_path, hooks.log.keyring, 2**20)
    yield spool
    await spool.close()


@pytest.fixture
def outage(hooks: Hooks, spool: Spool) -> Outage:
    outage = Outage()
    hooks.ingest.keep_by(outage, spool)
    return outage


@pytest.fixture
def aside(hooks: Hooks, spool: Spool) -> Aside:
    return Aside(spool, hooks.log, SystemClock())


@pytest.fixture
def drain(hooks: Hooks, spool: Spool, outage: Outage, aside: Aside) -> Drain:
    return Drain(spool, hooks.channels, hooks.ingest.taker, outage, aside)


async def say(hooks: Hooks, channel: ChannelRecord, *numbers: int) -> list[int]:
    return [(await hooks.post(channel, [["said", str(n), "Bonjour"]], PROOF))[0] for n in numbers]


async def said(hooks: Hooks) -> list[str]:
    return [event.external_id for event in await hooks.events() if isinstance(event, MessageReceived)]


async def test_what_would_not_come_again_is_spooled_and_comes_into_the_log_once_and_in_order(
    hooks: Hooks, network: FakeNetwork, spool: Spool, outage: Outage, drain: Drain
) -> None:
    channel = await hooks.channel("fake")
    assert await say(hooks, channel, 0) == [200]
    outage.is_on = True
    assert await say(hooks, channel, 1, 2, 3) == [200, 200, 200]
    assert (await said(hooks), (await spool.measure()).waiting) == (["0"], 3)
    outage.is_on = False
    again = await spool.next(1)  # as if it had reached the log before a crash, and not left the spool
    await drain.take(again[0], channel)
    while await drain.some():
        pass
    assert (await said(hooks), (await spool.measure()).waiting) == (["0", "1", "2", "3"], 0)
    assert await hooks.log.pool.fetchval("SELECT count(*) FROM vigie.deliveries") == 4


async def test_who_sends_again_is_asked_to_and_nothing_is_kept(
    hooks: Hooks, network: FakeNetwork, spool: Spool, outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = Capabilities(("webhook",), resends_for=timedelta(hours=1))
    monkeypatch.setattr(FakeNetwork, "capabilities", patient)
    channel = await hooks.channel("fake")
    await say(hooks, channel, 0)
    outage.is_on = True
    status, _, response = await hooks.post(channel, [["said", "1", "Bonjour"]], PROOF)
    assert (status, response.headers["Retry-After"], (await spool.measure()).waiting) == (503, "5", 0)


async def test_neither_a_channel_we_never_saw_nor_a_forged_request_is_spooled(
    hooks: Hooks, network: FakeNetwork, spool: Spool, outage: Outage
) -> None:
    seen, unseen = await hooks.channel("fake"), await hooks.channel("fake")
    await say(hooks, seen, 0)
    outage.is_on = True
    assert await say(hooks, unseen, 1) == [503]
    assert (await hooks.post(seen, [["said", "2", ""]], {"x-secret": "another"}))[0] == 401
    assert (await spool.measure()).waiting == 0


async def test_a_spool_that_is_full_refuses_as_if_there_were_none(
    hooks: Hooks, network: FakeNetwork, spool: Spool, outage: Outage
) -> None:
    channel = await hooks.channel("fake")
    await say(hooks, channel, 0)
    outage.is_on = True
    spool._database.execute("PRAGMA max_page_count = 1")  # SQLite takes what it has already for the least
    statuses = [(await hooks.post(channel, [["said", str(n), "x" * 9000]], PROOF))[0] for n in range(8)]
    assert statuses[-1] == 503
    assert statuses.count(200) == (await spool.measure()).waiting


async def test_nobody_waits_for_one_commit_after_the_other_where_the_log_hangs(
    hooks: Hooks, network: FakeNetwork, spool: Spool, outage: Outage, drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = await hooks.channel("fake")
    await say(hooks, channel, 0)
    monkeypatch.setattr(routes, "STORED_WITHIN_S", 0.2)
    async with contextlib.AsyncExitStack() as held:
        for _ in range(hooks.log.pool.get_max_size()):
            await held.enter_async_context(hooks.log.pool.acquire())
        async with asyncio.timeout(8):  # a commit gives up after ten seconds, and the next one begins
            assert await say(hooks, channel, 1, 2, 3) == [200, 200, 200]
        assert (await spool.measure()).waiting == 3
    while await drain.some():
        pass
    assert sorted(await said(hooks)) == ["0", "1", "2", "3"]


async def test_who_would_wait_for_a_spool_that_hangs_is_refused(
    hooks: Hooks, network: FakeNetwork, spool: Spool, outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, goes_on = await hooks.channel("fake"), threading.Event()
    await say(hooks, channel, 0)
    monkeypatch.setattr(keeping, "KEPT_WITHIN_S", 0.2)
    outage.is_on = True
    spool._thread.submit(goes_on.wait)
    try:
        async with asyncio.timeout(8):
            assert await say(hooks, channel, 1) == [503]
    finally:
        goes_on.set()


async def test_what_the_log_refuses_is_quarantined_with_its_reason_and_its_neighbours_go_on(
    hooks: Hooks, network: FakeNetwork
) -> None:
    await hooks.log.pool.execute(POISON)
    channel = await hooks.channel("fake")
    assert (await hooks.post(channel, [["said", "poison", "x"], ["said", "beside", "y"]], PROOF))[0] == 200
    assert await say(hooks, channel, 7) == [200]
    assert await said(hooks) == ["7"]
    (kept,) = await hooks.channels.quarantined(hooks.brand)
    assert kept.reason == "the log refused what it says"
    assert any(isinstance(event, DeliveryQuarantined) for event in await hooks.events())
    await hooks.log.pool.execute("DROP TRIGGER poison ON vigie.events")
    assert (await hooks.reparse(hooks.brand, kept.delivery_id)).new == 2
    assert sorted(await said(hooks)) == ["7", "beside", "poison"]


async def test_one_delivery_that_cannot_be_opened_does_not_hold_up_the_others(
    hooks: Hooks, network: FakeNetwork, spool: Spool, outage: Outage, drain: Drain
) -> None:
    channel = await hooks.channel("fake")
    await say(hooks, channel, 0)
    outage.is_on = True
    await say(hooks, channel, 1, 2)
    outage.is_on = False
    spool._database.execute("UPDATE deliveries SET sealed = zeroblob(64) WHERE number = 1")
    for _ in range(6):
        await drain.some()
    measured = await spool.measure()
    assert (await said(hooks), measured.waiting, measured.aside) == (["0", "2"], 0, 1)


async def put_aside(hooks: Hooks, spool: Spool, outage: Outage, drain: Drain, *numbers: int) -> None:
    """Deliveries of a channel that is gone when the database is back."""
    channel = await hooks.channel("fake")
    await say(hooks, channel, 99)
    outage.is_on = True
    assert await say(hooks, channel, *numbers) == [200] * len(numbers)
    outage.is_on = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hooks.channels, "list", no_channels)
        for _ in range(6):
            await drain.some()
    assert (await spool.measure()).aside == len(numbers)


async def no_channels(_: object) -> list[ChannelRecord]:
    return []


async def test_what_the_spool_set_aside_is_told_of_and_tried_again_when_a_lead_asks(
    hooks: Hooks, network: FakeNetwork, spool: Spool, outage: Outage, drain: Drain
) -> None:
    pool = hooks.log.pool
    await put_aside(hooks, spool, outage, drain, 1, 2)
    await drain._look()
    first, second = sorted(await spool_aside.of_brand(pool, hooks.brand), key=lambda one: one.number)
    assert (first.reason, first.spool_id, first.asked, brand_of(first.channel_id)) == (
        "its channel is gone", spool.id, False, hooks.brand,
    )  # fmt: skip
    assert await said(hooks) == ["99"]  # nobody asked
    await spool_aside.ask(pool, hooks.brand, spool.id, second.number, SystemClock().now())
    await drain._look()
    assert await said(hooks) == ["99", "2"]
    assert [one.number for one in await spool_aside.of_brand(pool, hooks.brand)] == [first.number]
    await spool_aside.ask(pool, hooks.brand, spool.id, first.number, SystemClock().now())
    await drain._look()
    await drain._look()
    assert (await said(hooks), await spool_aside.of_brand(pool, hooks.brand)) == (["99", "2", "1"], [])


async def test_what_cannot_be_read_this_time_either_comes_back_with_its_reason(
    hooks: Hooks, network: FakeNetwork, spool: Spool, outage: Outage, drain: Drain
) -> None:
    await put_aside(hooks, spool, outage, drain, 1)
    await drain._look()
    (kept,) = await spool_aside.of_brand(hooks.log.pool, hooks.brand)
    spool._database.execute("UPDATE deliveries SET sealed = zeroblob(64)")
    await spool_aside.ask(hooks.log.pool, hooks.brand, spool.id, kept.number, SystemClock().now())
    for _ in range(7):
        await drain._look()
    (kept,) = await spool_aside.of_brand(hooks.log.pool, hooks.brand)
    assert (kept.reason, kept.asked) == ("what was kept of it does not open", False)


async def test_no_host_touches_what_another_set_aside(
    hooks: Hooks, network: FakeNetwork, spool: Spool, outage: Outage, drain: Drain, tmp_path: Path
) -> None:
    await put_aside(hooks, spool, outage, drain, 1)
    await drain._look()
    elsewhere = await Spool.opened(tmp_path / "elsewhere", hooks.log.keyring, 2**20)
    assert elsewhere.id != spool.id
    await Aside(elsewhere, hooks.log, SystemClock()).look()
    await elsewhere.close()
    assert len(await spool_aside.of_brand(hooks.log.pool, hooks.brand)) == 1


@pytest.mark.parametrize(("rule", "left"), [
    (Retention(raw_days=15), 1), (Retention(raw_days=13), 0), (Retention(raw_days=1, hold=True), 1),
])  # fmt: skip
async def test_what_was_set_aside_goes_with_its_brands_raw_deliveries(
    rule: Retention, left: int, hooks: Hooks, network: FakeNetwork, spool: Spool, outage: Outage, drain: Drain,
    aside: Aside, tmp_path: Path,
) -> None:  # fmt: skip
    await put_aside(hooks, spool, outage, drain, 1)
    await retention.change(hooks.log, hooks.brand, rule, by=None, now=SystemClock().now())
    with spool._commit() as database:
        database.execute("UPDATE deliveries SET received_at = received_at - 14 * 86400")
        ((wrapped, sealed),) = database.execute("SELECT wrapped, sealed FROM deliveries").fetchall()
    await aside.look()
    assert (await spool.measure()).aside == left
    assert len(await spool_aside.of_brand(hooks.log.pool, hooks.brand)) == left
    on_disk = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert ((wrapped in on_disk), (sealed in on_disk)) == (bool(left), bool(left))


async def test_of_a_person_who_is_forgotten_nothing_is_left_where_their_words_passed(
    hooks: Hooks, network: FakeNetwork, spool: Spool, outage: Outage, drain: Drain, tmp_path: Path
) -> None:
    """Sealed as they lay there they are no words; but who has the master key could open them."""
    channel = await hooks.channel("fake")
    await say(hooks, channel, 0)
    outage.is_on = True
    assert (await hooks.post(channel, [["said", "1", "canarixyzzy"]], PROOF))[0] == 200
    (kept,) = await spool.next(9)
    assert b"canarixyzzy" in spool.open(kept)[1].raw
    outage.is_on = False
    while await drain.some():
        pass
    heard = [event for event in await hooks.events() if isinstance(event, MessageReceived)]
    assert "canarixyzzy" in (heard[-1].text or "")
    for recorded in await hooks.log.read(hooks.brand, 0, 100):
        if recorded.subject is not None:
            await erasure.forget_aged(hooks.log, hooks.brand, recorded.subject, now=SystemClock().now())
    assert "canarixyzzy" not in repr(await hooks.events())
    on_disk = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert on_disk
    assert [one for one in (b"canarixyzzy", kept.sealed, kept.wrapped) if one in on_disk] == []


async def test_a_database_that_goes_away_again_loses_nothing_of_the_spool(
    hooks: Hooks, network: FakeNetwork, spool: Spool, outage: Outage, drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = await hooks.channel("fake")
    await say(hooks, channel, 0)
    outage.is_on = True
    await say(hooks, channel, 1)

    async def gone(*_: object, **__: object) -> None:
        raise LogUnavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(hooks.ingest.taker, "take", gone)
        for _ in range(9):
            assert not await drain.some()
    assert (await spool.measure()).waiting == 1
    await drain.some()
    assert await said(hooks) == ["0", "1"]


async def test_an_outage_is_noticed_and_so_is_its_end(postgres: object, database: str) -> None:
    outage = Outage("postgresql://vigie@/none?host=/nonexistent")
    assert not await outage._answers()
    common = Common()
    assert await Outage(database, common)._answers()
    connection = await asyncpg.connect(database)
    assert abs(common.now() - await connection.fetchval("SELECT clock_timestamp()")) < timedelta(seconds=10)
    assert common._told is not None
    await connection.close()


POISON = """
CREATE FUNCTION vigie.poison() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF convert_from(new.body, 'UTF8') LIKE '%"poison"%' THEN RAISE EXCEPTION 'poison' USING ERRCODE = '22000'; END IF;
  RETURN new;
END $$;
CREATE TRIGGER poison BEFORE INSERT ON vigie.events FOR EACH ROW EXECUTE FUNCTION vigie.poison();
"""
