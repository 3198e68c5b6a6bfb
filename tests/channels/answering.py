"""Replies through a channel to a fake of its network on loopback."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from typing import Any

from services.channels.contract import Outcome, Reply, Way
from services.channels.registry import networks
from services.outbound import Outbound
from tests.channels.senders import NOON, channel
from tests.fakes.server import Fake

ASKED = Reply(uuid.UUID(int=7), "comment", "m1", "t1", "a1", "Bonjour Léa", "response", NOON)


async def replied(
    network: str,
    fake: Fake,
    secrets: Mapping[str, str],
    *,
    account_id: str | None = None,
    settings: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Outcome:
    """What comes of `ASKED` with these changes."""
    known = channel(network, secrets, account_id, {"api_url": fake.url, **(settings or {})})
    async with Outbound(["127.0.0.0/8"]) as http:
        return await networks()[network].reply(Way(http, fake.url), known, dataclasses.replace(ASKED, **changes))
