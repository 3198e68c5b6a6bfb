"""The channels of the demo brand that a drill is asked to speak to: those that are missing are set up.

They get a secret and no token: what is answered from the inbox stays here, and is told as not configured. The mailbox
is the demo's own (`services.demo_mail`): what is answered there ends in its folder of sent mails.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from inbox.channels import ChannelRecord
from inbox.ids import BrandId
from services import administration
from services.channels import registry
from services.drill import target
from services.drill.scenario import NETWORKS
from services.drill.shapes import ALSO_CALLED, MAIL, SHAPES
from services.drill.target import CannotDrill, Channel
from services.drill.wire.others import TONGUES
from services.settings import Settings

GIVEN = {"api_url": "https://forum.example", "account_id": "contact@brizeo.example"}
"""For set-up fields that must not be empty; nothing is ever fetched from there."""


def spoken(names: Sequence[str]) -> list[str]:
    """The networks of the names that were asked for, each once. Raises `CannotDrill`."""
    networks = list(dict.fromkeys(ALSO_CALLED.get(name, name) for name in names))
    if refused := [why for network in networks if (why := _refusal(network))]:
        known = ", ".join(sorted((*TONGUES, *NETWORKS, *ALSO_CALLED)))
        raise CannotDrill(f"{' '.join(refused)} The drill speaks {known}.")
    return networks


def _refusal(network: str) -> str:
    if network in TONGUES or network in NETWORKS:
        return ""
    known = registry.networks().get(network)
    if known is None:
        return f"There is no network called {network}."
    if "webhook" not in known.capabilities.receives:
        return f"The drill does not speak {network} yet: Vigie asks there, and the demo has nobody who answers."
    return f"The drill does not speak {network} yet."


async def at_hand(settings: Settings, demo_json: Path, networks: Sequence[str]) -> list[Channel]:
    """Of the networks (as `spoken` has them) beyond the demo's own, as demo.json describes its channels. Raises
    `CannotDrill`."""
    wanted = [network for network in networks if network in TONGUES]
    if not wanted:
        return []
    demo = await asyncio.to_thread(target.described, demo_json)
    brand = BrandId(int(demo.brand_id))
    async with administration.opened(settings) as desk:
        there = [channel for channel in await desk.channels.list(brand) if channel.disabled_at is None]
        return [_described(await _one(desk, brand, network, there, demo)) for network in wanted]


async def _one(
    desk: administration.Desk, brand: BrandId, network: str, there: Sequence[ChannelRecord], demo: target.Demo
) -> ChannelRecord:
    values = _values(network, demo)
    fitting = [one for one in there if one.network == network and (network != MAIL or _is_ours(one, values))]
    return fitting[0] if fitting else await _made(desk, brand, network, values)


def _values(network: str, demo: target.Demo) -> dict[str, str]:
    """For the set-up form, beside what can be made."""
    if network != MAIL:
        fields = registry.networks()[network].setup_fields
        return {field.name: GIVEN[field.name] for field in fields if field.required and field.name in GIVEN}
    if demo.mail is None:
        raise CannotDrill("This demo has no mailbox. Start Vigie again with: make up")
    return {"account_id": demo.mail.address, **demo.mail.model_dump(exclude={"address"})}


def _is_ours(channel: ChannelRecord, values: Mapping[str, str]) -> bool:
    """Another mailbox may be somebody's, and its servers those of the world."""
    return channel.account_id == values["account_id"] and channel.settings.get("imap_host") == values["imap_host"]


async def _made(
    desk: administration.Desk, brand: BrandId, network_id: str, values: Mapping[str, str]
) -> ChannelRecord:  # fmt: skip
    network = registry.networks()[network_id]
    given = {**values, "secret": secrets.token_hex(16)}
    return await desk.channels.set_up(brand, network, name=f"{network.title} Brizéo", values=given, by=None)


def _described(channel: ChannelRecord) -> Channel:
    """What Vigie fetches is left where the demo keeps it."""
    fetched, secret = SHAPES[channel.network].fetched, channel.secrets["secret"]
    path = f"/demo/mail/{channel.channel_id}" if fetched else f"/hooks/{channel.channel_id}"
    return Channel(
        id=channel.channel_id, network=channel.network, secret=secret,
        hook_url=f"{path}?token={quote(secret)}" if TONGUES[channel.network].in_address else path,
        account_id=channel.account_id,
    )  # fmt: skip
