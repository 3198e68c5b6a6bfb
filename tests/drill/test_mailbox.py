"""The drill by mail: what it says lies in the demo's mailbox, where the channel finds it; answers end there, too."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from yarl import URL

from inbox.channels import ChannelRecord, Channels
from inbox.ids import BrandId, ChannelId
from services.channels import registry
from services.channels.contract import Parsed, Received, Sent, Way
from services.demo_mail.office import PLACE, PostOffice
from services.drill import plan, recast, scenario, target
from services.drill.encoder import Encoder
from services.drill.reading import Reader
from services.drill.shapes import MAIL
from services.drill.target import Hook
from services.outbound import Outbound
from tests.channels.answering import ASKED
from tests.drill.fake_instance import FakeInstance
from tests.drill.pace import JumpingPace

RUN, SECRET = "1790000000000", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
NETWORK = registry.networks()[MAIL]


class Known:
    """The channels, of which there is one."""

    record: ChannelRecord | None = None

    async def hook(self, channel_id: str) -> ChannelRecord | None:
        return self.record


@dataclasses.dataclass
class Demo:
    """The demo's post office and its hand-in, and the channel that was set up for it."""

    hook: Hook
    channel: ChannelRecord
    way: Way

    async def hand_in(self, mails: Sequence[bytes], *, token: str = SECRET) -> list[int]:
        async with ClientSession() as session:
            return [(await session.post(self.hook.url.with_query(token=token), data=mail)).status for mail in mails]

    async def look(self, cursor: str | None = None) -> tuple[Sequence[Parsed], str | None]:
        swept = await NETWORK.sweep(self.way, self.channel, cursor, datetime.now(UTC))
        return swept.parsed, swept.cursor


@asynccontextmanager
async def demo(data_dir: Path) -> AsyncIterator[Demo]:
    known = Known()
    async with PostOffice(cast(Channels, known), data_dir) as office, Outbound(["127.0.0.1"]) as http:
        mail = office.mailbox
        known.record = ChannelRecord(
            BrandId(1), ChannelId("c"), MAIL, "Demo", mail.address,
            {"imap_host": mail.imap_host, "smtp_host": mail.smtp_host},
            {"secret": SECRET, "password": mail.password}, datetime.now(UTC),
        )  # fmt: skip
        app = web.Application()
        app.add_routes([web.route(route.method, route.path, route.handler) for route in office.routes()])
        async with TestServer(app) as server:
            hook = Hook("c", MAIL, URL(f"http://127.0.0.1:{server.port}/demo/mail/c"), SECRET, mail.address)
            yield Demo(hook, known.record, Way(http, ""))


def said(hook: Hook) -> tuple[list[str], list[bytes]]:
    """Ids and mails, as a drill of ten has them, with those that come again."""
    scene, encoder = recast.recast(scenario.load(), [MAIL]), Encoder(RUN, 1.0)
    script = plan.build(scene, messages=10, seed=1, run=RUN, page="1")
    mails = [encoder.body(hook, delivery, datetime.now(UTC)) for delivery in script]
    return [delivery.moves[0].message_id for delivery in script], mails


async def test_what_is_handed_in_is_found_by_the_channel_and_nothing_is_found_twice(tmp_path: Path) -> None:
    async with demo(tmp_path) as there:
        ids, mails = said(there.hook)
        assert set(await there.hand_in(mails)) == {202}
        found, cursor = await there.look()
        assert [one.external_id for one in found if isinstance(one, Received)] == ids
        assert (await there.look(cursor))[0] == ()


async def test_what_was_handed_in_is_there_after_the_demo_was_ended(tmp_path: Path) -> None:
    async with demo(tmp_path) as there:
        await there.hand_in(said(there.hook)[1][:1])
        _, cursor = await there.look()
        await there.hand_in(said(there.hook)[1][1:3])
    async with demo(tmp_path) as again:
        found, _ = await again.look(cursor)
        assert len(found) == 2


async def test_a_stranger_hands_nothing_in(tmp_path: Path) -> None:
    async with demo(tmp_path) as there:
        assert await there.hand_in([b"Subject: x\r\n\r\n"], token="guessed") == [401]
        assert (await there.look())[0] == ()


async def test_an_answer_ends_in_the_folder_of_sent_mails(tmp_path: Path) -> None:
    reply = dataclasses.replace(
        ASKED, kind="email", author_id="zoe@mail.example", in_reply_to="<1@mail.example>", thread_id="<1@mail.example>",
        text="Débranchez-la.\n.\nBrizéo",
    )  # fmt: skip
    async with demo(tmp_path) as there:
        assert isinstance(await NETWORK.reply(there.way, there.channel, reply), Sent)
    mail = (tmp_path / PLACE / "sent" / "1.eml").read_bytes()
    assert b"To: zoe@mail.example\r\n" in mail
    assert b"\r\n.\r\n" in mail


class Late(JumpingPace):
    """A mail comes into the log while the drill waits."""

    def __init__(self, instance: FakeInstance) -> None:
        super().__init__(datetime.now(UTC))
        self._instance = instance

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        self._instance.take(("MessageReceived", "<1@mail.example>", "Bonjour"))


async def test_the_drill_waits_for_what_vigie_has_yet_to_fetch(instance: FakeInstance, tmp_path: Path) -> None:
    async with ClientSession() as session:
        reader = Reader(session, target.read(instance.demo(tmp_path)), Late(instance))
        items = await reader.catch_up({"<1@mail.example>"}, fetched={"<1@mail.example>"}, most_s=60)
    assert list(items) == ["item-<1@mail.example>"]
