"""The channels of the demo brand that a drill is asked to speak to: those that are missing are set up.

They get a secret and no token: what is answered from the inbox stays here, and is told as not configured.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from inbox.channels import ChannelRecord
from inbox.ids import BrandId
from services import administration
from services.channels import registry
from services.drill.scenario import NETWORKS
from services.drill.target import CannotDrill, Channel
from services.drill.wire.others import TONGUES
from services.settings import Settings

GIVEN = {"api_url": "https://forum.example", "account_id": "contact@brizeo.example"}
"""For set-up fields that must not be empty; nothing is ever fetched from there."""


async def at_hand(settings: Settings, demo: Path, networks: Sequence[str]) -> list[Channel]:
    """Of the networks beyond the demo's own, as demo.json describes its channels. Raises `CannotDrill`."""
    _known(networks)
    wanted = [network for network in networks if network in TONGUES]
    if not wanted:
        return []
    brand = await asyncio.to_thread(_brand, demo)
    async with administration.opened(settings) as desk:
        there = {channel.network: channel for channel in await desk.channels.list(brand) if channel.disabled_at is None}
        return [_described(there.get(network) or await _made(desk, brand, network)) for network in wanted]


def _known(networks: Sequence[str]) -> None:
    unknown = sorted(set(networks) - TONGUES.keys() - set(NETWORKS))
    if unknown:
        known = ", ".join(sorted((*TONGUES, *NETWORKS)))
        raise CannotDrill(f"The drill does not speak {', '.join(unknown)}. It speaks {known}.")


def _brand(demo: Path) -> BrandId:
    try:
        return BrandId(int(json.loads(demo.read_bytes())["brand_id"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise CannotDrill(f"There is no {demo}. Is Vigie running? Start it with: make up") from None


async def _made(desk: administration.Desk, brand: BrandId, network_id: str) -> ChannelRecord:
    network = registry.networks()[network_id]
    needed = {field.name for field in network.setup_fields if field.required and field.make is None}
    values = {name: GIVEN[name] for name in needed & GIVEN.keys()} | {"secret": secrets.token_hex(16)}
    return await desk.channels.set_up(brand, network, name=f"{network.title} Brizéo", values=values, by=None)


def _described(channel: ChannelRecord) -> Channel:
    path, secret = f"/hooks/{channel.channel_id}", channel.secrets["secret"]
    return Channel(
        id=channel.channel_id, network=channel.network, secret=secret,
        hook_url=f"{path}?token={quote(secret)}" if TONGUES[channel.network].in_address else path,
        account_id=channel.account_id,
    )  # fmt: skip
