"""Strangers' words in what leaves as mail, or comes up on a device: they are text, they add no header and lead nowhere.

No mail of ours has a body of HTML: a report's page goes as a file (that it runs nothing when it is opened from a disk:
tests/browser/test_scripts.py).
"""

from __future__ import annotations

import dataclasses
import json
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from inbox.ids import BrandId, MemberId
from inbox.people.brands import Brand
from inbox.push.bundling import Bundle, Untold
from inbox.web import push_words
from inbox.web.i18n import Speech
from services.channels.contract import File, Refused
from services.channels.mail import outgoing
from services.workers import report_mail
from tests.browser.scripts import scripts
from tests.channels.answering import ASKED
from tests.channels.senders import NOON, channel

BREAKS = (
    "\r\n",
    "\n",
    "\r",
    "\x85",
    "\u2028",
    "\u2029",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x1d",
    "\x1e",
    "\x00",
    "\r\n\t",
    "\n\n",
)
HOSTILE = [
    *scripts(),
    *(f"Vélo{broken}Bcc: mallory@canary.invalid{broken}{broken}<img src=https://canary.invalid>" for broken in BREAKS),
    "=?utf-8?q?a=0d=0aBcc:_mallory@canary.invalid?=", "x" * 5_000, "é" * 2_000, '"<mallory@canary.invalid>',
]  # fmt: skip
ANSWERED = {"From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version", "Content-Type",
            "Content-Transfer-Encoding"}  # fmt: skip


def read(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def parts_of(mail: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in mail.walk() if not part.is_multipart()]


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_an_answer_has_the_headers_that_we_give_it_and_its_words_are_text(words: str) -> None:
    box = channel("email", account_id="sav@brizeo.example", settings={"sender_name": words})
    reply = dataclasses.replace(
        ASKED, kind="email", author_id="zoe@mail.example", in_reply_to="<1@mail.example>", thread_id="<1@mail.example>",
        title=words, text=words, files=(File(words[:100] or "x", "text/plain", b"facture"),),
    )  # fmt: skip
    answer = outgoing.compose(box, reply)
    assert not isinstance(answer, Refused)
    mail = read(outgoing.wire(answer, reply))
    assert set(mail.keys()) <= ANSWERED
    assert [address.addr_spec for address in mail["To"].addresses] == ["zoe@mail.example"]
    assert [address.addr_spec for address in mail["From"].addresses] == ["sav@brizeo.example"]
    assert set(parts_of(mail)) == {"text/plain"}
    assert len(mail["Subject"].splitlines()) == 1


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_a_report_has_the_headers_that_we_give_it_and_no_body_of_html(words: str) -> None:
    letter = report_mail.Letter(words, words, "rapport", b"<!doctype html>", b"%PDF", NOON)
    mail = read(report_mail._mail("sav@brizeo.example", words, "lea@brizeo.example", letter).as_bytes())
    assert set(mail.keys()) <= ANSWERED | {"Auto-Submitted"}
    assert [address.addr_spec for address in mail["To"].addresses] == ["lea@brizeo.example"]
    body = mail.get_body(("html", "plain"))
    assert body is not None
    assert body.get_content_type() == "text/plain"
    page = next(part for part in mail.iter_attachments() if part.get_content_type() == "text/html")
    assert page.get_content_disposition() == "attachment"


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_a_message_to_a_device_says_words_as_words_and_leads_to_the_item_alone(words: str) -> None:
    one = Untold("0f8fad5b-d9cb-469f-a165-70867728950e", 1, words, 9, who=words, text=words)
    brand = Brand(BrandId(7), 1, words[:100], "Europe/Paris", NOON)
    told = push_words.message(Bundle(1, 1, {words: 1}, one), brand, MemberId(3), "words", Speech("fr"), acts=True)
    shown = json.loads(json.dumps(told))
    assert shown["url"] == f"/b/7/items/{one.item_id}"
    assert shown["base"] == "/b/7"
    assert {action["action"] for action in shown["actions"]} <= {"acknowledge", "take"}
    assert len(shown["body"].removeprefix(words)) <= push_words.MOST_TEXT + len("\u202f: ")
