"""Trustpilot: what is read of its reviews, and that only who knows the secret of the address is believed."""

from __future__ import annotations

import base64
import json

import pytest

from services.channels import trustpilot
from tests.channels import cases
from tests.channels.senders import APP_SECRET

HOOK = "https://vigie.example/hooks/1-abcdefghijklmnop"


def test_reviews_are_read() -> None:
    cases.check(cases.read("trustpilot", cases.fixture("trustpilot", "reviews")), [
        {"is": "Received", "kind": "review", "external_id": "rev1", "thread_id": "rev1",
         "author": {"id": "cons1", "name": "Zoé B."}, "text": "Jamais reçu\n\nCommande 12 toujours pas livrée.",
         "sent_at": "2026-03-23T10:00:00Z", "permalink": "https://www.trustpilot.com/reviews/rev1"},
        {"is": "Edited", "external_id": "rev1", "text": "Reçu enfin\n\nArrivée ce matin.", "thread_id": "rev1",
         "sent_at": "2026-03-24T08:30:00Z"},
        {"is": "Withdrawn", "external_id": "rev2", "thread_id": "rev2", "author": {"id": "cons2"}},
        {"is": "Received", "external_id": "prod1", "thread_id": "product-review:prod1", "text": "It broke.",
         "author": {"id": "cons3", "name": "Ana"}, "permalink": None},
        {"is": "Ignored"},
    ])  # fmt: skip


def test_an_event_of_unexpected_shape_is_unreadable_alone() -> None:
    body = json.loads(cases.fixture("trustpilot", "reviews"))
    body["events"][1:1] = [None, {"eventName": "service-review-created"}, {"eventName": ["x"]}]
    found = cases.read("trustpilot", json.dumps(body).encode())
    assert [cases.told(one) for one in found[:5]] == ["Received", "Unreadable", "Unreadable", "Ignored", "Edited"]


@pytest.mark.parametrize("name", ["token", "access_token"])
def test_the_secret_in_the_address_proves(name: str) -> None:
    assert cases.proves("trustpilot", b"{}", {}, {"secret": APP_SECRET}, f"{HOOK}?{name}={APP_SECRET}") == APP_SECRET
    assert cases.proves("trustpilot", b"{}", {}, {"secret": APP_SECRET}, f"{HOOK}?{name}={APP_SECRET}x") is None
    assert cases.proves("trustpilot", b"{}", {}, {"secret": ""}, f"{HOOK}?{name}=") is None
    assert cases.proves("trustpilot", b"{}", {}, {"secret": APP_SECRET}, HOOK) is None


@pytest.mark.parametrize(
    ("credentials", "holds"),
    [("vigie:" + APP_SECRET, True), (":" + APP_SECRET, True), (APP_SECRET, False), (APP_SECRET + ":", False),
     ("vigie:x" + APP_SECRET, False)],
)  # fmt: skip
def test_the_secret_as_password_proves(credentials: str, holds: bool) -> None:
    headers = {"authorization": "Basic " + base64.b64encode(credentials.encode()).decode()}
    assert (cases.proves("trustpilot", b"{}", headers, {"secret": APP_SECRET}) is not None) is holds


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic w6k6", "Bearer", "Digest x", "\udcff"])
def test_a_broken_authorization_proves_nothing(header: str) -> None:
    assert cases.proves("trustpilot", b"{}", {"authorization": header}, {"secret": APP_SECRET}) is None


def test_envelopes_joined_are_a_delivery_again() -> None:
    envelopes = trustpilot.CHANNEL.split(cases.fixture("trustpilot", "reviews"))
    assert trustpilot.CHANNEL.split(trustpilot.CHANNEL.join(envelopes)) == envelopes


def test_nothing_that_a_sender_says_raises() -> None:
    cases.survives("trustpilot")
