"""Replies leave at most once, whatever breaks: over real HTTP to fake networks, with the log on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest
from aiohttp import web

from inbox import files, history, waiting
from inbox.channels import ChannelRecord, Channels
from inbox.clock import SimulatedClock, SystemClock
from inbox.events import (
    Author,
    Event,
    Gesture,
    GestureEnded,
    GestureQueued,
    ItemEvent,
    Kind,
    MessageReceived,
    ReplyFailed,
    ReplyQueued,
    ReplySending,
    ReplySent,
    ReplySettled,
    ReplyUncertain,
)
from inbox.ids import BrandId, ItemId, dedupe_key
from inbox.log.follow import Runner
from inbox.log.record import NewEvent, item_stream
from inbox.log.store import Log
from inbox.waiting import Waiting
from services.channels import limits
from services.channels.contract import Way
from services.channels.registry import networks
from services.outbound import Outbound
from services.workers import deliver as module
from services.workers.deliver import Deliver
from services.workers.deliver_attempt import ATTEMPTS, LIMITED_FOR, Attempts
from tests.channels.senders import APP_SECRET, WHSEC
from tests.fakes.brand import BrandEndpoint
from tests.fakes.graph import Graph, error
from tests.fakes.server import CutConnection, Seen, says

GRAPH = {"secret": APP_SECRET, "access_token": "page token"}


@dataclass
class Post:
    """A deliverer, the endpoints it writes to, and a brand whose items it answers."""

    log: Log
    brand: BrandId
    clock: SimulatedClock
    channels: Channels
    deliver: Deliver
    graph: Graph
    endpoint: BrandEndpoint
    out: Outbound

    async def channel(self, network: str = "generic", **more: Any) -> ChannelRecord:
        given: dict[str, Any] = {
            "secrets": {"secret": WHSEC},
            "settings": {"reply_url": self.endpoint.url + "/replies"},
        }
        if network != "generic":
            given = {"secrets": GRAPH, "account_id": "1"}
        return await self.channels.add(self.brand, network=network, name=network, by=None, **(given | more))

    async def queued(
        self,
        channel: ChannelRecord,
        *,
        kind: Kind = "comment",
        text: str = "Bonjour",
        private: bool = False,
        external_id: str = "c_1",
        **message: Any,
    ) -> tuple[ItemId, uuid.UUID]:
        """An item with one message, and a reply to it that has been decided."""
        ids, now = self.log.keyring.ids, self.clock.now()
        item = ids.item(self.brand, channel.channel_id, "t", "81")
        subject = ids.subject(self.brand, channel.network, "81")
        said = {"thread_id": "81" if kind == "dm" else "t", "text": "Allô", "author": Author(id="81"), **message}
        received = MessageReceived(
            item_id=item, channel_id=channel.channel_id, network=channel.network, kind=kind, external_id=external_id,
            sent_at=now, received_at=now, **said,
        )  # fmt: skip
        reply = ReplyQueued(
            item_id=item, reply_id=uuid.uuid4(), purpose="response", in_reply_to=external_id, by=1, at=now, text=text,
            private=private,
        )  # fmt: skip
        await self.append(received, subject)
        await self.append(reply, subject)
        await self.fill()
        return item, reply.reply_id

    async def another_reply(self, item: ItemId, text: str = "Encore", **more: Any) -> uuid.UUID:
        reply = ReplyQueued(
            item_id=item, reply_id=uuid.uuid4(), purpose="response", in_reply_to="c_1", by=1, at=self.clock.now(),
            text=text, **more,
        )  # fmt: skip
        await self.append(reply, await self.subject())
        await self.fill()
        return reply.reply_id

    async def gesture(self, item: ItemId, gesture: Gesture) -> None:
        event = GestureQueued(
            item_id=item, gesture_id=uuid.uuid4(), gesture=gesture, external_id="c_1", by=1, at=self.clock.now()
        )
        await self.append(event)
        await self.fill()

    async def subject(self, network: str = "generic") -> Any:
        return self.log.keyring.ids.subject(self.brand, network, "81")

    async def waits(self, channel: ChannelRecord) -> Waiting | None:
        async with self.log.pool.acquire() as connection:
            return (await waiting.of_brand(connection, self.brand, self.clock.now())).get(channel.channel_id)

    async def append(self, event: ItemEvent, subject: Any = None) -> None:
        new = NewEvent(event, item_stream(event.item_id), dedupe_key(uuid.uuid4().hex), subject)
        await self.log.append(self.brand, [new])

    async def fill(self) -> None:
        """Runs the follower until it has read the whole log."""
        running = asyncio.create_task(Runner(self.log, self.deliver.outbox).run())
        async with asyncio.timeout(10):
            while await self.log.pool.fetchval(
                "SELECT count(*) FROM vigie.heads h LEFT JOIN vigie.checkpoints c"
                " ON c.brand_id = h.brand_id AND c.follower = 'deliver' WHERE h.last_position > coalesce(c.position, 0)"
            ):
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    async def round(self) -> None:
        await self.deliver.look()
        await self.deliver.settled()

    async def said(self, item: ItemId) -> list[Event]:
        """What the log says of the reply after it was queued."""
        return [r.event for r in await self.log.read_stream(self.brand, item_stream(item))][2:]

    def another(self) -> Deliver:
        """The same work in another process."""
        way = Way(self.out, self.graph.url)
        return Deliver(self.log, Channels(self.log, self.clock), networks(), way, self.clock)


@pytest.fixture
async def post(log: Log, brand: BrandId) -> AsyncIterator[Post]:
    clock = SimulatedClock(SystemClock().now())
    channels = Channels(log, clock)
    async with Graph() as graph, BrandEndpoint(WHSEC) as endpoint, Outbound(("127.0.0.1",)) as out:
        deliver = Deliver(log, channels, networks(), Way(out, graph.url), clock)
        yield Post(log, brand, clock, channels, deliver, graph, endpoint, out)
        await channels.tallies.flush(log.pool)


def types(events: Sequence[Event]) -> list[str]:
    return [event.TYPE for event in events]


async def test_a_reply_is_announced_sent_and_recorded_with_the_networks_id(post: Post) -> None:
    item, reply_id = await post.queued(await post.channel())
    await post.round()
    sending, sent = await post.said(item)
    assert isinstance(sending, ReplySending)
    assert isinstance(sent, ReplySent)
    assert (sending.attempt, sent.external_id, sent.reply_id) == (1, "posted-1", reply_id)
    (seen,) = post.endpoint.seen
    assert json.loads(seen.body) == {
        "type": "reply.created", "id": str(reply_id), "in_reply_to": "c_1", "thread_id": "t", "author_id": "81",
        "text": "Bonjour", "purpose": "response",
    }  # fmt: skip


async def test_the_log_says_that_we_are_about_to_send_before_the_network_hears_of_it(post: Post) -> None:
    item, _ = await post.queued(await post.channel())
    at_that_time: list[str] = []

    async def look(seen: Seen) -> web.StreamResponse:
        at_that_time.extend(types(await post.said(item)))
        return await post.endpoint.post(seen)

    post.endpoint.answer = look
    await post.round()
    assert at_that_time == ["ReplySending"]


CALLS: tuple[tuple[str, Kind, str, dict[str, Any]], ...] = (
    ("facebook", "comment", "/c_1/comments", {"message": "Bonjour"}),
    ("facebook", "review", "/c_1/comments", {"message": "Bonjour"}),
    ("instagram", "comment", "/c_1/replies", {"message": "Bonjour"}),
    ("messenger", "dm", "/1/messages",
     {"recipient": {"id": "81"}, "messaging_type": "RESPONSE", "message": {"text": "Bonjour"}}),
    ("instagram", "dm", "/1/messages",
     {"recipient": {"id": "81"}, "messaging_type": "RESPONSE", "message": {"text": "Bonjour"}}),
)  # fmt: skip


@pytest.mark.parametrize(("network", "kind", "path", "body"), CALLS)
async def test_metas_replies_go_where_the_graph_api_wants_them(
    post: Post, network: str, kind: Kind, path: str, body: dict[str, Any]
) -> None:
    item, _ = await post.queued(await post.channel(network), kind=kind)
    await post.round()
    assert types(await post.said(item)) == ["ReplySending", "ReplySent"]
    (seen,) = post.graph.seen
    assert (seen.path, json.loads(seen.body), seen.headers["authorization"]) == (path, body, "Bearer page token")
    assert "page token" not in str(seen.query)


REFUSALS = (
    (says(400, error(190)), "token_expired"), (says(403, error(200)), "not_authorised"),
    (says(400, error(10)), "not_authorised"), (says(400, error(10, subcode=2018278)), "window_closed"),
    (says(400, error(100, subcode=33)), "gone"), (says(400, error(368)), "blocked_by_network"),
    (says(400, error(506)), "duplicate"), (says(400, error(551)), "author_blocked_us"),
    (says(400, error(100)), "rejected"),
    (says(400, "no object"), "rejected"), (says(404), "gone"), (says(302, Location="/x"), "redirected"),
)  # fmt: skip


@pytest.mark.parametrize(("answer", "reason"), REFUSALS)
async def test_what_meta_refuses_for_good_has_failed(post: Post, answer: Any, reason: str) -> None:
    item, _ = await post.queued(await post.channel("facebook"))
    post.graph.answer = answer
    await post.round()
    _, failed = await post.said(item)
    assert isinstance(failed, ReplyFailed)
    assert (failed.reason, failed.retry_at) == (reason, None)
    post.clock.advance(timedelta(days=2))
    await post.round()
    assert len(post.graph.seen) == 1


@pytest.mark.parametrize(
    ("answer", "reason", "wait_s"),
    [(says(429), "too_many", limits.UNSAID_S), (says(429, Retry_After="90"), "too_many", 90),
     (says(503, Retry_After="60"), "busy", 60)],
)  # fmt: skip
async def test_what_was_not_posted_is_tried_again_when_it_may(
    post: Post, answer: Any, reason: str, wait_s: float
) -> None:
    item, _ = await post.queued(await post.channel())
    post.endpoint.answer = answer
    await post.round()
    failed = (await post.said(item))[-1]
    assert isinstance(failed, ReplyFailed)
    assert (failed.reason, failed.retry_at) == (reason, post.clock.now() + timedelta(seconds=wait_s))
    post.endpoint.answer = post.endpoint.post
    await post.round()
    assert len(post.endpoint.seen) == 1
    post.clock.advance(timedelta(seconds=wait_s))
    await post.round()
    assert types(await post.said(item)) == ["ReplySending", "ReplyFailed", "ReplySending", "ReplySent"]
    first, second = post.endpoint.seen
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


async def test_after_six_attempts_it_has_failed(post: Post) -> None:
    item, _ = await post.queued(await post.channel())
    post.endpoint.answer = says(503, Retry_After="1")
    for _ in range(ATTEMPTS + 2):
        await post.round()
        post.clock.advance(timedelta(hours=1))
    assert len(post.endpoint.seen) == ATTEMPTS
    last = (await post.said(item))[-1]
    assert isinstance(last, ReplyFailed)
    assert last.retry_at is None


async def _cut(_: Seen) -> web.StreamResponse:
    return CutConnection()


@pytest.mark.parametrize("network", ["generic", "facebook"])
@pytest.mark.parametrize(
    ("answer", "reason"),
    [(_cut, "connection_lost"), (says(500), "server_error"), (says(502), "server_error"), (says(503), "server_error")],
)
async def test_what_may_have_been_posted_is_uncertain_and_never_sent_again(
    post: Post, network: str, answer: Any, reason: str
) -> None:
    item, _ = await post.queued(await post.channel(network))
    post.endpoint.answer = post.graph.answer = answer
    await post.round()
    post.clock.advance(timedelta(days=1))
    await post.round()
    _, doubt = await post.said(item)
    assert isinstance(doubt, ReplyUncertain)
    assert doubt.reason == reason
    assert len(post.endpoint.seen) + len(post.graph.seen) == 1


async def test_an_attempt_that_a_crash_cut_off_is_uncertain(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies after it announced the reply, whether or not it had called the network."""
    item, _ = await post.queued(await post.channel())

    async def dies(*_: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(Attempts, "make", dies)
    await post.round()
    monkeypatch.undo()
    successor = post.another()
    await successor.look()
    await successor.settled()
    assert types(await post.said(item)) == ["ReplySending"]  # it may still be running somewhere
    post.clock.advance(timedelta(seconds=module.HELD_S))
    await successor.look()
    await successor.settled()
    _, doubt = await post.said(item)
    assert isinstance(doubt, ReplyUncertain)
    assert doubt.reason == "interrupted"
    assert post.endpoint.seen == []


async def test_of_many_processes_one_sends(post: Post) -> None:
    channel = await post.channel()
    replies = [await post.queued(channel, text=f"Bonjour {n}") for n in range(10)]
    processes = [post.deliver, *(post.another() for _ in range(3))]
    for _ in range(3):
        await asyncio.gather(*(process.look() for process in processes))
        await asyncio.gather(*(process.settled() for process in processes))
    assert sorted(json.loads(seen.body)["id"] for seen in post.endpoint.seen) == sorted(str(r) for _, r in replies)


async def test_who_was_given_up_for_lost_and_knows_better_says_so(post: Post) -> None:
    item, _ = await post.queued(await post.channel())
    successor = post.another()

    async def slow(seen: Seen) -> web.StreamResponse:
        post.clock.advance(timedelta(seconds=module.HELD_S))
        await successor.look()
        return await post.endpoint.post(seen)

    post.endpoint.answer = slow
    await post.round()
    found = await post.said(item)
    assert types(found) == ["ReplySending", "ReplyUncertain", "ReplySettled"]
    assert isinstance(found[-1], ReplySettled)
    assert found[-1].was_sent


async def test_a_process_that_slept_between_claim_and_call_does_not_call(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, _ = await post.queued(await post.channel())
    monkeypatch.setattr(module, "BEGIN_WITHIN_S", -1.0)
    await post.round()
    assert types(await post.said(item)) == ["ReplySending", "ReplyFailed"]
    assert post.endpoint.seen == []


@pytest.mark.parametrize("state", ["lost", "queued again"])
async def test_the_log_has_the_last_word_over_an_outbox_that_was_restored(
    post: Post, pool: asyncpg.Pool, state: str
) -> None:
    item, _ = await post.queued(await post.channel())
    await post.round()
    if state == "lost":
        await pool.execute("DELETE FROM vigie.outbox")
        await pool.execute("UPDATE vigie.checkpoints SET position = 0 WHERE follower = 'deliver'")
        await post.fill()
    else:
        await pool.execute("UPDATE vigie.outbox SET state = 'queued'")
    await post.round()
    assert types(await post.said(item)) == ["ReplySending", "ReplySent"]
    assert len(post.endpoint.seen) == 1


async def test_an_outbox_restored_in_the_middle_of_an_attempt_leaves_doubt_not_a_second_reply(
    post: Post, pool: asyncpg.Pool
) -> None:
    item, reply_id = await post.queued(await post.channel())
    await post.append(ReplySending(item_id=item, reply_id=reply_id, attempt=1, at=post.clock.now()))
    await post.round()
    assert types(await post.said(item)) == ["ReplySending", "ReplyUncertain"]
    assert post.endpoint.seen == []


async def test_a_closed_window_is_not_knocked_at(post: Post) -> None:
    until = post.clock.now() + timedelta(hours=24)
    item, _ = await post.queued(await post.channel("messenger"), kind="dm", reply_until=until)
    post.clock.advance(timedelta(hours=25))
    await post.round()
    failed = (await post.said(item))[-1]
    assert isinstance(failed, ReplyFailed)
    assert (failed.reason, post.graph.seen) == ("window_closed", [])


async def test_a_forgotten_author_is_not_written_to(post: Post) -> None:
    channel = await post.channel()
    item, _ = await post.queued(channel)
    subject = post.log.keyring.ids.subject(post.brand, "generic", "81")
    async with post.log.pool.acquire() as connection:
        await post.log.forget(connection, post.brand, subject)
    await post.round()
    failed = (await post.said(item))[-1]
    assert isinstance(failed, ReplyFailed)
    assert failed.reason == "author_forgotten"


async def test_a_disabled_channel_and_a_missing_set_up_are_said(post: Post) -> None:
    bare = await post.channel(settings={})
    item, _ = await post.queued(bare)
    await post.round()
    gone = await post.channel()
    other, _ = await post.queued(gone)
    await post.channels.disable(post.brand, gone.channel_id, by=None)
    await post.round()
    reasons = [getattr((await post.said(one))[-1], "reason", None) for one in (item, other)]
    assert reasons == ["not_configured", "channel_gone"]


async def test_the_worker_starts_sends_and_stops_cleanly(post: Post, noon: datetime) -> None:
    runs = [asyncio.create_task(post.deliver.run()), asyncio.create_task(Runner(post.log, post.deliver.outbox).run())]
    item, _ = await post.queued(await post.channel())
    async with asyncio.timeout(10):
        await post.endpoint.arrived.wait()
        runs[0].cancel()  # in the middle of a call: its answer is waited for
        await asyncio.gather(runs[0], return_exceptions=True)
    runs[1].cancel()
    await asyncio.gather(runs[1], return_exceptions=True)
    assert types(await post.said(item)) == ["ReplySending", "ReplySent"]


# --- limits of an account ---------------------------------------------------------------------------------------------


async def attached(post: Post, channel: ChannelRecord) -> tuple[ItemId, ReplyQueued]:
    """An item, and a reply to it that takes a file."""
    item, _ = await post.queued(channel, kind="dm", external_id="5:3")
    await post.round()
    past = await history.load(post.log, post.brand, item)
    file = await files.put(
        post.log, post.brand, past, "plan.png", "image/png", b"a picture", by=1, now=post.clock.now()
    )  # fmt: skip
    reply = ReplyQueued(
        item_id=item, reply_id=uuid.uuid4(), purpose="response", in_reply_to="5:3", by=1, at=post.clock.now(),
        text="Voici", files=(file,),
    )  # fmt: skip
    await post.append(reply, past.subject)
    return item, reply


async def test_a_file_leaves_with_its_reply_at_most_once_and_is_kept_from_then_on(post: Post) -> None:
    settings = {"api_url": post.graph.url}
    channel = await post.channel("telegram", secrets={"bot_token": "t", "secret": "s"}, settings=settings)
    item, _ = await attached(post, channel)
    await post.fill()
    await files.expire(post.log, now=post.clock.now() + timedelta(days=30))
    post.graph.seen.clear()
    post.graph.answer = _cut
    await post.round()
    post.clock.advance(timedelta(hours=1))
    await post.round()
    assert types(await post.said(item))[-2:] == ["ReplySending", "ReplyUncertain"]
    (seen,) = post.graph.seen
    assert seen.path == "/bott/sendPhoto"
    assert b"a picture" in seen.body


async def test_a_file_whose_author_was_forgotten_leaves_nowhere(post: Post) -> None:
    settings = {"api_url": post.graph.url}
    channel = await post.channel("telegram", secrets={"bot_token": "t", "secret": "s"}, settings=settings)
    item, reply = await attached(post, channel)
    await post.fill()
    post.graph.seen.clear()
    await post.log.pool.execute("DELETE FROM vigie.reply_files WHERE brand_id = $1", post.brand)
    await post.round()
    failed = (await post.said(item))[-1]
    assert isinstance(failed, ReplyFailed)
    assert (failed.reply_id, failed.reason, failed.retry_at) == (reply.reply_id, "author_forgotten", None)
    assert post.graph.seen == []


async def test_an_account_waits_as_a_whole_until_the_time_its_network_names(post: Post) -> None:
    held, free = await post.channel(), await post.channel("facebook")
    item, _ = await post.queued(held)
    post.endpoint.answer = says(429, Retry_After="300")
    await post.round()
    until = post.clock.now() + timedelta(seconds=300)
    await post.another_reply(item)
    other, _ = await post.queued(free)
    await post.round()
    assert len(post.endpoint.seen) == 1  # the second was not even tried
    assert types(await post.said(other)) == ["ReplySending", "ReplySent"]
    assert await post.waits(held) == Waiting(2, until)
    post.endpoint.answer = post.endpoint.post
    post.clock.advance(timedelta(seconds=299))
    await post.another().look()
    assert len(post.endpoint.seen) == 1
    post.clock.advance(timedelta(seconds=1))
    await post.round()
    assert len(post.endpoint.seen) == 3
    assert await post.waits(held) is None


async def test_who_read_what_is_due_before_the_account_had_to_wait_does_not_send_it(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, _ = await post.queued(await post.channel())
    post.endpoint.answer = says(429, Retry_After="300")
    await post.round()
    await post.another_reply(item)
    queries = vars(module)["sql"]
    read_before = queries.due.replace("w.until > $1", "false")
    monkeypatch.setattr(queries, "due", read_before)
    await post.round()
    assert len(post.endpoint.seen) == 1


async def test_what_says_that_nothing_is_left_is_believed_before_anything_is_refused(post: Post) -> None:
    channel = await post.channel()
    item, _ = await post.queued(channel)
    reset = str(int(post.clock.now().timestamp()) + 900)
    post.endpoint.answer = says(200, {"id": "p1"}, X_Rate_Limit_Remaining="0", X_Rate_Limit_Reset=reset)
    await post.round()
    assert types(await post.said(item)) == ["ReplySending", "ReplySent"]
    await post.another_reply(item)
    await post.round()
    assert len(post.endpoint.seen) == 1
    found = await post.waits(channel)
    assert found is not None
    assert found.count == 1


async def test_a_limit_is_no_attempt_and_after_a_day_of_it_the_reply_has_failed(post: Post) -> None:
    item, _ = await post.queued(await post.channel())
    post.endpoint.answer = says(429, Retry_After="7200")
    for _ in range(ATTEMPTS + 2):
        await post.round()
        post.clock.advance(timedelta(hours=2))
    last = (await post.said(item))[-1]
    assert isinstance(last, ReplyFailed)
    assert last.retry_at is not None
    post.clock.advance(LIMITED_FOR)
    await post.round()
    last = (await post.said(item))[-1]
    assert isinstance(last, ReplyFailed)
    assert (last.reason, last.retry_at) == ("too_many", None)


async def test_what_the_network_would_refuse_for_its_length_is_not_sent(post: Post) -> None:
    item, _ = await post.queued(await post.channel("instagram"), text="é" * 301)
    await post.round()
    failed = (await post.said(item))[-1]
    assert isinstance(failed, ReplyFailed)
    assert failed.reason == "too_long"
    assert post.graph.seen == []


# --- private answers, gestures ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("network", ["facebook", "instagram"])
async def test_a_private_answer_is_a_message_to_whoever_wrote_the_comment(post: Post, network: str) -> None:
    item, _ = await post.queued(await post.channel(network), private=True)
    await post.round()
    assert types(await post.said(item)) == ["ReplySending", "ReplySent"]
    (seen,) = post.graph.seen
    assert (seen.path, json.loads(seen.body)["recipient"]) == ("/1/messages", {"comment_id": "c_1"})


async def test_a_network_without_private_answers_is_not_asked_for_one(post: Post) -> None:
    item, _ = await post.queued(await post.channel(), private=True)
    await post.round()
    failed = (await post.said(item))[-1]
    assert isinstance(failed, ReplyFailed)
    assert failed.reason == "cannot_reply"
    assert post.endpoint.seen == []


GESTURES: tuple[tuple[str, Gesture, str, str, dict[str, Any]], ...] = (
    ("facebook", "hide", "POST", "/c_1", {"is_hidden": True}),
    ("facebook", "unhide", "POST", "/c_1", {"is_hidden": False}),
    ("instagram", "hide", "POST", "/c_1", {"hide": True}),
    ("facebook", "like", "POST", "/c_1/likes", {}),
    ("facebook", "unlike", "DELETE", "/c_1/likes", {}),
)


@pytest.mark.parametrize(("network", "gesture", "method", "path", "body"), GESTURES)
async def test_a_gesture_goes_the_way_of_a_reply(
    post: Post, network: str, gesture: Gesture, method: str, path: str, body: dict[str, Any]
) -> None:
    item, _ = await post.queued(await post.channel(network))
    await post.round()
    post.graph.seen.clear()
    post.graph.answer = says(200, {"success": True})
    await post.gesture(item, gesture)
    await post.round()
    assert types((await post.said(item))[2:]) == ["GestureQueued", "GestureSending", "GestureEnded"]
    ended = (await post.said(item))[-1]
    assert isinstance(ended, GestureEnded)
    assert ended.end == "done"
    (seen,) = post.graph.seen
    assert (seen.method, seen.path, json.loads(seen.body)) == (method, path, body)


async def test_a_gesture_that_may_have_been_made_is_uncertain_and_not_made_again(post: Post) -> None:
    item, _ = await post.queued(await post.channel("facebook"))
    await post.round()
    post.graph.seen.clear()
    post.graph.answer = _cut
    await post.gesture(item, "hide")
    await post.round()
    post.clock.advance(timedelta(days=1))
    await post.round()
    ended = (await post.said(item))[-1]
    assert isinstance(ended, GestureEnded)
    assert (ended.end, ended.reason) == ("uncertain", "connection_lost")
    assert len(post.graph.seen) == 1
