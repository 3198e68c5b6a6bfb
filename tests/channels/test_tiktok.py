"""TikTok: what is read of its events, and which of them are proven."""

from __future__ import annotations

from typing import Any

import pytest

from services.channels import proof, tiktok
from tests.channels import cases, clocks
from tests.channels.senders import APP_SECRET

AT = 1774260000
CASES: dict[str, list[dict[str, Any]]] = {
    "comment": [{
        "is": "Received", "kind": "comment", "external_id": "7390000000000000001", "thread_id": "7380000000000000009",
        "author": {"id": "uid-zoe"}, "text": "Le chargeur fume 😢", "sent_at": "2026-03-23T10:00:01Z",
        "parent_id": None,
    }],
    "comment_reply": [{
        "is": "Received", "external_id": "7390000000000000002", "parent_id": "7390000000000000001", "text": None,
    }],
    "comment_deleted": [{
        "is": "Withdrawn", "external_id": "7390000000000000001", "thread_id": "7380000000000000009",
        "author": {"id": "uid-zoe"}, "sent_at": "2026-03-23T10:05:00Z",
    }],
    "comment_hidden": [{"is": "Ignored"}],
    "comment_own": [{"is": "Echoed", "external_id": "7390000000000000003", "in_reply_to": "7390000000000000001"}],
    "message": [{
        "is": "Received", "kind": "dm", "external_id": "m-1", "thread_id": "conv==1", "text": "Allô ?",
        "author": {"id": "uid-zoe", "handle": "zoe.b"}, "reply_until": "2026-03-25T10:00:00.123Z",
    }],
    "message_eu": [{"is": "Received", "external_id": "m-2", "text": "https://www.tiktok.example/embed/738"}],
    "message_bare": [{"is": "Received", "thread_id": "conv==2", "text": None, "author": None}],
    "echo": [{
        "is": "Echoed", "external_id": "m-3", "thread_id": "conv==1", "author": {"id": "uid-zoe"},
        "text": "Bonjour Zoé",
    }],
    "read": [{"is": "Ignored", "reason": "a receipt"}],
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_event_is_read_as_its_case_says(name: str) -> None:
    found = cases.read("tiktok", cases.fixture("tiktok", name), settings={"own_identifier": "uid-us"})
    cases.check(found, CASES[name])


def test_a_message_without_an_id_has_the_same_one_whenever_it_is_sent() -> None:
    raw = cases.fixture("tiktok", "message_bare")
    first, again = cases.read("tiktok", raw), cases.read("tiktok", raw)
    other = cases.read("tiktok", raw.replace(b"1774260000", b"1774260001"))
    assert first == again
    assert first != other


@pytest.mark.parametrize("content", ['"{"', '"[]"', "5", "null", '"{\\"comment_id\\": [1]}"'])
def test_a_content_that_is_no_object_is_unreadable(content: str) -> None:
    raw = f'{{"event":"comment.update","create_time":1,"content":{content}}}'.encode()
    assert [cases.told(one) for one in cases.read("tiktok", raw)] == ["Unreadable"]


def test_a_signature_holds_for_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = cases.fixture("tiktok", "comment")
    signature = proof.hexadecimal(APP_SECRET, f"{AT}.".encode() + raw)
    headers = {"tiktok-signature": f"t={AT},s={signature}"}
    for seconds in (AT - 299, AT, AT + 299):
        clocks.set_to(monkeypatch, seconds)
        cases.holds_only_as_signed("tiktok", raw, headers, APP_SECRET, "tiktok-signature")
    for seconds in (AT - 301, AT + 301):
        clocks.set_to(monkeypatch, seconds)
        assert cases.proves("tiktok", raw, headers, {"secret": APP_SECRET}) is None


def test_the_time_of_a_signature_is_signed_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks.set_to(monkeypatch, AT)
    raw = cases.fixture("tiktok", "comment")
    signature = proof.hexadecimal(APP_SECRET, f"{AT - 600}.".encode() + raw)
    assert cases.proves("tiktok", raw, {"tiktok-signature": f"t={AT},s={signature}"}, {"secret": APP_SECRET}) is None


def test_an_event_goes_to_the_account_that_it_names() -> None:
    (envelope,) = tiktok.CHANNEL.split(cases.fixture("tiktok", "comment"))
    assert envelope.account_id == "biz-open-1"
    assert tiktok.CHANNEL.split(tiktok.CHANNEL.join([envelope])) == [envelope]


def test_nothing_that_a_sender_says_raises() -> None:
    cases.survives("tiktok")
