"""LinkedIn: what is read of its notifications, which are proven, and that its challenge signs nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.channels import linkedin, proof
from tests.channels import cases
from tests.channels.senders import APP_SECRET, channel

POST = "urn:li:activity:71"
EXPECTED: list[dict[str, Any]] = [
    {"is": "Received", "kind": "comment", "external_id": f"urn:li:comment:({POST},1)", "thread_id": POST,
     "parent_id": None, "author": {"id": "urn:li:person:zoe", "name": None}, "sent_at": "2026-03-23T10:00:00.001Z",
     "text": "Le site est en panne depuis hier.", "permalink": f"https://www.linkedin.com/feed/update/{POST}/"},
    {"is": "Received", "external_id": f"urn:li:comment:({POST},2)", "parent_id": f"urn:li:comment:({POST},1)"},
    {"is": "Ignored", "reason": "a reaction"},
    {"is": "Echoed", "external_id": f"urn:li:comment:({POST},4)", "in_reply_to": f"urn:li:comment:({POST},1)",
     "text": "Nous regardons."},
    {"is": "Edited", "external_id": f"urn:li:comment:({POST},1)", "text": "Le site est en panne depuis lundi.",
     "thread_id": POST, "author": {"id": "urn:li:person:zoe"}},
    {"is": "Withdrawn", "external_id": f"urn:li:comment:({POST},2)", "thread_id": None, "author": None},
    {"is": "Received", "kind": "mention", "external_id": "urn:li:share:88", "thread_id": "urn:li:share:88",
     "text": "Merci @Lamarque"},
    {"is": "Ignored", "reason": "a share without words"},
]  # fmt: skip


def test_notifications_are_read() -> None:
    cases.check(cases.read("linkedin", cases.fixture("linkedin", "notifications")), EXPECTED)


def test_what_the_pull_api_answers_is_read_alike() -> None:
    pushed = json.loads(cases.fixture("linkedin", "notifications"))["notifications"]
    pulled = json.dumps({"paging": {}, "elements": pushed}).encode()
    cases.check(cases.read("linkedin", pulled), EXPECTED)
    cases.check(cases.read("linkedin", json.dumps(pushed[0]).encode()), EXPECTED[:1])


def test_a_notification_of_unexpected_shape_is_unreadable_alone() -> None:
    body = json.loads(cases.fixture("linkedin", "notifications"))
    body["notifications"][1:1] = [None, 5, {"action": "COMMENT"}]
    found = cases.read("linkedin", json.dumps(body).encode())
    assert [cases.told(one) for one in found[:5]] == ["Received", *["Unreadable"] * 3, "Received"]


@pytest.mark.parametrize("prefix", ["", "hmacsha256="])
def test_a_signature_holds(prefix: str) -> None:
    raw = cases.fixture("linkedin", "notifications")
    headers = {"x-li-signature": prefix + proof.hexadecimal(APP_SECRET, b"hmacsha256=" + raw)}
    cases.holds_only_as_signed("linkedin", raw, headers, APP_SECRET, "x-li-signature")


def test_the_body_alone_is_not_what_is_signed() -> None:
    raw = cases.fixture("linkedin", "notifications")
    headers = {"x-li-signature": proof.hexadecimal(APP_SECRET, raw)}
    assert cases.proves("linkedin", raw, headers, {"secret": APP_SECRET}) is None


def test_the_challenge_is_answered() -> None:
    code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
    answer = linkedin.CHANNEL.handshake({"challengeCode": code}, channel("linkedin"))
    assert answer is not None
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert json.loads(answer.body) == {
        "challengeCode": code, "challengeResponse": proof.hexadecimal(APP_SECRET, code.encode()),
    }  # fmt: skip


@pytest.mark.parametrize("code", ["", "x", 'hmacsha256={"type":"x"}', "890e4665-4dfe-4ab1-b689-ed553bceeed0\n"])
def test_a_challenge_cannot_be_made_to_sign_a_notification(code: str) -> None:
    answer = linkedin.CHANNEL.handshake({"challengeCode": code}, channel("linkedin"))
    assert answer is not None
    assert answer.status == 403
    assert b"challengeResponse" not in answer.body


def test_without_a_secret_no_challenge_is_answered() -> None:
    query = {"challengeCode": "890e4665-4dfe-4ab1-b689-ed553bceeed0"}
    answer = linkedin.CHANNEL.handshake(query, channel("linkedin", secrets={"access_token": "t"}))
    assert answer is not None
    assert answer.status == 403


def test_each_notification_goes_to_its_organisation() -> None:
    envelopes = linkedin.CHANNEL.split(cases.fixture("linkedin", "notifications"))
    assert {envelope.account_id for envelope in envelopes} == {"urn:li:organization:5001"}
    assert linkedin.CHANNEL.split(linkedin.CHANNEL.join(envelopes[2:])) == list(envelopes[2:])


def test_nothing_that_a_sender_says_raises() -> None:
    cases.survives("linkedin")
