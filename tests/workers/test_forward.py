"""Webhooks out: signed, in order of each item, at least once, for days; over real HTTP, with the log on PostgreSQL."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from inbox import subscriptions
from inbox.clock import SimulatedClock
from inbox.errors import NotFound, Refused
from inbox.events import SettingChanged
from inbox.log import eras
from inbox.log.store import Connection
from inbox.subscription import By
from services.workers import forward_attempt
from services.workers.forward_attempt import HELD_S, Attempting, Claim
from services.workers.forwarding import PAUSED_AFTER, TRIED_FOR, Verdict
from tests.conftest import new_brand
from tests.fakes.server import CutConnection, Seen, says
from tests.views.world import World
from tests.workers.subscriber import LEAD, Post, Subscriber, proven

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def post(world: World, clock: SimulatedClock) -> AsyncIterator[Post]:
    async with Subscriber() as subscriber:
        made = Post(world, clock, subscriber)
        yield made
        for out in made.outs:
            await out.close()


# --- what is sent -------------------------------------------------------------------------------------------------


async def test_what_happens_from_now_on_is_sent_signed_as_the_api_shows_it(post: Post) -> None:
    await post.world.says("zoe", "before")
    sub, secret = await post.subscribed(personal=True, types=("MessageReceived",))
    item = await post.world.says("zoe", "Ça fume")
    await post.round()
    (seen,) = post.subscriber.seen
    body = json.loads(seen.body)
    position = await post.log.head(post.world.brand)
    assert (seen.method, seen.path) == ("POST", "/hook")
    assert proven(seen, secret)
    assert seen.headers["webhook-id"] == f"evt_{sub}_{position}"
    assert {name: body[name] for name in body if name != "data"} == {
        "type": "MessageReceived", "brand_id": post.world.brand, "position": position, "era": "0", "item_id": str(item),
        "occurred_at": "2026-11-24T11:00:00Z",
    }  # fmt: skip
    assert (body["data"]["text"], body["data"]["author"]["name"]) == ("Ça fume", "Zoe")
    assert await post.world.pool.fetchval("SELECT count(*) FROM vigie.forwards") == 0


async def test_names_and_words_stay_here_unless_the_subscription_says_so(post: Post) -> None:
    await post.subscribed()
    await post.world.says("zoe", "Ça fume")
    await post.round()
    (body,) = [body for body in post.subscriber.got if body["type"] == "MessageReceived"]
    assert {body["data"][name] for name in ("text", "author", "thread_id", "permalink")} == {None}
    assert b"zoe" not in b"".join(seen.body for seen in post.subscriber.seen).lower()


async def test_only_the_types_asked_for_are_sent(post: Post) -> None:
    await post.subscribed(types=("MessageClassified", "SlaBreached"))
    item = await post.world.says()
    await post.world.happens(post.world.judgement(item))
    await post.round()
    assert [body["type"] for body in post.subscriber.got] == ["MessageClassified"]


async def test_a_long_log_is_read_to_its_end(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.workers.forward.READ_AHEAD", 7)
    await post.subscribed(types=("MessageReceived",))
    for n in range(30):
        await post.world.says(f"author {n % 6}")
    await post.round()
    assert sorted(map(str, post.subscriber.said)) == sorted(f"m{n}" for n in range(1, 31))


async def test_another_brands_events_go_nowhere(post: Post) -> None:
    stranger = await new_brand(post.world.pool, "Autre")
    sub, _ = await post.subscribed(types=("MessageReceived",))
    await post.subscribed(brand=stranger, path="/theirs")
    await post.world.says()
    await post.round()
    assert {(seen.path, body["brand_id"]) for seen, body in zip(post.subscriber.seen, post.subscriber.got, strict=True)
            } == {("/hook", post.world.brand), ("/theirs", stranger)}  # fmt: skip
    assert [b["type"] for s, b in zip(post.subscriber.seen, post.subscriber.got, strict=True) if s.path == "/theirs"
            ] == ["SettingChanged"]  # fmt: skip
    for act in (subscriptions.pause, subscriptions.resume, subscriptions.rotate, subscriptions.remove):
        with pytest.raises(NotFound):
            await act(post.log, stranger, sub, by=LEAD, now=post.clock.now())
    with pytest.raises(NotFound):
        await subscriptions.send_again(post.log, stranger, sub, 1, by=LEAD, now=post.clock.now())
    assert await subscriptions.attempts(post.log, stranger, sub) == []


async def test_after_a_restore_new_events_at_old_positions_have_ids_of_their_own_and_old_events_keep_theirs(
    post: Post,
) -> None:
    sub, _ = await post.subscribed(types=("MessageReceived",))
    await post.world.says("zoe")
    await post.round()
    head = await post.log.head(post.world.brand)
    async with post.world.pool.acquire() as connection:
        await eras.begin(connection, post.world.brand, now=post.clock.now())
    await post.world.says("zoe")
    await subscriptions.send_again(post.log, post.world.brand, sub, head, onwards=True, by=LEAD, now=post.clock.now())
    await post.round(after=MINUTE)
    first, again, new = post.subscriber.idents
    era = post.subscriber.got[-1]["era"]
    assert first == again == f"evt_{sub}_{head}"
    assert new == f"evt_{sub}_{post.subscriber.got[-1]['position']}_{era}"
    assert (len(era), [body["era"] for body in post.subscriber.got[:2]]) == (12, ["0", "0"])


# --- order --------------------------------------------------------------------------------------------------------


async def test_of_one_item_an_event_waits_for_the_earlier_and_other_items_go_on(post: Post) -> None:
    await post.subscribed(types=("MessageReceived",))
    for author in ("zoe", "karim", "zoe", "karim"):
        await post.world.says(author)
    post.subscriber.refuses = {"m1": 500}
    await post.round()
    assert sorted(map(str, post.subscriber.said)) == ["m1", "m2", "m4"]
    assert [said for said in post.subscriber.said if said in {"m2", "m4"}] == ["m2", "m4"]
    post.subscriber.refuses = {}
    await post.round(after=MINUTE)
    assert post.subscriber.said[3:] == ["m1", "m3"]


async def test_two_processes_send_nothing_twice_and_nothing_out_of_order(post: Post) -> None:
    await post.subscribed(types=("MessageReceived",))
    for n in range(40):
        await post.world.says(f"author {n % 3}")
    workers = [post.worker() for _ in range(3)]
    for worker in workers:
        await post.world.pool.execute("DELETE FROM vigie.leases")
        await worker.look()
    await asyncio.gather(*(worker.settled() for worker in workers))
    numbers = [int(str(said)[1:]) for said in post.subscriber.said]
    assert sorted(numbers) == list(range(1, 41))
    for author in range(3):
        mine = [number for number in numbers if number % 3 == author]
        assert mine == sorted(mine)


# --- when it is not taken -----------------------------------------------------------------------------------------


async def test_pauses_double_the_id_stays_and_each_attempt_is_signed_anew(post: Post) -> None:
    sub, _ = await post.subscribed(types=("MessageReceived",))
    await post.world.says()
    post.subscriber.status = 500
    await post.round()
    for pause_s in (20, 40, 80):
        await post.round(after=timedelta(seconds=pause_s) - SECOND)
        count = len(post.subscriber.seen)
        await post.round(after=SECOND)
        assert len(post.subscriber.seen) == count + 1
    assert len(set(post.subscriber.idents)) == 1
    assert len({seen.headers["webhook-timestamp"] for seen in post.subscriber.seen}) == 4
    assert [(a.number, a.status, a.error) for a in await post.attempts(sub)] == [
        (n, 500, "failed") for n in (1, 2, 3, 4)
    ]
    post.subscriber.status = 204
    await post.round(after=HOUR)
    assert [(a.status, a.error) for a in await post.attempts(sub)][-1] == (204, None)
    state = await post.state(sub)
    assert (state.failures, state.failing_since, state.waiting) == (0, None, 0)


async def test_jitter_is_full_so_a_pause_may_be_any_part_of_its_ceiling(post: Post) -> None:
    await post.subscribed(types=("MessageReceived",))
    post.chance, post.subscriber.status = 0.25, 500
    await post.world.says()
    await post.round()
    await post.round(after=4 * SECOND)
    assert len(post.subscriber.seen) == 1
    await post.round(after=SECOND)
    assert len(post.subscriber.seen) == 2


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("as_date", [False, True], ids=["seconds", "date"])
async def test_a_subscriber_that_asks_for_time_gets_it_for_everything(post: Post, status: int, as_date: bool) -> None:
    sub, _ = await post.subscribed(types=("MessageReceived",))
    later = format_datetime(post.clock.now() + 2 * HOUR, usegmt=True)
    post.subscriber.status, post.subscriber.headers = status, {"Retry-After": later if as_date else "7200"}
    await post.world.says("zoe")
    await post.round()
    post.subscriber.status = 200
    await post.world.says("karim")
    await post.round(after=2 * HOUR - SECOND)
    assert post.subscriber.said == ["m1"]
    await post.round(after=SECOND)
    assert sorted(map(str, post.subscriber.said)) == ["m1", "m1", "m2"]
    assert [a.error for a in await post.attempts(sub)] == ["busy", None, None]


async def test_an_address_where_nobody_answers_is_asked_now_and_then_by_one_event(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.workers.forward.READ_AHEAD", 15)
    sub, _ = await post.subscribed(types=("MessageReceived",))
    post.subscriber.status = 502
    for n in range(50):
        await post.world.says(f"author {n}")
    await post.round()
    begun = len(post.subscriber.seen)
    assert begun <= 8 + 2
    for _ in range(5):
        await post.round(after=MINUTE)
    assert len(post.subscriber.seen) == begun + 5
    assert await post.world.pool.fetchval("SELECT count(*) FROM vigie.forwards") <= 30  # the rest waits in the log
    post.subscriber.status = 200
    await post.round(after=MINUTE)
    await post.round(after=HOUR)
    assert (await post.state(sub)).waiting == 0
    assert {body["data"]["external_id"] for body in post.subscriber.got} == {f"m{n}" for n in range(1, 51)}


async def test_no_redirect_is_followed(post: Post) -> None:
    sub, _ = await post.subscribed(types=("MessageReceived",))
    post.subscriber.answer = says(307, Location=post.subscriber.url + "/elsewhere")
    await post.world.says()
    await post.round()
    assert [seen.path for seen in post.subscriber.seen] == ["/hook"]
    assert [(a.status, a.error) for a in await post.attempts(sub)] == [(307, "redirected")]


async def test_a_lost_connection_is_no_success(post: Post) -> None:
    async def cut(_: Seen) -> web.StreamResponse:
        return CutConnection()

    sub, _ = await post.subscribed(types=("MessageReceived",))
    post.subscriber.answer = cut
    await post.world.says()
    await post.round()
    assert [(a.status, a.error) for a in await post.attempts(sub)] == [(None, "connection_lost")]
    assert (await post.state(sub)).waiting == 1


async def test_a_private_address_is_never_called(post: Post) -> None:
    sub, _ = await post.subscribed(types=("MessageReceived",))
    await post.world.says()
    post.allow = ()  # the operator has changed their mind
    await post.round()
    assert post.subscriber.seen == []
    port = post.subscriber.url.rsplit(":", 1)[1]
    await post.world.pool.execute("UPDATE vigie.subscriptions SET address = $1", f"https://localhost:{port}/")
    await post.round(after=MINUTE)
    assert post.subscriber.seen == []
    assert [a.error for a in await post.attempts(sub)] == ["address_not_allowed"] * 2


async def test_after_three_days_an_event_is_given_up_shown_and_the_next_of_its_item_goes_on(post: Post) -> None:
    sub, _ = await post.subscribed(types=("MessageReceived",))
    post.subscriber.refuses = {"m1": 400}
    await post.world.says("zoe")
    position = await post.log.head(post.world.brand)
    await post.world.says("zoe")
    elapsed = timedelta()
    while elapsed < TRIED_FOR + 7 * HOUR:
        await post.round(after=HOUR)
        await post.world.says("karim")  # the subscriber is well otherwise: no reason to pause
        elapsed += HOUR
    assert (await post.state(sub)).paused_at is None
    assert "m2" in post.subscriber.said
    assert 10 < post.subscriber.said.count("m1") < 40
    ((given_up, kind, _),) = await subscriptions.given_up(post.log, post.world.brand, sub)
    assert (given_up, kind) == (position, "MessageReceived")
    post.subscriber.refuses = {}
    await subscriptions.send_again(post.log, post.world.brand, sub, position, by=LEAD, now=post.clock.now())
    await post.round()
    assert "m1" in post.subscriber.said[-2:]
    assert await subscriptions.given_up(post.log, post.world.brand, sub) == []


# --- pausing ------------------------------------------------------------------------------------------------------


async def audit(post: Post) -> list[tuple[str, int | None]]:
    recorded = await post.log.read(post.world.brand, 0, 1000)
    return [(r.event.action, r.event.by) for r in recorded if isinstance(r.event, SettingChanged)]


async def test_a_day_of_nothing_but_failures_pauses_and_resuming_goes_on_without_loss(post: Post) -> None:
    sub, _ = await post.subscribed(types=("MessageReceived",))
    post.subscriber.status = 500
    await post.world.says("zoe")
    elapsed = timedelta()
    while (state := await post.state(sub)).paused_at is None:
        await post.round(after=HOUR)
        elapsed += HOUR
    assert PAUSED_AFTER < elapsed < PAUSED_AFTER + 7 * HOUR  # the longest pause is six hours
    assert (state.pause_reason, state.waiting) == ("failing", 1 + 1)  # and the line that says so
    count = len(post.subscriber.seen)
    await post.world.says("karim")
    await post.world.says("zoe")
    post.subscriber.status = 200
    await post.round(after=5 * DAY)
    assert len(post.subscriber.seen) == count
    await subscriptions.resume(post.log, post.world.brand, sub, by=LEAD, now=post.clock.now())
    await post.round()
    assert sorted(map(str, post.subscriber.said[count:])) == ["m1", "m2", "m3"]
    assert await audit(post) == [("added", 7), ("paused: failing", None), ("resumed", 7)]


async def test_a_subscriber_that_is_gone_is_paused_at_once(post: Post) -> None:
    sub, _ = await post.subscribed()
    post.subscriber.status = 410
    await post.world.says()
    await post.round()
    state = await post.state(sub)
    assert (state.pause_reason, state.paused_at) == ("gone", post.clock.now())
    count = len(post.subscriber.seen)
    await post.round(after=DAY)
    assert len(post.subscriber.seen) == count
    assert (await audit(post))[-1] == ("paused: gone", None)


async def test_what_is_paused_by_hand_stands_still(post: Post) -> None:
    sub, _ = await post.subscribed(types=("MessageReceived",))
    await subscriptions.pause(post.log, post.world.brand, sub, by=LEAD, now=post.clock.now())
    stood = (await post.state(sub)).position
    await post.world.says()
    await post.round()
    assert post.subscriber.seen == []
    assert (await post.state(sub)).position == stood
    with pytest.raises(Refused, match="paused already"):
        await subscriptions.pause(post.log, post.world.brand, sub, by=LEAD, now=post.clock.now())
    await subscriptions.resume(post.log, post.world.brand, sub, by=LEAD, now=post.clock.now())
    await post.round()
    assert post.subscriber.said == ["m1"]


async def test_another_address_gets_at_once_what_the_old_one_did_not_take(post: Post) -> None:
    sub, _ = await post.subscribed(types=("MessageReceived",))
    post.subscriber.status = 500
    for n in range(10):
        await post.world.says(f"author {n}")
    await post.round()
    post.subscriber.status = 200
    before = len(post.subscriber.seen)
    await subscriptions.update(
        post.log, post.world.brand, sub, address=post.subscriber.url + "/new", by=LEAD, allow=post.allow,
        now=post.clock.now(),
    )  # fmt: skip
    await post.round()
    assert {seen.path for seen in post.subscriber.seen[before:]} == {"/new"}
    assert len(post.subscriber.seen) == before + 10


# --- secrets ------------------------------------------------------------------------------------------------------


async def test_after_a_rotation_both_secrets_prove_until_the_old_one_is_retired(post: Post) -> None:
    sub, old = await post.subscribed(types=("MessageReceived",))
    new = await subscriptions.rotate(post.log, post.world.brand, sub, by=LEAD, now=post.clock.now())
    await post.world.says()
    await post.round()
    await subscriptions.retire(post.log, post.world.brand, sub, by=LEAD, now=post.clock.now())
    await post.world.says()
    await post.round()
    both, after = post.subscriber.seen
    assert [proven(both, old), proven(both, new)] == [True, True]
    assert [proven(after, old), proven(after, new)] == [False, True]


async def test_secrets_are_sealed_and_bound_to_their_subscription(post: Post) -> None:
    sub, secret = await post.subscribed()
    stored = await post.world.pool.fetchval("SELECT secrets FROM vigie.subscriptions")
    assert secret.encode() not in stored
    assert secret not in repr(await post.state(sub))


# --- sending again ------------------------------------------------------------------------------------------------


async def test_one_event_is_sent_again_by_hand_under_its_id(post: Post) -> None:
    sub, _ = await post.subscribed(types=("MessageReceived",))
    await post.world.says()
    position = await post.log.head(post.world.brand)
    await post.world.says()
    await post.round()
    await subscriptions.send_again(post.log, post.world.brand, sub, position, by=LEAD, now=post.clock.now())
    await post.round()
    assert post.subscriber.said == ["m1", "m2", "m1"]
    assert post.subscriber.idents[2] == post.subscriber.idents[0]
    for nowhere in (0, await post.log.head(post.world.brand) + 1):
        with pytest.raises(Refused):
            await subscriptions.send_again(post.log, post.world.brand, sub, nowhere, by=LEAD, now=post.clock.now())


async def test_everything_from_a_position_on_is_sent_again_in_order_even_from_before_it_was_made(post: Post) -> None:
    await post.world.says("zoe")
    await post.world.says("zoe")
    sub, _ = await post.subscribed(types=("MessageReceived",))
    await post.world.says("zoe")
    await post.round()
    assert post.subscriber.said == ["m3"]
    await subscriptions.send_again(
        post.log, post.world.brand, sub, 2, onwards=True, by=LEAD, now=post.clock.now()
    )  # fmt: skip
    await post.world.says("zoe")
    await post.round()
    assert post.subscriber.said == ["m3", "m2", "m3", "m4"]


# --- forgetting ---------------------------------------------------------------------------------------------------


async def test_nothing_is_sent_of_a_person_who_was_forgotten_in_retries_neither(post: Post) -> None:
    sub, _ = await post.subscribed(personal=True)
    post.subscriber.refuses = {"m1": 500}
    item = await post.world.says("zoe", "Je m'appelle Zoé")
    await post.round()
    assert b"Zo\xc3\xa9" in b"".join(seen.body for seen in post.subscriber.seen)
    sent = len(post.subscriber.seen)
    await post.world.forgets("zoe", item)
    post.subscriber.refuses = {}
    await post.round(after=MINUTE)
    await subscriptions.send_again(post.log, post.world.brand, sub, 1, onwards=True, by=LEAD, now=post.clock.now())
    await post.round()
    later = post.subscriber.got[sent:]
    assert [body["type"] for body in later if body["type"] in {"MessageReceived", "AuthorForgotten"}].count(
        "MessageReceived"
    ) == 2
    assert str(item) in json.dumps([body["data"] for body in later if body["type"] == "AuthorForgotten"])
    words = json.dumps(later, ensure_ascii=False).lower()
    assert "zo" not in words.replace("zone", "")
    assert post.subscriber.idents[sent:].count(post.subscriber.idents[0]) >= 1


# --- never lost ---------------------------------------------------------------------------------------------------


async def test_a_worker_that_dies_between_sending_and_writing_it_down_sends_again_under_the_same_id(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    sub, _ = await post.subscribed(types=("MessageReceived",))
    await post.world.says("zoe")
    await post.world.says("zoe")

    async def killed(self: Attempting, claim: Claim, found: Verdict, duration_ms: int) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(Attempting, "_write_down", killed)
        await post.round()
    assert post.subscriber.said == ["m1"]
    assert [(a.error, a.duration_ms) for a in await post.attempts(sub)] == [("interrupted", None)]
    await post.round(after=timedelta(seconds=HELD_S) - SECOND)
    assert post.subscriber.said == ["m1"]
    await post.round(after=SECOND)
    assert post.subscriber.said == ["m1", "m1", "m2"]
    assert post.subscriber.idents[0] == post.subscriber.idents[1]


async def test_an_event_that_we_cannot_compose_is_tried_later_and_holds_up_its_own_item_only(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    sub, _ = await post.subscribed(types=("MessageReceived",))
    await post.world.says("zoe")
    await post.world.says("karim")
    real = forward_attempt.payload

    def payload(*given: object) -> bytes:
        body = real(*given)  # type: ignore[arg-type]
        if b'"m1"' in body:
            raise ValueError
        return body

    with monkeypatch.context() as patched:
        patched.setattr(forward_attempt, "payload", payload)
        await post.round()
    assert post.subscriber.said == ["m2"]
    assert {a.error for a in await post.attempts(sub)} == {"broken", None}
    await post.round(after=MINUTE)
    assert post.subscriber.said == ["m2", "m1"]


async def test_what_is_removed_while_it_is_being_sent_to_leaves_nothing(post: Post) -> None:
    sub, _ = await post.subscribed(types=("MessageReceived",))
    await post.world.says()

    async def removed(_: Seen) -> web.StreamResponse:
        await subscriptions.remove(post.log, post.world.brand, sub, by=LEAD, now=post.clock.now())
        return web.Response(status=500)

    post.subscriber.answer = removed
    await post.round()
    for table in ("subscriptions", "forwards", "forward_attempts"):
        assert await post.world.pool.fetchval(f"SELECT count(*) FROM vigie.{table}") == 0


async def test_only_the_latest_attempts_are_kept(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forward_attempt, "ATTEMPTS_KEPT", 5)
    sub, _ = await post.subscribed(types=("MessageReceived",))
    for n in range(12):
        await post.world.says(f"author {n}")
    await post.round()
    assert sorted(a.position for a in await post.attempts(sub))[-1] == await post.log.head(post.world.brand)
    assert len(await post.attempts(sub)) == 5


async def test_what_came_of_an_attempt_is_written_down_though_an_old_one_cannot_be_taken_away_yet(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attempts that were written down at once waited for each other's rows, and an event that was taken went again."""
    monkeypatch.setattr(forward_attempt, "ATTEMPTS_KEPT", 1)
    await post.subscribed(types=("MessageReceived",))
    await post.world.says("author 1")
    await post.round()
    async with post.world.pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM vigie.forward_attempts WHERE brand_id = $1 FOR UPDATE", post.world.brand)
        await post.world.says("author 2")
        round_ = asyncio.create_task(post.round())
        async with asyncio.timeout(10):
            while not await post.world.pool.fetchval(
                "SELECT count(*) = 1 FROM vigie.forward_attempts WHERE brand_id = $1 AND status = 200"
                " AND attempt_id > 1 AND NOT EXISTS (SELECT FROM vigie.forwards WHERE brand_id = $1)", post.world.brand,
            ):  # fmt: skip
                await asyncio.sleep(0.01)
        assert not round_.done()
    await round_


async def test_it_runs_until_it_is_stopped_and_is_woken_by_the_log(post: Post) -> None:
    await post.subscribed(types=("MessageReceived",))
    running = asyncio.create_task(post.worker().run())
    await post.world.says()
    async with asyncio.timeout(10):
        await post.subscriber.arrived.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await post.world.pool.fetchval("SELECT count(*) FROM vigie.leases WHERE follower = 'forward'") == 0


# --- who may ------------------------------------------------------------------------------------------------------


async def test_who_may_not_read_peoples_words_cannot_have_them_sent(post: Post) -> None:
    blind = By(member=8, personal=False)
    now, brand, url = post.clock.now(), post.world.brand, post.subscriber.url
    with pytest.raises(Refused, match="personal"):
        await subscriptions.create(
            post.log, brand, address=url, personal=True, by=blind, allow=post.allow, now=now
        )  # fmt: skip
    sub, _ = await post.subscribed(personal=True)
    for change in ({"address": url + "/mine"}, {"types": ()}, {"description": "mine"}):
        with pytest.raises(Refused, match="personal"):
            await subscriptions.update(post.log, brand, sub, **change, by=blind, allow=post.allow, now=now)
    await subscriptions.update(post.log, brand, sub, personal=False, by=blind, allow=post.allow, now=now)
    assert (await post.state(sub)).personal is False


# --- plans --------------------------------------------------------------------------------------------------------

FILL = """
INSERT INTO vigie.forwards (brand_id, subscription_id, position, stream_id, recorded_at, state, due_at)
SELECT $1, $2, n, 's' || n % 50, $3, CASE WHEN n % 100 = 0 THEN 'waiting' ELSE 'given_up' END, $3
FROM generate_series(1, 20000) n
"""


async def test_what_is_due_is_found_by_index(post: Post) -> None:
    sub, _ = await post.subscribed()
    brand, now = post.world.brand, post.clock.now()
    async with post.world.pool.acquire() as connection:
        await connection.execute(FILL, brand, sub, now)
        await connection.execute("ANALYZE vigie.forwards")
        found = await _plan(connection, forward_attempt.sql.due, brand, sub, now, [], 8)
    assert "Seq Scan on forwards" not in found
    assert "forwards_" in found


async def _plan(connection: Connection, statement: str, *given: object) -> str:
    return "\n".join(row[0] for row in await connection.fetch("EXPLAIN " + statement, *given))
