"""One attempt to send one event to one subscriber: claim it, compose it from the log, send it signed, write it down.

Two transactions, and nothing is held between them. Whoever dies in between leaves a claim that runs out: the event is
sent again under the same webhook-id, and the subscriber drops what it has seen. What is sent is read from the log for
each attempt anew, so a person who was forgotten meanwhile is not in it.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from inbox import subscriptions
from inbox.clock import Clock
from inbox.errors import Refused
from inbox.ids import BrandId
from inbox.log import eras
from inbox.log.passing import PASSING
from inbox.log.record import Recorded
from inbox.log.store import Connection, Log
from inbox.sql import beside
from inbox.subscription import ATTEMPTS_KEPT, PauseReason, Subscription, clean_address
from inbox.views.published import published
from services import metrics
from services.channels import signing
from services.outbound import NoAnswer, NotSent, Outbound
from services.workers import forwarding
from services.workers.forwarding import Verdict

sql = beside(__file__, "forward.sql")
logger = logging.getLogger(__name__)

TIMEOUT_S = 15.0
"""Of a request in all: what a receiver gets that writes to its own database before it answers."""
HELD_S = 45.0
"""How long a claim holds: longer than the request and writing down what came of it take."""
BEGIN_WITHIN_S = 10.0
"""A process that was stopped for longer between claim and request sends nothing any more: others may have."""
ANSWER_MOST = 1_000
"""Of an answer's body, which nobody reads."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An attempt that is ours. `era`: of the event's position. `number`: of this event, and what ends the row."""

    subscription: Subscription
    position: int
    era: str
    number: int
    first_at: datetime
    attempt_id: int


def webhook_id(subscription: Subscription, position: int, era: str) -> str:
    """The same for every attempt at the same event, also for those by hand; never that of an event which stood at this
    position before a restore."""
    return f"evt_{subscription.id}_{position}" + ("" if era == eras.FIRST else f"_{era}")


def payload(subscription: Subscription, recorded: Recorded, era: str) -> bytes:
    shown = published(recorded, subscription.personal)
    content: dict[str, Any] = {
        "type": shown["type"], "brand_id": subscription.brand, "position": shown["position"], "era": era,
        "item_id": shown["item_id"], "occurred_at": shown["at"], "data": shown["data"],
    }  # fmt: skip
    return orjson.dumps(content, default=str)


def signed(subscription: Subscription, ident: str, body: bytes, at: datetime) -> dict[str, str]:
    """Standard Webhooks. After a rotation there are two signatures: the receiver may hold either secret."""
    text = body.decode()
    each = [signing.headers(secret, ident, at, text) for secret in subscription.secrets]
    signatures = " ".join(headers["webhook-signature"] for headers in each)
    return {**each[0], "webhook-signature": signatures, "Content-Type": "application/json"}


class Attempting:
    """`allow`: VIGIE_OUTBOUND_ALLOW. `chance`: 0 to 1, for jitter."""

    def __init__(
        self, log: Log, http: Outbound, clock: Clock, *, allow: Sequence[str] = (),
        chance: Callable[[], float] = random.random,
    ) -> None:  # fmt: skip
        self._log = log
        self._http = http
        self._clock = clock
        self._allow = allow
        self._chance = chance

    async def attempt(self, brand: BrandId, subscription_id: str, position: int) -> None:
        """Raises what passes only: then the claim runs out by itself."""
        loop = asyncio.get_running_loop()
        until = loop.time() + BEGIN_WITHIN_S
        claim = await self._claim(brand, subscription_id, position)
        started = loop.time()
        if claim is None or started > until:
            return
        found = await self._send(claim)
        metrics.FORWARDS.labels("sent" if found.error is None else "failed").inc()
        await self._write_down(claim, found, round((loop.time() - started) * 1000))

    async def _claim(self, brand: BrandId, subscription_id: str, position: int) -> Claim | None:
        now = self._clock.now()
        async with self._log.pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(sql.subscription, brand, subscription_id)
            if row is None:
                return None
            held_until = now + timedelta(seconds=HELD_S)
            mine = await connection.fetchrow(sql.claim, brand, subscription_id, position, now, held_until)
            if mine is None:
                return None
            attempt_id = await self._begun(connection, brand, subscription_id, position, mine["attempts"], now)
            era = (await eras.of_brand(connection, brand)).at(position)
        subscription = subscriptions.opened(self._log.keyring, row)
        return Claim(subscription, position, era, mine["attempts"], mine["first_at"], attempt_id)

    @staticmethod
    async def _begun(connection: Connection, *given: object) -> int:
        """Of two attempts of a subscription that are counted at once, one is counted again."""
        while (attempt_id := await connection.fetchval(sql.begun, *given)) is None:
            pass
        return int(attempt_id)

    # --- sending ---

    async def _send(self, claim: Claim) -> Verdict:
        try:
            return await self._post(claim)
        except (NotSent, NoAnswer) as error:
            return Verdict(error.reason)
        except PASSING:
            raise
        except Refused:  # what was allowed when the address was set is not any more
            return Verdict("address_not_allowed")
        except Exception:  # a worker's edge: a fault of ours with one event must not stop the others
            logger.exception("position %s of brand %s cannot be sent", claim.position, claim.subscription.brand)
            return Verdict("broken")

    async def _post(self, claim: Claim) -> Verdict:
        subscription, now = claim.subscription, self._clock.now()
        address = clean_address(subscription.address, self._allow)
        (recorded,) = await self._log.read(subscription.brand, claim.position - 1, 1)
        body = payload(subscription, recorded, claim.era)
        headers = signed(subscription, webhook_id(subscription, claim.position, claim.era), body, now)
        response = await self._http.request("POST", address, body=body, headers=headers, most=ANSWER_MOST)
        return forwarding.verdict(response, now)

    # --- what came of it ---

    async def _write_down(self, claim: Claim, found: Verdict, duration_ms: int) -> None:
        brand, subscription_id = claim.subscription.brand, claim.subscription.id
        async with self._log.pool.acquire() as connection:
            async with connection.transaction():
                if found.error is None:
                    await connection.execute(sql.well, brand, subscription_id)
                    await connection.execute(sql.done, brand, subscription_id, claim.position, claim.number)
                else:
                    await self._failed(connection, claim, found)
                await connection.execute(
                    sql.ended, brand, subscription_id, claim.attempt_id, duration_ms, found.status, found.error
                )
            # Apart from it: two that wrote down their own and took away each other's waited for one another.
            await connection.execute(sql.prune, brand, subscription_id, ATTEMPTS_KEPT)

    async def _failed(self, connection: Connection, claim: Claim, found: Verdict) -> None:
        brand, subscription_id, now = claim.subscription.brand, claim.subscription.id, self._clock.now()
        row = await connection.fetchrow(sql.failing, brand, subscription_id, now)
        if row is None:  # removed meanwhile
            return
        rest_s = max(forwarding.rest_s(row["failures"], self._chance()), found.wait_s)
        if rest_s > 0:
            await connection.execute(sql.rest, brand, subscription_id, now + timedelta(seconds=rest_s))
        later = now + timedelta(seconds=max(forwarding.pause_s(claim.number, self._chance()), found.wait_s))
        state = "given_up" if forwarding.is_over(claim.first_at, now) else "waiting"
        await connection.execute(sql.later, brand, subscription_id, claim.position, claim.number, later, state)
        if found.error == "gone":
            await self._pause(connection, claim, "gone", now)
        elif now - row["failing_since"] >= forwarding.PAUSED_AFTER:
            await self._pause(connection, claim, "failing", now)

    async def _pause(self, connection: Connection, claim: Claim, reason: PauseReason, now: datetime) -> None:
        brand, subscription_id = claim.subscription.brand, claim.subscription.id
        await subscriptions.pause_by_itself(self._log, connection, brand, subscription_id, reason, now)
        logger.warning("subscription %s of brand %s is paused: %s", subscription_id, brand, reason)
