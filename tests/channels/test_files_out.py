"""Files that go with a reply: how each network is handed them, and that a failure before the post posted nothing."""

from __future__ import annotations

import base64
import dataclasses
import email.policy
import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from inbox import errors, file_rules
from inbox.events import ReplyFile
from services.channels import lent
from services.channels.contract import File, Outcome, Refused, Sent, Uncertain
from services.channels.registry import networks
from tests.channels.answering import replied
from tests.fakes.mail import Smtp
from tests.fakes.server import CutConnection, Fake, Seen, says

TOKEN = dict.fromkeys(
    ("access_token", "bot_token", "api_key", "app_password", "secret", "consumer_key", "access_token_secret"), "t0ken"
)
PNG = File('plan « é".png', "image/png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
PDF = File("facture.pdf", "application/pdf", b"%PDF-1.7 \r\n--x--\r\n" * 30_000)
JPEG = File("cadre.jpg", "image/jpeg", b"\xff\xd8\xff" + bytes(range(255, -1, -1)))
FILM = File("essai.mp4", "video/mp4", b"\x00\x00\x00 ftypisom" + bytes(1_000))
OURS = "did:plc:lamarque"
BLOB = {"$type": "blob", "ref": {"$link": "bafkrei9"}, "mimeType": "image/png", "size": 264}


@dataclass(frozen=True)
class Case:
    """`answers`: by path, what the network says; `post`: the path of the call that shows everything to people."""

    network: str
    answers: Mapping[str, Any]
    post: str
    sent: Sent
    changes: Mapping[str, Any] = field(default_factory=dict)
    account: str | None = None
    files: tuple[File, ...] = (PNG,)
    settings: Mapping[str, Any] = field(default_factory=dict)


MAIL = {
    "kind": "email",
    "author_id": "lea@example.com",
    "in_reply_to": "<1@example.com>",
    "thread_id": "<1@example.com>",
}
CASES = {
    "telegram, a photo": Case(
        "telegram", {"/bott0ken/sendPhoto": {"ok": True, "result": {"chat": {"id": 5}, "message_id": 9}}},
        "/bott0ken/sendPhoto", Sent("5:9"), {"in_reply_to": "5:3", "kind": "dm"},
    ),
    "telegram, an album": Case(
        "telegram",
        {"/bott0ken/sendMediaGroup": {"ok": True, "result": [{"chat": {"id": 5}, "message_id": n} for n in (9, 10)]}},
        "/bott0ken/sendMediaGroup", Sent("5:9"), {"in_reply_to": "5:3", "kind": "dm"}, files=(PNG, PDF),
    ),
    "discord": Case(
        "discord", {"/channels/t1/messages": {"id": "901"}}, "/channels/t1/messages", Sent("901"), files=(PNG, PDF),
    ),
    "mastodon": Case(
        "mastodon",
        {"/api/v1/statuses/m1": {"account": {"acct": "lea@ex.org"}, "visibility": "unlisted"},
         "/api/v2/media": {"id": "77"}, "/api/v1/statuses": {"id": "88"}},
        "/api/v1/statuses", Sent("88"),
    ),
    "bluesky": Case(
        "bluesky",
        {"/xrpc/com.atproto.server.createSession": {"accessJwt": "j", "refreshJwt": "r", "did": OURS},
         "/xrpc/app.bsky.feed.getPosts": {"posts": [{"uri": "at://did:plc:zoe/p/3b", "cid": "c", "record": {}}]},
         "/xrpc/com.atproto.repo.uploadBlob": {"blob": BLOB},
         "/xrpc/com.atproto.repo.createRecord": {"uri": "at://9"}},
        "/xrpc/com.atproto.repo.createRecord", Sent("at://9"), account=OURS, files=(PNG, JPEG),
    ),
    "x": Case(
        "x", {"/2/media/upload": {"data": {"id": "77", "media_key": "3_77"}}, "/2/tweets": {"data": {"id": "88"}}},
        "/2/tweets", Sent("88"), files=(PNG, JPEG),
    ),
    "x, a direct message": Case(
        "x",
        {"/2/media/upload": {"data": {"id": "77"}},
         "/2/dm_conversations/with/a1/messages": {"data": {"dm_event_id": "88"}}},
        "/2/dm_conversations/with/a1/messages", Sent("88"), {"kind": "dm"},
    ),
    "x, a film": Case(
        "x",
        {"/2/media/upload/initialize": {"data": {"id": "77"}}, "/2/media/upload/77/append": {},
         "/2/media/upload/77/finalize": {"data": {"id": "77"}}, "/2/tweets": {"data": {"id": "88"}}},
        "/2/tweets", Sent("88"), files=(FILM,),
    ),
    "messenger, a direct message": Case(
        "messenger",
        {"/me/message_attachments": {"attachment_id": "a9"}, "/me/messages": {"message_id": "m.9"}},
        "/me/messages", Sent("m.9"), {"kind": "dm"}, files=(PDF,),
    ),
    "instagram": Case(
        "instagram",
        {"/179/message_attachments": {"attachment_id": "a9"}, "/179/messages": {"message_id": "m.9"}},
        "/179/messages", Sent("m.9"), {"kind": "dm"}, "179",
    ),
    "tiktok": Case(
        "tiktok",
        {"/open_api/v1.3/business/message/media/upload/": {"code": 0, "data": {"media_id": "77"}},
         "/open_api/v1.3/business/message/send/": {"code": 0, "data": {"message": {"message_id": "9"}}}},
        "/open_api/v1.3/business/message/send/", Sent("9"), {"kind": "dm"}, "b1",
    ),
    "facebook": Case("facebook", {"/m1/comments": {"id": "9"}}, "/m1/comments", Sent("9")),
    "messenger, a comment": Case("messenger", {"/m1/comments": {"id": "9"}}, "/m1/comments", Sent("9")),
    "discourse": Case(
        "discourse",
        {"/posts/m1.json": {"id": 5001, "topic_id": 901, "post_number": 3},
         "/uploads.json": {"id": 4, "short_url": "upload://a1B2.png"}, "/posts.json": {"id": 9}},
        "/posts.json", Sent("9"), files=(PNG, JPEG), settings={"api_user": "lamarque"},
    ),
    "slack": Case(
        "slack",
        {"/conversations.replies": {"ok": True, "messages": [{"thread_ts": "1.0"}]},
         "/files.getUploadURLExternal": {"ok": True, "upload_url": "{url}/upload/1", "file_id": "F1"},
         "/upload/1": {"ok": True},
         "/files.completeUploadExternal":
             {"ok": True, "files": [{"id": "F1", "shares": {"public": {"C1": [{"ts": "9.1"}]}}}]}},
        "/files.completeUploadExternal", Sent("C1:9.1"), {"in_reply_to": "C1:1.5", "thread_id": "C1"},
    ),
    "whatsapp": Case(
        "whatsapp", {"/555/media": {"id": "77"}, "/555/messages": {"messages": [{"id": "wamid.9"}]}}, "/555/messages",
        Sent("wamid.9"), {"kind": "dm", "author_id": "336", "thread_id": "336"}, "555",
    ),
    "zendesk": Case(
        "zendesk",
        {"/api/v2/uploads.json": {"upload": {"token": "u1"}},
         "/api/v2/tickets/t1.json": {"audit": {"events": [{"id": 9, "type": "Comment"}]}}},
        "/api/v2/tickets/t1.json", Sent("9"), settings={"agent_email": "ana@example.com"},
    ),
    "front": Case("front", {"/conversations/t1/messages": {"message_uid": "9"}}, "/conversations/t1/messages", Sent(),
                  files=(PNG, PDF)),
    "chatwoot": Case(
        "chatwoot", {"/api/v1/accounts/3/conversations/t1/messages": {"id": 9}},
        "/api/v1/accounts/3/conversations/t1/messages", Sent("9"), account="3", files=(PNG, PDF),
    ),
    "mailgun": Case("mailgun", {"/v3/lamarque.example/messages": {"id": "<9>"}}, "/v3/lamarque.example/messages",
                    Sent(), MAIL, "nous@lamarque.example", files=(PNG, PDF)),
    "sendgrid": Case("sendgrid", {"/v3/mail/send": {}}, "/v3/mail/send", Sent(), MAIL, "nous@lamarque.example"),
    "postmark": Case("postmark", {"/email": {"MessageID": "9", "ErrorCode": 0}}, "/email", Sent(), MAIL,
                     "nous@lamarque.example"),
}  # fmt: skip


def answering(case: Case, fake: list[Fake], **instead: Callable[[Seen], Awaitable[web.StreamResponse]]) -> Any:
    async def answer(seen: Seen) -> web.StreamResponse:
        if "post" in instead and seen.path == case.post:
            return await instead["post"](seen)
        if "status" in instead and seen.method == "GET":
            return await instead["status"](seen)
        handing = seen.method == "POST" and seen.path != case.post and not seen.path.endswith("createSession")
        if "before" in instead and handing:
            return await instead["before"](seen)
        said = case.answers.get(seen.path)
        if said is None:
            return web.json_response(status=404)
        return web.Response(text=json.dumps(said).replace("{url}", fake[0].url), content_type="application/json")

    return answer


async def told(case: Case, **instead: Callable[[Seen], Awaitable[web.StreamResponse]]) -> tuple[Outcome, list[Seen]]:
    own: list[Fake] = []
    async with Fake(answering(case, own, **instead)) as fake:
        own.append(fake)
        outcome = await replied(
            case.network, fake, TOKEN, account_id=case.account, settings=case.settings, files=case.files, **case.changes
        )
        return outcome, fake.seen


def parts_of(seen: Seen) -> dict[str, tuple[str | None, bytes]]:
    """A form's parts as (file name, bytes), by another parser than ours."""
    head = f"Content-Type: {seen.headers['content-type']}\r\n\r\n".encode()
    form = message_from_bytes(head + seen.body, policy=email.policy.HTTP)
    found = {}
    for part in form.iter_parts():
        body = part.get_payload(decode=True)
        assert isinstance(body, bytes)
        found[str(part.get_param("name", header="content-disposition"))] = (part.get_filename(), body)
    return found


@pytest.mark.parametrize("name", CASES)
async def test_files_reach_the_network_whole_and_beside_the_words(name: str) -> None:
    case = CASES[name]
    outcome, seen = await told(case)
    assert isinstance(outcome, Sent)
    if case.sent.external_id is not None:
        assert outcome == case.sent
    *_, post = [one for one in seen if one.path == case.post]
    bodies = b"".join(one.body for one in seen)
    for file in case.files:
        assert file.body in bodies or base64.b64encode(file.body) in bodies
    assert "Bonjour" in post.body.decode("utf-8", "replace")


@pytest.mark.parametrize("name", CASES)
async def test_what_the_network_does_not_answer_may_have_been_posted(name: str) -> None:
    outcome, _ = await told(CASES[name], post=_cut)
    assert isinstance(outcome, Uncertain)


APART = (
    "bluesky", "discourse", "instagram", "mastodon", "messenger, a direct message", "slack", "tiktok", "whatsapp", "x",
    "x, a film", "zendesk",
)  # fmt: skip


@pytest.mark.parametrize("name", APART)
@pytest.mark.parametrize("trouble", ["cut", "down", "limited"])
async def test_a_file_that_is_not_handed_in_posts_nothing_and_is_tried_again(name: str, trouble: str) -> None:
    failing = {"cut": _cut, "down": says(503), "limited": says(429, {}, Retry_After="30")}[trouble]
    outcome, seen = await told(CASES[name], before=failing)
    assert isinstance(outcome, Refused)
    assert outcome.again
    assert CASES[name].post not in [one.path for one in seen]


async def test_telegram_names_each_file_of_an_album_and_puts_the_words_under_the_first() -> None:
    _, (post,) = await told(CASES["telegram, an album"])
    form = parts_of(post)
    assert json.loads(form["media"][1]) == [
        {"type": "document", "media": "attach://file0", "caption": "Bonjour Léa"},
        {"type": "document", "media": "attach://file1"},
    ]
    assert (form["file0"][1], form["file1"]) == (PNG.body, ("facture.pdf", PDF.body))
    assert json.loads(form["reply_parameters"][1])["message_id"] == 3


async def test_whatsapp_sends_one_message_with_the_words_as_caption() -> None:
    _, seen = await told(CASES["whatsapp"])
    said = json.loads(seen[-1].body)
    assert (said["type"], said["image"]) == ("image", {"id": "77", "caption": "Bonjour Léa"})
    assert "text" not in said


async def test_bluesky_is_handed_each_picture_as_it_is_and_the_post_embeds_the_blobs_by_their_description() -> None:
    _, seen = await told(CASES["bluesky"])
    handed = [(one.headers["content-type"], one.body) for one in seen if one.path.endswith("uploadBlob")]
    assert handed == [("image/png", PNG.body), ("image/jpeg", JPEG.body)]
    embed = json.loads(seen[-1].body)["record"]["embed"]
    assert embed == {"$type": "app.bsky.embed.images", "images": [{"image": BLOB, "alt": ""}] * 2}


@pytest.mark.parametrize(
    ("name", "sort", "named"),
    [
        ("x", b"tweet_image", {"media": {"media_ids": ["77", "77"]}}),
        ("x, a direct message", b"dm_image", {"attachments": [{"media_id": "77"}]}),
    ],
)
async def test_x_is_told_what_a_picture_is_for_and_the_post_names_it(name: str, sort: bytes, named: object) -> None:
    _, seen = await told(CASES[name])
    handed = parts_of(seen[0])
    assert (handed["media_category"][1], handed["media_type"][1], handed["media"][1]) == (sort, b"image/png", PNG.body)
    assert seen[0].headers["authorization"].startswith("OAuth ")
    said = json.loads(seen[-1].body)
    assert {key: said[key] for key in ("media", "attachments") if key in said} == named


async def test_facebook_takes_the_picture_with_the_comment_and_none_with_a_private_answer_to_it() -> None:
    _, (post,) = await told(CASES["facebook"])
    form = parts_of(post)
    assert (form["message"][1].decode(), form["source"][1]) == ("Bonjour Léa", PNG.body)
    assert post.headers["authorization"] == "Bearer t0ken"
    for network in ("facebook", "messenger"):
        assert networks()[network].file_rule("comment", private=True) is None
        assert networks()[network].file_rule("mention") is None


@pytest.mark.parametrize(
    ("name", "sort", "metadata"),
    [("messenger, a direct message", "file", "vigie:file"), ("instagram", "image", None)],
)
async def test_meta_gets_the_file_as_a_message_of_its_own_before_the_words(
    name: str, sort: str, metadata: str | None
) -> None:  # fmt: skip
    _, (handed, file, words) = await told(CASES[name])
    form = parts_of(handed)
    assert json.loads(form["message"][1])["attachment"] == {"type": sort, "payload": {"is_reusable": True}}
    assert ("platform" in form) == (name == "instagram")
    said, then = json.loads(file.body), json.loads(words.body)
    assert said["recipient"] == then["recipient"] == {"id": "a1"}
    assert said["message"].pop("attachment") == {"type": sort, "payload": {"attachment_id": "a9"}}
    assert said["message"].get("metadata") == metadata
    assert then["message"] == {"text": "Bonjour Léa"}


@pytest.mark.parametrize("name", ["messenger, a direct message", "tiktok"])
async def test_words_that_fail_after_their_file_has_left_are_sent_by_nobody_again(name: str) -> None:
    calls = iter([says(200, CASES[name].answers[CASES[name].post]), says(429, {}, Retry_After="30")])

    async def post(seen: Seen) -> web.StreamResponse:
        return await next(calls)(seen)

    outcome, _ = await told(CASES[name], post=post)
    assert outcome == Uncertain("interrupted")


def working(state: str, after_s: int = 0) -> dict[str, Any]:
    return {"data": {"id": "77", "processing_info": {"state": state, "check_after_secs": after_s}}}


async def test_a_film_goes_to_x_by_parts_and_the_next_attempt_goes_on_where_this_one_ended() -> None:
    film = dataclasses.replace(FILM, body=FILM.body + bytes(1_500_000))
    answers = {**CASES["x, a film"].answers, "/2/media/upload/77/finalize": working("pending", 600)}
    states = iter([working("in_progress"), working("succeeded")])
    case = dataclasses.replace(CASES["x, a film"], answers=answers)
    own: list[Fake] = []

    async def status(seen: Seen) -> web.StreamResponse:
        return await says(200, next(states))(seen)

    async with Fake(answering(case, own, status=status)) as fake:
        own.append(fake)
        outcome = await replied("x", fake, TOKEN, files=(film,))
        assert outcome == Refused("busy", again=True, retry_after_s=600)
        begun, first, second, _ = fake.seen
        assert json.loads(begun.body) == {
            "media_type": "video/mp4", "total_bytes": len(film.body), "media_category": "tweet_video",
        }  # fmt: skip
        handed = [parts_of(one) for one in (first, second)]
        assert [one["segment_index"][1] for one in handed] == [b"0", b"1"]
        assert b"".join(one["media"][1] for one in handed) == film.body
        fake.seen.clear()
        assert await replied("x", fake, TOKEN, files=(film,)) == Sent("88")
        asked = [(one.method, one.query.get("media_id")) for one in fake.seen]
        assert asked == [("GET", "77"), ("GET", "77"), ("POST", None)]
        assert json.loads(fake.seen[-1].body)["media"] == {"media_ids": ["77"]}


async def test_a_film_that_x_cannot_use_is_refused() -> None:
    answers = {**CASES["x, a film"].answers, "/2/media/upload/77/finalize": working("failed")}
    outcome, _ = await told(dataclasses.replace(CASES["x, a film"], answers=answers))
    assert outcome == Refused("rejected")


def test_a_film_goes_to_x_by_itself() -> None:
    rule = networks()["x"].file_rule("comment")
    named = [
        ReplyFile(file_id=uuid.uuid4(), name="a", content_type=kind, bytes=9) for kind in ("image/png", "video/mp4")
    ]
    file_rules.check(rule, named[1:])
    with pytest.raises(errors.Refused) as refused:
        file_rules.check(rule, named)
    assert refused.value.code == "file_goes_alone"


async def test_discourse_shows_the_pictures_under_the_words_and_no_name_is_more_than_a_name() -> None:
    tricky = File("![x](javascript:1)|999.png", "image/png", PNG.body)
    _, seen = await told(dataclasses.replace(CASES["discourse"], files=(JPEG, tricky)))
    handed = parts_of(next(one for one in seen if one.path == "/uploads.json"))
    assert (handed["type"][1], handed["file"]) == (b"composer", ("cadre.jpg", JPEG.body))
    said = json.loads(seen[-1].body)
    shown = ["![cadre.jpg](upload://a1B2.png)", "![x javascript:1 999.png](upload://a1B2.png)"]
    assert said["raw"].split("\n\n") == ["Bonjour Léa", *shown]
    assert (said["topic_id"], said["reply_to_post_number"]) == (901, 3)


async def test_a_mail_carries_its_files_as_attachments() -> None:
    async with Smtp() as server:
        settings = {"smtp_host": f"127.0.0.1:{server.port}"}
        async with Fake(says(200)) as fake:
            nested = File("brouillon.eml", "message/rfc822", b"From: x\r\n\r\nBonjour")
            outcome = await replied(
                "email",
                fake,
                {},
                account_id="nous@lamarque.example",
                settings=settings,
                files=(PNG, PDF, nested),
                **MAIL,
            )
        assert isinstance(outcome, Sent)
        ((_, _, mail),) = server.mails
        found = message_from_bytes(mail, policy=email.policy.default)
        assert [(part.get_filename(), part.get_content_type()) for part in found.iter_attachments()] == [
            (PNG.name, "image/png"), (PDF.name, "application/pdf"), (nested.name, "application/octet-stream"),
        ]  # fmt: skip
        assert [part.get_content() for part in found.iter_attachments()] == [PNG.body, PDF.body, nested.body]


@pytest.mark.parametrize("network", sorted(networks()))
def test_a_rule_takes_nothing_that_a_browser_runs(network: str) -> None:
    for rule in networks()[network].capabilities.files.values():
        assert rule.size_most("image/svg+xml") is rule.size_most("text/html") is None
        assert rule.largest > 0
        assert rule.count > 0


async def test_twilio_is_told_where_the_file_can_be_fetched() -> None:
    fetched = dataclasses.replace(PNG, url="https://vigie.example/lent/abc")
    path = "/2010-04-01/Accounts/AC1/Messages.json"
    answers: Any = {path: {"sid": "SM9"}}
    case = Case("twilio", answers, path, Sent("SM9"), {"kind": "sms", "author_id": "+336"}, "+339", (fetched, fetched),
                {"account_sid": "AC1"})  # fmt: skip
    outcome, (post,) = await told(case)
    assert outcome == case.sent
    assert parse_qs(post.body.decode())["MediaUrl"] == ["https://vigie.example/lent/abc"] * 2
    nowhere = await told(dataclasses.replace(case, files=(PNG,)))
    assert nowhere == (Refused("not_configured"), [])


@pytest.mark.parametrize(
    ("base_url", "takes"),
    [("https://vigie.example", True), ("http://vigie.example", False), ("https://localhost", False),
     ("https://10.0.0.7", False), ("https://vigie.local", False), ("https://[2a00:1450:4007::1]:8443", True)],
)  # fmt: skip
def test_who_fetches_files_is_offered_none_where_our_address_is_no_public_one(base_url: str, takes: bool) -> None:
    known = lent.offered(networks(), base_url)
    assert (known["twilio"].file_rule("sms") is not None) is takes
    assert known["x"].file_rule("comment") is not None
    assert networks()["twilio"].file_rule("sms") is not None


async def _cut(_: Seen) -> web.StreamResponse:
    return CutConnection()
