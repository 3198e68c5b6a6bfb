"""Front: what is read of rules' and apps' events, and the two ways in which they are signed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.channels import front, proof
from tests.channels import cases, clocks
from tests.channels.senders import APP_SECRET, channel, inbound

AT = 1774260000
ZOE = {"id": "zoe@example.com", "handle": "zoe@example.com"}
CASES: dict[str, dict[str, Any]] = {
    "inbound": {
        "is": "Received", "kind": "email", "external_id": "msg_1", "thread_id": "cnv_1",
        "text": "Le colis est ouvert.\n",
        "author": ZOE | {"name": "Zoé B."}, "sent_at": "2026-03-23T10:00:00.5Z",
        "permalink": "https://app.frontapp.com/open/cnv_1",
        "attachments": [{"url": "https://api2.example/download/1", "name": "colis.jpg", "bytes": 3000}],
    },
    "app_inbound": {"is": "Received", "external_id": "msg_2", "thread_id": "cnv_1", "text": "Le colis est ouvert."},
    "outbound": {"is": "Echoed", "external_id": "msg_3", "thread_id": "cnv_1", "author": ZOE},
    "comment": {"is": "Ignored", "reason": "an internal note"},
    "archive": {"is": "Ignored"},
    "sync": {"is": "Ignored", "reason": "a ping"},
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_event_is_read_as_its_case_says(name: str) -> None:
    cases.check(cases.read("front", cases.fixture("front", name)), [CASES[name]])


def test_a_rules_signature_holds() -> None:
    raw = cases.fixture("front", "inbound")
    headers = {"x-front-signature": proof.base64d(APP_SECRET, raw, "sha1")}
    cases.holds_only_as_signed("front", raw, headers, APP_SECRET, "x-front-signature")


def test_an_apps_signature_holds_for_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    raw, at = cases.fixture("front", "app_inbound"), f"{AT}250"
    headers = {
        "x-front-signature": proof.base64d(APP_SECRET, f"{at}:".encode() + raw), "x-front-request-timestamp": at,
    }  # fmt: skip
    clocks.set_to(monkeypatch, AT + 299)
    cases.holds_only_as_signed("front", raw, headers, APP_SECRET, "x-front-signature")
    clocks.set_to(monkeypatch, AT + 301)
    assert cases.proves("front", raw, headers, {"secret": APP_SECRET}) is None


def test_an_apps_address_proves_itself() -> None:
    answer = front.CHANNEL.greet(
        inbound(cases.fixture("front", "sync"), {"x-front-challenge": "abc"}), channel("front")
    )  # fmt: skip
    assert answer is not None
    assert (answer.status, json.loads(answer.body)) == (200, {"challenge": "abc"})


@pytest.mark.parametrize("headers", [{}, {"x-front-challenge": "abc"}])
def test_an_event_is_no_greeting(headers: dict[str, str]) -> None:
    """A challenge beside a message must not make the message vanish."""
    request = inbound(cases.fixture("front", "app_inbound"), headers)
    assert front.CHANNEL.greet(request, channel("front")) is None


def test_an_event_goes_to_its_company() -> None:
    (envelope,) = front.CHANNEL.split(cases.fixture("front", "app_inbound"))
    assert envelope.account_id == "cmp_1"
    assert front.CHANNEL.split(front.CHANNEL.join([envelope])) == (envelope,)


def test_nothing_that_a_sender_says_raises() -> None:
    cases.survives("front")
