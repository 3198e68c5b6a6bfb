"""Third-party samples, where a developer has them (VIGIE_SHARED_DIR): each is read as somebody read it by hand.

They are never copied here: their folder lies beside the repository, and these tests skip without it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from inbox.events import Author
from services.channels import reading
from services.channels.contract import Echoed, Edited, Ignored, Inbound, Received, Status, Withdrawn
from services.channels.registry import networks
from tests.channels.senders import NOON, channel, inbound

FOLDER = Path(os.environ.get("VIGIE_SHARED_DIR", Path(__file__).parents[3] / "shared")) / "payloads"
NETWORK_OF = {
    "facebook_page": "facebook",
    "messenger": "messenger",
    "instagram": "instagram",
    "tiktok": "tiktok",
    "linkedin": "linkedin",
    "cloudevents": "cloudevents",
    "github": "github",
    "intercom": "intercom",
    "front": "front",
    "whatsapp": "whatsapp",
    "x_activity": "x",
    "x_twitter": "x",
    "telegram": "telegram",
    "slack": "slack",
    "discord": "discord",
    "twilio": "twilio",
    "youtube": "youtube",
    "google_reviews": "google_reviews",
    "mastodon": "mastodon",
    "activitypub": "mastodon",
    "bluesky": "bluesky",
    "discourse": "discourse",
    "wordpress": "wordpress",
    "reddit": "reddit",
}
"""By the index's name. "groove" is missing: Vigie has no such network."""

READ_OTHERWISE: dict[str, tuple[str, dict[str, Any]]] = {
    "tiktok/chatwoot-im-receive.json": (
        "it names neither message, author nor time: the id is then made of its content, the time that of its arrival",
        {"external_id": "tt-conv-1:d1af2931d4e7dfca2505fa15136c5771", "author_id": None, "timestamp": NOON.isoformat()},
    ),
    "github/discussion-created.json": (
        "somebody opened a discussion, and said something by it",
        {"kind": "post", "author_id": "21031067"},
    ),
    "cloudevents/binary.json": (
        "an id holds for its source only, and any data is made a readable message",
        {"kind": "post", "external_id": "/mycontext/subcontext 1234-1234-1234", "text": "Hello World!",
         "author_id": "/mycontext/subcontext"},
    ),
    "cloudevents/binary-ext.json": (
        "the same",
        {"kind": "post", "external_id": "/mycontext/subcontext 4321-4321-4321", "text": '{\n  "world": "hello"\n}',
         "author_id": "/mycontext/subcontext", "timestamp": "2018-04-05T03:56:24Z"},
    ),
    "intercom/conversation_user_created.json": ("its HTML is read as words", {"text": "Hello everyone!"}),
    "intercom/conversation_admin_replied.json": (
        "its HTML is read as words; id and time, which the index leaves out, are those of the part",
        {"text": "Hey Eeshan! How can I help?", "external_id": "2824382500", "timestamp": 1553291111},
    ),
    "whatsapp/pywa-edited_message-image.json": (
        "an edit is known by the message that it changes",
        {"external_id": "wamid.HBgLMTQxMjU1NTA4MjkVAgASGBQzQUNCNjk5RDUwNUZGMUZEM0VBRAA="},
    ),
    "whatsapp/webhook-incoming-message-unsupported.json": (
        "a person sent what the API cannot show: they wait for an answer all the same", {"kind": "dm"}
    ),
    "x_twitter/chatwoot-tweet-create.json": ("the same time, written otherwise", {"timestamp": "2020-02-05T08:39:31Z"}),
    "x_twitter/chatwoot-dm.json": ("it names no time: that of its arrival", {"timestamp": NOON.isoformat()}),
    "x_activity/dm-sent.json": (
        "the subscribed user wrote it: it belongs to the thread with the recipient",
        {"direction": "outbound", "thread_id": "2244994945"},
    ),
    "telegram/docs-voice.json": ("a file has an id, shown as its name, and no address", {"attachments": [None]}),
    "telegram/chatwoot-photo.json": ("the same", {"attachments": [None]}),
    "slack/app_mention.json": ("the same time, written otherwise", {"timestamp": "2020-07-28T08:50:30.009600Z"}),
    "slack/message_deleted.json": (
        "the same, and a deletion is known by the message that went",
        {"timestamp": "2022-10-10T02:23:49.007100Z", "external_id": "C111:1665368619.804829"},
    ),
    "slack/legacy_outgoing_webhook.txt": (
        "the same, and what is said in a public channel is no direct message",
        {"timestamp": "2017-02-01T11:07:43.000010Z", "kind": "comment"},
    ),
    "discord/lobby-message-create.json": (
        "Discord means UTC where it names no zone", {"timestamp": "2024-10-18T18:41:21.109604Z"}
    ),
    "discord/lobby-message-delete.json": ("the same", {"timestamp": "2025-08-05T21:44:09.412957Z"}),
    "twilio/sms.json": (
        "a text message has a kind of its own; the time is that of its arrival",
        {"kind": "sms", "timestamp": NOON.isoformat()},
    ),
    "twilio/mms.json": ("the same", {"kind": "sms", "timestamp": NOON.isoformat()}),
    "twilio/voice.json": (
        "somebody called: that is a message, and its words are what they keyed in",
        {"kind": "call", "timestamp": NOON.isoformat()},
    ),
    "mastodon/stream-notification-mention.json": ("its HTML is read as words", {"text": "@trwnh test"}),
    "mastodon/stream-status-update.json": (
        "the same",
        {"text": "edited"},
    ),
    "mastodon/py-notifications-mentions.json": (
        "the index tells of the notification, we read the post in it",
        {"external_id": "117020577157693549", "author_id": "117020565693913441", "author_name": "admin",
         "text": "@mastodonpy_test hello!", "timestamp": "2026-08-01T13:51:43.458Z"},
    ),
    "bluesky/jetstream-delete-nonbsky.json": ("what went was no post", {"kind": "other"}),
    "discourse/post-created.json": ("the index names no id of the author", {"author_id": "2401"}),
    "reddit/comment.json": ("the same: then the name is the id, which nobody can change", {"author_id": "u/bboe"}),
}  # fmt: skip
"""File → why it is not read as the index has it, and what it is read as instead."""


def samples() -> list[Any]:
    index = FOLDER / "INDEX.jsonl"
    if not index.is_file():
        reason = "the folder of third-party samples is not here (VIGIE_SHARED_DIR)"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason), id="no samples")]
    lines = (json.loads(line) for line in index.read_text(encoding="utf-8").splitlines())
    return [pytest.param(_as_we_read(one), id=one["file"]) for one in lines if one["channel"] in NETWORK_OF]


def _as_we_read(sample: dict[str, Any]) -> dict[str, Any]:
    _, otherwise = READ_OTHERWISE.get(sample["file"], ("", {}))
    expected = {**sample["expected"], **otherwise}
    return {**sample, "kind": expected.pop("kind", sample["kind"]), "expected": expected}


def _request(sample: dict[str, Any]) -> Inbound:
    """With the headers that the sample has; a value in brackets is a remark."""
    told = {name.lower(): value for name, value in sample["headers"].items() if not value.startswith("(")}
    return inbound((FOLDER / sample["file"]).read_bytes(), {"content-type": sample["content_type"], **told})


def expected_types(sample: dict[str, Any]) -> tuple[type, ...]:
    """What each kind of the index is to an inbox. "other" is what was no message to whoever read it."""
    if sample["expected"].get("direction") == "outbound":
        return (Echoed,)
    if sample["kind"] == "other" and "messaging" in sample["file"]:
        return (Received,)  # a person sent what the API cannot show: they wait for an answer all the same
    kinds = {
        "edit": (Edited,),
        "delete": (Withdrawn,),
        "reaction": (Ignored,),
        "receipt": (Ignored, Status),
        "other": (Ignored,),
    }
    return kinds.get(sample["kind"], (Received,))


@pytest.mark.parametrize("sample", samples())
def test_a_sample_is_read_as_it_was_read_by_hand(sample: dict[str, Any]) -> None:
    network = NETWORK_OF[sample["channel"]]
    module, known = networks()[network], channel(network)
    envelopes = module.split_request(_request(sample))
    found = [parsed for envelope in envelopes for parsed in module.read(envelope, known, NOON)]
    if sample["expected"].get("items") == 0:
        assert all(isinstance(one, Ignored) for one in found)
        return
    if isinstance(sample["expected"].get("items"), list):
        compare_list([one for one in found if isinstance(one, Received)], sample["expected"]["items"])
        return
    (one,) = found
    assert isinstance(one, expected_types(sample))
    if isinstance(one, Received | Edited | Withdrawn | Echoed):
        compare(one, sample)


def compare_list(found: list[Received], expected: list[dict[str, Any]]) -> None:
    """Of a list that the index tells item by item. Our answers and later edits come beside its messages."""
    told = [(one.external_id, one.sent_at, one.text, one.author.name if one.author else None) for one in found]
    assert told == [
        (one["external_id"], reading.instant(one["timestamp"]), one["text"], one["author_name"]) for one in expected
    ]


def compare(one: Received | Edited | Withdrawn | Echoed, sample: dict[str, Any]) -> None:
    expected = sample["expected"]
    assert one.external_id == str(expected["external_id"])
    assert (getattr(one, "written_at", None) or one.sent_at) == reading.instant(expected["timestamp"])
    if not isinstance(one, Withdrawn):
        assert one.text == expected.get("text")
    author: Author | None = one.author
    if isinstance(one, Echoed):
        assert one.thread_id == reading.ident(expected.get("thread_id", one.thread_id))
        return
    assert (author.id if author else None) == reading.ident(expected["author_id"])
    if expected.get("author_name"):
        assert author is not None
        assert expected["author_name"] in (author.name, author.handle)
    if expected.get("thread_id"):
        assert one.thread_id == str(expected["thread_id"])
    if isinstance(one, Received):
        assert one.parent_id == reading.ident(expected.get("parent_id"))
        assert [a.url for a in one.attachments] == expected.get("attachments", [])
        if sample["kind"] in ("comment", "mention", "dm", "review"):
            assert one.kind == sample["kind"]
