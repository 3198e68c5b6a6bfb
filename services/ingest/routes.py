"""The hooks: `GET` (and `HEAD`), `OPTIONS` and `POST /hooks/{channel_id}`.

The order is: which channel, how large, the body, its signature, how many at once, the log, the answer. Only who has
proven something counts against the channel; bodies that are on their way have places of their own (`arrivals`). Nothing
is said of a body that was not proven, and no 2xx leaves before the commit that holds the delivery: the log's, or while
the database is away the spool's, for networks that would not send again. `Ingest.routes` goes into the application's
table of routes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache, lru_cache

from aiohttp import web
from multidict import CIMultiDict
from prometheus_client import Counter

from inbox.channels import ChannelRecord, Channels
from inbox.clock import Clock
from inbox.errors import NotFound
from inbox.log.batcher import COMMIT_TIMEOUT_S, Batcher
from inbox.log.seal import CannotOpen
from inbox.log.store import Flooded, LogUnavailable
from inbox.spooled import Spooled, Telling, nothing
from inbox.web.routes import Route
from services import metrics
from services.channels import registry
from services.channels.contract import PROBLEM_TYPE, Answer, Channel, Inbound, Taken, Way, problem
from services.ingest import body, terms, turns
from services.ingest.arrivals import Arrivals, Crowded
from services.ingest.headers import sent
from services.ingest.keeping import Keeping
from services.ingest.known import Known
from services.ingest.take import Arrival, Taker
from services.ingest.turns import Full, Turns
from services.outage import AWAY, Outage
from services.spool import Spool

RETRY_AFTER_S = 5
STORED_WITHIN_S = COMMIT_TIMEOUT_S
"""From the proof to the answer. Each commit has its time, but where a disk hangs, or somebody holds a brand's lock, a
delivery would wait for one after the other before it, and nothing bounds the wait for a connection. It goes on to the
log all the same, if it can: sent again, or spooled, it is known there by its keys."""
ARRIVING_PACE = 2**14
"""Bytes a second that no body on its way has to give way for. There may be as many at a time as there are turns."""
LARGE_MOST, LARGE_PACE, LARGE_AGAIN_S = 4, 2**18, 30
"""Bodies beyond `VIGIE_MAX_BODY_BYTES` that arrive at a time, for networks that send such: some 200 MB."""
DATABASE_AWAY = (*AWAY, LogUnavailable)
CROWDED = "Other bodies are arriving."
"""With 503, since some networks never repeat what got a 4xx."""
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class _Refusal(Exception):
    """A request that is answered without being taken. `outcome`: the metric's label."""

    def __init__(self, status: int, outcome: str, detail: str, **headers: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.response = web.Response(
            status=status, body=problem(status, outcome, detail), content_type=PROBLEM_TYPE, headers=HEADERS | headers
        )


def _unknown() -> _Refusal:
    return _Refusal(404, "unknown_channel", "The address names no channel; copy it from the settings.")


def _flooded() -> _Refusal:
    return _Refusal(
        503, "throttled", "Too much of this brand is waiting for the log; send it again.",
        **{"Retry-After": str(RETRY_AFTER_S)},
    )  # fmt: skip


def _unavailable() -> _Refusal:
    return _Refusal(
        503, "unavailable", "The log could not take it now; send it again.",
        **{"Retry-After": str(RETRY_AFTER_S)},
    )  # fmt: skip


class Ingest:
    """`base_url`: where networks reach us, as configured: some sign the address they were told. `way`: for networks
    whose proofs need something of theirs. `keep_by` tells it what to do while the database is away; `spooled`: what is
    kept."""

    def __init__(
        self,
        channels: Channels,
        batcher: Batcher,
        clock: Clock,
        way: Way,
        *,
        base_url: str = "",
        max_body_bytes: int = 2**21,
    ) -> None:
        self._channels = channels
        self._clock = clock
        self._way = way
        self._base_url = base_url
        self._most = max_body_bytes
        self.taker = Taker(channels, batcher)
        self._networks = registry.networks()
        self._turns = Turns()
        self._arrivals = Arrivals(ARRIVING_PACE)
        self._larges = Arrivals(LARGE_PACE)
        self.spooled: Telling = nothing
        self.keep_by(Outage(), None)

    def keep_by(self, outage: Outage, spool: Spool | None) -> None:
        """From now on an outage is noticed, and what no network sends again is spooled (None: there is no spool)."""
        self._outage = outage
        self._known = Known(self._channels, outage)
        self._keeping = Keeping(spool)

    def told(self) -> Spooled:
        """What this host's spool holds."""
        return self.spooled()

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/hooks/{channel_id}", self.handshake, "public", "hook", "hook.handshake"),
            Route("OPTIONS", "/hooks/{channel_id}", self.preflight, "public", "hook", "hook.preflight"),
            Route("POST", "/hooks/{channel_id}", self.take, "public", "hook", "hook"),
        ]

    async def handshake(self, request: web.Request) -> web.Response:
        """GET, and HEAD, which is served with it: the network that asks by HEAD wants another answer."""
        if request.method == "HEAD":
            return await self.preflight(request)
        return await self._greeted(request, lambda network, hook: network.handshake(dict(request.query), hook))

    async def preflight(self, request: web.Request) -> web.Response:
        return await self._greeted(
            request, lambda network, hook: network.preflight(self._inbound(request, b""), hook)
        )  # fmt: skip

    async def _greeted(
        self, request: web.Request, greet: Callable[[Channel, ChannelRecord], Answer | None]
    ) -> web.Response:
        try:
            hook, network = await self._addressed(request)
        except _Refusal as refusal:
            return refusal.response
        answer = greet(network, hook)
        if answer is None:
            return _Refusal(405, "method_not_allowed", "This hook takes POST only.", Allow="POST").response
        if answer.status >= 400:
            self._channels.note_failure(hook, "handshake refused")
        if answer.granted is not None:
            try:
                await terms.keep(self._channels.log.pool, hook, answer.granted, self._clock.now())
            except DATABASE_AWAY:
                return _unavailable().response
        return _response(answer)

    async def take(self, request: web.Request) -> web.Response:
        label, channel = "none", "none"
        try:
            hook, network = await self._addressed(request)
            label, channel = network.id, hook.channel_id
            response, outcome = await self._take(request, hook, network)
        except _Refusal as refusal:
            response, outcome = refusal.response, refusal.outcome
        _deliveries(label, channel, outcome).inc()
        return response

    async def _addressed(self, request: web.Request) -> tuple[ChannelRecord, Channel]:
        try:
            hook = await self._known.hook(request.match_info["channel_id"])
        except DATABASE_AWAY as error:
            raise _unavailable() from error
        except CannotOpen as error:  # its secrets: nothing can be proven
            raise _unavailable() from error
        network = self._networks.get(hook.network) if hook is not None else None
        if hook is None or network is None:
            raise _unknown()
        return hook, network

    async def _take(self, request: web.Request, hook: ChannelRecord, network: Channel) -> tuple[web.Response, str]:
        inbound = self._inbound(request, await self._body(request, hook, network))
        await network.prepare(self._way, inbound, hook)
        secret = network.verify(inbound, hook)
        if secret is None:
            raise self._noted(hook, _Refusal(401, "bad_signature", "The signature does not hold."))
        greeting = network.greet(inbound, hook)
        if greeting is not None:
            return _response(greeting), "greeted"
        try:
            self._turns.begin(hook)
        except Full as full:
            raise self._noted(hook, _Refusal(429, "throttled", str(full), **{"Retry-After": "1"})) from full
        try:
            return await self._taken(network, Arrival(hook, secret, inbound, self._clock.now()))
        finally:
            self._turns.end(hook)

    async def _taken(self, network: Channel, arrival: Arrival) -> tuple[web.Response, str]:
        try:
            taken = await self._stored(network, arrival)
        except NotFound as error:
            raise _unknown() from error
        except Flooded as error:
            return await self._spooled(network, arrival, _flooded(), error)
        except DATABASE_AWAY as error:
            self._outage.suspect()
            return await self._spooled(network, arrival, _unavailable(), error)
        return _response(network.answer(taken)), "quarantined" if taken.unreadable else "taken"

    async def _spooled(
        self, network: Channel, arrival: Arrival, refusal: _Refusal, error: Exception
    ) -> tuple[web.Response, str]:
        """What would not come again; the rest is refused."""
        if await self._keeping.kept(network, arrival):
            return _response(network.answer(Taken())), "spooled"
        raise self._noted(arrival.hook, refusal) from error

    async def _stored(self, network: Channel, arrival: Arrival) -> Taken:
        if self._outage.is_on:
            raise LogUnavailable("the database is away")
        async with asyncio.timeout(STORED_WITHIN_S):
            return await self.taker.take(network, arrival)

    async def _body(self, request: web.Request, hook: ChannelRecord, network: Channel) -> bytes:
        most = max(self._most, network.capabilities.body_most)
        large = most > self._most and not 0 < (request.content_length or 0) <= self._most
        try:
            if large:
                return await body.arriving(request, most, self._larges, {"large": LARGE_MOST}, body.LARGE_S)
            raw = body.at_hand(request, self._most)
            if raw is None:
                bounds = {hook.channel_id: turns.CHANNEL_MOST, hook.brand: turns.BRAND_MOST}
                raw = await body.arriving(request, self._most, self._arrivals, bounds)
        except Crowded as error:
            again = {"Retry-After": str(LARGE_AGAIN_S if large else RETRY_AFTER_S)}
            raise self._closed(hook, 503, "throttled", CROWDED, **again) from error
        except body.TooLarge as error:
            raise self._closed(hook, 413, "too_large", f"A body may have {most} bytes.") from error
        except body.TooSlow as error:
            raise self._closed(hook, 408, "too_slow", "The body did not arrive in time.") from error
        except body.Broken as error:
            raise _Refusal(400, "broken", "The body did not arrive whole.") from error
        return raw

    def _closed(self, hook: ChannelRecord, status: int, outcome: str, detail: str, **headers: str) -> _Refusal:
        """Of a body that is not read to its end: the connection goes with it."""
        refusal = self._noted(hook, _Refusal(status, outcome, detail, **headers))
        refusal.response.force_close()
        return refusal

    def _inbound(self, request: web.Request, raw: bytes) -> Inbound:
        return Inbound(sent(request.headers), raw, self._base_url + _path(request), request.method)

    def _noted(self, hook: ChannelRecord, refusal: _Refusal) -> _Refusal:
        self._channels.note_failure(hook, refusal.outcome)
        return refusal


def _path(request: web.Request) -> str:
    """Path and query, letter for letter as they were sent: they may be signed."""
    sent = request.raw_path
    return sent if sent.startswith("/") else request.path_qs  # a proxy's form of request names the host, too


def _response(answer: Answer) -> web.Response:
    headers = _headers(answer.content_type)
    if answer.headers:
        headers = CIMultiDict({**answer.headers, **headers})
    return web.Response(status=answer.status, body=answer.body, headers=headers)


@lru_cache(maxsize=64)
def _headers(content_type: str) -> CIMultiDict[str]:
    """What every answer of one content type begins with: it is copied, never changed."""
    return CIMultiDict(HEADERS | {"Content-Type": content_type})


@cache
def _deliveries(network: str, channel: str, outcome: str) -> Counter:
    """As many as there are lines in the metrics."""
    return metrics.DELIVERIES.labels(network, channel, outcome)
