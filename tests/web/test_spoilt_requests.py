"""Spoilt bodies and queries to every operation of the API: never a 5xx, nothing in the process's log, and every refusal
is a problem document that names what is wrong.

A sample here; `make attack` sends 10,000 to each operation (`VIGIE_TEST_BODIES`).
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import uuid
from collections import Counter

import pytest
from yarl import URL

from tests.ingest.test_spoilt import MORE_MEMORY_KIB, ONLY, highest_kib
from tests.web.described import Spoilt, spoilt
from tests.web.world import World

COUNT = int(os.environ.get("VIGIE_TEST_BODIES", "12"))
AT_ONCE = 16
HOOK = "/hooks/"
STREAM = "api_live"


async def ask(world: World, one: Spoilt) -> tuple[int, str]:
    """The status, and the problem's code."""
    headers = world.bearer() | ({"Content-Type": "application/json"} if one.body is not None else {})
    headers |= {"Idempotency-Key": uuid.uuid4().hex} if one.keyed else {}
    url = URL(world.deps.settings.base_url + one.path, encoded=True)
    async with world.http.request(one.method, url, headers=headers, data=one.body) as response:
        assert response.status < 500, (one, response.status)
        if response.status < 400:
            return response.status, ""
        assert response.content_type == "application/problem+json", (one, response.content_type)
        problem = await response.json(content_type=None)
    assert problem["status"] == response.status
    assert problem["detail"], one
    code = str(problem["type"]).rpartition(":")[2]
    if code == "bad_request":
        assert problem["errors"], (one, problem)
        assert all(error["detail"] for error in problem["errors"]), (one, problem)
    return response.status, code


async def test_no_spoilt_request_makes_a_server_error_and_each_refusal_says_what_is_wrong(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    item = await world.hear()
    document = (await world.ask("GET", "/api/openapi.json")).json()
    known = {"brand_id": str(world.brand), "item_id": str(item)}
    every = (one for one in spoilt(document, known, COUNT, "api") if not one.path.startswith(HOOK))
    refused_well, warm = set[str](), 0
    with caplog.at_level(logging.WARNING):
        asked = (one for one in every if one.name != STREAM and (not ONLY or one.name in ONLY))
        for name, requests in itertools.groupby(asked, key=lambda one: one.name):
            answers: Counter[tuple[int, str]] = Counter()
            while some := list(itertools.islice(requests, AT_ONCE)):
                answers.update(await asyncio.gather(*(ask(world, one) for one in some)))
            assert caplog.records == [], name
            refused_well |= {name for _, code in answers if code == "bad_request"}
            print(f"{name}: {_by_status(answers)}, {highest_kib()} KiB at the highest", flush=True)
            warm = warm or highest_kib()
    assert ONLY or refused_well >= {"api_reply", "api_items", "api_sla"}
    assert highest_kib() - warm < MORE_MEMORY_KIB


def _by_status(answers: Counter[tuple[int, str]]) -> dict[int, int]:
    found: Counter[int] = Counter()
    for (status, _), many in answers.items():
        found[status] += many
    return dict(sorted(found.items()))
