"""The one way out: what may be called, what is never called, and what a failure means."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from services import outbound
from services.outbound import NoAnswer, NotSent, Outbound, Response
from services.outbound_guard import is_public
from tests.fakes.server import CutConnection, Fake, Seen, says

PRIVATE = (
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254",
    "168.63.129.16", "172.16.0.1", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::a00:1", "64:ff9b:1::1",
    "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1",
    "ff02::1",
)  # fmt: skip
PUBLIC = ("1.1.1.1", "8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")
NOTATIONS = (
    "http://127.0.0.1:{port}/", "http://2130706433:{port}/", "http://0x7f000001:{port}/", "http://0177.0.0.1:{port}/",
    "http://127.1:{port}/", "http://127.0.1:{port}/", "http://0:{port}/", "http://[::1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/", "http://[::ffff:7f00:1]:{port}/", "http://localhost:{port}/",
    "http://localhost.:{port}/", "http://LOCALHOST:{port}/", "http://0.0.0.0:{port}/", "http://[::]:{port}/",
)  # fmt: skip
NO_ADDRESSES = (
    "", "x", "file:///etc/passwd", "gopher://127.0.0.1:70/", "ftp://example.org/", "//example.org/", "http://", "http:///x",
    "http://user:secret@example.org/", "http://[::1", "http://exa mple.org/", "javascript:alert(1)", "http://example.org:99999/",
)  # fmt: skip


@pytest.fixture
async def fake() -> AsyncIterator[Fake]:
    async with Fake(says(200, {"ok": True})) as running:
        yield running


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_only_we_can_reach_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("notation", NOTATIONS)
async def test_no_notation_leads_to_ourselves(fake: Fake, notation: str) -> None:
    async with Outbound() as out:
        with pytest.raises(NotSent):
            await out.post(notation.format(port=fake.url.rsplit(":", 1)[1]), b"", {})
    assert fake.seen == []


METADATA = ("metadata.google.internal", "metadata", "instance-data.ec2.internal", "metadata.azure.internal")


@pytest.mark.parametrize("address", PRIVATE)
async def test_no_request_is_made_to_an_address_that_only_we_can_reach(address: str) -> None:
    """As an address, written out in full too, and behind names that lead there: nothing is ever connected."""
    ip = ipaddress.ip_address(address)
    async with Outbound() as out:
        for host in {f"[{ip}]", f"[{ip.exploded}]"} if ip.version == 6 else {str(ip)}:
            for scheme, port in (("http", 80), ("https", 443), ("http", 8080)):
                with pytest.raises(NotSent):
                    await out.request("GET", f"{scheme}://{host}:{port}/latest/meta-data/")


@pytest.mark.parametrize("name", METADATA)
@pytest.mark.parametrize(
    "address", ["169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "64:ff9b::a9fe:a9fe"]
)
async def test_a_name_of_a_clouds_own_leads_nowhere(name: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    where = (address, 80, 0, 0) if ":" in address else (address, 80)

    async def found(*_: object, **__: object) -> object:
        return [(family, socket.SOCK_STREAM, 6, "", where)]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found)
    async with Outbound() as out:
        with pytest.raises(NotSent, match="address_not_allowed"):
            await out.request("GET", f"http://{name}/computeMetadata/v1/")


@pytest.mark.parametrize("url", NO_ADDRESSES)
async def test_what_is_no_web_address_is_not_called(url: str) -> None:
    async with Outbound() as out:
        with pytest.raises(NotSent):
            await out.post(url, b"", {})


async def test_the_address_is_checked_at_the_socket_whatever_the_name_said_before(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers with a public address first and a private one when it is connected."""
    loop = asyncio.get_running_loop()
    port = int(fake.url.rsplit(":", 1)[1])

    async def rebound(*_: object, **__: object) -> object:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(loop, "getaddrinfo", rebound)
    async with Outbound() as out:
        with pytest.raises(NotSent, match="address_not_allowed"):
            await out.post(f"http://rebound.example:{port}/", b"", {})
    assert fake.seen == []


@pytest.mark.parametrize("allow", ["127.0.0.1", "127.0.0.0/8"])
async def test_the_operator_may_allow_an_address_or_a_range(fake: Fake, allow: str) -> None:
    async with Outbound((allow,)) as out:
        assert (await out.post(fake.url, b"", {})).status == 200
        assert (await out.post(fake.url.replace("127.0.0.1", "[::ffff:127.0.0.1]"), b"", {})).status == 200


async def test_the_operator_may_allow_a_host_by_name_and_no_other(fake: Fake) -> None:
    port = fake.url.rsplit(":", 1)[1]
    async with Outbound(("Localhost.",)) as out:
        assert (await out.post(f"http://localhost:{port}/", b"", {})).status == 200
        with pytest.raises(NotSent, match="address_not_allowed"):
            await out.post(f"http://127.0.0.1:{port}/", b"", {})


async def test_no_redirect_is_followed_and_no_proxy_used(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    fake.answer = says(302, Location=fake.url + "/again")
    async with Outbound(("127.0.0.1",)) as out:
        assert (await out.post(fake.url, b"{}", {})).status == 302
    assert [seen.path for seen in fake.seen] == ["/"]


async def test_an_answer_is_cut_at_its_limit(fake: Fake) -> None:
    async def much(_: Seen) -> web.StreamResponse:
        return web.Response(body=b"x" * 10**6)

    fake.answer = much
    async with Outbound(("127.0.0.1",)) as out:
        assert len((await out.post(fake.url, b"", {})).body) == outbound.BODY_MOST


async def test_nobody_there_means_that_nothing_was_sent() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        async with Outbound(("127.0.0.1",)) as out:
            with pytest.raises(NotSent, match="unreachable"):
                await out.post(f"http://127.0.0.1:{held.getsockname()[1]}/", b"", {})


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_a_lost_connection_or_a_silence_means_that_nobody_knows(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr(outbound, "TOTAL_S", 0.3)
    never = asyncio.Event()

    async def cut(_: Seen) -> web.StreamResponse:
        return CutConnection()

    async def silent(_: Seen) -> web.StreamResponse:
        await never.wait()
        return web.Response()

    async with Outbound(("127.0.0.1",)) as out:
        fake.answer = cut
        with pytest.raises(NoAnswer, match="connection_lost"):
            await out.request(method, fake.url, body=b"")
        fake.answer = silent
        with pytest.raises(NoAnswer, match="no_answer"):
            await out.request(method, fake.url, body=b"")
        never.set()
    assert len(fake.seen) == 2  # neither was sent a second time


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("30", 30.0), (" 7 ", 7.0), ("", None), ("soon", None), ("-1", None), ("9" * 9, 86_400.0), ("9" * 50, None)],
)
def test_how_long_to_wait_is_read_when_it_is_said_in_seconds(value: str, seconds: float | None) -> None:
    assert Response(429, {"retry-after": value}, b"").retry_after_s == seconds
