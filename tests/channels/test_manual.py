"""What is recorded by hand: whose it is, in which thread, when it was said, and that nobody can post it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.channels.contract import Received, Unreadable
from services.channels.registry import networks
from tests.channels import cases
from tests.channels.senders import NOON, channel, inbound


def read(name: str = "pin", **changes: Any) -> Received:
    content = {**json.loads(cases.fixture("manual", name)), **changes}
    (one,) = cases.read("manual", json.dumps(content).encode())
    assert isinstance(one, Received)
    return one


def test_what_was_recorded_is_a_message() -> None:
    cases.check([read(), read("call")], [
        {"is": "Received", "kind": "comment", "external_id": "recorded:0123456789abcdef0123456789abcdef",
         "author": {"id": "pinterest:zoe berard", "name": "@Zoé  Bérard"}, "sent_at": "2026-11-24T09:30:00Z",
         "text": "La couture a lâché au premier lavage.", "permalink": "https://www.pinterest.example/pin/1"},
        {"is": "Received", "kind": "call", "author": None, "thread_id": "phone:fedcba9876543210fedcba9876543210"},
    ])  # fmt: skip


def test_one_person_under_one_link_is_one_item_however_their_name_is_written() -> None:
    one, other = read(), read(author="zoe bérard", key="b" * 32)
    assert one.author is not None
    assert other.author is not None
    assert (one.thread_id, one.author.id) == (other.thread_id, other.author.id)
    assert one.external_id != other.external_id
    assert read(url="https://www.pinterest.example/pin/2").thread_id != one.thread_id


def test_what_one_person_says_without_a_link_is_one_thread_a_place() -> None:
    one, again, shop = (
        read("call", author="Léa", key=k * 32, place=p) for k, p in (("a", "phone"), ("b", "phone"), ("c", "shop"))
    )
    assert one.thread_id == again.thread_id != shop.thread_id


def test_nothing_was_said_later_than_it_was_recorded() -> None:
    assert read(said_at="2030-01-01T00:00:00Z").sent_at == NOON
    assert read(said_at=None).sent_at == NOON


def test_the_same_form_again_is_the_same_message_and_one_without_a_key_is_known_by_what_it_says() -> None:
    assert read().external_id == read(text="changed").external_id
    assert read(key=None).external_id == read(key=None).external_id != read(key=None, text="other").external_id


def test_an_address_that_is_none_is_dropped_and_nothing_at_all_is_not_recorded() -> None:
    assert read(url="javascript:alert(1)").permalink is None
    found = cases.read("manual", json.dumps({"place": "shop", "text": "", "url": "x"}).encode())
    assert found == [Unreadable("neither words nor a link were recorded")]


@pytest.mark.parametrize("secret", ["", "s3cret"])
def test_nobody_can_post_here(secret: str) -> None:
    request = inbound(cases.fixture("manual", "pin"), {"authorization": f"Bearer {secret}"})
    assert networks()["manual"].verify(request, channel("manual", {"secret": secret})) is None


def test_nothing_that_is_said_raises() -> None:
    cases.survives("manual")
