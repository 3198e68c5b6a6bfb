"""Chatwoot: what is read of its events, signed or (older versions) with the secret in the address."""

from __future__ import annotations

from typing import Any

import pytest

from services.channels import proof
from tests.channels import cases, clocks
from tests.channels.senders import APP_SECRET

AT = 1774260000
ZOE = {"id": "71", "name": "Zoé B."}
CASES: dict[str, dict[str, Any]] = {
    "incoming": {
        "is": "Received", "kind": "dm", "external_id": "501", "thread_id": "48", "text": "Bonjour ?",
        "parent_id": "499",
        "author": ZOE | {"handle": "zoe@example.com", "avatar_url": "https://cdn.example/z.png"},
        "sent_at": "2026-03-23T10:00:00.25Z",
        "attachments": [{"url": "https://cdn.example/p.png", "content_type": "image", "bytes": 100}],
    },
    "incoming_of_docs": {"is": "Received", "external_id": "1", "sent_at": "2020-03-03T13:05:57Z"},
    "outgoing": {"is": "Echoed", "external_id": "502", "thread_id": "48", "author": ZOE, "text": "Nous regardons."},
    "outgoing_of_bot": {"is": "Ignored", "reason": "a bot"},
    "note": {"is": "Ignored", "reason": "an internal note"},
    "activity": {"is": "Ignored"},
    "deleted": {
        "is": "Withdrawn", "external_id": "501", "thread_id": "48", "author": ZOE, "sent_at": "2026-03-23T10:05:00Z",
    },
    "receipt": {"is": "Ignored", "reason": "a change of state"},
    "edited": {"is": "Edited", "external_id": "501", "text": "Bonjour !", "sent_at": "2026-03-23T10:06:00Z"},
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_event_is_read_as_its_case_says(name: str) -> None:
    cases.check(cases.read("chatwoot", cases.fixture("chatwoot", name)), [CASES[name]])


def signed(raw: bytes, at: int = AT) -> dict[str, str]:
    digest = proof.hexadecimal(APP_SECRET, f"{at}.".encode() + raw)
    return {"x-chatwoot-signature": f"sha256={digest}", "x-chatwoot-timestamp": str(at)}


def test_a_signature_holds_for_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = cases.fixture("chatwoot", "incoming")
    clocks.set_to(monkeypatch, AT + 299)
    cases.holds_only_as_signed("chatwoot", raw, signed(raw), APP_SECRET, "x-chatwoot-signature")
    clocks.set_to(monkeypatch, AT + 301)
    assert cases.proves("chatwoot", raw, signed(raw), {"secret": APP_SECRET}) is None


def test_a_request_that_is_not_signed_brings_the_secret() -> None:
    raw, url = cases.fixture("chatwoot", "incoming"), f"https://v.example/h?token={APP_SECRET}"
    assert cases.proves("chatwoot", raw, {}, {"secret": APP_SECRET}, url) == APP_SECRET
    assert cases.proves("chatwoot", raw, {}, {"secret": APP_SECRET}, url + "x") is None
    assert cases.proves("chatwoot", raw, {}, {"secret": APP_SECRET}) is None


def test_a_bad_signature_is_not_saved_by_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks.set_to(monkeypatch, AT)
    url, headers = f"https://v.example/h?token={APP_SECRET}", signed(b"something else")
    assert cases.proves("chatwoot", b"{}", headers, {"secret": APP_SECRET}, url) is None


def test_nothing_that_a_sender_says_raises() -> None:
    cases.survives("chatwoot")
