"""The demo: an organisation, a brand with an owner, and channels to send to, made once; demo.json, current on every
start.

demo.json (mode 0600, in the data folder) is for scripts, `vigie drill` among them:
`{"base_url", "brand_id", "api_token", "sign_in_url", "channels": [{"id", "network", "hook_url", "secret"}],
"mail": {"address", "imap_host", "smtp_host", "password"}}`.
"""

from __future__ import annotations

import contextlib
import secrets
from base64 import b64encode
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from inbox.channels import ChannelRecord, Channels
from inbox.clock import Clock
from inbox.ids import BrandId, MemberId
from inbox.log.store import Log
from inbox.people import brands, links, members, tokens
from services.demo_mail.office import Mailbox
from services.demo_networks import world
from services.instance import write_private

ORGANISATION = "Vigie, démonstration"
BRAND = "Brizéo"
PEOPLE = (
    ("ines@vigie.invalid", "Inès Carpentier", "owner"),
    ("claire@vigie.invalid", "Claire Morvan", "lead"),
    ("malik@vigie.invalid", "Malik Benali", "cm"),
)
NETWORKS = (("generic", "Site et forum"), ("facebook", "Facebook Brizéo"), ("instagram", "Instagram @brizeo"))
RIGHTS = ("read", "personal", "act", "manage", "own")
TOKEN_NAME = "demo"  # noqa: S105 — the name a token is listed under
FILE = "demo.json"


@dataclass(frozen=True, slots=True)
class Demo:
    """`base_url`: where the running instance answers. `write` gives the one-time sign-in link it printed into
    demo.json. `mail`: the demo's mailbox, where it is reached now."""

    log: Log
    channels: Channels
    clock: Clock
    data_dir: Path
    base_url: str
    mail: Mailbox

    async def write(self) -> str:
        brand, owner = await self._brand()
        channels = await self._channels(brand)
        await self._moved(brand)
        token = await self._token(brand, owner)
        one_time = await links.create(self.log.pool, owner, lasts=links.FIRST_OWNER, now=self.clock.now())
        link = self.base_url + links.path(one_time)
        content = {
            "base_url": self.base_url,
            "brand_id": brand,
            "api_token": token,
            "sign_in_url": link,
            "channels": [self._described(channel) for channel in channels],
            "mail": asdict(self.mail),
        }
        write_private(self.data_dir / FILE, orjson.dumps(content, option=orjson.OPT_INDENT_2).decode() + "\n")
        return link

    async def brand(self) -> BrandId:
        """Made on the first start."""
        return (await self._brand())[0]

    async def _moved(self, brand: BrandId) -> None:
        """The mail servers have other ports after each start, the demo itself may: channels that a drill set up follow
        them."""
        for channel in await self.channels.list(brand):
            changed = self._moved_settings(channel)
            if not changed.items() <= channel.settings.items():
                await self.channels.update(brand, channel.channel_id, settings=changed, by=None)

    def _moved_settings(self, channel: ChannelRecord) -> dict[str, str]:
        if "imap_host" in channel.settings and channel.account_id == self.mail.address:
            return {"imap_host": self.mail.imap_host, "smtp_host": self.mail.smtp_host}
        return {name: world.moved(str(value), self.base_url) for name, value in channel.settings.items()
                if world.is_here(value)}  # fmt: skip

    def _described(self, channel: ChannelRecord) -> dict[str, str]:
        return {
            "id": channel.channel_id,
            "network": channel.network,
            "hook_url": f"{self.base_url}/hooks/{channel.channel_id}",
            "secret": channel.secrets["secret"],
        }

    async def _brand(self) -> tuple[BrandId, MemberId]:
        """The demo's brand and owner, found by the owner's address; made on the first start."""
        email, name, role = PEOPLE[0]
        found = await members.owner_by_email(self.log.pool, email)
        if found is not None:
            return found
        now = self.clock.now()
        async with self.log.pool.acquire() as connection:
            org = await brands.create_organisation(connection, ORGANISATION, now=now)
        brand = await brands.create(self.log, org, BRAND, now=now)
        owner = await members.add(self.log, brand, email=email, name=name, role=role, by=None, now=now)
        for email, name, role in PEOPLE[1:]:
            await members.add(self.log, brand, email=email, name=name, role=role, by=owner, now=now)
        return brand, owner

    async def _channels(self, brand: BrandId) -> list[ChannelRecord]:
        """The demo's channels, those missing added; their replies go to the demo's own small network. Channels that
        people added since are theirs: the oldest of a network is the demo's."""
        there: dict[str, ChannelRecord] = {}
        for channel in sorted(await self.channels.list(brand), key=lambda channel: channel.created_at):
            if channel.disabled_at is None:
                there.setdefault(channel.network, channel)
        for network, name in NETWORKS:
            if network not in there:
                there[network] = await self.channels.add(
                    brand, network=network, name=name, secrets=new_secrets(network), by=None
                )  # fmt: skip
        generic = there["generic"]
        reply_url = f"{self.base_url}/demo/replies/{generic.channel_id}"
        if _is_the_demos(generic.settings.get("reply_url")) and generic.settings.get("reply_url") != reply_url:
            there["generic"] = await self.channels.update(
                brand, generic.channel_id, settings={"reply_url": reply_url}, by=None
            )  # fmt: skip
        return [there[network] for network, _ in NETWORKS]

    async def _token(self, brand: BrandId, owner: MemberId) -> str:
        """The token demo.json already has, while it is good; else a new one, and the old ones are revoked."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            known: dict[str, Any] = orjson.loads((self.data_dir / FILE).read_bytes())
            found = await tokens.find(self.log.pool, known["api_token"], now=self.clock.now())
            if found is not None and found.brand == brand and known["brand_id"] == brand:
                return str(known["api_token"])
        for old in await tokens.of_brand(self.log, brand):
            if old.name == TOKEN_NAME and old.revoked_at is None:
                await tokens.revoke(self.log, brand, old.id, by=owner, now=self.clock.now())
        _, token = await tokens.create(
            self.log, brand, name=TOKEN_NAME, rights=RIGHTS, by=owner, now=self.clock.now()
        )  # fmt: skip
        return token


def _is_the_demos(reply_url: object) -> bool:
    """Not set yet, or the demo's own of an earlier start, perhaps on another port."""
    return not reply_url or "/demo/replies/" in str(reply_url)


def new_secrets(network: str) -> dict[str, str]:
    """As the networks make them: Standard Webhooks' `whsec_…`; Meta's app secret in hex, verify token and page
    token."""
    if network == "generic":
        return {"secret": f"whsec_{b64encode(secrets.token_bytes(24)).decode()}"}
    return {
        "secret": secrets.token_hex(16),
        "verify_token": secrets.token_hex(16),
        "access_token": secrets.token_hex(24),
    }
