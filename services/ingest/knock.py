"""Knocking at our own door: a test message, signed as a sender would sign it, verified and taken as theirs would be."""

from __future__ import annotations

import orjson

from inbox.channels import ChannelRecord, Channels
from inbox.clock import Clock
from inbox.errors import NotFound, Refused, Unavailable
from inbox.first_message import NETWORK, FirstMessage
from inbox.ids import BrandId, ItemId
from inbox.log.batcher import Batcher
from inbox.log.passing import PASSING
from inbox.log.store import LogUnavailable
from services.channels import registry, signing
from services.channels.contract import Inbound
from services.ingest.take import Arrival, Taker

AUTHOR = "vigie-first-steps"


class Knock:
    """An `inbox.first_message.Knocker`. `base_url`: where networks reach us."""

    def __init__(self, channels: Channels, batcher: Batcher, clock: Clock, base_url: str) -> None:
        self._channels = channels
        self._clock = clock
        self._base_url = base_url
        self._taker = Taker(channels, batcher)

    async def __call__(self, brand: BrandId, channel_id: str, message: FirstMessage) -> ItemId:
        try:
            hook = await self._channels.get(brand, channel_id)
            if hook.network != NETWORK or hook.disabled_at is not None:
                raise NotFound
            return await self._taken(hook, message)
        except (*PASSING, LogUnavailable) as error:
            raise Unavailable("The log could not take it now; send it again.") from error

    async def _taken(self, hook: ChannelRecord, message: FirstMessage) -> ItemId:
        network, request = registry.networks()[NETWORK], self._signed(hook, message)
        secret = network.verify(request, hook)
        if secret is None:
            raise Refused("bad_signature", "The signature does not hold.", status=409)
        taken = await self._taker.take(network, Arrival(hook, secret, request, self._clock.now()))
        if taken.unreadable:
            raise Refused("unreadable", taken.unreadable[0].reason, status=409)
        return self._channels.log.keyring.ids.item(hook.brand, hook.channel_id, message.key, AUTHOR)

    def _signed(self, hook: ChannelRecord, message: FirstMessage) -> Inbound:
        now, body = self._clock.now(), _body(message, self._clock.now().isoformat())
        try:
            proof = signing.headers(hook.secrets.get("secret", ""), f"test_{message.key}", now, body)
        except signing.BadSecret as error:
            raise Refused("bad_signature", "The channel has no secret to sign with.", status=409) from error
        headers = {name: [value] for name, value in proof.items()} | {"content-type": ["application/json"]}
        return Inbound(headers, body.encode(), f"{self._base_url}/hooks/{hook.channel_id}")


def _body(message: FirstMessage, sent_at: str) -> str:
    return orjson.dumps(
        {
            "type": "message.received", "id": f"test-{message.key}", "kind": "dm", "thread_id": message.key,
            "text": message.text, "sent_at": sent_at, "author": {"id": AUTHOR, "name": message.author},
        }
    ).decode()  # fmt: skip
