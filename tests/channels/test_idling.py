"""A mailbox that tells of new mail by itself: IMAP's IDLE, against a server on loopback."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest

from inbox.clock import SystemClock
from services.channels.contract import Heard, NothingToHear, SweepFailed, Way
from services.channels.mail import idling
from services.channels.registry import networks
from services.outbound import NotSent, Outbound
from tests.channels.senders import channel
from tests.fakes.mail import Imap

LOOK = Heard(look=True)


@contextlib.asynccontextmanager
async def listening(server: Imap, *allow: str, **settings: Any) -> AsyncIterator[AsyncGenerator[Heard, None]]:
    given = {"imap_host": f"127.0.0.1:{server.port}", **settings}
    known = channel("email", {"password": "pässword"}, "contact@marque.example", given)
    async with Outbound(allow or ["127.0.0.0/8"]) as http:
        heard = networks()["email"].listen(Way(http, ""), known, None, SystemClock())
        async with contextlib.aclosing(heard), asyncio.timeout(10):
            yield heard


async def test_the_server_tells_of_each_mail_as_it_comes() -> None:
    async with Imap() as server, listening(server) as heard:
        assert await anext(heard) == LOOK
        for number in (1, 2):
            server.deliver(b"Subject: %d\r\n\r\n" % number)
            assert await anext(heard) == LOOK
        assert not [line for line in server.said if "SELECT" in line]


async def test_what_is_no_new_mail_is_no_news() -> None:
    async with Imap() as server, listening(server) as heard:
        await anext(heard)
        for line in ("* OK Still here", "* 3 EXPUNGE", "* 2 FETCH (FLAGS (\\Seen))"):
            server.tell(line)
        nothing = asyncio.ensure_future(anext(heard))
        server.deliver(b"Subject: x\r\n\r\n")
        assert await nothing == LOOK
        assert "DONE" not in server.said


async def test_the_wait_is_renewed_before_the_server_forgets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idling, "RENEW_S", 0.0)
    async with Imap() as server, listening(server) as heard:
        await anext(heard)
        await anext(heard)
        assert server.said[-2] == "DONE"
        assert server.said[-1].endswith(" IDLE")


async def test_a_server_that_hangs_up_is_a_lost_connection() -> None:
    async with Imap() as server, listening(server) as heard:
        await anext(heard)
        server.hang_up()
        with pytest.raises(SweepFailed) as failed:
            await anext(heard)
        assert failed.value.reason == "connection_lost"


@pytest.mark.parametrize(
    ("change", "settings", "raised"),
    [
        ({"idles": False}, {}, NothingToHear),
        ({}, {"imap_host": ""}, NothingToHear),
        ({"password": "another"}, {}, SweepFailed("not_authorised")),
        ({"plain": False}, {}, SweepFailed("not_authorised")),
        ({}, {"imap_folder": "None"}, SweepFailed("rejected")),
    ],
)
async def test_what_cannot_be_listened_to_says_why(change: Any, settings: Any, raised: Any) -> None:
    async with Imap() as server, listening(server, **settings) as heard:
        for name, value in change.items():
            setattr(server, name, value)
        with pytest.raises((NothingToHear, SweepFailed)) as told:
            await anext(heard)
        assert getattr(told.value, "reason", NothingToHear) == getattr(raised, "reason", NothingToHear)


async def test_a_mailbox_inside_our_network_is_not_called() -> None:
    async with Imap() as server, listening(server, "192.0.2.0/24") as heard:
        with pytest.raises(NotSent) as barred:
            await anext(heard)
        assert (barred.value.reason, server.said) == ("address_not_allowed", [])
