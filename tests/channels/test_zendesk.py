"""Zendesk: what is read of its events, and in which order time and body are signed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.channels import proof, zendesk
from services.channels.contract import Received
from tests.channels import cases
from tests.channels.senders import APP_SECRET, channel, inbound

AT = "2026-03-23T10:05:01Z"
ZOE = {"id": "71"}
CASES: dict[str, dict[str, Any]] = {
    "comment": {
        "is": "Received", "kind": "email", "external_id": "8001", "thread_id": "5158", "text": "Toujours rien ?",
        "author": {"id": "71", "name": "Zoé B."}, "sent_at": "2026-03-23T10:05:00.123456Z",
        "attachments": [{"url": "https://files.example/p.jpg", "content_type": "image/jpeg", "bytes": 2048}],
    },
    "comment_of_agent": {
        "is": "Echoed", "external_id": "8002", "thread_id": "5158", "author": ZOE, "text": "Nous regardons.",
    },
    "note": {"is": "Ignored", "reason": "an internal note"},
    "ticket_created": {
        "is": "Received", "external_id": "ticket:5158", "thread_id": "5158", "author": ZOE, "kind": "email",
        "text": "Incendie\n\nLe grille-pain a pris feu.", "sent_at": "2026-03-23T10:00:00Z",
    },
    "comment_redacted": {"is": "Edited", "external_id": "8001", "text": "Ma carte : ▇▇▇▇"},
    "chat_message": {"is": "Received", "kind": "dm", "external_id": "mm1", "thread_id": "5158", "author": ZOE},
    "status": {"is": "Ignored"},
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_event_is_read_as_its_case_says(name: str) -> None:
    cases.check(cases.read("zendesk", cases.fixture("zendesk", name)), [CASES[name]])


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b'{"type": "ticket"}', b'{"type": "zen:event-type:ticket.comment_added"}']
)
def test_what_is_no_event_is_unreadable(body: bytes) -> None:
    assert [cases.told(one) for one in cases.read("zendesk", body)] == ["Unreadable"]


def test_first_words_told_of_as_a_ticket_and_as_a_comment_are_one_message() -> None:
    event = json.loads(cases.fixture("zendesk", "comment"))
    event["event"]["comment"]["body"] = event["detail"]["description"] + "\n"
    assert [one.external_id for one in said(event)] == ["8001"]  # five minutes later: said again, and heard again
    event["time"] = "2026-03-23T10:00:01Z"
    first = cases.read("zendesk", cases.fixture("zendesk", "ticket_created"))
    assert [(one.external_id, one.text) for one in said(event)] == [
        (one.external_id, f"{one.text}\n") for one in first if isinstance(one, Received)
    ]


def said(event: object) -> list[Received]:
    return [one for one in cases.read("zendesk", json.dumps(event).encode()) if isinstance(one, Received)]


def test_a_signature_of_time_and_body_holds() -> None:
    raw = cases.fixture("zendesk", "comment")
    headers = {
        "x-zendesk-webhook-signature": proof.base64d(APP_SECRET, AT.encode() + raw),
        "x-zendesk-webhook-signature-timestamp": AT,
    }
    cases.holds_only_as_signed("zendesk", raw, headers, APP_SECRET, "x-zendesk-webhook-signature")
    other = {**headers, "x-zendesk-webhook-signature-timestamp": "2026-03-23T10:05:02Z"}
    assert cases.proves("zendesk", raw, other, {"secret": APP_SECRET}) is None


def test_a_signature_of_body_and_time_does_not() -> None:
    raw = cases.fixture("zendesk", "comment")
    headers = {
        "x-zendesk-webhook-signature": proof.base64d(APP_SECRET, raw + AT.encode()),
        "x-zendesk-webhook-signature-timestamp": AT,
    }
    assert cases.proves("zendesk", raw, headers, {"secret": APP_SECRET}) is None


def test_a_test_without_a_body_is_greeted() -> None:
    assert zendesk.CHANNEL.greet(inbound(b" ", {}), channel("zendesk")) is not None
    assert zendesk.CHANNEL.greet(inbound(b"{}", {}), channel("zendesk")) is None


def test_nothing_that_a_sender_says_raises() -> None:
    cases.survives("zendesk")
