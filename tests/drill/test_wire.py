"""The bodies and their signatures, as the networks would send them."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from yarl import URL

from services.drill import plan, scenario
from services.drill.encoder import Encoder
from services.drill.plan import Delivery
from services.drill.scenario import Network
from services.drill.target import Hook
from tests.drill.fake_instance import WHSEC

PAGE = "104382905117746"
RUN = "1790000000000"
NOW = datetime(2026, 11, 21, 10, 0, 0, tzinfo=UTC)


def hook(network: Network) -> Hook:
    return Hook("c", network, URL("http://127.0.0.1/hooks/c"), WHSEC if network == "generic" else "5ecre7", PAGE)


def deliveries() -> list[Delivery]:
    return plan.build(scenario.load(), messages=240, seed=1, run=RUN, page=PAGE)


def bodies(network: Network) -> list[tuple[Delivery, dict[str, Any]]]:
    encoder = Encoder(RUN, 1.0)
    return [(d, orjson.loads(encoder.body(hook(d.network), d, NOW))) for d in deliveries() if d.network == network]


def test_the_generic_signature_verifies_with_the_library_and_fails_for_another_body() -> None:
    encoder, delivery, now = (
        Encoder(RUN, 1.0),
        next(d for d in deliveries() if d.network == "generic"),
        datetime.now(UTC),
    )
    body = encoder.body(hook("generic"), delivery, now)
    headers = encoder.headers(hook("generic"), delivery, body, now)
    Webhook(WHSEC).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(WHSEC).verify(body + b" ", headers)


def test_metas_signature_is_over_the_raw_escaped_bytes() -> None:
    encoder = Encoder(RUN, 1.0)
    for delivery in (d for d in deliveries() if d.network != "generic"):
        body = encoder.body(hook(delivery.network), delivery, NOW)
        headers = encoder.headers(hook(delivery.network), delivery, body, NOW)
        assert headers["X-Hub-Signature-256"] == "sha256=" + hmac.new(b"5ecre7", body, hashlib.sha256).hexdigest()
        assert body.isascii()


def test_a_redelivery_is_the_same_bytes_under_the_same_webhook_id() -> None:
    encoder, script = Encoder(RUN, 1.0), deliveries()
    originals = {d.number: d for d in script if d.copy_of is None}
    sent = {number: encoder.body(hook(d.network), d, NOW) for number, d in originals.items()}
    copies = [d for d in script if d.copy_of is not None]
    assert copies
    for copy in copies:
        later = NOW.replace(minute=1)
        body = encoder.body(hook(copy.network), copy, later)
        assert body == sent[copy.number]
        if copy.network == "generic":
            twice = [
                encoder.headers(hook("generic"), d, body, at)
                for d, at in ((originals[copy.number], NOW), (copy, later))
            ]
            assert twice[0]["webhook-id"] == twice[1]["webhook-id"]
            assert twice[0]["webhook-timestamp"] != twice[1]["webhook-timestamp"]


def test_facebook_sends_comments_mentions_posts_and_messenger() -> None:
    entries = [entry for _, body in bodies("facebook") for entry in body["entry"]]
    assert all(entry["id"] == PAGE for entry in entries)
    values = [(c["field"], c["value"]) for entry in entries for c in entry.get("changes", ())]
    assert {(field, value["item"]) for field, value in values} == {
        ("feed", "comment"), ("feed", "status"), ("mention", "comment")
    }  # fmt: skip
    assert {value["verb"] for _, value in values} == {"add", "edited", "remove"}
    assert any("from" not in value for field, value in values if field == "mention")
    assert all("message" not in value for _, value in values if value["verb"] == "remove")
    direct = [event for entry in entries for event in entry.get("messaging", ())]
    assert any(event["message"].get("is_echo") and event["sender"]["id"] == PAGE for event in direct)
    assert all(entry["time"] > 10**12 for entry in entries if "messaging" in entry)


def test_instagram_sends_comments_direct_messages_edits_and_unsending() -> None:
    entries = [entry for _, body in bodies("instagram") for entry in body["entry"]]
    comments = [c["value"] for entry in entries for c in entry.get("changes", ())]
    assert comments
    assert all(set(value) == {"id", "from", "media", "text"} for value in comments)
    direct = [event for entry in entries for event in entry.get("messaging", ())]
    assert any("message_edit" in event for event in direct)
    assert any(event.get("message", {}).get("is_deleted") for event in direct)


def test_some_requests_hold_several_messages_on_every_channel() -> None:
    assert any(len(body.get("messages", ())) > 1 for _, body in bodies("generic"))
    assert any(len(body["entry"]) + len(body["entry"][0].get("changes", ())) > 2 for _, body in bodies("facebook"))
    assert any(len(body["entry"]) + len(body["entry"][0].get("changes", ())) > 2 for _, body in bodies("instagram"))


def test_a_message_is_said_now_and_never_later_than_it_is_sent() -> None:
    for _, body in bodies("generic"):
        for message in body.get("messages", [body]):
            age_s = (NOW - datetime.fromisoformat(message["sent_at"])).total_seconds()
            assert 0 <= age_s <= 5


def test_edits_of_one_facebook_comment_never_share_a_second_even_in_a_fast_drill() -> None:
    encoder, times = Encoder(RUN, 500.0), []
    for delivery in (d for d in deliveries() if d.network == "facebook"):
        for entry in orjson.loads(encoder.body(hook("facebook"), delivery, NOW))["entry"]:
            for change in entry.get("changes", ()):
                if change["value"].get("message", "").startswith("Remboursez."):
                    times.append((change["value"]["verb"], entry["time"], change["value"]["created_time"]))
    assert [verb for verb, _, _ in times] == ["add", "edited", "edited"]
    assert len({time for _, time, _ in times}) == 3
    assert len({created for _, _, created in times}) == 1
