"""What runs out is renewed in time: YouTube's subscriptions, and the tokens of Meta, LinkedIn and TikTok."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from inbox.channel_state import Term
from services.channels.contract import Granted, SweepFailed, Tended, Way
from services.channels.registry import networks
from services.outbound import Outbound
from tests.channels.senders import NOON, channel
from tests.fakes.server import Fake, Seen, says

HOOK = "https://vigie.example/hooks/1-abcdefghijklmnop"
FEED = "https://www.youtube.com/xml/feeds/videos.xml?channel_id=UCother"
FOLLOWS = {"followed": "UCother"}


async def tended(
    network: str, fake: Fake, secrets: Mapping[str, str], terms: Sequence[Term] = (), *, now: datetime = NOON,
    settings: Mapping[str, Any] | None = None,
) -> Tended:  # fmt: skip
    known = channel(network, secrets, "UCours", {"api_url": fake.url, **(settings or {})})
    async with Outbound(["127.0.0.0/8"]) as http:
        return await networks()[network].tend(Way(http, fake.url), known, HOOK, terms, now)


def sent(seen: Seen) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(seen.body.decode()).items()}


# --- YouTube --------------------------------------------------------------------------------------------------------


async def test_followed_channels_are_subscribed_to_and_what_the_hub_grants_is_counted() -> None:
    async with Fake(says(202)) as fake:
        done = await tended("youtube", fake, {"secret": "s"}, settings=FOLLOWS)
    assert done.terms == (Term("subscription", "UCother", None, NOON, renews=True),)
    asked = sent(fake.seen[0])
    callback = asked.pop("hub.callback")
    assert asked == {
        "hub.mode": "subscribe", "hub.verify": "async", "hub.topic": FEED, "hub.secret": "s",
        "hub.lease_seconds": "864000",
    }  # fmt: skip
    assert callback.startswith(f"{HOOK}?")
    known = channel("youtube", {"secret": "s"}, "UCours", FOLLOWS)
    word = {name: value for name, (value,) in parse_qs(urlsplit(callback).query).items()}
    query = {"hub.mode": "subscribe", "hub.topic": FEED, "hub.challenge": "abc", "hub.lease_seconds": "432000", **word}
    answer = networks()["youtube"].handshake(query, known)
    assert answer is not None
    assert (answer.status, answer.body, answer.granted) == (200, b"abc", Granted("subscription", "UCother", 432_000))
    denied = networks()["youtube"].handshake({"hub.mode": "denied", "hub.topic": FEED, **word}, known)
    assert denied is not None
    assert denied.granted == Granted("subscription", "UCother", 0)


@pytest.mark.parametrize("forged", [{}, {"vigie": "0" * 32}, {"vigie": "é"}])
def test_a_stranger_settles_nothing_by_a_hand_shake(forged: dict[str, str]) -> None:
    known = channel("youtube", {"secret": "s"}, "UCours", FOLLOWS)
    for mode in ("subscribe", "denied"):
        query = {"hub.mode": mode, "hub.topic": FEED, "hub.challenge": "abc", "hub.lease_seconds": "9", **forged}
        answer = networks()["youtube"].handshake(query, known)
        assert answer is not None
        assert answer.granted is None


@pytest.mark.parametrize(
    ("ends_in", "asked_ago", "asks"),
    [
        (timedelta(days=9), None, False),
        (timedelta(days=1), None, True),
        (timedelta(days=-1), None, True),
        (timedelta(days=1), timedelta(minutes=5), False),
        (None, timedelta(minutes=31), True),
    ],
)
async def test_a_subscription_is_asked_for_again_before_its_end(
    ends_in: timedelta | None, asked_ago: timedelta | None, asks: bool
) -> None:
    ends_at = None if ends_in is None else NOON + ends_in
    term = Term("subscription", "UCother", ends_at, None if asked_ago is None else NOON - asked_ago, renews=True)
    async with Fake(says(202)) as fake:
        done = await tended("youtube", fake, {"secret": "s"}, [term], settings=FOLLOWS)
        assert len(fake.seen) == done.asked == asks
    assert done.terms == (term._replace(asked_at=NOON) if asks else term,)


async def test_a_hub_that_refuses_is_a_failure_and_nobody_followed_is_none() -> None:
    async with Fake(says(503)) as fake:
        with pytest.raises(SweepFailed):
            await tended("youtube", fake, {"secret": "s"}, settings=FOLLOWS)
        assert await tended("youtube", fake, {"secret": "s"}) == Tended((), again_s=600)


# --- Meta -----------------------------------------------------------------------------------------------------------


def graph(**data: Any) -> Any:
    async def answer(seen: Seen) -> Any:
        if seen.path == "/debug_token":
            assert (seen.query["input_token"], seen.headers["authorization"]) == ("old", "Bearer old")
            return await says(200, {"data": {"app_id": "17", "is_valid": True, **data}})(seen)
        return await says(200, {"access_token": "new", "token_type": "bearer", "expires_in": 5_184_000})(seen)

    return answer


def in_days(days: float) -> int:
    return int((NOON + timedelta(days=days)).timestamp())


META = {"access_token": "old", "secret": "app secret"}


@pytest.mark.parametrize(("data", "days"), [({"expires_at": 0}, None), ({"expires_at": in_days(50)}, 50)])
async def test_a_token_that_holds_is_left_alone(data: dict[str, Any], days: int | None) -> None:
    ends_at = None if days is None else NOON + timedelta(days=days)
    async with Fake(graph(**data)) as fake:
        done = await tended("facebook", fake, META)
        assert (done.terms, done.secrets) == ((Term("access", "", ends_at, None, renews=False),), {})
        assert len(fake.seen) == 1


async def test_a_token_that_is_about_to_end_is_exchanged() -> None:
    async with Fake(graph(expires_at=in_days(9))) as fake:
        done = await tended("instagram", fake, META)
        assert done.secrets == {"access_token": "new"}
        assert done.terms == (Term("access", "", NOON + timedelta(days=60), None, renews=True),)
        assert sent(fake.seen[1]) == {
            "grant_type": "fb_exchange_token", "client_id": "17", "client_secret": "app secret",
            "fb_exchange_token": "old",
        }  # fmt: skip


async def test_a_token_that_cannot_be_exchanged_ends_and_one_that_tells_nothing_is_no_worry() -> None:
    async def refuses(seen: Seen) -> Any:
        return await (graph(is_valid=False) if seen.path == "/debug_token" else says(400))(seen)

    async with Fake(refuses) as fake:
        done = await tended("whatsapp", fake, META)
        assert done == Tended((Term("access", "", NOON, None, renews=False),))
    async with Fake(says(400)) as fake:
        assert await tended("messenger", fake, META) == Tended()
        assert await tended("messenger", fake, {"secret": "s"}) == Tended()


# --- LinkedIn and TikTok ----------------------------------------------------------------------------------------------

LINKEDIN = {"client_id": "id", "secret": "s", "access_token": "old", "refresh_token": "r1"}
TIKTOK = {"client_key": "id", "secret": "s", "access_token": "old", "refresh_token": "r1"}
GIVEN = {"access_token": "new", "expires_in": 5_184_000, "refresh_token": "r2"}


@pytest.mark.parametrize(
    ("network", "secrets", "answer"),
    [("linkedin", LINKEDIN, GIVEN), ("tiktok", TIKTOK, {"code": 0, "data": GIVEN})],
)
async def test_access_is_renewed_with_the_refresh_token_which_may_change(
    network: str, secrets: dict[str, str], answer: object
) -> None:
    async with Fake(says(200, answer)) as fake:
        done = await tended(network, fake, secrets)
        assert done.secrets == {"access_token": "new", "refresh_token": "r2"}
        assert await tended(network, fake, secrets, done.terms) == Tended(done.terms)
        assert len(fake.seen) == 1
        given = sent(fake.seen[0]) if network == "linkedin" else json.loads(fake.seen[0].body)
        assert given == {
            "client_id": "id", "client_secret": "s", "grant_type": "refresh_token", "refresh_token": "r1",
        }  # fmt: skip
        late = NOON + timedelta(days=59, hours=23)
        assert (await tended(network, fake, secrets, done.terms, now=late)).secrets


@pytest.mark.parametrize(
    ("network", "secrets", "answer"),
    [("linkedin", LINKEDIN, says(400, {"error": "invalid_grant"})), ("tiktok", TIKTOK, says(200, {"code": 40105}))],
)
async def test_a_refresh_token_that_is_worth_nothing_is_said(network: str, secrets: Any, answer: Any) -> None:
    async with Fake(answer) as fake:
        with pytest.raises(SweepFailed) as failed:
            await tended(network, fake, secrets)
    assert failed.value.reason == "not_authorised"


async def test_without_a_refresh_token_linkedin_is_asked_until_when_it_holds() -> None:
    secrets = {name: value for name, value in LINKEDIN.items() if name != "refresh_token"}
    async with Fake(says(200, {"active": True, "expires_at": in_days(5)})) as fake:
        done = await tended("linkedin", fake, secrets)
        assert done == Tended((Term("access", "", NOON + timedelta(days=5), None, renews=False),))
        assert await tended("linkedin", fake, {"secret": "s"}) == Tended()
