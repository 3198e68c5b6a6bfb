"""YouTube: comments as its API shows them, videos as WebSub announces them, and answers."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from services.channels.contract import CannotRead, Refused, Sent, SweepFailed, Uncertain
from services.channels.youtube import CHANNEL
from tests.channels import asked, cases
from tests.channels.answering import replied
from tests.channels.senders import APP_SECRET, channel
from tests.channels.taken import mutants, survives
from tests.fakes.server import CutConnection, Fake, Seen, says

OURS = "UCours"
TOPIC = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="
THREADS: list[dict[str, Any]] = [
    {"is": "Received", "kind": "comment", "external_id": "UgA1", "thread_id": "vid_velo01", "parent_id": None,
     "text": "Les freins ont lâché, c’est dangereux !\nQui répond ?", "sent_at": "2026-03-23T10:00:00Z",
     "author": {"id": "UCzoe", "handle": "@zoe-r"},
     "permalink": "https://www.youtube.com/watch?v=vid_velo01&lc=UgA1"},
    {"is": "Edited", "external_id": "UgA1", "sent_at": "2026-03-23T10:05:00Z", "thread_id": "vid_velo01"},
    {"is": "Echoed", "external_id": "UgA1.r1", "in_reply_to": "UgA1", "text": "Bonjour, nous regardons."},
    {"is": "Received", "external_id": "UgA1.r2", "parent_id": "UgA1", "text": "Pareil ici'\ndepuis hier",
     "thread_id": "vid_velo01", "author": {"id": "UCtom", "name": "Tom"}},
    {"is": "Ignored", "reason": "a comment that was rejected"},
    {"is": "Ignored", "reason": "own"},
    {"is": "Ignored"},
]  # fmt: skip


def body(name: str) -> bytes:
    return (cases.FIXTURES / "youtube" / name).read_bytes()


def test_threads_are_read_with_their_answers() -> None:
    cases.check(cases.read("youtube", body("threads.json"), account_id=OURS), THREADS)


def test_a_comment_by_itself_belongs_to_the_thread_that_its_id_names() -> None:
    (one,) = cases.read("youtube", body("comment.json"))
    cases.check([one], [{"is": "Received", "external_id": "UgC3.r1", "thread_id": "UgC3", "parent_id": "UgC3"}])


def test_one_comment_of_unexpected_shape_is_unreadable_alone() -> None:
    content = json.loads(body("threads.json"))
    content["items"][0]["replies"]["comments"][0] = {"id": "UgA1.r1"}
    content["items"].append(None)
    found = cases.read("youtube", json.dumps(content).encode(), account_id=OURS)
    assert [cases.told(one) for one in found].count("Unreadable") == 2
    assert len(found) == len(THREADS) + 1


def test_another_channels_video_is_a_post_and_its_end_a_withdrawal() -> None:
    expected: list[dict[str, Any]] = [
        {"is": "Received", "kind": "post", "external_id": "yt:video:vid_essai1", "thread_id": "vid_essai1",
         "text": "Les vélos Lamarque : mon avis & mes doutes", "author": {"id": "UCtest", "name": "Essais de Léa"},
         "sent_at": "2026-03-23T09:00:00Z", "permalink": "https://www.youtube.com/watch?v=vid_essai1"},
        {"is": "Edited", "sent_at": "2026-03-23T10:00:00.123456Z"},
    ]  # fmt: skip
    cases.check(cases.read("youtube", body("video.xml"), account_id=OURS), expected)
    gone = [{"is": "Withdrawn", "external_id": "yt:video:vid_essai1", "sent_at": "2026-03-24T08:00:00.5Z"}]
    cases.check(cases.read("youtube", body("deleted.xml"), account_id=OURS), gone)


def test_our_own_video_is_no_message() -> None:
    cases.check(cases.read("youtube", body("video.xml"), account_id="UCtest"), [{"is": "Ignored"}])


@pytest.mark.parametrize(
    "raw",
    [b"<feed", b"<!DOCTYPE f [<!ENTITY a 'aa'>]><feed>&a;</feed>", b'<?xml version="1.0" encoding="x"?><feed/>', b"[]"],
)
def test_what_is_no_feed_or_brings_entities_is_refused(raw: bytes) -> None:
    with pytest.raises(CannotRead):
        CHANNEL.split(raw)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
def test_the_hubs_signature_holds(algorithm: str) -> None:
    raw = body("video.xml")
    digest = hmac.new(APP_SECRET.encode(), raw, getattr(hashlib, algorithm)).hexdigest()
    headers = {"x-hub-signature": f"{algorithm}={digest}"}
    cases.holds_only_as_signed("youtube", raw, headers, APP_SECRET, "x-hub-signature")


def test_md5_proves_nothing() -> None:
    digest = hmac.new(APP_SECRET.encode(), b"<feed/>", hashlib.md5).hexdigest()
    assert cases.proves("youtube", b"<feed/>", {"x-hub-signature": f"md5={digest}"}, {"secret": APP_SECRET}) is None


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"hub.mode": "subscribe", "hub.topic": TOPIC + OURS}, 200),
        ({"hub.mode": "subscribe", "hub.topic": TOPIC + "UCtest"}, 200),
        ({"hub.mode": "subscribe", "hub.topic": TOPIC + "UCother"}, 404),
        ({"hub.mode": "subscribe", "hub.topic": ""}, 404),
        ({"hub.mode": "denied"}, 200),
    ],
)
def test_only_topics_that_we_follow_are_confirmed(query: dict[str, str], status: int) -> None:
    known = channel("youtube", account_id=OURS, settings={"followed": "UCtest, UCmore"})
    answer = CHANNEL.handshake({**query, "hub.challenge": "4711"}, known)
    assert answer is not None
    assert (answer.status, answer.body) == (status, b"4711" if "hub.topic" in query and status == 200 else b"")


def test_whatever_comes_never_raises() -> None:
    for raw in mutants("youtube"):
        survives("youtube", raw)


# --- asking and answering -------------------------------------------------------------------------------------------

REFRESH = {"client_id": "i", "client_secret": "s", "refresh_token": "r"}


async def google(seen: Seen) -> Any:
    if seen.path == "/token":
        return await says(200, {"access_token": "fresh", "expires_in": 3599})(seen)
    assert seen.headers["authorization"] == "Bearer fresh"
    parent = json.loads(seen.body)["snippet"]["parentId"]
    return await says(200, {"kind": "youtube#comment", "id": f"{parent}.new"})(seen)


async def test_an_answer_goes_under_the_comment_that_began_the_thread() -> None:
    async with Fake(google) as fake:
        assert await replied("youtube", fake, REFRESH, in_reply_to="UgA1.r2") == Sent("UgA1.new")
        assert [seen.path for seen in fake.seen] == ["/token", "/youtube/v3/comments"]
        assert json.loads(fake.seen[1].body)["snippet"] == {"parentId": "UgA1", "textOriginal": "Bonjour Léa"}


def refused(reason: str, status: int = 403) -> Any:
    return says(status, {"error": {"code": status, "errors": [{"reason": reason}]}})


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (refused("quotaExceeded"), Refused("too_many", again=True, retry_after_s=3600.0)),
        (refused("commentsDisabled"), Refused("gone")),
        (refused("forbidden"), Refused("not_authorised")),
        (refused("commentTextTooLong", 400), Refused("rejected")),
        (says(500), Uncertain("server_error")),
        (says(200, {}), Sent(None)),
    ],
)
async def test_what_the_network_says_of_an_answer(answer: Any, outcome: object) -> None:
    async with Fake(answer) as fake:
        assert await replied("youtube", fake, {"access_token": "t"}) == outcome


async def test_a_lost_connection_leaves_us_in_doubt_only_once_the_answer_was_sent() -> None:
    async def cut(_: Seen) -> Any:
        return CutConnection()

    async with Fake(cut) as fake:
        assert await replied("youtube", fake, {"access_token": "t"}) == Uncertain("connection_lost")
        assert await replied("youtube", fake, REFRESH | {"client_id": "j"}) == Refused("unreachable", again=True)
        assert await replied("youtube", fake, {"secret": "x"}) == Refused("not_configured")


async def test_comments_are_asked_for_until_the_last_seen() -> None:
    pages = {"": body("threads.json"), "page2": body("threads.json").replace(b'"page2"', b"null")}

    async def answer(seen: Seen) -> Any:
        return await says(200, json.loads(pages[seen.query.get("pageToken", "")]))(seen)

    async with Fake(answer) as fake:
        first = await asked.swept("youtube", fake, None, {"api_key": "k"}, account_id=OURS)
        assert (len(first.parsed), first.more) == (len(THREADS), False)  # no older page: that is the past
        assert first.cursor is not None
        again = await asked.swept("youtube", fake, first.cursor, {"api_key": "k"}, account_id=OURS)
        assert again.more is False  # the page reaches back to what was seen
        older = first.cursor.replace("2026-03-23T10:00:00", "2026-03-20T10:00:00")
        behind = await asked.swept("youtube", fake, older, {"api_key": "k"}, account_id=OURS)
        assert behind.more is True
        last = await asked.swept("youtube", fake, behind.cursor, {"api_key": "k"}, account_id=OURS)
        assert (last.more, last.cursor) == (False, first.cursor)
        assert fake.seen[-1].query["pageToken"] == "page2"
        assert fake.seen[0].headers["x-goog-api-key"] == "k"
        assert "k" not in fake.seen[0].query.values()


async def test_after_a_first_look_that_found_nothing_a_storm_is_read_to_its_beginning() -> None:
    pages: list[dict[str, Any]] = [{"items": []}, json.loads(body("threads.json"))]

    async def answer(seen: Seen) -> Any:
        return await says(200, pages[min(len(fake.seen), len(pages)) - 1])(seen)

    async with Fake(answer) as fake:
        first = await asked.swept("youtube", fake, None, {"api_key": "k"}, account_id=OURS)
        assert (first.parsed, first.more) == ((), False)
        storm = await asked.swept("youtube", fake, first.cursor, {"api_key": "k"}, account_id=OURS)
        assert (len(storm.parsed), storm.more) == (len(THREADS), True)


async def test_a_quota_that_is_used_up_is_no_lack_of_rights() -> None:
    async with Fake(refused("quotaExceeded")) as fake:
        with pytest.raises(SweepFailed, match="too_many") as caught:
            await asked.swept("youtube", fake, None, {"api_key": "k"}, account_id=OURS)
        assert caught.value.retry_after_s == 3600


async def test_a_look_that_brings_no_json_has_failed() -> None:
    async with Fake(says(200, [5])) as fake:
        with pytest.raises(SweepFailed, match="unclear_answer"):
            await asked.swept("youtube", fake, None, {"api_key": "k"}, account_id=OURS)
