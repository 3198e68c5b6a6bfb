"""Spoilt bodies on every hook, signed as its network signs, over real HTTP: never a 5xx, nothing in the log of the
process, and whatever was proven is kept raw.

A sample here; `make attack` sends 10,000 to each (`VIGIE_TEST_BODIES`). What a parser makes of them, without HTTP, is
the matter of `make mutants`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import time
from collections import Counter

import pytest

from inbox.channels import ChannelRecord
from services.channels.contract import Inbound
from tests.channels import test_twilio
from tests.channels.mutants import spoilt
from tests.channels.signers import SIGNERS
from tests.ingest.conftest import BASE_URL, Hooks

COUNT = int(os.environ.get("VIGIE_TEST_BODIES", "12"))
ONLY = frozenset(os.environ.get("VIGIE_TEST_ROUTES", "").split())
"""Networks of hooks and names of operations; none: all."""
AT_ONCE = 16
KEPT = "SELECT count(*) FROM vigie.deliveries WHERE channel_id = $1"
MORE_MEMORY_KIB = 60 * 1024
"""What the process may have grown by at its highest, once it is warm."""
GREETING = {"discord", "github", "intercom", "slack", "zendesk"}
"""Their pings and challenges are answered and hold nothing to be kept."""


def signed(network: str, url: str, request: Inbound) -> tuple[bytes, dict[str, str]]:
    """The body as it is sent, and the headers that prove it."""
    named = {name: values[0] for name, values in request.headers.items() if values[0].isprintable()}
    if network == "twilio":
        raw = request.raw.decode(errors="ignore").encode()  # of some left-overs it reads other fields than the test
        return raw, named | {"x-twilio-signature": test_twilio.signature(url, raw)}
    signer = SIGNERS[network]
    raw, proof = signer.sign(signer.secret, request.raw, int(time.time()))
    return raw, named | proof


async def send(hooks: Hooks, channel: ChannelRecord, request: Inbound) -> int:
    raw, headers = signed(channel.network, f"{BASE_URL}/hooks/{channel.channel_id}", request)
    url = hooks.client.make_url(f"/hooks/{channel.channel_id}")
    response = await hooks.client.session.post(url, data=raw, headers=headers)  # the client itself keeps every answer
    assert "Traceback" not in await response.text()
    assert response.status < 500, (channel.network, response.status, raw[:300])
    return response.status


def highest_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def test_no_spoilt_body_makes_a_server_error_and_what_is_proven_is_kept(
    hooks: Hooks, caplog: pytest.LogCaptureFixture
) -> None:
    warm = 0
    for network, signer in ((network, one) for network, one in SIGNERS.items() if not ONLY or network in ONLY):
        channel = await hooks.channel(network, secrets={**signer.holding(), "verify_token": "token"})
        spoiled = spoilt(network, COUNT, f"hook {network}")
        requests = list({one.raw.decode(errors="ignore"): one for one in spoiled}.values())  # the same is kept once
        assert requests, network
        answers: Counter[int] = Counter()
        with caplog.at_level(logging.WARNING):
            for n in range(0, len(requests), AT_ONCE):
                answers.update(await asyncio.gather(*(send(hooks, channel, one) for one in requests[n : n + AT_ONCE])))
        kept = await hooks.log.pool.fetchval(KEPT, channel.channel_id)
        told = (
            f"{len(requests)} bodies {dict(sorted(answers.items()))}, {kept} kept, {highest_kib()} KiB at the highest"
        )
        print(f"{network}: {told}", flush=True)
        assert caplog.records == [], network
        assert set(answers) <= {200, 202, 204, 400, 401 if network == "twilio" else 400}, network
        assert kept >= sum(many for status, many in answers.items() if status < 300) or network in GREETING, network
        warm = warm or highest_kib()
    assert highest_kib() - warm < MORE_MEMORY_KIB
