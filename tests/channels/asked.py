"""Looks at a fake of a network on loopback: what is new, and what a hint names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.channels.contract import Hint, Parsed, Swept, Way
from services.channels.registry import networks
from services.outbound import Outbound
from tests.channels.senders import NOON, channel
from tests.fakes.server import Fake


async def swept(
    network: str,
    fake: Fake,
    cursor: str | None,
    secrets: Mapping[str, str],
    *,
    account_id: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Swept:
    known = channel(network, secrets, account_id, {"api_url": fake.url, **(settings or {})})
    async with Outbound(["127.0.0.0/8"]) as http:
        return await networks()[network].sweep(Way(http, fake.url), known, cursor, NOON)


async def fetched(
    network: str, fake: Fake, hint: Hint, secrets: Mapping[str, str], settings: Mapping[str, Any] | None = None
) -> Sequence[Parsed]:
    known = channel(network, secrets, None, {"api_url": fake.url, **(settings or {})})
    async with Outbound(["127.0.0.0/8"]) as http:
        return await networks()[network].fetch(Way(http, fake.url), known, hint, NOON)
