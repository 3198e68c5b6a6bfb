"""Mastodon: notifications, its stream, hooks of one's own server, objects of ActivityPub, and answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.channels import proof
from services.channels.contract import CannotRead, Ignored, Refused, Sent, Uncertain
from services.channels.mastodon import CHANNEL
from tests.channels import asked, cases
from tests.channels.answering import ASKED, replied
from tests.channels.senders import APP_SECRET
from tests.channels.taken import mutants, survives
from tests.fakes.server import Fake, Seen, says

OURS = "77"
ZOE = {"id": "501", "handle": "zoe@velo.example", "name": "Zoé 🚲", "followers": 1234}
NOTIFICATIONS: list[dict[str, Any]] = [
    {"is": "Received", "kind": "mention", "external_id": "1001", "thread_id": "1001", "author": ZOE,
     "text": "@lamarque mon vélo\na cassé & rien.\n\nAllô\xa0?", "sent_at": "2026-03-23T10:00:02Z",
     "permalink": "https://velo.example/@zoe/1001",
     "attachments": [{"url": "https://files.example/v.jpg", "content_type": "image", "name": "Le cadre fendu"}]},
    {"is": "Received", "kind": "comment", "external_id": "1002", "thread_id": "900", "parent_id": "900",
     "text": "colère\n\n@lamarque et la facture ?"},
    {"is": "Edited", "external_id": "1002", "sent_at": "2026-03-23T10:20:00Z", "thread_id": "900", "author": ZOE},
    {"is": "Received", "kind": "dm", "external_id": "1003", "thread_id": "501", "parent_id": "1001"},
    {"is": "Ignored", "reason": "a reaction"},
    {"is": "Ignored"},
    {"is": "Edited", "external_id": "1001", "text": "@lamarque mon vélo a cassé deux fois"},
]  # fmt: skip
STREAM: list[dict[str, Any]] = [
    {"is": "Received", "kind": "comment", "external_id": "1010", "parent_id": "900", "text": "Toujours rien"},
    {"is": "Ignored", "reason": "a post that is not addressed to us"},
    {"is": "Echoed", "external_id": "1012", "in_reply_to": "1010", "text": "Nous arrivons"},
    {"is": "Edited", "external_id": "1010", "text": "Toujours rien !", "sent_at": "2026-03-23T10:50:00Z"},
    {"is": "Withdrawn", "external_id": "1010"},
    {"is": "Ignored"},
]


def body(name: str) -> bytes:
    return (cases.FIXTURES / "mastodon" / name).read_bytes()


def test_notifications_are_read() -> None:
    cases.check(cases.read("mastodon", body("notifications.json"), account_id=OURS), NOTIFICATIONS)


def test_the_stream_is_read() -> None:
    cases.check(cases.read("mastodon", body("stream.txt"), account_id=OURS), STREAM)


def test_a_channel_that_does_not_know_its_account_takes_what_is_addressed_to_anybody() -> None:
    told = [cases.told(one) for one in cases.read("mastodon", body("stream.txt"))]
    assert told == ["Received", "Ignored", "Received", "Edited", "Withdrawn", "Ignored"]


def test_an_event_by_websocket_and_a_hook_of_ones_own_server_are_read() -> None:
    quoted = [{"is": "Received", "kind": "mention", "external_id": "1020", "text": "Voyez"}]
    cases.check(cases.read("mastodon", body("websocket.json"), account_id=OURS), quoted)
    hooked = [{"is": "Received", "kind": "mention", "external_id": "1030", "text": "@lamarque allô ?"}]
    cases.check(cases.read("mastodon", body("server_hook.json"), account_id=OURS), hooked)
    cases.check(cases.read("mastodon", body("server_hook.json"), account_id="78"), [{"is": "Ignored"}])


def test_activities_of_other_servers_are_read() -> None:
    note = "https://velo.example/n/1"
    made = {
        "is": "Received", "kind": "comment", "external_id": note, "thread_id": "tag:velo.example,2026:1",
        "parent_id": "https://social.example/n/900", "text": "Et mon vélo ?", "sent_at": "2026-03-23T10:00:00Z",
        "author": {"id": "https://velo.example/users/zoe"}, "permalink": "https://velo.example/@zoe/1",
        "attachments": [{"url": "https://files.example/1.png", "content_type": "image/png", "name": "cadre"}],
    }  # fmt: skip
    cases.check(cases.read("mastodon", body("activity_create.json")), [made])
    changed = [{"is": "Edited", "external_id": note, "text": "Et mon vélo bleu ?", "author": {"name": "Zoé"}}]
    cases.check(cases.read("mastodon", body("activity_update.json")), changed)
    cases.check(cases.read("mastodon", body("activity_delete.json")), [{"is": "Withdrawn", "external_id": note}])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"to": ["https://social.example/users/lamarque"]}, "dm"),
        ({"inReplyTo": None}, "mention"),
        ({"inReplyTo": None, "tag": []}, "Ignored"),
        ({"attributedTo": OURS}, "Echoed"),
    ],
)
def test_what_a_note_is_depends_on_whom_it_is_for(change: dict[str, Any], told: str) -> None:
    content = json.loads(body("activity_create.json"))
    content["object"] |= change
    (one,) = cases.read("mastodon", json.dumps(content).encode(), account_id=OURS)
    assert told in (getattr(one, "kind", None), cases.told(one))


@pytest.mark.parametrize(
    ("activity", "told"),
    [
        ({"type": "Announce", "object": "https://x.example/1"}, "Ignored"),
        ({"type": "Create", "object": "https://x.example/1"}, "Hint"),
        ({"type": "Create"}, "Ignored"),
        ({"type": "Delete", "actor": "https://x.example/u", "object": "https://x.example/u"}, "Ignored"),
        ({"type": "Note", "id": None}, "Unreadable"),
    ],
)
def test_other_activities(activity: dict[str, Any], told: str) -> None:
    (one,) = cases.read("mastodon", json.dumps({"@context": [], **activity}).encode())
    assert cases.told(one) == told


def test_the_hooks_signature_holds() -> None:
    raw = body("server_hook.json")
    headers = {"x-hub-signature": "sha256=" + proof.hexadecimal(APP_SECRET, raw)}
    cases.holds_only_as_signed("mastodon", raw, headers, APP_SECRET, "x-hub-signature")


def test_whatever_comes_never_raises() -> None:
    for raw in mutants("mastodon"):
        survives("mastodon", raw)
    with pytest.raises(CannotRead):
        CHANNEL.split(b"5")


# --- asking and answering ---------------------------------------------------------------------------------------------

TOKEN = {"access_token": "t"}
STATUS = {"id": "1003", "visibility": "direct", "account": {"id": "501", "acct": "zoe@velo.example"}}


async def server(seen: Seen) -> Any:
    assert seen.headers["authorization"] == "Bearer t"
    return await says(200, STATUS if seen.method == "GET" else {"id": "2001"})(seen)


async def test_an_answer_names_the_person_and_is_as_visible_as_what_it_answers() -> None:
    async with Fake(server) as fake:
        assert await replied("mastodon", fake, TOKEN, in_reply_to="1003") == Sent("2001")
        look, said = fake.seen
        assert (look.path, said.path) == ("/api/v1/statuses/1003", "/api/v1/statuses")
        assert json.loads(said.body) == {
            "status": "@zoe@velo.example Bonjour Léa", "in_reply_to_id": "1003", "visibility": "direct",
        }  # fmt: skip
        assert said.headers["idempotency-key"] == str(ASKED.reply_id)
        await replied("mastodon", fake, TOKEN, in_reply_to="1003", text="Oui @Zoe@velo.example, demain")
        assert json.loads(fake.seen[-1].body)["status"] == "Oui @Zoe@velo.example, demain"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (404, Refused("gone")), (401, Refused("not_authorised")), (422, Refused("rejected")),
        (429, Refused("too_many", again=True)), (500, Refused("busy", again=True)),
    ],
)  # fmt: skip
async def test_as_long_as_we_only_asked_nothing_was_posted(status: int, outcome: object) -> None:
    async with Fake(says(status)) as fake:
        assert await replied("mastodon", fake, TOKEN) == outcome
        assert [seen.method for seen in fake.seen] == ["GET"]


async def test_a_server_error_on_the_post_leaves_us_in_doubt() -> None:
    async def answer(seen: Seen) -> Any:
        return await says(200 if seen.method == "GET" else 502, STATUS)(seen)

    async with Fake(answer) as fake:
        assert await replied("mastodon", fake, TOKEN) == Uncertain("server_error")
        assert await replied("mastodon", fake, {"secret": "x"}) == Refused("not_configured")


async def test_notifications_are_asked_for_since_the_newest_seen() -> None:
    async with Fake(says(200, json.loads(body("notifications.json")))) as fake:
        first = await asked.swept("mastodon", fake, None, TOKEN, account_id=OURS)
        cases.check(first.parsed, NOTIFICATIONS)
        assert (first.cursor, first.more) == ("9006", False)
        assert "min_id" not in fake.seen[0].query
        await asked.swept("mastodon", fake, first.cursor, TOKEN, account_id=OURS)
        assert fake.seen[1].query["min_id"] == "9006"


async def test_ids_that_outgrow_each_other_in_length_are_still_in_order() -> None:
    page: list[dict[str, Any]] = [{"id": ident, "type": "follow", "account": {}} for ident in ("99", "100", "9")]
    async with Fake(says(200, page)) as fake:
        assert (await asked.swept("mastodon", fake, "5", TOKEN)).cursor == "100"


def test_no_name_of_an_event_reaches_the_log_with_what_it_cannot_store() -> None:
    (one,) = cases.read("mastodon", b"event: up\x00date\ndata: {}\n\n")
    assert isinstance(one, Ignored)
    assert "\x00" not in one.reason
