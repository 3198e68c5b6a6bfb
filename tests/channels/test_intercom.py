"""Intercom: what is read of its notifications, which are proven, and that it finds somebody at the address."""

from __future__ import annotations

from typing import Any

import pytest

from services.channels import intercom, proof
from services.channels.contract import Inbound
from tests.channels import cases
from tests.channels.senders import APP_SECRET, channel

LINK = "https://app.intercom.example/c/990"
CASES: dict[str, list[dict[str, Any]]] = {
    "created": [{
        "is": "Received", "kind": "email", "external_id": "700", "thread_id": "990", "permalink": LINK,
        "text": "Bonjour,\n\nle colis est ouvert", "author": {"id": "u71", "name": "Zoé B."},
        "sent_at": "2026-03-23T10:00:00Z",
        "attachments": [{"url": "https://files.example/colis.jpg", "name": "colis.jpg", "bytes": 3000}],
    }],
    "replied": [
        {"is": "Received", "external_id": "801", "thread_id": "990", "author": {"id": "u71", "name": "Zoé B."},
         "text": "Et le prix & la TVA\u00a0?", "sent_at": "2026-03-23T10:03:20Z"},
        {"is": "Ignored", "reason": "a bot"},
        {"is": "Ignored", "reason": "an internal note"},
    ],
    "admin_replied": [
        {"is": "Echoed", "external_id": "804", "thread_id": "990", "author": {"id": "u71"}, "text": "Nous regardons."},
    ],
    "redacted": [{
        "is": "Withdrawn", "external_id": "801", "thread_id": "990", "author": {"id": "u71"},
        "sent_at": "2026-03-23T10:04:10Z",
    }],
    "assigned": [{"is": "Ignored"}],
    "ping": [{"is": "Ignored", "reason": "a ping"}],
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_notification_is_read_as_its_case_says(name: str) -> None:
    cases.check(cases.read("intercom", cases.fixture("intercom", name)), CASES[name])


def test_an_unreadable_part_does_not_cost_its_neighbours() -> None:
    raw = cases.fixture("intercom", "replied").replace(b'"id": "802"', b'"id": []')
    found = cases.read("intercom", raw)
    assert [cases.told(one) for one in found] == ["Received", "Unreadable", "Ignored"]


def test_a_notification_goes_to_its_workspace() -> None:
    (envelope,) = intercom.CHANNEL.split(cases.fixture("intercom", "created"))
    assert envelope.account_id == "ws1"
    assert intercom.CHANNEL.split(intercom.CHANNEL.join([envelope])) == (envelope,)


def test_a_signature_holds() -> None:
    raw = cases.fixture("intercom", "created")
    headers = {"x-hub-signature": "sha1=" + proof.hexadecimal(APP_SECRET, raw, "sha1")}
    cases.holds_only_as_signed("intercom", raw, headers, APP_SECRET, "x-hub-signature")


def test_somebody_is_there() -> None:
    answer = intercom.CHANNEL.preflight(Inbound({}, b"", method="HEAD"), channel("intercom"))
    assert answer is not None
    assert answer.status == 200
    assert intercom.CHANNEL.preflight(Inbound({}, b"", method="OPTIONS"), channel("intercom")) is None


def test_nothing_that_a_sender_says_raises() -> None:
    cases.survives("intercom")
