"""E-mail: what is read of a mail, whose words count, which thread it belongs to, and what no person wrote."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

import pytest

from services.channels import email as network
from services.channels.contract import Echoed, Envelope, Ignored, Parsed, Received, Status, Unreadable
from services.channels.mail import ours, parsing, process, quotes
from services.channels.mail import reading as mail
from services.channels.mail.mailbox import Post
from tests.channels import cases, taken
from tests.channels.senders import NOON, channel, inbound

ADDRESS = "contact@marque.example"
REPLY = UUID(int=7)


def read(name: str, **record: Any) -> Parsed:
    return read_raw(taken.body("email", f"{name}.eml"), **record)


def read_raw(raw: bytes, **record: Any) -> Parsed:
    known = channel("email", **{"account_id": ADDRESS, **record})
    (envelope,) = network.CHANNEL.split(raw)
    (one,) = network.CHANNEL.read(envelope, known, NOON)
    return one


def letter(headers: str, body: str = "Hello.") -> bytes:
    return f"From: bob@example.com\nMessage-ID: <x@example.com>\n{headers}\n\n{body}\n".encode()


def received(raw: bytes, **record: Any) -> Received:
    one = read_raw(raw, **record)
    assert isinstance(one, Received), one
    return one


# --- what is read ---------------------------------------------------------------------------------------------------


def test_a_mail_is_a_message() -> None:
    cases.check([read("first")], [
        {"is": "Received", "kind": "email", "external_id": "<m1@exemple.fr>", "thread_id": "<m1@exemple.fr>",
         "parent_id": None, "author": {"id": "zoe@exemple.fr", "handle": "Zoe@exemple.fr", "name": "Zoé Bérard"},
         "title": "Commande 4712 jamais reçue", "sent_at": "2026-11-24T09:00:00Z", "permalink": None,
         "text": "Bonjour,\n\nma commande n'est jamais arrivée. € 49 de perdus.\n\n-- \nZoé"},
    ])  # fmt: skip


def test_an_answer_stands_in_the_thread_of_the_first_mail_without_its_history() -> None:
    cases.check([read("answer")], [
        {"is": "Received", "thread_id": "<m1@exemple.fr>", "parent_id": "<r1@marque.example>", "text": "Toujours rien.",
         "author": {"id": "zoe@exemple.fr"}},
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("html", {"text": "It caught fire.\n\nCall\xa0me."}),
        ("outlook", {"text": "Ainda não chegou."}),
        ("inline", {"text": "> What is your order number?\n4711.\n\n> When did you order?\nIn May."}),
        ("sjis", {"text": "返品したいです。①", "title": "執問", "author": {"name": "山田"}}),
        ("broken", {"text": "Rien à dire�.", "author": {"id": "f@exemple.fr"}, "external_id": "<broken>",
                    "sent_at": NOON.isoformat(), "title": "=?x-none?b?!!!?= déçu café"}),
        ("form", {"author": {"id": "eve@example.com", "name": "Eve"}}),
        ("raw_names", {"text": "Voilà.", "sent_at": "1969-02-14T03:02:54Z", "attachments": [
            {"name": "fêlure à gauche.png"}, {"name": "картинка пере�"},
        ]}),
        ("attached", {"text": "See the crack here.", "thread_id": "+a1b2c3d4", "attachments": [
            {"name": "fêlure.png", "content_type": "image/png", "bytes": 45, "url": None},
            {"name": "the invoice", "content_type": "message/rfc822"},
            {"name": "reçu.txt", "content_type": "text/plain", "bytes": 6},
        ]}),
    ],
)  # fmt: skip
def test_the_words_of_a_mail_are_read(name: str, expected: dict[str, Any]) -> None:
    cases.check([read(name)], [{"is": "Received", **expected}])


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        ("ks_c_5601-1987", "한국어".encode("cp949"), "한국어"),
        ("gb2312", "國家".encode("gb18030"), "國家"),
        ("us-ascii", "é".encode(), "é"),
        ("utf-8", b"d\xe9j\xe0", "d\ufffdj\ufffd"),
        ("x-unknown", b"d\xe9j\xe0", "déjà"),
        ("unicode_escape", b"\\u0041", "\\u0041"),
        ("hex", b"41", "41"),
        ("windows-1251", "Привет".encode("cp1251"), "Привет"),
    ],
)
def test_a_charset_is_what_senders_mean_by_it(charset: str, raw: bytes, text: str) -> None:
    head = f"From: a@b.c\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
    assert received(head.encode() + raw).text == text


def test_a_mail_without_sender_date_or_id_is_a_message_all_the_same() -> None:
    raw = b"Subject: Hi\n\nWords.\n"
    one = received(raw)
    assert (one.author, one.sent_at, one.text) == (None, NOON, "Words.")
    assert one.external_id == received(raw).external_id != received(raw + b"More.\n").external_id


def test_text_without_any_header_is_words() -> None:
    assert received(b"Hi folks\n\nWhat now?\n").text == "Hi folks\n\nWhat now?"


# --- history --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "history",
    [
        "On Mon, Nov 23, 2026 at 6:00 PM Marque <contact@marque.example> wrote:\n> Dear Bob\n> we are sorry\n",
        "On Mon, Nov 23, 2026 at 6:00 PM Marque\n<contact@marque.example>\nwrote:\n\n> Dear Bob\n",
        "Am 23.11.2026 um 18:00 schrieb Marque:\n> Hallo\n",
        "El lun, 23 nov 2026 a las 18:00, Marque escribió:\n> Hola\n",
        "2026年11月23日(月) 18:00 Marque <contact@marque.example>:\n> こんにちは\n",
        "-----Original Message-----\nFrom: Marque\nSent: Monday\n\nDear Bob\n",
        "-----Message d'origine-----\nDe : Marque\nEnvoyé : lundi\n\nCher Bob\n",
        "From: Marque <contact@marque.example>\nSent: Monday, November 23, 2026\nTo: Bob\nSubject: x\n\nDear Bob\n",
        "Von: Marque\nGesendet: Montag\nAn: Bob\n\nHallo\n",
        "> Dear Bob\n>\n> > I wrote\n",
    ],
)
def test_history_below_the_words_is_folded_away(history: str) -> None:
    assert quotes.folded(f"It is broken.\n\nBob\n\n{history}") == "It is broken.\n\nBob"


@pytest.mark.parametrize(
    "words",
    [
        "> What number?\n4711.\n> When?\nIn May.",
        "You wrote:\nnothing of use",
        "> only a quote",
        "From: my point of view\nthis is bad",
        "The price:\n> 50 EUR, I said\nis wrong",
        "I paid on 3/4/2026:\nnothing came.",
    ],
)
def test_words_that_only_look_like_history_stay(words: str) -> None:
    assert quotes.folded(words) == words


def test_a_forwarded_mail_stays_whole() -> None:
    words = "See this fraud.\n\nFrom: X\nSent: Monday\nTo: me\n\nPay now.\n"
    assert quotes.folded(words, "Fwd: pay") == quotes.folded(words, "TR : pay") == words.strip()
    below = "Look.\n\n---------- Forwarded message ---------\nFrom: X\nDate: Monday\n\nPay now."
    assert quotes.folded(below) == below


def test_html_that_is_nothing_but_history_stays() -> None:
    raw = b'From: a@b.c\nContent-Type: text/html\n\n<div class="gmail_quote">Dear Bob</div>\n'
    assert received(raw).text == "Dear Bob"


# --- threads --------------------------------------------------------------------------------------------------------


def test_an_answer_that_names_only_our_mail_finds_its_thread() -> None:
    answered = ours.message_id(REPLY, "<m1@exemple.fr>", "marque.example")
    assert received(letter(f"In-Reply-To: {answered}")).thread_id == "<m1@exemple.fr>"
    assert received(letter(f"References: {answered}")).thread_id == "<m1@exemple.fr>"
    assert received(letter(f"In-Reply-To: {answered}")).parent_id == answered


def test_subjects_make_no_threads() -> None:
    one, other = (received(letter("Subject: Hello").replace(b"<x@", f"<{n}@".encode())) for n in (1, 2))
    assert one.thread_id != other.thread_id


@pytest.mark.parametrize(
    ("to", "thread"),
    [
        ("contact+4711ab@marque.example", "+4711ab"),
        ("CONTACT+4711ab@Marque.example", "+4711ab"),
        ("contact+shop@marque.example", "<x@example.com>"),
        ("other+4711ab@example.com", "<x@example.com>"),
        ("contact@marque.example", "<x@example.com>"),
    ],
)
def test_a_token_in_our_address_makes_a_thread_where_nothing_else_does(to: str, thread: str) -> None:
    assert received(letter(f"To: {to}")).thread_id == thread
    assert received(letter(f"To: {to}\nReferences: <a@b>")).thread_id == "<a@b>"


# --- what nobody wrote ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ("Auto-Submitted: auto-replied", "an automatic reply"),
        ("Auto-Submitted: auto-generated; type=x", "an automatic reply"),
        ("X-Autoreply: yes", "an automatic reply"),
        ("X-Autorespond: back soon", "an automatic reply"),
        ("Precedence: auto_reply", "an automatic reply"),
        ("Precedence: bulk\nSubject: Out of office: Your order", "an automatic reply"),
        ("Return-Path: <>\nSubject: =?utf-8?q?R=C3=A9ponse?= automatique : x", "an automatic reply"),
        ("Return-Path: <>", "a bounce"),
        ("X-Failed-Recipients: a@b.c", "a bounce"),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=b", "a receipt"),
        ("Content-Type: multipart/report; report-type=feedback-report; boundary=b", "an abuse report"),
        ("\n".join(["Received: by a"] * 50), "a loop"),
        (f"X-Loop: {ADDRESS}", "a loop"),
    ],
)
def test_what_no_person_wrote_is_ignored_with_its_reason(headers: str, reason: str) -> None:
    assert read_raw(letter(headers)) == Ignored(reason)


@pytest.mark.parametrize(
    "headers",
    [
        "Auto-Submitted: no",
        "Precedence: bulk",
        "Precedence: list\nList-Id: <group.marque.example>\nList-Unsubscribe: <mailto:x@y.z>",
        "Return-Path: <bob@example.com>",
        "X-Auto-Response-Suppress: All",
        "Subject: Automatic reply",
        "Subject: Re: Undelivered mail",
        "X-Autoreply: no",
        "\n".join(["Received: by a"] * 20),
        "X-Loop: somebody@else.example",
    ],
)
def test_what_a_person_may_have_written_is_not_ignored(headers: str) -> None:
    assert received(letter(headers)).text == "Hello."


def test_bounces_absences_and_our_own_mails_are_ignored() -> None:
    assert [read(name) for name in ("away", "bounce", "own")] == [
        Ignored("an automatic reply"), Ignored("a bounce"), Ignored("own"),
    ]  # fmt: skip
    assert isinstance(read("own", account_id="another@marque.example"), Received)
    assert read("own", account_id="a@b.c", settings={"addresses": "x@y.z; Contact@Marque.example"}) == Ignored("own")


def test_a_bounce_of_our_answer_says_that_it_failed() -> None:
    ident = ours.message_id(REPLY, "<m1@exemple.fr>", "marque.example")
    raw = taken.body("email", "bounce.eml").replace(b"<someone@marque.example>", ident.encode())
    assert read_raw(raw) == Status(ident, "failed", NOON.replace(hour=9), "gone")
    assert read_raw(raw.replace(b"5.1.1", b"5.7.1")) == Status(
        ident, "failed", NOON.replace(hour=9), "blocked_by_network"
    )


def test_an_answer_among_the_sent_mails_is_an_echo() -> None:
    known = channel("email", account_id=ADDRESS)
    assert mail.raw_read(taken.body("email", "own.eml"), known, NOON, sent=True) == Echoed(
        "<r1@marque.example>", NOON.replace(hour=10), "Bonjour, nous vérifions.", in_reply_to="<m1@exemple.fr>"
    )
    new = b"From: contact@marque.example\nTo: bob@example.com\nSubject: Our offer\n\nBuy.\n"
    assert mail.raw_read(new, known, NOON, sent=True) == Ignored("own")


# --- limits ---------------------------------------------------------------------------------------------------------

HEAD = b"From: bob@example.com\nSubject: x\nMIME-Version: 1.0\n"
BOMBS = {
    "50,000 parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nWords.\n" + b"--b\n\nx\n" * 50_000,
    "5,000 levels": HEAD + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5_000)
    ),
    "a long header": HEAD + b"To: " + b"<a@b.c>," * 200_000 + b"\n\nWords.",
    "one long line": HEAD + b"\nWords." + b"a" * 3_000_000,
    "encoded words": HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\n\nWords.",
    "open tags": HEAD + b"Content-Type: text/html\n\nWords." + b"<b>" * 100_000,
    "quotes": HEAD + b"\nWords.\n" + b">" * 1_000_000,
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_mail_that_is_made_to_take_long_is_read_in_time(name: str) -> None:
    one = received(BOMBS[name])
    assert one.author is not None
    assert one.author.id == "bob@example.com"
    assert one.title == "x"


def test_a_mail_that_takes_too_long_is_read_as_far_as_its_headers() -> None:
    """Whatever it is that takes so long: here a reader that gives no time at all, to a mail that takes some."""
    readers = process.Readers(seconds=0.0, at_once=1)
    try:
        letter = readers.read(taken.body("email", "first.eml") + b"\n" + b"> words\n" * 250_000)
        assert letter.text is None
        assert letter.cut
        assert dict(letter.headers)["Message-ID"] == "<m1@exemple.fr>"
    finally:
        readers.close()


def test_a_process_that_was_ended_is_replaced() -> None:
    readers = process.Readers(at_once=1)
    try:
        readers.read(b"Subject: 1\n\nWords.")
        (child,) = readers._children
        child._process.kill()
        assert readers.read(b"Subject: 2\n\nWords.").text == "Words."
        assert readers._children
        assert child not in readers._children
    finally:
        readers.close()


def test_reading_is_the_same_here_and_in_the_process() -> None:
    raw = taken.body("email", "attached.eml")
    assert process.READERS.read(raw) == parsing.parse(raw)


# --- the hook -------------------------------------------------------------------------------------------------------


def test_the_password_of_the_hook_proves_a_mail() -> None:
    raw, secret = taken.body("email", "first.eml"), {"secret": "s3cret"}
    basic = "Basic " + base64.b64encode(b"vigie:s3cret").decode()
    assert cases.proves("email", raw, {}, secret, "https://v.example/h?token=s3cret") == "s3cret"
    assert cases.proves("email", raw, {"authorization": basic}, secret) == "s3cret"
    assert cases.proves("email", raw, {}, secret, "https://v.example/h?token=s3cre") is None
    assert cases.proves("email", raw, {}, {"secret": ""}, "https://v.example/h?token=") is None


def test_a_sender_cannot_pass_a_mail_off_as_sent_by_us() -> None:
    """What a look kept is read again as it was; the same bytes by the hook are one strange mail."""
    own = Post(taken.body("email", "own.eml"), sent=True)
    raw = network.CHANNEL.join([Envelope(own)])
    known = channel("email", account_id=ADDRESS)

    def told(envelopes: Any) -> list[str]:
        return [cases.told(one) for each in envelopes for one in network.CHANNEL.read(each, known, NOON)]

    assert told(network.CHANNEL.split(raw)) == ["Echoed"]
    assert told(network.CHANNEL.split_request(inbound(raw, {}))) == ["Received"]


def test_nothing_that_a_sender_says_raises() -> None:
    for raw in taken.mutants("email"):
        taken.survives("email", raw)


def test_what_cannot_even_be_begun_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(_: bytes) -> Any:
        raise process.Unread("nobody had time to read it")

    monkeypatch.setattr(process.READERS, "read", busy)
    assert read("first") == Unreadable("nobody had time to read it")


def test_a_mail_that_takes_too_much_of_the_processor_ends_its_process_and_no_other() -> None:
    """A parameter in 30,000 pieces takes the standard parser minutes."""
    bomb = HEAD + b"Content-Type: text/plain; " + b"".join(b"a*%d*=x; " % n for n in range(30_000)) + b"\n\nWords."
    readers = process.Readers(at_once=1, cpu_s=0.5)
    try:
        letter = readers.read(bomb)
        assert letter.cut
        assert dict(letter.headers)["From"] == "bob@example.com"
        assert readers.read(b"Subject: 1\n\nWords.").text == "Words."
    finally:
        readers.close()
