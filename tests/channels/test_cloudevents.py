"""CloudEvents: binary, structured and batched events, who may send them, and the OPTIONS before the first."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.channels import cloudevents
from services.channels.contract import Answer, Inbound, Taken
from tests.channels import cases
from tests.channels.senders import APP_SECRET, WHSEC, channel, standard

BINARY = {
    "ce-specversion": "1.0", "ce-id": "e-9", "ce-source": "/toits", "ce-type": "com.example.note",
    "ce-time": "2026-03-23T10:00:00Z", "content-type": "application/json; charset=utf-8",
}  # fmt: skip


def test_data_in_the_form_of_the_generic_channel_is_read_like_it() -> None:
    headers = {"content-type": "application/cloudevents+json; charset=utf-8"}
    cases.check(cases.read("cloudevents", cases.fixture("cloudevents", "structured"), headers), [
        {"is": "Received", "kind": "comment", "external_id": "m-1", "thread_id": "post-1", "text": "Is anybody there?",
         "author": {"id": "u-1", "name": "Zoé"}, "sent_at": "2026-03-23T10:00:00Z"},
    ])  # fmt: skip


def test_a_batch_is_read_event_by_event() -> None:
    headers = {"content-type": "application/cloudevents-batch+json"}
    cases.check(cases.read("cloudevents", cases.fixture("cloudevents", "batch"), headers), [
        {"is": "Received", "external_id": "m-1"},
        {"is": "Withdrawn", "external_id": "m-0"},
        {"is": "Received", "external_id": "/sensor e-1", "thread_id": "/sensor boiler 3", "text": "Pressure too high",
         "author": {"id": "/sensor", "name": "/sensor"}, "kind": "post"},
        {"is": "Received", "external_id": "/sensor e-2", "thread_id": "/sensor boiler 3", "text": "[\n  1,\n  2\n]",
         "sent_at": "2026-11-24T12:00:00Z"},
        {"is": "Received", "external_id": "/scan e-3", "text": "[image/png, 8 bytes]"},
        {"is": "Unreadable", "reason": "id is missing"},
    ])  # fmt: skip


def test_an_empty_batch_is_no_mistake() -> None:
    assert cases.read("cloudevents", b"[]", {"content-type": "application/cloudevents-batch+json"}) == []


def test_a_binary_event_has_its_attributes_in_headers() -> None:
    headers = BINARY | {"ce-subject": "Toit%20n%C2%BA%203"}
    cases.check(cases.read("cloudevents", cases.fixture("cloudevents", "binary"), headers), [
        {"is": "Received", "external_id": "/toits e-9", "thread_id": "/toits Toit nº 3",
         "text": "Une fuite au sous-sol", "sent_at": "2026-03-23T10:00:00Z"},
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "raw", "text"),
    [
        ("text/plain", "Déjà vu".encode(), "Déjà vu"),
        ("text/plain; charset=iso-8859-1", "Déjà vu".encode("latin-1"), "Déjà vu"),
        ("text/plain; charset=nonsense", b"abc", "abc"),
        ("application/octet-stream", b"\xff\xfe\x00", "[application/octet-stream, 3 bytes]"),
        ("application/vnd.x+json", b'{"a": 1}', '{\n  "a": 1\n}'),
        ("application/json", b"", "com.example.note"),
        ("text/plain", b"a\x00b", "a\ufffdb"),
    ],
)
def test_any_data_becomes_readable(kind: str, raw: bytes, text: str) -> None:
    cases.check(cases.read("cloudevents", raw, BINARY | {"content-type": kind}), [{"is": "Received", "text": text}])


def test_the_type_of_the_event_may_stand_for_that_of_the_message() -> None:
    body = {
        "id": "m-7",
        "kind": "dm",
        "thread_id": "t",
        "text": "?",
        "sent_at": "2026-03-23T10:00:00Z",
        "author": {"id": "u"},
    }
    headers = BINARY | {"ce-type": "message.received"}
    found = cases.read("cloudevents", json.dumps(body).encode(), headers)
    cases.check(found, [{"is": "Received", "kind": "dm", "external_id": "m-7"}])
    wrong = cases.read("cloudevents", json.dumps({**body, "kind": "x"}).encode(), headers)
    assert [cases.told(one) for one in wrong] == ["Unreadable"]


@pytest.mark.parametrize("version", ["2.0", None, 1])
def test_an_event_of_another_version_is_unreadable(version: Any) -> None:
    event = {"specversion": version, "id": "1", "source": "/a", "type": "b"}
    assert [cases.told(one) for one in cases.read("cloudevents", json.dumps(event).encode())] == ["Unreadable"]


# --- who may send ---------------------------------------------------------------------------------------------------


def test_the_token_proves_as_bearer_or_in_the_address() -> None:
    url = f"https://v.example/h?access_token={APP_SECRET}"
    assert cases.proves("cloudevents", b"{}", {"authorization": f"Bearer {APP_SECRET}"}, {"secret": APP_SECRET})
    assert cases.proves("cloudevents", b"{}", {}, {"secret": APP_SECRET}, url)
    assert not cases.proves("cloudevents", b"{}", {"authorization": "Bearer x"}, {"secret": APP_SECRET})
    assert not cases.proves("cloudevents", b"{}", {"authorization": "Bearer "}, {"secret": ""})
    assert not cases.proves("cloudevents", b"{}", {}, {"secret": APP_SECRET})


def test_a_standard_webhooks_signature_proves_as_well() -> None:
    assert cases.proves("cloudevents", b"{}", standard(b"{}"), {"secret": WHSEC}) == WHSEC
    assert cases.proves("cloudevents", b"[]", standard(b"{}"), {"secret": WHSEC}) is None


def asked(headers: dict[str, str], method: str = "OPTIONS", **settings: str) -> Answer | None:
    request = Inbound({name: [value] for name, value in headers.items()}, b"", method=method)
    return cloudevents.CHANNEL.preflight(request, channel("cloudevents", settings=settings))


def test_a_sender_is_told_that_it_may_send() -> None:
    answer = asked({"webhook-request-origin": "events.example.com", "webhook-request-rate": "120"})
    assert answer is not None
    assert answer.status == 200
    assert answer.headers == {
        "Allow": "POST, OPTIONS", "WebHook-Allowed-Origin": "events.example.com", "WebHook-Allowed-Rate": "120",
    }  # fmt: skip


@pytest.mark.parametrize("rate", ["", "-1", "٣", "9" * 30])
def test_a_rate_that_is_none_is_any(rate: str) -> None:
    answer = asked({"webhook-request-origin": "events.example.com", "webhook-request-rate": rate})
    assert answer is not None
    assert answer.headers["WebHook-Allowed-Rate"] == "*"


@pytest.mark.parametrize("origin", ["other.example.com", "a\r\nx: y", ""])
def test_another_sender_is_not(origin: str) -> None:
    answer = asked({"webhook-request-origin": origin}, allowed_origin="Events.example.com")
    assert answer is not None
    assert (answer.status, answer.headers) == (403, {})


def test_what_is_no_such_question_is_not_answered() -> None:
    assert asked({}) is None
    assert asked({"webhook-request-origin": "events.example.com"}, method="HEAD") is None


def test_what_was_taken_is_accepted() -> None:
    assert cloudevents.CHANNEL.answer(Taken()).status == 202


@pytest.mark.parametrize("headers", [{}, BINARY])
def test_nothing_that_a_sender_says_raises(headers: dict[str, str]) -> None:
    cases.survives("cloudevents", headers)
