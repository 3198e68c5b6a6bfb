"""The channels of the demo brand that a drill is asked to speak to: those that are missing are set up.

Each has its network in the demo, and nowhere else (`services.demo_networks`, `services.demo_mail`): what is answered
from the inbox stays on this machine. A channel that somebody connected to the real network is left alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from inbox import looks
from inbox.channels import ChannelRecord
from inbox.ids import BrandId
from services import administration
from services.channels import registry
from services.demo_networks import world
from services.drill import given, target
from services.drill.scenario import NETWORKS
from services.drill.shapes import ALL, ALSO_CALLED, MAIL, SHAPES
from services.drill.target import CannotDrill, Channel
from services.drill.wire.tongues import TONGUES
from services.settings import Settings

ADDRESSES = ("api_url", "feed_url", "imap_host")
"""Settings that say where a network is."""
LOOKED_WITHIN_S = 30.0
LOOK_AGAIN_S = 0.2


def spoken(names: Sequence[str]) -> list[str]:
    """The networks of the names that were asked for, each once; `all` is every one. Raises `CannotDrill`."""
    every = sorted((*TONGUES, *NETWORKS))
    asked = [one for name in names for one in (every if name == ALL else [ALSO_CALLED.get(name, name)])]
    networks = list(dict.fromkeys(asked))
    if refused := [why for network in networks if (why := _refusal(network))]:
        known = ", ".join((ALL, *sorted((*every, *ALSO_CALLED))))
        raise CannotDrill(f"{' '.join(refused)} The drill speaks {known}.")
    return networks


def _refusal(network: str) -> str:
    if network in TONGUES or network in NETWORKS:
        return ""
    known = registry.networks().get(network)
    if known is None:
        return f"There is no network called {network}."
    if set(known.capabilities.receives) == {"form"}:
        return f"What {network} brings is typed by hand, into the form Record a message."
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
        records = [await _one(desk, brand, network, there, demo) for network in wanted]
        for record in records:
            if SHAPES[record.network].fetched:
                await _looked_at(desk, record)
        return [_described(record, demo) for record in records]


async def _one(
    desk: administration.Desk, brand: BrandId, network: str, there: Sequence[ChannelRecord], demo: target.Demo
) -> ChannelRecord:
    values = _values(network, demo)
    fitting = [one for one in there if one.network == network and _is_ours(one, values)]
    return fitting[0] if fitting else await _made(desk, brand, network, values)


def _values(network: str, demo: target.Demo) -> dict[str, str]:
    """For the set-up form, beside what can be made."""
    if network != MAIL:
        fields = registry.networks()[network].setup_fields
        return given.values(network, fields, world.address(demo.base_url, network))
    if demo.mail is None:
        raise CannotDrill("This demo has no mailbox. Start Vigie again with: make up")
    return {"account_id": demo.mail.address, **demo.mail.model_dump(exclude={"address"})}


def _is_ours(channel: ChannelRecord, values: Mapping[str, str]) -> bool:
    """Another account may be somebody's, and its servers those of the world."""
    where = {name: values[name] for name in ADDRESSES if name in values}
    return where.items() <= channel.settings.items() and channel.account_id == values.get("account_id")


async def _made(
    desk: administration.Desk, brand: BrandId, network_id: str, values: Mapping[str, str]
) -> ChannelRecord:  # fmt: skip
    network = registry.networks()[network_id]
    return await desk.channels.set_up(brand, network, name=f"{network.title} Brizéo", values=values, by=None)


async def _looked_at(desk: administration.Desk, channel: ChannelRecord) -> None:
    """A first look takes the newest only, of what was said before the channel was there: it comes before the drill."""
    for _ in range(round(LOOKED_WITHIN_S / LOOK_AGAIN_S)):
        if await looks.last(desk.log.pool, channel.brand, channel.channel_id) is not None:
            return
        await asyncio.sleep(LOOK_AGAIN_S)
    raise CannotDrill(_unlooked(channel))


def _unlooked(channel: ChannelRecord) -> str:
    return f"Nobody has looked at {channel.name} for {LOOKED_WITHIN_S:.0f} s. Do the workers run? See: vigie doctor"


def _described(channel: ChannelRecord, demo: target.Demo) -> Channel:
    """What Vigie fetches is left where the demo keeps it."""
    path, secret = _way_in(channel, demo)
    return Channel(
        id=channel.channel_id, network=channel.network, secret=secret,
        hook_url=f"{path}?token={quote(secret)}" if TONGUES[channel.network].in_address else path,
        account_id=channel.account_id,
    )  # fmt: skip


def _way_in(channel: ChannelRecord, demo: target.Demo) -> tuple[str, str]:
    """Where it goes, and what proves it."""
    if channel.network == MAIL:
        return f"/demo/mail/{channel.channel_id}", channel.secrets["secret"]
    if SHAPES[channel.network].fetched:
        return f"/demo/said/{channel.channel_id}", demo.api_token
    return f"/hooks/{channel.channel_id}", channel.secrets[given.PROVING.get(channel.network, "secret")]
