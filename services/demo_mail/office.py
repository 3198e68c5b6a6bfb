"""The demo's post office: what the drill says by mail lies here until Vigie looks, and Vigie's answers end here.

Mails are files in the data folder (`demo-mail/inbox`, `demo-mail/sent`): what was handed in is there after a crash,
and people can read what was answered. Nothing goes any further.
"""

from __future__ import annotations

import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from aiohttp import web

from inbox.channels import Channels
from inbox.web.routes import Route
from services import demo_network
from services.demo_mail.imap import Folder, Imap
from services.demo_mail.server import LOOPBACK
from services.demo_mail.smtp import Smtp
from services.instance import write_private

PLACE = "demo-mail"
ADDRESS = "contact@brizeo.example"
KEPT = 2000
"""Of the newest mails of a folder; older ones go when the demo starts."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """As the set-up fields of a mailbox have it."""

    address: str
    imap_host: str
    smtp_host: str
    password: str


class Shelf(Folder):
    """A folder of files, one a mail, under their UIDs."""

    def __init__(self, place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        uids = sorted(int(file.stem) for file in place.glob("*.eml"))
        for uid in uids[:-KEPT]:
            (place / f"{uid}.eml").unlink()
        super().__init__({uid: (place / f"{uid}.eml").read_bytes() for uid in uids[-KEPT:]})
        self._place = place

    def add(self, *mails: bytes) -> None:
        """Under its name only once it is whole."""
        for mail in mails:
            uid, fresh = self.following, self._place / "new"
            fresh.write_bytes(mail)
            fresh.rename(self._place / f"{uid}.eml")
            self.mails[uid] = mail


class Sink(Smtp):
    def __init__(self, sent: Folder) -> None:
        self._sent = sent

    def take(self, sender: str, to: str, mail: bytes) -> None:
        self._sent.add(mail)


class PostOffice:
    """Open as `async with`. What it takes in is proven by the secret of its channel, as a hook would be."""

    def __init__(self, channels: Channels, data_dir: Path) -> None:
        self._channels = channels
        self._place = data_dir / PLACE
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        password = _password(self._place / "password")
        self._imap = Imap(password, {"INBOX": Shelf(self._place / "inbox")})
        self._smtp = Sink(Shelf(self._place / "sent"))
        for server in (self._imap, self._smtp):
            await self._stack.enter_async_context(server)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def mailbox(self) -> Mailbox:
        imap, smtp = f"{LOOPBACK}:{self._imap.port}", f"{LOOPBACK}:{self._smtp.port}"
        return Mailbox(ADDRESS, imap, smtp, self._imap.password)

    def routes(self) -> list[Route]:
        return [Route("POST", "/demo/mail/{channel_id}", self.hand_in, "public", "hook", "demo.mail")]

    async def hand_in(self, request: web.Request) -> web.Response:
        """A whole mail, as its body; it is in the mailbox when this is answered."""
        record = await self._channels.hook(request.match_info["channel_id"])
        if record is None or record.account_id != ADDRESS:
            return web.json_response({"error": "no such mailbox"}, status=404)
        if not secrets.compare_digest(record.secrets["secret"].encode(), request.query.get("token", "").encode()):
            return web.json_response({"error": "not yours"}, status=401)
        self._imap.deliver(await demo_network.body_of(request))
        return web.json_response({"taken": True}, status=202)


def _password(kept: Path) -> str:
    """The same at each start, for the channel knows it."""
    if not kept.exists():
        write_private(kept, secrets.token_hex(16))
    return kept.read_text(encoding="utf-8")
