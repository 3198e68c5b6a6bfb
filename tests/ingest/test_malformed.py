"""Malformed bodies on every hook: never a 5xx, never an unhandled line in the log, and what was signed is kept raw."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from tests.channels.senders import signed
from tests.channels.test_generic import MESSAGE
from tests.ingest.conftest import Hooks

NAUGHTY = (
    "", "undefined", "null", "NaN", "1;DROP TABLE vigie.events", "' OR 1=1 --", "<script>alert(0)</script>",
    "../../etc/passwd", "%s%n%x", "\u202eevil", "a\u0300" * 50, "Ω≈ç√∫˜µ≤≥÷", "田中さんにあげて下さい",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467", "\ufeff", "\u2028\u2029", "\t\r\n\x0b\x0c\x1b", "x" * 20_000,
    "{{7*7}}", "${jndi:ldap://x}", "\ud800", "\udfff\ud800", "a\x00b", "\x7f\x80\x85", "﷽", "\u202e" * 100,
)  # fmt: skip
SWAPS: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 10**40, 2**63, 1e308, "", "x", [], [[]], {}, {"a": {}}, [None],
)  # fmt: skip
RAW = (
    b"", b" ", b"{", b"}", b"[]", b"{}", b"null", b"true", b"0", b'"x"', b"\x00", b"\xff\xfe\x00", b"NaN", b"Infinity",
    b"[" * 60_000, b'{"a":' * 9000, b"[" * 5000 + b"]" * 5000, b"1" * 60_000, b"-" + b"9" * 60_000, b"1e200000",
    b'{"messages": [NaN]}', b'{"entry": [1e999999]}', b'{"object": "page", "entry": [[]]}', b"\xef\xbb\xbf{}",
    b'{"a":1,"a":2}', b'"\\ud800"', b'"\\u0000"', b'{"\\u0000": 1}', '{"text": "é"}'.encode("latin-1"),
    '{"text": "é"}'.encode("utf-16"), b'{"text": "' + b"a" * 60_000 + b'"}', b"--x\r\nContent-Disposition: x\r\n",
    b'{"object":"page","entry":' + b'[{"id":1,"changes":' * 900 + b"[]" + b"}]" * 900 + b"}",
)  # fmt: skip

FACEBOOK: dict[str, Any] = {
    "object": "page",
    "entry": [{"id": "1", "time": 1774260000, "changes": [{"field": "feed", "value": {
        "item": "comment", "verb": "add", "comment_id": "p_1", "post_id": "p", "parent_id": "p", "message": "Alors ?",
        "from": {"id": "7", "name": "Zoé"}, "created_time": 1774260000, "photos": ["https://x.example/a"],
        "post": {"permalink_url": "https://x.example/p"}}}]}],
}  # fmt: skip
MESSENGER: dict[str, Any] = {
    "object": "page",
    "entry": [{"id": "1", "time": 1774260000000, "messaging": [{
        "sender": {"id": "8"}, "recipient": {"id": "1"}, "timestamp": 1774260000000,
        "message": {"mid": "m", "text": "Allô", "reply_to": {"mid": "l"}, "is_echo": False, "is_deleted": False,
                    "attachments": [{"type": "image", "payload": {"url": "https://x.example/a", "title": "t"}}]}}]}],
}  # fmt: skip
INSTAGRAM: dict[str, Any] = {
    "object": "instagram",
    "entry": [{"id": "1", "time": 1774260000, "changes": [{"field": "comments", "value": {
        "id": "9", "text": "?", "from": {"id": "5", "username": "z"}, "media": {"id": "7"}, "parent_id": "8"}}]}],
}  # fmt: skip
SAMPLES = {"generic": {"messages": [MESSAGE]}, "facebook": FACEBOOK, "messenger": MESSENGER, "instagram": INSTAGRAM}


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value of a document."""
    yield path
    for key, child in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from places(child, (*path, key))


def swapped(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = json.loads(json.dumps(document))
    at = copy
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return copy


def corpus(network: str) -> Iterator[bytes]:
    good = json.dumps(SAMPLES[network]).encode()
    yield from RAW
    yield from (good[:cut] for cut in range(0, len(good), 3))
    for path, value in itertools.product(places(SAMPLES[network]), (*SWAPS, *NAUGHTY)):
        yield json.dumps(swapped(SAMPLES[network], path, value)).encode()


@pytest.mark.parametrize("network", SAMPLES)
async def test_no_body_makes_a_server_error_and_what_is_signed_is_kept(
    hooks: Hooks, network: str, caplog: pytest.LogCaptureFixture
) -> None:
    channel = await hooks.channel(network)
    bodies = sorted(set(corpus(network)))
    expected = {202, 400} if network == "generic" else {200}

    async def send(raw: bytes) -> None:
        response = await hooks.client.post(f"/hooks/{channel.channel_id}", data=raw, headers=signed(network, raw))
        await response.read()
        assert response.status in expected, raw[:300]

    with caplog.at_level(logging.WARNING):
        for some in (bodies[n : n + 32] for n in range(0, len(bodies), 32)):
            await asyncio.gather(*map(send, some))
    assert caplog.records == []
    assert await hooks.log.pool.fetchval("SELECT count(*) FROM vigie.deliveries") == len(bodies)


async def test_a_text_of_hazards_comes_out_of_the_log_as_it_went_in_but_for_what_no_text_can_hold(hooks: Hooks) -> None:
    channel = await hooks.channel()
    for n, text in enumerate(NAUGHTY):
        author = {"id": f"u{n}{text[:100]}", "handle": text[:500], "name": text[:500]}
        status, _, _ = await hooks.post(channel, {**MESSAGE, "id": f"n{n}", "text": text, "author": author})
        assert status == 202, text
    kept = [event.text for event in await hooks.events()]  # type: ignore[attr-defined]
    assert [text or "" for text in kept] == [_mended(text) for text in NAUGHTY]


def _mended(text: str) -> str:
    return "".join("\ufffd" if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in text)


async def test_hostile_content_types_are_kept_as_text(hooks: Hooks) -> None:
    channel = await hooks.channel()
    raw = json.dumps(MESSAGE).encode()
    for kind in (
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "text/plain; charset=utf-7",
        "a" * 900,
    ):
        headers = {**signed("generic", raw), "Content-Type": kind}
        response = await hooks.client.post(f"/hooks/{channel.channel_id}", data=raw, headers=headers)
        assert response.status == 202
