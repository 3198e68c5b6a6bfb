"""Networks that are listened to, against fakes that speak WebSocket: Mastodon's stream and Jetstream's two forms."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from inbox.clock import SimulatedClock
from services.channels.contract import Heard, NothingToHear, Received, SweepFailed, Way
from services.channels.registry import networks
from services.outbound import NoAnswer, Outbound
from tests.channels import cases
from tests.channels.senders import NOON, channel
from tests.fakes.server import Seen, says
from tests.fakes.streams import Streams

OURS = "did:plc:lamarquelamarque"
ZOE = "at://did:plc:zoezoezoezoe/app.bsky.feed.post"
CLOCK = SimulatedClock(NOON)


@contextlib.asynccontextmanager
async def listening(
    network: str, fake: Streams, cursor: str | None = None, *, account_id: str = "77",
    secrets: Mapping[str, str] | None = None, settings: Mapping[str, Any] | None = None,
) -> AsyncIterator[AsyncGenerator[Heard, None]]:  # fmt: skip
    known = channel(network, secrets or {"access_token": "t"}, account_id, {"api_url": fake.url, **(settings or {})})
    async with Outbound(["127.0.0.0/8"]) as http:
        heard = networks()[network].listen(Way(http, ""), known, cursor, CLOCK)
        async with contextlib.aclosing(heard), asyncio.timeout(10):
            yield heard


# --- Mastodon -------------------------------------------------------------------------------------------------------


def notified(ident: str) -> str:
    """A mention, as the stream has it: JSON in JSON."""
    (mention, *_) = json.loads((cases.FIXTURES / "mastodon" / "notifications.json").read_bytes())
    mention["status"]["id"] = ident
    return json.dumps({"stream": ["user"], "event": "notification", "payload": json.dumps(mention)})


async def test_mastodon_is_heard_as_it_speaks_and_a_look_comes_first() -> None:
    async with Streams() as fake, listening("mastodon", fake) as heard:
        assert await anext(heard) == Heard(look=True)
        await fake.heard.wait()
        await fake.say(notified("1001"), {"stream": ["user"], "event": "delete", "payload": "1001"}, "{")
        said, deleted, broken = [await anext(heard) for _ in range(3)]
        cases.check(said.parsed, [{"is": "Received", "kind": "mention", "external_id": "1001"}])
        cases.check(deleted.parsed, [{"is": "Withdrawn", "external_id": "1001"}])
        cases.check(broken.parsed, [{"is": "Unreadable"}])
        assert said.raw == notified("1001").encode()
        (asked,) = fake.asked
        assert (asked.path, asked.query, asked.headers["authorization"]) == (
            "/api/v1/streaming", {"stream": "user"}, "Bearer t",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("version", "named"), [("v2", {"configuration": {"urls": {}}}), ("v1", {"urls": {}})], ids=["v2", "v1"]
)
async def test_mastodon_streams_where_its_server_says(version: str, named: Any) -> None:
    async with Streams() as elsewhere:
        inner = named.get("configuration", named)["urls"]
        inner["streaming" if version == "v2" else "streaming_api"] = elsewhere.stream_url

        async def instance(seen: Seen) -> Any:
            return await says(200 if version in seen.path else 404, named)(seen)

        async with Streams(instance) as fake, listening("mastodon", fake) as heard:
            await anext(heard)
            assert (len(fake.asked), len(elsewhere.asked)) == (0, 1)


async def test_a_stream_that_breaks_off_is_a_lost_connection() -> None:
    async with Streams() as fake, listening("mastodon", fake) as heard:
        await anext(heard)
        await fake.heard.wait()
        await fake.hang_up()
        with pytest.raises(NoAnswer) as lost:
            await anext(heard)
        assert lost.value.reason == "connection_lost"


@pytest.mark.parametrize(
    ("status", "reason"),
    [(401, "not_authorised"), (429, "too_many"), (302, "redirected"), (503, "busy"), (200, "unclear_answer")],
)
async def test_a_server_that_opens_no_stream_says_why(status: int, reason: str) -> None:
    async with Streams(refuses=[status]) as fake, listening("mastodon", fake) as heard:
        with pytest.raises(SweepFailed) as failed:
            await anext(heard)
        assert failed.value.reason == reason
        assert len(fake.asked) == 1


async def test_a_server_without_a_stream_is_no_failure() -> None:
    async with Streams(refuses=[404]) as fake, listening("mastodon", fake) as heard:
        with pytest.raises(NothingToHear):
            await anext(heard)


# --- Bluesky --------------------------------------------------------------------------------------------------------


def at(seconds: float) -> int:
    """Microseconds, so many seconds from noon."""
    return int((NOON.timestamp() + seconds) * 1_000_000)


def post(key: str, seconds: float, text: str = "…", did: str = "did:plc:zoezoezoezoe") -> dict[str, Any]:
    facets = [{"features": [{"$type": "app.bsky.richtext.facet#mention", "did": OURS}]}] if "@" in text else []
    record = {"text": text, "createdAt": "2026-11-24T11:59:00Z", "facets": facets}
    commit = {"operation": "create", "collection": "app.bsky.feed.post", "rkey": key, "record": record, "cid": "c"}
    return {"did": did, "time_us": at(seconds), "kind": "commit", "commit": commit}


def gone(key: str, seconds: float) -> dict[str, Any]:
    commit = {"operation": "delete", "collection": "app.bsky.feed.post", "rkey": key}
    return {"did": "did:plc:zoezoezoezoe", "time_us": at(seconds), "kind": "commit", "commit": commit}


async def bluesky(seen: Seen) -> Any:
    if seen.path.endswith("createSession"):
        return await says(200, {"accessJwt": "jwt"})(seen)
    profile = {"did": seen.query["actor"], "handle": "zoe.example", "displayName": "Zoé", "followersCount": 9}
    return await says(200, profile)(seen)


@contextlib.asynccontextmanager
async def jetstream(
    cursor: str | None = None, path: str = "/subscribe", **more: Any
) -> AsyncIterator[tuple[Streams, AsyncGenerator[Heard, None]]]:
    CLOCK.__init__(NOON)  # type: ignore[misc]
    async with Streams(bluesky, **more) as fake:
        given = {"stream_url": fake.stream_url + path}
        secrets = {"app_password": "p"}
        async with listening("bluesky", fake, cursor, account_id=OURS, secrets=secrets, settings=given) as heard:
            yield fake, heard


async def test_of_everybodys_posts_ours_are_heard_with_who_wrote_them() -> None:
    mention = post("3b", 2, "@lamarque, mon vélo a cassé")
    async with jetstream(greets=[post("3a", 1), {"kind": "identity", "did": "x", "time_us": at(1)}, mention]) as (
        fake,
        heard,
    ):
        assert await anext(heard) == Heard(look=True)
        said = await anext(heard)
        (one,) = said.parsed
        assert isinstance(one, Received)
        assert one.author is not None
        assert (one.external_id, one.author.handle, one.author.followers) == (f"{ZOE}/3b", "zoe.example", 9)
        assert (said.cursor, said.raw) == (f"1:{at(2)}", json.dumps(mention).encode())
        assert fake.asked[0].query == {"wantedCollections": "app.bsky.feed.post"}


async def test_what_we_answer_there_is_heard_as_ours() -> None:
    ours = post("3e", 1, did=OURS)
    answered = {"uri": f"{ZOE}/3b", "cid": "c"}
    ours["commit"]["record"]["reply"] = {"root": answered, "parent": answered}
    async with jetstream(greets=[ours]) as (_, heard):
        assert await anext(heard) == Heard(look=True)
        expected = {"is": "Echoed", "external_id": f"at://{OURS}/app.bsky.feed.post/3e", "in_reply_to": f"{ZOE}/3b"}
        cases.check((await anext(heard)).parsed, [expected])


async def test_the_place_moves_on_while_nobody_speaks_of_us() -> None:
    async with jetstream() as (fake, heard):
        await anext(heard)
        await fake.heard.wait()
        CLOCK.advance(timedelta(seconds=2))
        await fake.say(post("3a", 1))
        said = await anext(heard)
        assert (said.parsed, said.cursor) == ((), f"1:{at(1)}")


async def test_deletions_wait_for_company_and_are_told_together() -> None:
    async with jetstream(greets=[gone("3x", 1), gone("3y", 2), post("3b", 3, "@lamarque")]) as (_, heard):
        await anext(heard)
        told = [{"is": "Withdrawn"}, {"is": "Withdrawn"}, {"is": "Received"}]
        cases.check((await anext(heard)).parsed, told)


async def test_after_a_break_it_goes_on_a_little_before_where_it_was() -> None:
    async with jetstream(f"1:{at(-30)}", greets=[post("3b", -29, "@lamarque")]) as (fake, heard):
        await anext(heard)
        assert not (await anext(heard)).gap
        assert fake.asked[0].query["cursor"] == str(at(-60))


async def test_a_place_that_was_silently_moved_is_a_gap_and_calls_for_a_look() -> None:
    days = -3 * 86_400
    async with jetstream(f"1:{at(days)}", greets=[post("3a", -86_400)]) as (_, heard):
        await anext(heard)
        said = await anext(heard)
        assert (said.gap, said.look, said.cursor) == (True, True, f"1:{at(-86_400)}")


async def test_the_second_form_is_spoken_and_a_place_that_is_too_old_is_given_up() -> None:
    flat = {
        **post("3g", 0, "@lamarque").pop("commit"),
        "did": "did:plc:zoezoezoezoe",
        "seq": 41,
        "time": NOON.isoformat(),
    }
    path = "/xrpc/network.bsky.jetstream.subscribeEvents"
    async with jetstream("2:7", path, refuses=[400], greets=[{"$type": "message", "payload": flat}]) as (fake, heard):
        assert await anext(heard) == Heard(gap=True, look=True)
        assert await anext(heard) == Heard(look=True)
        said = await anext(heard)
        cases.check(said.parsed, [{"is": "Received", "external_id": f"{ZOE}/3g"}])
        assert said.cursor == "2:41"
        assert [seen.query for seen in fake.asked] == [
            {"collections": "app.bsky.feed.post", "kinds": "commit", "cursor": "7"},
            {"collections": "app.bsky.feed.post", "kinds": "commit"},
        ]


async def test_a_last_word_about_the_place_is_a_gap_as_well_and_another_forms_place_is_none() -> None:
    async with jetstream("2:7", "/x.subscribeEvents", greets=[{"error": "CursorTooOld"}]) as (_, heard):
        await anext(heard)
        assert (await anext(heard)).gap
    async with jetstream("1:7", "/x.subscribeEvents") as (fake, heard):
        await anext(heard)
        assert "cursor" not in fake.asked[0].query


@contextlib.asynccontextmanager
async def together(fake: Streams, *cursors: str | None) -> AsyncIterator[list[AsyncGenerator[Heard, None]]]:
    """Accounts of one process, each at its place: `did:plc:0`, `did:plc:1`, …"""
    CLOCK.__init__(NOON)  # type: ignore[misc]
    settings = {"api_url": fake.url, "stream_url": fake.stream_url + "/subscribe"}
    async with Outbound(["127.0.0.0/8"]) as http, contextlib.AsyncExitStack() as stack, asyncio.timeout(10):
        way, all_heard = Way(http, ""), []
        for number, cursor in enumerate(cursors):
            known = channel("bluesky", {"app_password": "p"}, f"did:plc:{number}", settings)
            heard = networks()["bluesky"].listen(way, known, cursor, CLOCK)
            all_heard.append(await stack.enter_async_context(contextlib.aclosing(heard)))
            assert await anext(heard) == Heard(look=True)
        yield all_heard


def mention(key: str, seconds: float, *numbers: int) -> dict[str, Any]:
    said = post(key, seconds)
    features = [{"$type": "app.bsky.richtext.facet#mention", "did": f"did:plc:{number}"} for number in numbers]
    said["commit"]["record"]["facets"] = [{"features": features}]
    return said


async def test_all_accounts_of_a_process_share_a_connection_and_each_hears_what_is_theirs() -> None:
    async with Streams(bluesky) as fake, together(fake, f"1:{at(-5)}", f"1:{at(-10)}") as (first, second):
        assert len(fake.asked) == 1
        await fake.heard.wait()
        await fake.say(mention("3a", 1, 1), mention("3b", 2, 0, 1))
        cases.check((await anext(first)).parsed, [{"is": "Received", "external_id": f"{ZOE}/3b"}])
        cases.check((await anext(second)).parsed, [{"is": "Received", "external_id": f"{ZOE}/3a"}])
        cases.check((await anext(second)).parsed, [{"is": "Received", "external_id": f"{ZOE}/3b"}])


@pytest.mark.parametrize(("back", "alone"), [(-3, 0), (-3000, 1)])
async def test_who_comes_later_hears_from_their_own_place_if_need_be_alone_first(back: int, alone: int) -> None:
    said = [mention("3a", -4, 0), mention("3b", -2, 0, 1), mention("3c", -1, 1)]
    async with Streams(bluesky, greets=said) as fake, together(fake, f"1:{at(-5)}", f"1:{at(back)}") as (first, later):
        told = {"is": "Received", "external_id": f"{ZOE}/3b"}
        cases.check((await anext(first)).parsed, [{**told, "external_id": f"{ZOE}/3a"}])
        cases.check((await anext(first)).parsed, [told])
        cases.check((await anext(later)).parsed, [told])
        assert [seen.query["cursor"] for seen in fake.asked] == [str(at(-35)), str(at(back - 30))][: 1 + alone]


async def test_when_the_shared_connection_breaks_off_all_are_told_and_the_first_who_is_back_opens_another() -> None:
    async with Streams(bluesky) as fake, together(fake, None, None) as (first, second):
        await fake.heard.wait()
        await fake.hang_up()
        for heard in (first, second):
            with pytest.raises(NoAnswer):
                await anext(heard)
        assert len(fake.asked) == 1


@pytest.mark.parametrize("settings", [{"stream_url": "-"}, {"api_url": "https://pds.example"}])
async def test_who_does_not_want_to_hear_does_not(settings: dict[str, str]) -> None:
    async with Streams() as fake:
        async with listening("bluesky", fake, account_id=OURS, settings=settings) as heard:
            with pytest.raises(NothingToHear):
                await anext(heard)
        assert fake.asked == []
