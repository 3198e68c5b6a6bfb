"""Streams take the one way out: the same guard as for requests, and no message without bounds."""

from __future__ import annotations

import asyncio

import pytest

from services import outbound
from services.outbound import NoAnswer, NotOpened, NotSent, Outbound
from tests.fakes.streams import Streams
from tests.services.test_outbound import NO_ADDRESSES, NOTATIONS


async def opened(out: Outbound, url: str) -> None:
    async with out.stream(url):
        pytest.fail("it was opened")


@pytest.mark.parametrize("notation", NOTATIONS)
async def test_no_notation_leads_to_ourselves(notation: str) -> None:
    async with Streams() as fake, Outbound() as out:
        with pytest.raises(NotSent) as barred:
            await opened(out, notation.format(port=fake.url.rsplit(":", 1)[1]).replace("http", "ws", 1))
        assert fake.asked == []
        assert barred.value.reason in ("address_not_allowed", "unreachable")


@pytest.mark.parametrize("url", [*NO_ADDRESSES, "https://example.org/", "wss://user:secret@example.org/"])
async def test_what_is_no_address_of_a_stream_is_not_opened(url: str) -> None:
    async with Outbound() as out:
        with pytest.raises(NotSent) as barred:
            await opened(out, url)
        assert barred.value.reason == "address_not_allowed"


async def test_a_redirect_is_not_followed() -> None:
    async with Streams(refuses=[302]) as fake, Outbound(["127.0.0.0/8"]) as out:
        with pytest.raises(NotOpened) as refused:
            await opened(out, fake.stream_url)
        assert (refused.value.response.status, len(fake.asked)) == (302, 1)


async def test_a_message_that_is_too_large_ends_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "MESSAGE_MOST", 1_000)
    fake = Streams(greets=["x" * 900, "x" * 1_100])
    async with asyncio.timeout(20), fake, Outbound(["127.0.0.0/8"]) as out, out.stream(fake.stream_url) as said:
        assert len(await anext(said)) == 902
        with pytest.raises(NoAnswer):
            await anext(said)


async def test_streams_take_no_place_of_requests() -> None:
    async with Streams() as fake, Outbound(["127.0.0.0/8"]) as out, out.stream(fake.stream_url):
        assert (await out.post(fake.url, b"", {})).status == 404
