"""Meta's payloads, written by us after its documentation: every case is one entry and what is read from it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from services.channels import reading
from services.channels.contract import CannotRead, Parsed, Unreadable
from services.channels.registry import networks
from tests.channels.senders import NOON, channel

FIXTURES = Path(__file__).with_name("fixtures")
CASES = [
    pytest.param(network, case, id=f"{network}: {case['name']}")
    for network in ("facebook", "messenger", "instagram")
    for case in json.loads((FIXTURES / f"{network}.json").read_text(encoding="utf-8"))
]


def read(network: str, body: object, **record: Any) -> list[Parsed]:
    module, known = networks()[network], channel(network, **record)
    envelopes = module.split(json.dumps(body).encode())
    return [parsed for envelope in envelopes for parsed in module.read(envelope, known, NOON)]


def agrees(found: Any, expected: Any) -> bool:
    """Whether what was read has all that the case names; times are compared as instants."""
    if isinstance(found, datetime):
        return isinstance(expected, str) and found == reading.instant(expected)
    if isinstance(found, BaseModel) or dataclasses.is_dataclass(found):
        return isinstance(expected, Mapping) and all(
            agrees(getattr(found, k), v) for k, v in expected.items() if k != "is"
        )
    if isinstance(found, tuple):
        return isinstance(expected, Sequence) and len(found) == len(expected) and all(map(agrees, found, expected))
    return bool(found == expected)


@pytest.mark.parametrize(("network", "case"), CASES)
def test_an_entry_is_read_as_its_case_says(network: str, case: dict[str, Any]) -> None:
    body = {"object": case["object"], "entry": [case["entry"]]}
    found = read(network, body, account_id=case.get("account_id"))
    assert [type(one).__name__ for one in found] == [expected["is"] for expected in case["parsed"]]
    for one, expected in zip(found, case["parsed"], strict=True):
        assert agrees(one, expected), (one, expected)


@pytest.mark.parametrize("body", [[], 5, None, {}, {"object": "page"}, {"object": "page", "entry": {}}, "x"])
def test_a_body_without_entries_is_unreadable_as_a_whole(body: object) -> None:
    with pytest.raises(CannotRead):
        networks()["facebook"].split(json.dumps(body).encode())


@pytest.mark.parametrize(
    "entry",
    [None, 5, [], {}, {"id": None}, {"id": []}, {"id": "1", "time": "soon"}, {"id": "1", "changes": {}},
     {"id": "1", "messaging": "x"}, {"id": "x" * 600}],
)  # fmt: skip
@pytest.mark.parametrize("network", ["facebook", "messenger", "instagram"])
def test_an_entry_of_unexpected_shape_is_unreadable_alone(network: str, entry: object) -> None:
    named = "instagram" if network == "instagram" else "page"
    good = {"id": "1", "time": 1774260000, "changes": [{"field": "live_comments", "value": {"id": "9", "text": "a"}}]}
    found = read(network, {"object": named, "entry": [good, entry, good]})
    assert [type(one) for one in found if not isinstance(one, Unreadable)] == [type(found[0])] * 2
    assert any(isinstance(one, Unreadable) for one in found) or entry == {"id": "1", "changes": {}}


def test_comments_and_direct_messages_of_one_entry_are_two_envelopes() -> None:
    entry = {"id": "1", "time": 1, "changes": [{"field": "feed"}], "messaging": [{"read": {}}]}
    envelopes = networks()["facebook"].split(json.dumps({"object": "page", "entry": [entry]}).encode())
    assert [envelope.network for envelope in envelopes] == ["messenger", "facebook"]
    assert ["changes" in e.content[1] for e in envelopes] == [False, True]


def test_envelopes_joined_are_a_delivery_again() -> None:
    body = json.dumps({"object": "page", "entry": [{"id": "1", "time": 1}, {"id": "2", "time": 2}]}).encode()
    module = networks()["facebook"]
    envelopes = module.split(body)
    assert module.split(module.join(envelopes[1:])) == list(envelopes[1:])
