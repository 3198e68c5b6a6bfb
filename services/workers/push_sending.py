"""One message to one device: encrypted for that browser (RFC 8291), signed as ours (RFC 8292), sent to its service.

The library makes body and headers; the request leaves by the one way out, whose guard holds for these addresses too:
they come from people's browsers. A device that the push service knows no more (404, 410) is removed. What fails
otherwise is counted and not tried again: the next message says what waits by then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from webpush import WebPush, WebPushSubscription

from inbox.clock import Clock
from inbox.errors import Refused
from inbox.log.store import Log
from inbox.push import devices, keys
from inbox.push.devices import Address
from inbox.subscription import clean_address
from services import metrics
from services.outbound import NoAnswer, NotSent, Outbound

logger = logging.getLogger(__name__)

KEPT_S = 3600
"""So long a push service keeps a message for a device that is off: an older one says what is no longer true."""
SIGNED_S = 12 * 3600
ANSWER_MOST = 1_000
GONE = frozenset({404, 410})


class Sending:
    """`contact`: whom a push service may write to, an e-mail address. `allow`: VIGIE_OUTBOUND_ALLOW."""

    def __init__(self, log: Log, http: Outbound, clock: Clock, *, contact: str, allow: Sequence[str] = ()) -> None:
        pair = keys.pair(log.keyring)
        self._log = log
        self._http = http
        self._clock = clock
        self._allow = allow
        self._maker = WebPush(private_key=pair.private, public_key=pair.public, subscriber=contact, ttl=KEPT_S)

    async def close(self) -> None:
        await self._http.close()

    async def send(self, address: Address, told: Mapping[str, Any], *, urgent: bool) -> None:
        outcome = await self._outcome(address, orjson.dumps(told), urgent=urgent)
        metrics.PUSHES.labels(outcome).inc()
        if outcome == "gone":
            await self._log.pool.execute(devices.sql.gone, address.device, devices.fingerprint(address.endpoint))
        elif outcome == "sent":
            await self._log.pool.execute(devices.sql.sent, address.device, self._clock.now())

    async def _outcome(self, address: Address, body: bytes, *, urgent: bool) -> str:
        try:
            endpoint = clean_address(address.endpoint, self._allow)
            made = await asyncio.to_thread(self._made, address, body)
            headers = {**made.headers, "urgency": "high" if urgent else "normal"}
            response = await self._http.request(
                "POST", endpoint, body=made.encrypted, headers=headers, most=ANSWER_MOST
            )  # fmt: skip
        except (NotSent, NoAnswer) as error:
            return error.reason
        except Refused:  # what was allowed when the device was added is not any more
            return "address_not_allowed"
        except ValueError:  # keys that fit in length and are none all the same
            return "gone"
        if response.status in GONE:
            return "gone"
        if response.status < 300:
            return "sent"
        logger.warning("a push service answered %s", response.status)
        return "refused"

    def _made(self, address: Address, body: bytes) -> Any:
        keys_given = {"p256dh": address.p256dh, "auth": address.auth}
        return self._maker.get(
            body, WebPushSubscription.model_validate({"endpoint": address.endpoint, "keys": keys_given}),
            expiration=SIGNED_S,
        )  # fmt: skip
