"""Each network's whole journey through a fake of it on loopback: the table of `journeys.py`, leg by leg."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from inbox.channels import ChannelRecord
from services.channels.contract import CannotRead, Outcome, Refused, Sent, Uncertain
from services.channels.registry import networks
from tests.channels import mutants, signers
from tests.channels.answering import replied
from tests.channels.journeys import HERE, JOURNEYS
from tests.drill.test_many_networks import BY_HOOK
from tests.fakes.server import CutConnection, Fake, Seen, says
from tests.ingest.conftest import Hooks, hooks

__all__ = ["hooks"]
TESTS = Path(__file__).parents[1]
TEST = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)
LEGS = ("handshake", "receive", "echo", "reply", "sweep")
REPLYING = sorted(name for name, journey in JOURNEYS.items() if journey.reply == HERE)
HEADERS = {"discourse": {"x-discourse-event": "post_created", "x-discourse-instance": "https://forum.example"}}


@cache
def known_tests() -> Mapping[str, str]:
    """All of the suite, as "file::test", with what its file says."""
    found: dict[str, str] = {}
    for path in TESTS.rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        found |= {f"{path.stem}::{test}": f"{path.stem} {text}" for test in TEST.findall(text)}
    return found


def runs(told: str, name: str) -> bool:
    """Whether there is such a test, and its file speaks of the network (by its name, or of all that have a hook)."""
    text = known_tests().get(told, "")
    return name in text or ("BY_HOOK" in text and name in BY_HOOK)


def test_every_network_has_its_row() -> None:
    assert set(JOURNEYS) == set(networks())


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_leg_is_run_somewhere_or_says_why_not(name: str) -> None:
    can = networks()[name].capabilities
    for leg in LEGS:
        told = getattr(JOURNEYS[name], leg)
        assert told == HERE or told.startswith("no: ") or runs(told, name), (leg, told)
    assert JOURNEYS[name].reply.startswith("no: ") == (not can.reply)
    assert JOURNEYS[name].sweep.startswith("no: ") == (not can.sweeps)


# --- reply, limit, outage ---------------------------------------------------------------------------------------------


async def answered(name: str, fake: Fake) -> Outcome:
    row = JOURNEYS[name]
    settings = {key: value.replace("{url}", fake.url) for key, value in row.settings.items()}
    return await replied(name, fake, row.secrets, account_id=row.account, settings=settings, **row.changes)


def speaking(name: str) -> Any:
    answers: Mapping[str, Any] = JOURNEYS[name].answers

    async def answer(seen: Seen) -> web.StreamResponse:
        fits = [said for end, said in answers.items() if seen.path.endswith(end)]
        return web.json_response(fits[0]) if fits else web.json_response({}, status=404)

    return answer


@pytest.mark.parametrize("name", REPLYING)
async def test_a_reply_is_posted_once_with_its_words(name: str) -> None:
    async with Fake(speaking(name)) as fake:
        assert isinstance(await answered(name, fake), Sent)
        (post,) = [one for one in fake.seen if one.path.endswith(JOURNEYS[name].posted) and one.method != "GET"]
    assert "Bonjour" in post.body.decode()


@pytest.mark.parametrize("name", REPLYING)
async def test_a_limit_makes_the_reply_wait(name: str) -> None:
    async with Fake(says(429, {}, Retry_After="30")) as fake:
        outcome = await answered(name, fake)
    assert isinstance(outcome, Refused)
    assert (outcome.again, outcome.reason) == (True, "too_many")


@pytest.mark.parametrize("name", REPLYING)
async def test_an_outage_loses_no_reply_and_posts_none_twice(name: str) -> None:
    """Nobody there: it is tried again. Gone in the middle of the post: nobody knows, and it is not."""
    outcome = await answered(name, Gone(_nowhere()))
    assert isinstance(outcome, Refused)
    assert (outcome.again, outcome.reason) == (True, "unreachable")
    async with Fake(_breaking(name)) as breaking:
        assert isinstance(await answered(name, breaking), Uncertain)
        posts = [one for one in breaking.seen if one.path.endswith(JOURNEYS[name].posted) and one.method != "GET"]
        assert len(posts) == 1


class Gone(Fake):
    """A network where nobody answers."""

    def __init__(self, where: str) -> None:
        super().__init__(says(200))
        self._where = where

    @property
    def url(self) -> str:
        return self._where


def _nowhere() -> str:
    """A port that was free a moment ago, and that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def _breaking(name: str) -> Any:
    speak = speaking(name)

    async def answer(seen: Seen) -> web.StreamResponse:
        if seen.path.endswith(JOURNEYS[name].posted) and seen.method != "GET":
            return CutConnection()
        found: web.StreamResponse = await speak(seen)
        return found

    return answer


# --- receive, echo ----------------------------------------------------------------------------------------------------


async def test_what_is_said_and_what_we_said_there_arrives_by_the_hook(hooks: Hooks) -> None:
    """From the network's own fixtures, proven as it proves them, over HTTP into the log."""
    missing = []
    for name, row in JOURNEYS.items():
        for leg, verb in (("receive", "Received"), ("echo", "Echoed")):
            if getattr(row, leg) == HERE and not await arrives(hooks, name, verb):
                missing.append((name, leg))
    assert missing == []


async def arrives(hooks: Hooks, name: str, verb: str) -> bool:
    signer = signers.SIGNERS.get(name)
    secret = signer.secret if signer else "secret-in-the-open"
    field = signer.field if signer else "secret"
    more = JOURNEYS[name].knows
    kept = {field: signer.keeps(secret) if signer else secret, "verify_token": "t"}
    for kind, raw in mutants.fixtures(name):
        if verb in kinds(name, kind, raw, more):
            channel = await hooks.channel(name, secrets=kept, **more)
            before = len(await hooks.events())
            if await sent(hooks, channel, kind, raw, secret):
                return any(
                    event.TYPE in ({"MessageReceived"} if verb == "Received" else {"ReplyEchoed", "ReferenceHeld"})
                    for event in (await hooks.events())[before:]
                )
    return False


def kinds(name: str, kind: str, raw: bytes, more: Mapping[str, Any]) -> set[str]:
    try:
        found = mutants.parts(name, mutants.request_of(kind, raw, **_named(name)), **more)
    except CannotRead:
        return set()
    return {type(one).__name__ for _, one in found}


def _named(name: str) -> dict[str, str]:
    return {key.replace("-", "_"): value for key, value in HEADERS.get(name, {}).items()}


async def sent(hooks: Hooks, channel: ChannelRecord, kind: str, raw: bytes, secret: str) -> bool:
    name = channel.network
    signer, path = signers.SIGNERS.get(name), f"/hooks/{channel.channel_id}"
    headers = {"content-type": kind, **HEADERS.get(name, {})}
    if signer is not None:
        raw, proof = signer.sign(secret, raw, int(time.time()))
        headers |= proof
    elif name == "telegram":
        headers["x-telegram-bot-api-secret-token"] = secret
    else:
        path += f"?token={secret}"
    response = await hooks.client.post(path, data=raw, headers=headers)
    return response.status < 300
