"""WordPress: comments of its REST API and of plug-ins, their authors without accounts, and answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.channels.contract import CannotRead, Inbound, Refused, Sent, Uncertain
from services.channels.wordpress import CHANNEL
from tests.channels import asked, cases
from tests.channels.answering import replied
from tests.channels.senders import channel
from tests.channels.taken import mutants, survives
from tests.fakes.server import Fake, Seen, says
from tests.ingest.conftest import Hooks, hooks

__all__ = ["hooks"]
OWN = {"own_users": "3 9"}
PICTURE = "picture:" + "ab" * 16
COMMENTS: list[dict[str, Any]] = [
    {"is": "Received", "kind": "comment", "external_id": "71", "thread_id": "12", "parent_id": None,
     "text": "Votre vélo m’a lâchée …\n\nQui répond\xa0?", "sent_at": "2026-03-23T10:00:00Z",
     "author": {"id": PICTURE, "name": "Zoé"}, "permalink": "https://blog.example/velo/#comment-71"},
    {"is": "Echoed", "external_id": "72", "in_reply_to": "71", "text": "Merci d’écrire"},
    {"is": "Withdrawn", "external_id": "73"},
    {"is": "Ignored", "reason": "a link from another site"},
    {"is": "Received", "external_id": "75", "parent_id": "71", "author": {"id": "unknown:75", "name": "Tom"}},
    {"is": "Received", "external_id": "76", "author": None},
]  # fmt: skip
HOOKED: dict[str, dict[str, Any]] = {
    "hookpress.form": {
        "is": "Received", "external_id": "81", "thread_id": "12", "parent_id": "71", "text": "Toujours rien",
        "sent_at": "2026-03-23T10:00:00Z",
        # SHA-256 of "zoe@example.com", as WordPress addresses the picture
        "author": {"id": "picture:3e693cf7e5b67880bff33b2d2626dadb7bf1d4bc737192e47cf8baa89acf2250", "name": "Zoé"}},
    "hookpress_edit.form": {"is": "Edited", "external_id": "81", "text": "Rien de rien"},
    "hookpress_trash.form": {"is": "Withdrawn", "external_id": "81"},
    "hookpress_post.form": {"is": "Ignored"},
}  # fmt: skip


def body(name: str) -> bytes:
    return (cases.FIXTURES / "wordpress" / name).read_bytes()


def test_comments_are_read() -> None:
    cases.check(cases.read("wordpress", body("comments.json"), settings=OWN), COMMENTS)


@pytest.mark.parametrize("name", HOOKED)
def test_a_plug_ins_form_is_read(name: str) -> None:
    cases.check(cases.read("wordpress", body(name)), [HOOKED[name]])


def test_the_comment_feed_is_read() -> None:
    expected = {"is": "Received", "text": "Votre vélo m’a lâchée", "author": {"name": "Zoé"},
                "thread_id": "https://blog.example/velo/"}  # fmt: skip
    cases.check(cases.read("wordpress", body("comments.xml")), [expected])


def test_two_edits_are_two_versions_and_the_same_one_again_is_not() -> None:
    raw = body("hookpress_edit.form")
    (one,), (again,) = cases.read("wordpress", raw), cases.read("wordpress", raw)
    (other,) = cases.read("wordpress", raw.replace(b"Rien", b"Tout"))
    assert getattr(one, "version", 1) == getattr(again, "version", 2) != getattr(other, "version", 3)


def test_the_secret_stands_in_the_address() -> None:
    known = channel("wordpress", {"secret": "s3cret"})
    hook = "https://vigie.example/hooks/1-abc"
    for url, held in ((f"{hook}?token=s3cret", "s3cret"), (f"{hook}?token=", None), (hook, None)):
        assert CHANNEL.verify(Inbound({}, body("hookpress.form"), url), known) == held
    assert CHANNEL.verify(Inbound({}, b"", f"{hook}?token="), channel("wordpress", {"secret": ""})) is None


async def test_a_plug_ins_form_is_taken_at_the_address_with_the_secret(hooks: Hooks) -> None:
    connected = await hooks.channel("wordpress", secrets={"secret": "s3cret"})
    hook = f"/hooks/{connected.channel_id}"
    form = {"data": body("hookpress.form"), "headers": {"content-type": "application/x-www-form-urlencoded"}}
    for address, status in ((hook, 401), (f"{hook}?token=wrong", 401), (f"{hook}?token=s3cret", 200)):
        async with hooks.client.post(address, **form) as response:  # type: ignore[arg-type]
            assert response.status == status
    assert await hooks.types() == ["MessageReceived"]


@pytest.mark.parametrize("raw", [b"", b"5", b"[]", b"<p>no feed</p>", b"&".join([b"a=1"] * 300), b"\xff\xfe"])
def test_what_holds_no_comment_is_refused(raw: bytes) -> None:
    with pytest.raises(CannotRead):
        CHANNEL.split(raw)


def test_whatever_comes_never_raises() -> None:
    for raw in mutants("wordpress"):
        survives("wordpress", raw)


# --- asking and answering ---------------------------------------------------------------------------------------------

PASSWORD, USER = {"app_password": "abcd efgh"}, {"user": "lamarque"}


async def site(seen: Seen) -> Any:
    assert seen.headers["authorization"].startswith("Basic ")
    return await says(200, {"id": 71, "post": 12, "parent": 0} if seen.method == "GET" else {"id": 90})(seen)


async def test_an_answer_goes_under_the_comment_on_its_post() -> None:
    async with Fake(site) as fake:
        assert await replied("wordpress", fake, PASSWORD, settings=USER, in_reply_to="71") == Sent("90")
        assert json.loads(fake.seen[-1].body) == {"post": 12, "parent": 71, "content": "Bonjour Léa"}
        assert fake.seen[-1].path == "/wp-json/wp/v2/comments"
        assert await replied("wordpress", fake, PASSWORD, in_reply_to="71") == Refused("not_configured")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (says(409, {"code": "comment_duplicate"}), Refused("duplicate")),
        (says(400, {"code": "comment_flood"}), Refused("too_many", again=True, retry_after_s=15.0)),
        (says(403, {"code": "rest_comment_closed"}), Refused("gone")),
        (says(401, {"code": "rest_comment_login_required"}), Refused("token_expired")),
        (says(500), Uncertain("server_error")),
    ],
)
async def test_what_the_site_says_of_an_answer(answer: Any, outcome: object) -> None:
    async def turns(seen: Seen) -> Any:
        return await (answer if seen.method == "POST" else site)(seen)

    async with Fake(turns) as fake:
        assert await replied("wordpress", fake, PASSWORD, settings=USER, in_reply_to="71") == outcome


async def test_comments_are_asked_for_since_the_last_and_that_one_again() -> None:
    async with Fake(says(200, json.loads(body("comments.json")))) as fake:
        first = await asked.swept("wordpress", fake, None, {"secret": "x"}, settings=OWN)
        cases.check(first.parsed, COMMENTS)
        assert (first.cursor, first.more) == ("2026-03-23T09:59:59+00:00", False)
        await asked.swept("wordpress", fake, first.cursor, {"secret": "x"})
        assert fake.seen[1].query["after"] == first.cursor
        assert "after" not in fake.seen[0].query


async def test_after_a_site_without_comments_all_that_comes_is_news() -> None:
    async with Fake(says(200, [])) as fake:
        first = await asked.swept("wordpress", fake, None, {"secret": "x"}, settings=OWN)
        await asked.swept("wordpress", fake, first.cursor, {"secret": "x"}, settings=OWN)
        assert first.more is False
        assert (fake.seen[1].query["order"], fake.seen[1].query["after"][:4]) == ("asc", "1970")
