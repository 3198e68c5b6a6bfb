"""Edits, deletions and echoes end in the same place whether they come before or after what they refer to."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from inbox.events import Event, MessageEdited, MessageReceived, MessageWithdrawn, ReferenceHeld, ReplyEchoed
from inbox.log.follow import Runner
from inbox.log.pulse import Pulse
from inbox.log.seal import Keyring
from inbox.log.store import Log
from services.workers.link import Link
from tests.channels.test_generic import MESSAGE
from tests.ingest.conftest import Hooks
from tests.ingest.test_hooks import comment, page

AT = {"sent_at": "2026-11-21T10:05:00Z"}
EDITED = {"type": "message.edited", "id": "c-1", "text": "Il brûle", **AT}
DELETED = {"type": "message.deleted", "id": "c-1", **AT}
ECHOED = {"type": "reply.echoed", "id": "r-1", "in_reply_to": "c-1", "text": "On arrive", **AT}
WORDS = {"MessageEdited": "Il brûle", "ReplyEchoed": "On arrive"}


async def catch_up(log: Log, *, batch: int = 500, processes: int = 1) -> None:
    """The follower, run until it has nothing left to do, in so many processes at once."""
    runners = [Runner(log, Link(log), batch=batch) for _ in range(processes)]
    tasks = [asyncio.create_task(runner.run()) for runner in runners]
    try:
        async with asyncio.timeout(20):
            while await log.pool.fetchval(
                "SELECT count(*) FROM vigie.heads h LEFT JOIN vigie.checkpoints c"
                " ON c.brand_id = h.brand_id AND c.follower = 'link' WHERE h.last_position > coalesce(c.position, 0)"
            ):
                await asyncio.sleep(0.01)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def linked(hooks: Hooks) -> list[Event]:
    return [e for e in await hooks.events() if isinstance(e, MessageEdited | MessageWithdrawn | ReplyEchoed)]


def check(message: MessageReceived, found: Sequence[Event]) -> None:
    assert sorted(e.TYPE for e in found) == ["MessageEdited", "MessageWithdrawn", "ReplyEchoed"]
    for event in found:
        assert isinstance(event, MessageEdited | MessageWithdrawn | ReplyEchoed)
        assert event.item_id == message.item_id
        assert event.external_id == ("r-1" if isinstance(event, ReplyEchoed) else "c-1")
        assert getattr(event, "text", None) == WORDS.get(event.TYPE)


@pytest.mark.parametrize("order", list(itertools.permutations([MESSAGE, EDITED, DELETED, ECHOED])))
async def test_every_order_of_arrival_ends_the_same(hooks: Hooks, order: Sequence[dict[str, Any]]) -> None:
    channel = await hooks.channel()
    for one in order:
        assert (await hooks.post(channel, one))[0] == 202
    await catch_up(hooks.log, batch=1 if order[0] is EDITED else 500)
    (message,) = [e for e in await hooks.events() if isinstance(e, MessageReceived)]
    check(message, await linked(hooks))
    assert await hooks.log.pool.fetchval("SELECT count(*) FROM vigie.held") == 0


async def test_what_waits_keeps_waiting_across_restarts(hooks: Hooks) -> None:
    channel = await hooks.channel()
    for one in (EDITED, DELETED, ECHOED):
        await hooks.post(channel, one)
        await catch_up(hooks.log)
    assert await linked(hooks) == []
    await hooks.post(channel, MESSAGE)
    await catch_up(hooks.log)
    (message,) = [e for e in await hooks.events() if isinstance(e, MessageReceived)]
    check(message, await linked(hooks))
    subjects = await hooks.log.pool.fetchval("SELECT count(*) FROM vigie.subject_keys")
    assert subjects == 1  # the author's: the keys of what waited are destroyed


async def test_a_follower_that_reads_the_log_again_changes_nothing(hooks: Hooks, pool: asyncpg.Pool) -> None:
    channel = await hooks.channel()
    for one in (ECHOED, EDITED, MESSAGE, DELETED):
        await hooks.post(channel, one)
    await catch_up(hooks.log)
    before = await linked(hooks)
    await pool.execute("UPDATE vigie.checkpoints SET position = 0 WHERE follower = 'link'")
    await catch_up(hooks.log)
    assert await linked(hooks) == before
    assert await pool.fetchval("SELECT count(*) FROM vigie.held") == 0


async def test_many_processes_link_once(hooks: Hooks, database: str, keyring: Keyring) -> None:
    channel = await hooks.channel()
    numbers = range(40)
    late = [{**MESSAGE, "id": f"c-{n}"} for n in numbers]
    early = [{**EDITED, "id": f"c-{n}", "text": f"edit {n}"} for n in numbers]
    pulse = Pulse()
    log = Log(hooks.log.pool, keyring, pulse)
    linking = asyncio.create_task(catch_up(log, batch=7, processes=4))
    for n in numbers:
        await hooks.post(channel, (early if n % 2 else late)[n])
    for n in numbers:
        await hooks.post(channel, (late if n % 2 else early)[n])
    await linking
    await catch_up(log, batch=3, processes=4)
    found = [e for e in await hooks.events() if isinstance(e, MessageEdited)]
    assert sorted((e.external_id, e.text) for e in found) == sorted((f"c-{n}", f"edit {n}") for n in numbers)


async def test_an_edit_by_a_moderator_in_a_thread_that_was_moved_reaches_its_message_all_the_same(
    hooks: Hooks,
) -> None:
    channel = await hooks.channel()
    elsewhere = {"thread_id": "moved-here", "author": {"id": "moderator"}}
    await hooks.post(channel, {**MESSAGE, "type": "message.edited", "text": "Il brûle", **AT, **elsewhere})
    await hooks.post(channel, MESSAGE)
    await hooks.post(channel, EDITED)  # the same edit, told by id only
    await catch_up(hooks.log)
    (message,) = [e for e in await hooks.events() if isinstance(e, MessageReceived)]
    (edit,) = await linked(hooks)
    assert isinstance(edit, MessageEdited)
    assert (edit.item_id, edit.text) == (message.item_id, "Il brûle")


async def test_two_edits_in_the_same_second_are_two(hooks: Hooks) -> None:
    channel = await hooks.channel()
    await hooks.post(channel, MESSAGE)
    for text, new in (("Il brûle", True), ("Il brûle !", True), ("Il brûle", False)):
        _, answer, _ = await hooks.post(channel, {**EDITED, "text": text})
        assert answer["messages"][0]["new"] is new
    await catch_up(hooks.log)
    assert [e.text for e in await linked(hooks) if isinstance(e, MessageEdited)] == ["Il brûle", "Il brûle !"]


async def test_our_own_answer_on_facebook_reaches_the_item_of_the_comment_it_answers(hooks: Hooks) -> None:
    channel = await hooks.channel("facebook", account_id="1")
    ours = comment("1", 2, parent_id="p_1", post_id="p", message="On arrive", **{"from": {"id": "1"}})
    await hooks.post(channel, page(ours))
    await hooks.post(channel, page(comment("1", 1, post_id="p")))
    await catch_up(hooks.log)
    (message,) = [e for e in await hooks.events() if isinstance(e, MessageReceived)]
    (echo,) = await linked(hooks)
    assert isinstance(echo, ReplyEchoed)
    assert (echo.item_id, echo.text, echo.in_reply_to) == (message.item_id, "On arrive", "p_1")


async def test_an_echo_of_a_direct_message_goes_to_whom_we_wrote_to(hooks: Hooks) -> None:
    channel = await hooks.channel("messenger", account_id="1")
    at = {"timestamp": 1774260000000}
    said = {"sender": {"id": "81"}, "recipient": {"id": "1"}, **at, "message": {"mid": "m_1", "text": "Allô"}}
    echo = {"sender": {"id": "1"}, "recipient": {"id": "81"}, **at,
            "message": {"mid": "m_2", "text": "Oui ?", "is_echo": True}}  # fmt: skip
    await hooks.post(channel, page({"id": "1", "time": 1774260000000, "messaging": [echo, said]}))
    answered, message = await hooks.events()
    assert isinstance(answered, ReplyEchoed)
    assert isinstance(message, MessageReceived)
    assert (answered.item_id, answered.text) == (message.item_id, "Oui ?")


async def test_what_refers_to_nothing_we_know_waits_and_harms_nothing(hooks: Hooks) -> None:
    channel = await hooks.channel()
    await hooks.post(channel, {**DELETED, "id": "never heard of"})
    await hooks.post(channel, MESSAGE)
    await catch_up(hooks.log)
    assert await linked(hooks) == []
    assert [type(e) for e in await hooks.events()] == [ReferenceHeld, MessageReceived]
