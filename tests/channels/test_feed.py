"""Feeds: RSS and Atom, well-formed or not, and the words in their HTML."""

from __future__ import annotations

import contextlib
import itertools
import json
from typing import Any

import pytest
from aiohttp import web

from services.channels.contract import CannotRead, SweepFailed
from services.channels.feed import CHANNEL
from services.channels.html import plain
from tests.channels import asked, cases
from tests.channels.taken import mutants, survives
from tests.fakes.server import Fake, Seen, says

FEEDS: dict[str, list[dict[str, Any]]] = {
    "comments.atom": [
        {"is": "Received", "kind": "comment", "external_id": "tag:blog.example,2026:71", "text": "Les freins ont lâché",
         "thread_id": "https://blog.example/velo", "parent_id": "tag:blog.example,2026:12",
         "sent_at": "2026-03-23T10:00:00Z", "author": {"id": "https://zoe.example/", "name": "Zoé"},
         "permalink": "https://blog.example/velo#c71",
         "attachments": [{"url": "https://blog.example/cadre.jpg", "content_type": "image/jpeg", "bytes": 4711}]},
        {"is": "Edited", "external_id": "tag:blog.example,2026:71", "sent_at": "2026-03-23T10:30:00Z"},
        {"is": "Received", "external_id": "tag:blog.example,2026:72", "text": "Sans mots", "author": None},
    ],
    "reviews.rss": [
        {"is": "Received", "external_id": "https://shop.example/avis/5", "text": "Jamais reçu & aucune réponse",
         "sent_at": "2026-03-23T10:00:00Z", "author": {"id": "zoe@example.com", "name": "Zoé"}},
    ],
    "gone.atom": [
        {"is": "Received", "external_id": "tag:blog.example,2026:73", "text": "Pareil ici"},
        {"is": "Withdrawn", "external_id": "tag:blog.example,2026:71", "sent_at": "2026-03-23T10:00:00Z"},
    ],
    "comments.json": [
        {"is": "Received", "external_id": "c-81", "text": "Le frein grince", "sent_at": "2026-03-23T10:00:00Z",
         "thread_id": "https://blog.example/velo", "author": {"id": "https://zoe.example/", "name": "Zoé"},
         "attachments": [{"url": "https://blog.example/frein.mp3", "content_type": "audio/mpeg", "bytes": 12}]},
        {"is": "Received", "external_id": "82", "text": "Moi aussi", "author": {"id": "name:Tom"}},
    ],
    "broken.rss": [
        {"is": "Received", "external_id": "5", "text": "Un & deux trois", "sent_at": "2026-11-24T12:00:00Z"},
    ],
}  # fmt: skip


def body(name: str) -> bytes:
    return (cases.FIXTURES / "feed" / name).read_bytes()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_is_read(name: str, mark: bytes) -> None:
    cases.check(cases.read("feed", mark + body(name)), FEEDS[name])


def test_the_title_of_a_review_is_the_authors_own() -> None:
    (one,) = cases.read("feed", body("reviews.rss"), settings={"kind": "review"})
    cases.check([one], [{"is": "Received", "kind": "review", "text": "Très déçue\n\nJamais reçu & aucune réponse"}])


def test_what_was_split_once_is_read_alike_from_its_parts() -> None:
    envelopes = CHANNEL.split(body("comments.atom"))
    assert list(CHANNEL.split(CHANNEL.join(envelopes))) == list(envelopes)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        str(cases.FIXTURES / "feed" / "comments.atom").encode(),
        b"https://blog.example/feed",
        b"<html>404</html>",
        b"{",
    ],
    ids=["nothing", "a file's name", "an address", "a page", "broken JSON"],
)
def test_what_is_no_feed_is_refused_and_never_opened(raw: bytes) -> None:
    with pytest.raises(CannotRead):
        CHANNEL.split(raw)


def test_entities_do_not_grow() -> None:
    entities = "".join(f'<!ENTITY {b} "{f"&{a};" * 20}">' for a, b in itertools.pairwise("abcdefgh"))
    raw = f'<!DOCTYPE r [<!ENTITY a "ha">{entities}]><rss version="2.0"><channel><item><guid>1</guid>'
    with contextlib.suppress(CannotRead):
        found = cases.read("feed", f"{raw}<description>&h;</description></item></channel></rss>".encode())
        assert len(str(found)) < 10_000


def test_whatever_comes_never_raises() -> None:
    for raw in mutants("feed", 150):
        survives("feed", raw)


# --- words of HTML ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a < b & c", "a < b & c"),
        ("deux\nlignes", "deux\nlignes"),
        ("<p>Un</p>\n<p>Deux<br/>trois</p>", "Un\n\nDeux\ntrois"),
        ("<ul><li>a</li><li>b</li></ul>c", "- a\n- b\nc"),
        ("<div><div>a</div></div><div>b</div>", "a\nb"),
        ("<script>alert(1)</script>a<style>b{}</style>", "a"),
        ('<a href="javascript:x">ici</a> <img src=x onerror=y alt="😢">', "ici 😢"),
        ("<pre>a\n  b</pre>c", "a\n  b\n\nc"),
        ("&lt;b&gt; &amp;amp; caf&eacute;", "<b> &amp; café"),
        ("<b>jamais\nfermé", "jamais fermé"),
        ("<!-- x --><p>y", "y"),
    ],
)
def test_html_becomes_the_words_that_a_person_reads(markup: str, text: str) -> None:
    assert plain(markup) == text


@pytest.mark.parametrize("part", ["<div>", "<b><p>", "<a", '<div a="<">', "<div></x>", "<", "<p>", "&amp;", "<li>"])
def test_markup_of_any_depth_is_read_in_one_go(part: str) -> None:
    """As a browser's tree 40,000 open tags took 25 s, and ten times as many would not come to an end."""
    markup = part * (1_000_000 // len(part))
    assert len(plain(markup)) <= len(markup)


# --- asking ---------------------------------------------------------------------------------------------------------


async def test_a_feed_that_has_not_changed_is_not_read_again() -> None:
    async def site(seen: Seen) -> web.Response:
        if seen.headers.get("if-none-match") == '"v1"':
            return web.Response(status=304)
        return web.Response(body=body("comments.atom"), headers={"etag": '"v1"', "last-modified": "Mon"})

    async with Fake(site) as fake:
        settings = {"feed_url": fake.url + "/feed"}
        first = await asked.swept("feed", fake, None, {}, settings=settings)
        cases.check(first.parsed, FEEDS["comments.atom"])
        assert first.raw == body("comments.atom")
        again = await asked.swept("feed", fake, first.cursor, {}, settings=settings)
        assert (again.parsed, again.cursor) == ((), first.cursor)
        assert json.loads(first.cursor or "") == {"etag": '"v1"', "last-modified": "Mon"}


@pytest.mark.parametrize(
    ("status", "reason"), [(404, "gone"), (500, "busy"), (301, "redirected"), (200, "unclear_answer")]
)
async def test_a_look_that_brings_no_feed_has_failed(status: int, reason: str) -> None:
    async with Fake(says(status, {"no": "feed"}, Location="/x") if status == 301 else says(status, 5)) as fake:
        with pytest.raises(SweepFailed, match=reason):
            await asked.swept("feed", fake, None, {}, settings={"feed_url": fake.url})
