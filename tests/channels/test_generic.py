"""The generic channel's contract: what is taken, and how a sender is told what is wrong."""

from __future__ import annotations

import json
from typing import Any, TypeGuard

import pytest

from inbox.events import Author
from services.channels import generic_messages
from services.channels.contract import CannotRead, Echoed, Edited, Parsed, Received, Taken, Unreadable, Withdrawn
from services.channels.registry import networks
from tests.channels.senders import NOON, channel

MESSAGE: dict[str, Any] = {
    "type": "message.received", "id": "c-1", "kind": "comment", "thread_id": "post-1", "parent_id": None,
    "text": "Le chargeur fume", "sent_at": "2026-11-21T10:00:00Z", "permalink": "https://example.org/c-1",
    "author": {"id": "u-1", "handle": "@zoe", "name": "Zoé", "followers": 12, "verified": False, "avatar_url": None},
    "attachments": [{"url": "https://example.org/a.jpg", "content_type": "image/jpeg", "bytes": 9, "name": "a.jpg"}],
}  # fmt: skip


def read(body: object) -> list[Parsed]:
    module = networks()["generic"]
    return [
        parsed
        for envelope in module.split(json.dumps(body).encode())
        for parsed in module.read(envelope, channel(), NOON)
    ]


def not_read(parsed: Parsed) -> TypeGuard[Unreadable]:
    return isinstance(parsed, Unreadable)


def problems(body: object) -> list[str]:
    return [problem.pointer for one in read(body) if isinstance(one, Unreadable) for problem in one.problems]


def test_a_message_is_taken_with_all_it_says() -> None:
    (one,) = read(MESSAGE)
    assert isinstance(one, Received)
    assert (one.kind, one.external_id, one.thread_id, one.text) == ("comment", "c-1", "post-1", "Le chargeur fume")
    assert one.author == Author(id="u-1", handle="@zoe", name="Zoé", followers=12, verified=False)
    assert one.permalink == "https://example.org/c-1"
    assert [(a.url, a.bytes) for a in one.attachments] == [("https://example.org/a.jpg", 9)]


def test_the_four_types_are_read() -> None:
    at = {"sent_at": "2026-11-21T11:00:00+01:00"}
    found = read(
        {
            "messages": [
                MESSAGE,
                {**MESSAGE, "type": "message.edited", "text": "Il brûle"},
                {"type": "message.edited", "id": "c-1", "text": "Il brûle", **at},
                {"type": "message.deleted", "id": "c-1", **at},
                {"type": "reply.echoed", "id": "r-1", "in_reply_to": "c-1", "text": "Bonjour", **at},
            ]
        }
    )
    assert [type(one) for one in found] == [Received, Edited, Edited, Withdrawn, Echoed]
    first, second = found[1:3]
    assert isinstance(first, Edited)
    assert isinstance(second, Edited)
    assert first.version == second.version  # the same edit, told with and without its author
    assert (first.thread_id, first.author) == (second.thread_id, second.author) == (None, None)


def test_what_is_unknown_or_left_out_does_no_harm() -> None:
    few = {name: MESSAGE[name] for name in ("type", "id", "kind", "thread_id", "text", "sent_at")}
    (one,) = read({**few, "author": {"id": "u-1"}, "colour": "red"})
    assert isinstance(one, Received)


@pytest.mark.parametrize(
    ("followers", "kept"),
    [(-5, 0), (12.0, 12), (12.9, 12), (10**300, 2**53), (2**53, 2**53), (None, None)],
)
def test_a_wrong_figure_does_not_cost_the_message(followers: object, kept: int | None) -> None:
    (one,) = read({**MESSAGE, "author": {"id": "u", "followers": followers}})
    assert isinstance(one, Received)
    assert one.author is not None
    assert one.author.followers == kept


def test_links_that_are_none_are_dropped_and_the_message_stays() -> None:
    author = {"id": "u", "avatar_url": "javascript:alert(1)"}
    (one,) = read({**MESSAGE, "permalink": "data:text/html,x", "author": author, "attachments": [{"url": "//x"}]})
    assert isinstance(one, Received)
    assert one.author is not None
    assert (one.permalink, one.author.avatar_url, one.attachments[0].url) == (None, None, None)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"id": None}, "/id"), ({"id": 5}, "/id"), ({"id": ""}, "/id"), ({"id": "x" * 513}, "/id"),
        ({"kind": "telepathy"}, "/kind"), ({"kind": None}, "/kind"), ({"type": "message.sent"}, "/type"),
        ({"type": []}, "/type"), ({"thread_id": None}, "/thread_id"), ({"text": 5}, "/text"),
        ({"text": "x" * 100_001}, "/text"), ({"sent_at": "yesterday"}, "/sent_at"), ({"sent_at": 1}, "/sent_at"),
        ({"sent_at": "2026-11-21T10:00:00"}, "/sent_at"), ({"sent_at": "9999-12-31T23:59:59-14:00"}, "/sent_at"),
        ({"author": None}, "/author"), ({"author": {}}, "/author/id"), ({"author": []}, "/author"),
        ({"author": {"id": "u", "followers": "many"}}, "/author/followers"),
        ({"author": {"id": "u", "verified": "yes"}}, "/author/verified"),
        ({"attachments": {}}, "/attachments"), ({"attachments": [5]}, "/attachments/0"),
        ({"attachments": [{"bytes": []}]}, "/attachments/0/bytes"), ({"permalink": 5}, "/permalink"),
    ],
)  # fmt: skip
def test_a_bad_field_is_named_by_its_pointer(change: dict[str, object], pointer: str) -> None:
    assert problems({**MESSAGE, **change}) == [pointer]
    assert problems({"messages": [MESSAGE, {**MESSAGE, **change}]}) == [f"/messages/1{pointer}"]


@pytest.mark.parametrize("name", ["type", "id", "kind", "thread_id", "text", "sent_at", "author"])
def test_a_missing_field_is_named(name: str) -> None:
    assert problems({k: v for k, v in MESSAGE.items() if k != name}) == [f"/{name}"]


def test_every_bad_field_is_named_at_once() -> None:
    found = problems({"type": "message.received", "author": {}})
    assert found == ["/id", "/kind", "/thread_id", "/text", "/sent_at", "/author/id"]


@pytest.mark.parametrize("body", [[], 5, "x", None, [MESSAGE]])
def test_what_is_no_object_is_named_as_the_body(body: object) -> None:
    assert problems(body) == [""]


@pytest.mark.parametrize("messages", [[], {}, None, 5, [MESSAGE] * 1001])
def test_a_batch_holds_one_to_a_thousand(messages: object) -> None:
    with pytest.raises(CannotRead) as error:
        read({"messages": messages})
    assert [p.pointer for p in error.value.unreadable.problems] == ["/messages"]


def test_the_far_future_and_the_far_past_can_be_said() -> None:
    for at in ("9000-01-01T00:00:00Z", "1815-06-18T11:35:00Z"):
        assert isinstance(read({**MESSAGE, "sent_at": at})[0], Received)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_that_no_time_zone_could_show_is_refused(at: str) -> None:
    assert problems({**MESSAGE, "sent_at": at}) == ["/sent_at"]


def test_a_thousand_bad_messages_are_all_named() -> None:
    bad = tuple(one for one in read({"messages": [{**MESSAGE, "id": 5, "kind": "x"}] * 1000}) if not_read(one))
    errors = json.loads(networks()["generic"].answer(Taken((), bad)).body)["errors"]
    assert len(errors) == 2000
    assert errors[-1]["pointer"] == "/messages/999/kind"


def test_the_answers_say_what_was_new_and_what_is_wrong() -> None:
    module = networks()["generic"]
    taken = module.answer(Taken((("a", True), ("b", False))))
    assert (taken.status, taken.content_type) == (202, "application/json")
    assert json.loads(taken.body) == {"messages": [{"id": "a", "new": True}, {"id": "b", "new": False}]}
    bad = [one for one in read({**MESSAGE, "kind": "x"}) if isinstance(one, Unreadable)]
    refused = module.answer(Taken((), tuple(bad)))
    body = json.loads(refused.body)
    assert (refused.status, refused.content_type, body["status"]) == (400, "application/problem+json", 400)
    assert (body["type"], body["title"]) == ("urn:vigie:problem:unreadable", "Bad Request")
    assert body["errors"][0]["pointer"] == "/kind"
    assert body["errors"][0]["remedy"]
    assert "fume" not in refused.body.decode()


def test_the_schema_takes_what_the_page_shows() -> None:
    schema = generic_messages.json_schema()
    names = set(schema["$defs"])
    assert {"Message", "MessageReceived", "MessageEdited", "MessageDeleted", "ReplyEchoed", "AuthorSent"} <= names
    received = schema["$defs"]["MessageReceived"]
    assert set(received["required"]) == {"type", "id", "kind", "thread_id", "text", "sent_at", "author"}
    assert set(received["properties"]) == set(MESSAGE)
    elsewhere = json.dumps(generic_messages.json_schema("#/components/schemas/{model}"))
    assert "#/$defs/" not in elsewhere
