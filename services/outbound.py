"""The one HTTP client for every request that Vigie makes: to networks, to brands' own addresses, to any other.

Addresses come from people's settings, so each is a chance to reach what only we can reach: a guard stands at the
socket (`outbound_guard`). No redirect is followed, no proxy of the environment used, no connection reused: a request on
a connection that the other side has meanwhile closed would leave us not knowing whether it arrived. Answers are read up
to `BODY_MOST` bytes, if the asker does not say otherwise, and no request takes longer than the client's maker said
(`TOTAL_S`).

Failures say what a caller must know: `NotSent` (nothing left: safe to try again) or `NoAnswer` (it may have arrived).

`stream` opens a WebSocket under the same guard. It has no end of its own: whoever listens says when it is enough. One
that goes silent is noticed by pings, and no message may have more than `MESSAGE_MOST` bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import aiohttp
from yarl import URL

from services.outbound_guard import Guard, bare, was_barred

TOTAL_S = 10.0
CONNECT_S = 5.0
BODY_MOST = 100_000
AT_ONCE = 64
WHOLE_MOST = 500_000
PING_S = 30.0
"""A stream whose other side does not answer a ping by half of this is given up."""
MESSAGE_MOST = 1_000_000
CLOSE_S = 2.0
WEB = frozenset({"http", "https"})
STREAMS = frozenset({"ws", "wss"})


class NotSent(Exception):
    """Nothing was sent. `reason`: the address may not be called, is no web address, or nobody answers there."""

    def __init__(self, reason: Literal["address_not_allowed", "unreachable"]) -> None:
        super().__init__(reason)
        self.reason = reason


class NoAnswer(Exception):
    """The request may have arrived. `reason`: no answer in time, or the connection was lost."""

    def __init__(self, reason: Literal["no_answer", "connection_lost"]) -> None:
        super().__init__(reason)
        self.reason = reason


class NotOpened(Exception):
    """The other side opens no stream: it answered `status` instead, and perhaps how long to wait."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(f"answered {status}")
        named = {name.lower(): value for name, value in headers.items()}
        self.response = Response(status, named, b"")


@dataclass(frozen=True, slots=True)
class Response:
    """`body` is cut where the asker said. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after_s(self) -> float | None:
        """Seconds that the other side asks us to wait; None where it does not say so in seconds."""
        value = self.headers.get("retry-after", "").strip()
        return float(min(int(value), 86_400)) if value.isascii() and value.isdigit() and len(value) < 10 else None


@dataclass(slots=True)
class _Progress:
    """Whether anything of a request has been handed to the network: before that, a failure means that nothing left."""

    begun: bool = False


def _tracing() -> aiohttp.TraceConfig:
    async def begun(_session: object, context: Any, _params: object) -> None:
        context.trace_request_ctx.begun = True

    tracing = aiohttp.TraceConfig()
    tracing.on_request_headers_sent.append(begun)
    return tracing


def _unswerving() -> aiohttp.TraceConfig:
    """For streams, whose opening takes no word against redirects."""

    async def led_away(_session: object, _context: object, params: aiohttp.TraceRequestRedirectParams) -> None:
        params.response.close()
        raise NotOpened(params.response.status, params.response.headers)

    tracing = aiohttp.TraceConfig()
    tracing.on_request_redirect.append(led_away)
    return tracing


def _meaning(error: Exception, progress: _Progress) -> NotSent | NoAnswer:
    if not progress.begun:
        return NotSent("address_not_allowed" if was_barred(error) else "unreachable")
    return NoAnswer("no_answer" if isinstance(error, TimeoutError) else "connection_lost")


class Outbound:
    """`allow`: hosts or CIDRs that may be called though they are not public. `total_s`: what a request may take, where
    not `TOTAL_S`. Use as `async with`, or `close` it."""

    def __init__(self, allow: Sequence[str] = (), *, total_s: float | None = None) -> None:
        self._total_s = total_s
        self._guard = Guard(allow)
        self._sessions: dict[tuple[bool, bool], aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Outbound:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Response:
        return await self.request("POST", url, body=body, headers=headers)

    async def request(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        most: int = BODY_MOST,
        within_s: float | None = None,
    ) -> Response:
        """Raises `NotSent` or `NoAnswer`; any answer, whatever its status, is a `Response`. `most`: where its body is
        cut, for who asks for lists; `within_s`: instead of the client's own time, for who sends files."""
        target = _target(url)
        session = self._session(guarded=self._guard.watches(target.host or ""))
        progress = _Progress()
        try:
            async with session.request(
                method, target, data=_streamed(body), headers=headers,
                allow_redirects=False, trace_request_ctx=progress,
                timeout=aiohttp.ClientTimeout(total=within_s or self._total_s or TOTAL_S, sock_connect=CONNECT_S),
            ) as response:  # fmt: skip
                named = {name.lower(): value for name, value in response.headers.items()}
                return Response(response.status, named, await _body(response, most))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _meaning(error, progress) from error

    @contextlib.asynccontextmanager
    async def stream(
        self, url: str, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[AsyncIterator[bytes]]:  # fmt: skip
        """An open WebSocket (`ws`, `wss`): what the other side says, message by message, until it breaks off: then
        `NoAnswer`. Opening raises `NotSent` or `NotOpened`."""
        target = _target(url, STREAMS)
        session = self._session(guarded=self._guard.watches(target.host or ""), streams=True)
        try:
            opened = await session.ws_connect(
                target, headers=headers, heartbeat=PING_S, max_msg_size=MESSAGE_MOST, decode_text=False,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_S),
            )  # fmt: skip
        except aiohttp.WSServerHandshakeError as error:
            raise NotOpened(error.status, error.headers or {}) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NotSent("address_not_allowed" if was_barred(error) else "unreachable") from error
        try:
            yield _messages(opened)
        finally:
            await opened.close()

    async def connect(self, host: str, port: int) -> socket.socket:
        """A connected socket, for what speaks no HTTP (mail servers), under the same guard. Raises `NotSent`."""
        loop = asyncio.get_running_loop()
        name = bare(host)
        try:
            async with asyncio.timeout(CONNECT_S):
                found = await loop.getaddrinfo(name, port, type=socket.SOCK_STREAM)
                return await self._first(found, guarded=self._guard.watches(host))
        except (OSError, ValueError, TimeoutError) as error:
            raise NotSent("address_not_allowed" if was_barred(error) else "unreachable") from error

    async def _first(self, found: Sequence[Any], *, guarded: bool) -> socket.socket:
        """The first address that answers. An address that is barred ends the matter: no other is a way round it."""
        failed: OSError = OSError("the name has no address")
        for info in found:
            family, kind, protocol, _, where = info
            one = self._guard.open(info) if guarded else socket.socket(family, kind, protocol)
            one.setblocking(False)
            try:
                await asyncio.get_running_loop().sock_connect(one, where)
            except BaseException as error:
                one.close()
                if not isinstance(error, OSError):
                    raise
                failed = error
            else:
                return one
        raise failed

    def _session(self, *, guarded: bool, streams: bool = False) -> aiohttp.ClientSession:
        """Streams have one of their own: they stay, and would take the places of requests."""
        if (guarded, streams) not in self._sessions:
            connector = aiohttp.TCPConnector(
                limit=0 if streams else AT_ONCE, force_close=True, use_dns_cache=False,
                socket_factory=self._guard.open if guarded else None,
            )  # fmt: skip
            self._sessions[guarded, streams] = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=self._total_s or TOTAL_S, sock_connect=CONNECT_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "Vigie", "Accept-Encoding": "identity"},
                auto_decompress=False,
                trust_env=False,
                trace_configs=[_unswerving() if streams else _tracing()],
            )
            # The library sends what it takes for idempotent (PUT, DELETE) a second time when the connection is lost. A
            # comment that is put under a ticket would stand there twice.
            self._sessions[guarded, streams]._retry_connection = False
        return self._sessions[guarded, streams]


def _streamed(body: bytes | None) -> bytes | io.BytesIO | None:
    """A large one goes piece by piece, so that others have their turn."""
    return io.BytesIO(body) if body is not None and len(body) > WHOLE_MOST else body


def _target(url: str, schemes: frozenset[str] = WEB) -> URL:
    try:
        target = URL(url)
    except ValueError as error:
        raise NotSent("address_not_allowed") from error
    if target.scheme not in schemes or not target.host or target.user or target.password:
        raise NotSent("address_not_allowed")
    return target


async def _body(response: aiohttp.ClientResponse, most: int) -> bytes:
    """What there is of the body. The status has been said already, so a body that breaks off changes nothing."""
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in response.content.iter_any():
            chunks.append(chunk)
            size += len(chunk)
            if size >= most:
                break
    except (aiohttp.ClientError, TimeoutError, OSError):
        pass
    return b"".join(chunks)[:most]


async def _messages(opened: aiohttp.ClientWebSocketResponse[Any]) -> AsyncIterator[bytes]:
    async for message in opened:
        if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            yield message.data
    raise NoAnswer("connection_lost")
