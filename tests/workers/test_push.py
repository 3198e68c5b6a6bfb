"""Messages to people's devices: gathered, each item once, encrypted, and a device that is gone is forgotten."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import jwt
import orjson
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from inbox import meters
from inbox.clock import SimulatedClock
from inbox.errors import Refused
from inbox.ids import MemberId
from inbox.log.follow import Runner
from inbox.log.store import Log
from inbox.people import sessions
from inbox.push import devices, keys
from inbox.push.bundling import Wishes
from inbox.web.i18n import Speech
from services.outbound import Outbound
from services.workers.clock import ClockWorker
from services.workers.push import Arrivals, Push
from services.workers.push_sending import Sending
from tests.fakes.server import Fake, Seen
from tests.web.world import World, a_world

ALLOW = ("127.0.0.1",)


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


class Browser:
    """Has keys as a browser makes them, and opens what is sent to it as RFC 8291 says."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)
        form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        self._public = self._private.public_key().public_bytes(*form)

    def subscription(self, endpoint: str) -> dict[str, str]:
        return {"endpoint": endpoint, "p256dh": text(self._public), "auth": text(self._auth)}

    def open(self, body: bytes) -> dict[str, Any]:
        salt, theirs, sealed = body[:16], body[21:86], body[86:]
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self._private.exchange(ec.ECDH(), point)
        secret = derived(self._auth, b"WebPush: info\0" + self._public + theirs, 32, shared)
        key = derived(salt, b"Content-Encoding: aes128gcm\0", 16, secret)
        nonce = derived(salt, b"Content-Encoding: nonce\0", 12, secret)
        told: dict[str, Any] = orjson.loads(AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")[:-1])
        return told


def derived(salt: bytes, info: bytes, length: int, secret: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


class Service(Fake):
    """A push service: takes all, or answers `status`."""

    def __init__(self) -> None:
        super().__init__(self.take)
        self.status = 201

    async def take(self, seen: Seen) -> web.StreamResponse:
        return web.Response(status=self.status)


@dataclass
class Phone:
    world: World
    service: Service
    browser: Browser
    push: Push

    @property
    def member(self) -> MemberId:
        return self.world.people["cm"]

    async def later(self, **step: float) -> list[dict[str, Any]]:
        """What was said once this time has passed."""
        before = len(self.service.seen)
        while await Runner(self.world.log, Arrivals(self.world.clock)).step(self.world.brand):
            pass
        self.world.clock.advance(timedelta(**step))
        await self.push.tick()
        return [self.browser.open(seen.body) for seen in self.service.seen[before:]]

    async def add(self, given: Mapping[str, str] | None = None) -> None:
        await devices.add(
            self.world.log, self.member, [self.world.brand],
            given or self.browser.subscription(f"{self.service.url}/device"), name="Chrome, Android",
            session=b"session", allow=ALLOW, now=self.world.clock.now(),
        )  # fmt: skip

    async def devices(self) -> int:
        return len(await devices.of_member(self.world.pool, self.member))


@pytest.fixture
async def phone(log: Log, clock: SimulatedClock) -> AsyncIterator[Phone]:
    async with Service() as service, a_world(log, clock) as world:
        sending = Sending(log, Outbound(ALLOW), clock, contact="vigie@example.org", allow=ALLOW)
        phone = Phone(world, service, Browser(), Push(log, sending, clock))
        await world.hear("Attendait déjà", author="old")
        await phone.add()
        yield phone
        await sending.close()


async def test_news_is_gathered_and_each_item_is_told_once(phone: Phone) -> None:
    for author in ("ana", "zoe", "max"):
        await phone.world.hear(author=author)
    assert await phone.later(seconds=5) == []
    (told,) = await phone.later(seconds=20)
    assert told["title"] == "Brizéo\u202f: 3 nouveaux, dont 3 en urgence"
    assert (told["body"], told["actions"]) == ("c 3", [])
    assert await phone.later(minutes=10) == []


async def test_between_two_messages_lies_a_pause_and_then_one_tells_what_came(phone: Phone) -> None:
    await phone.world.hear(author="ana")
    assert len(await phone.later(seconds=21)) == 1
    await phone.world.hear(author="zoe")
    await phone.world.hear(author="max")
    assert await phone.later(seconds=30) == []
    (told,) = await phone.later(minutes=5)
    assert "2 nouveaux" in told["title"]


async def test_a_single_item_can_be_taken_from_the_message_and_says_no_words_unless_asked(phone: Phone) -> None:
    item = await phone.world.hear("Ma batterie fume", author="ana")
    (told,) = await phone.later(seconds=21)
    assert (told["item"], told["url"]) == (str(item), f"/b/{phone.world.brand}/items/{item}")
    assert [action["action"] for action in told["actions"]] == ["take"]
    assert "Nom ana" not in str(told)
    assert "fume" not in str(told)
    await devices.choose(phone.world.pool, phone.member, Wishes(shows="words"))
    await phone.world.hear("Et la mienne", author="zoe")
    (told,) = await phone.later(minutes=6)
    assert told["body"] == "Nom zoe\u202f: Et la mienne"
    assert [action["action"] for action in told["actions"]] == ["acknowledge", "take"]


async def test_who_is_quiet_is_told_when_the_quiet_ends(phone: Phone) -> None:
    local = phone.world.clock.now().astimezone(Speech("fr", "Europe/Paris").tz)
    quiet = (local - timedelta(hours=1)).time(), (local + timedelta(hours=2)).time()
    await devices.choose(phone.world.pool, phone.member, Wishes(quiet=quiet))
    await phone.world.hear(author="ana")
    assert await phone.later(minutes=30) == []
    (told,) = await phone.later(hours=2)
    assert "1 nouveau" in told["title"]


async def test_quiet_hours_go_by_the_clock_of_who_sleeps(phone: Phone) -> None:
    theirs = phone.world.clock.now().astimezone(ZoneInfo("Asia/Tokyo"))
    quiet = (theirs - timedelta(hours=1)).time(), (theirs + timedelta(hours=2)).time()
    await devices.choose(phone.world.pool, phone.member, Wishes(quiet=quiet))
    await phone.world.pool.execute("UPDATE vigie.members SET zone = 'Asia/Tokyo' WHERE member_id = $1", phone.member)
    await phone.world.hear(author="ana")
    assert await phone.later(minutes=30) == []
    assert len(await phone.later(hours=2)) == 1


async def test_a_device_that_is_gone_is_forgotten_and_one_that_signs_out_is_told_nothing(phone: Phone) -> None:
    phone.service.status = 410
    await phone.world.hear(author="ana")
    await phone.later(seconds=21)
    assert await phone.devices() == 0
    await phone.add()
    await phone.world.pool.execute(sessions.sql.close, b"session")
    assert await phone.devices() == 0


async def test_of_what_is_urgent_the_operator_is_told_unless_somebody_knows_of_it(phone: Phone) -> None:
    async def untold() -> float | None:
        await ClockWorker(phone.world.log, phone.world.clock).measure()
        return meters.REGISTRY.get_sample_value("vigie_urgent_untold_items")

    await phone.world.session("lead")
    phone.service.status = 500
    phone.world.clock.advance(timedelta(seconds=1))
    await phone.world.hear(author="ana")
    assert len(await phone.later(seconds=21)) == 1
    assert await untold() == 0, "not yet"
    phone.world.clock.advance(timedelta(minutes=10))
    assert await untold() == 1, "no device took it, and the lead was here before"
    await phone.world.session("observer")
    assert await untold() == 1, "who only looks on does nothing"
    await phone.world.session("lead")
    assert await untold() == 0, "somebody is here"
    phone.world.clock.advance(timedelta(seconds=1))
    phone.service.status = 201
    await phone.world.hear(author="zoe")
    assert len(await phone.later(seconds=21)) == 1
    phone.world.clock.advance(timedelta(minutes=10))
    assert await untold() == 0, "a device was told of it"


async def test_a_test_message_goes_the_same_way_signed_as_ours(phone: Phone) -> None:
    (device,) = await devices.of_member(phone.world.pool, phone.member)
    await devices.try_out(phone.world.pool, phone.member, device.id, phone.world.clock.now())
    (told,) = await phone.later(seconds=1)
    assert told["title"] == "Vigie atteint cet appareil"
    (seen,) = phone.service.seen
    assert (seen.headers["content-encoding"], seen.headers["urgency"]) == ("aes128gcm", "high")
    token, shown = seen.headers["authorization"].removeprefix("vapid t=").split(", k=")
    assert shown == keys.pair(phone.world.log.keyring).shown
    point = urlsafe_b64decode(shown + "=")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    claims = jwt.decode(token, public, algorithms=["ES256"], audience="http://127.0.0.1")
    assert claims["sub"] == "mailto:vigie@example.org"


async def test_what_is_no_address_or_no_key_is_refused(phone: Phone) -> None:
    good = phone.browser.subscription("https://push.example/x")
    for bad in ({"endpoint": "http://10.0.0.1/x"}, {"p256dh": "short"}, {"auth": "!" * 22}):
        with pytest.raises(Refused):
            await phone.add({**good, **bad})
