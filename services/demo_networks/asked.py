"""One question to a network of the demo, and what its module needs to answer it."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson
from aiohttp import WSMsgType, web

from inbox.channels import ChannelRecord
from services.demo_networks.board import Board, Post

PING_S = 20.0


@dataclass(frozen=True, slots=True)
class Asked:
    """`path`: below the network's own address, which is `address`. `ends`: set when open streams are to be closed."""

    request: web.Request
    address: str
    path: str
    channel: ChannelRecord
    board: Board
    body: bytes
    now: datetime
    ends: asyncio.Event

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query

    @property
    def content(self) -> Any:
        """Of JSON; an empty table of anything else."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def own(self) -> str:
        """Our account there."""
        return self.channel.account_id or ""

    def is_proven(self) -> bool:
        """Whether one of the channel's secrets came along, or a token that was given for one: in a header, whatever
        its name and form, in the address, or in the body of who asks for a token."""
        headers, body = self.request.headers.values(), self.body.decode("utf-8", "replace")
        told = " ".join([*headers, _basic(self.request), unquote(self.request.raw_path), body])
        return any(secret in told or issued(secret) in told for secret in self.channel.secrets.values() if secret)


def _basic(request: web.Request) -> str:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    try:
        return base64.b64decode(given).decode() if scheme == "Basic" else ""
    except (binascii.Error, ValueError):
        return ""


def issued(secret: str) -> str:
    """The access token that a network of the demo gives for a secret."""
    return hashlib.sha256(f"issued for {secret}".encode()).hexdigest()


def token(asked: Asked, *names: str) -> web.Response:
    """OAuth's answer to who holds the secret of one of these names."""
    held = next((secret for name in names if (secret := asked.channel.secrets.get(name))), "")
    return web.json_response({"access_token": issued(held), "expires_in": 3600, "token_type": "bearer"})


def number() -> str:
    """The id of something new, where networks count."""
    return str(10**17 + secrets.randbelow(9 * 10**17))


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def paragraphs(text: str) -> str:
    """As sites and servers show what was typed: HTML, an empty line between paragraphs."""
    shown = (escape(part, quote=False).replace("\n", "<br />") for part in text.split("\n\n"))
    return "".join(f"<p>{part}</p>" for part in shown)


def refused(status: int = 401) -> web.Response:
    return web.json_response({"error": "not allowed" if status == 401 else "not here"}, status=status)


async def stream(asked: Asked, frame: Callable[[Post], str], past: list[Post]) -> web.WebSocketResponse:
    """A WebSocket that tells what is past, then whatever is posted, until the other side goes."""
    socket = web.WebSocketResponse(heartbeat=PING_S)
    await socket.prepare(asked.request)
    with asked.board.heard() as ear:
        for post in past:
            await socket.send_str(frame(post))
        ends = {asyncio.create_task(_until_gone(socket)), asyncio.create_task(_until_set(asked.ends))}
        try:
            async for post in _until(ear, ends):
                await socket.send_str(frame(post))
        finally:
            for end in ends:
                end.cancel()
            await socket.close()
    return socket


async def _until_gone(socket: web.WebSocketResponse) -> None:
    async for message in socket:
        if message.type is WSMsgType.ERROR:
            return


async def _until_set(ends: asyncio.Event) -> None:
    await ends.wait()


async def _until(ear: asyncio.Queue[Post], ends: set[asyncio.Task[None]]) -> AsyncIterator[Post]:
    while True:
        following = asyncio.create_task(ear.get())
        done, _ = await asyncio.wait({following, *ends}, return_when=asyncio.FIRST_COMPLETED)
        if following not in done:
            following.cancel()
            return
        yield following.result()
