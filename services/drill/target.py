"""Where a drill may go: `demo.json` as `vigie up --demo` writes it, and nothing but a local instance unless told so."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError
from yarl import URL

from services.drill.scenario import NETWORKS, Network

DEFAULT_ACCOUNTS: dict[Network, str] = {
    "generic": "",
    "facebook": "104382905117746",
    "instagram": "17841405822304914",
}
"""The page's and the account's id on their network, where demo.json does not name them."""


class CannotDrill(Exception):
    """The drill cannot begin or go on. The message says what to do; it is shown as it stands."""


class Channel(BaseModel):
    id: str
    network: str
    hook_url: str
    secret: str
    account_id: str | None = None


class Mail(BaseModel):
    """The demo's mailbox, as the set-up fields of a channel have it."""

    address: str
    imap_host: str
    smtp_host: str
    password: str


class Demo(BaseModel):
    base_url: str
    brand_id: int | str
    api_token: str
    sign_in_url: str | None = None
    channels: list[Channel]
    mail: Mail | None = None


@dataclass(frozen=True, slots=True)
class Hook:
    """One channel's way in. `account`: the id of the page or account on the network."""

    channel_id: str
    network: Network
    url: URL
    secret: str
    account: str


@dataclass(frozen=True, slots=True)
class Target:
    base: URL
    brand_id: str
    api_token: str
    hooks: dict[Network, Hook]


def is_loopback(host: str | None) -> bool:
    if host is None:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def described(path: Path) -> Demo:
    """demo.json. Raises `CannotDrill`."""
    try:
        return Demo.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise CannotDrill(f"There is no {path}. Is Vigie running? Start it with: make up") from None
    except (OSError, ValidationError) as error:
        raise CannotDrill(f"{path} cannot be read ({type(error).__name__}). Start Vigie again with: make up") from error


def read(
    path: Path, *, allow_remote: bool = False, networks: Sequence[Network] = NETWORKS, more: Sequence[Channel] = ()
) -> Target:
    """Refuses (`CannotDrill`) what is missing, not ours, or elsewhere. `more`: channels beside those of the file."""
    demo = described(path)
    base = URL(demo.base_url)
    if not allow_remote and not is_loopback(base.host):
        raise CannotDrill(
            f"{base} is not on this machine. A drill floods an inbox, so it stays at home unless allowed."
        )
    channels = [*more, *demo.channels]
    return Target(base, str(demo.brand_id), demo.api_token, {net: _hook(channels, base, net) for net in networks})


def _hook(channels: Sequence[Channel], base: URL, network: Network) -> Hook:
    channel = next((channel for channel in channels if channel.network == network), None)
    if channel is None:
        raise CannotDrill(f"The demo brand has no {network} channel. Start Vigie with: vigie up --demo")
    url = base.join(URL(channel.hook_url))
    if url.origin() != base.origin():
        raise CannotDrill(f"The webhook of channel {channel.id} leads away from {base.origin()}: not sent.")
    return Hook(channel.id, network, url, channel.secret, channel.account_id or DEFAULT_ACCOUNTS.get(network, ""))
