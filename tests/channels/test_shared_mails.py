"""Third-party mails, where a developer has them (VIGIE_SHARED_DIR): each is read as somebody read it by hand.

As `test_shared_samples`, for mails, whose index has times as mail writes them, and the beginning of the text only.
"""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from services.channels.contract import Ignored, Parsed, Received
from services.channels.mail import quotes
from services.channels.registry import networks
from tests.channels.senders import NOON, channel, inbound
from tests.channels.test_shared_samples import FOLDER

NETWORK_OF = {
    "email_raw": "email", "email_mailgun": "mailgun", "email_sendgrid": "sendgrid", "email_postmark": "postmark",
}  # fmt: skip
IGNORED = {
    "email_raw/chatwoot-auto_reply.eml": "an automatic reply",
    "email_raw/sisimai-lhost-amazonses-01.eml": "a bounce",
}
READ_OTHERWISE: dict[str, tuple[str, dict[str, Any]]] = {
    "email_raw/chatwoot-only_html.eml": (
        "the index has plain parts only", {"text_first_300": "This is html only mail"}
    ),
    "email_raw/mail-bad_encoded_subject.eml": ("it has no id: a digest of its bytes", {"external_id": None}),
    "email_raw/flanker-iphone.eml": (
        "empty lines beyond one are left out; the index has the first part only, and its end follows the pictures",
        {"text_first_300": "Hello\n\n~Danielle"},
    ),
    "email_sendgrid/default_data.txt": (
        "the subject of the mail, not of the field", {"subject": "Inbound Parse Test Data"}
    ),
    "email_sendgrid/raw_data_with_attachments.txt": (
        "the same", {"subject": "Inbound Parse Test Raw Data with Attachment"}
    ),
}  # fmt: skip
"""File → why it is not read as the index has it, and what it is read as instead."""


def samples() -> list[Any]:
    index = FOLDER / "INDEX.jsonl"
    if not index.is_file():
        reason = "the folder of third-party samples is not here (VIGIE_SHARED_DIR)"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason), id="no samples")]
    lines = (json.loads(line) for line in index.read_text(encoding="utf-8").splitlines())
    return [pytest.param(one, id=one["file"]) for one in lines if one["channel"] in NETWORK_OF]


def read(sample: dict[str, Any]) -> Parsed:
    network = networks()[NETWORK_OF[sample["channel"]]]
    kind = sample["content_type"].partition(" (")[0]
    request = inbound((FOLDER / sample["file"]).read_bytes(), {"content-type": kind})
    (envelope,) = network.split_request(request)
    (one,) = network.read(envelope, channel(network.id), NOON)
    return one


@pytest.mark.parametrize("sample", samples())
def test_a_mail_is_read_as_it_was_read_by_hand(sample: dict[str, Any]) -> None:
    one = read(sample)
    if sample["file"] in IGNORED:
        assert one == Ignored(IGNORED[sample["file"]])
        return
    assert isinstance(one, Received)
    expected = {**sample["expected"], **READ_OTHERWISE.get(sample["file"], ("", {}))[1]}
    if expected.get("body_only"):
        words = quotes.folded((FOLDER / sample["file"]).read_text(encoding="utf-8"))
        assert (one.text or "")[:150] == words[:150]
        return
    compare(one, expected)


def compare(one: Received, expected: dict[str, Any]) -> None:
    text = expected.get("text") or expected.get("text_first_300") or ""
    assert (one.text or "").startswith(text.replace("\r\n", "\n").strip())
    assert one.title == (expected.get("subject") or expected.get("subject_field") or one.title)
    assert (one.author.id if one.author else "") == (expected.get("author_id") or "").lower()
    assert expected.get("author_name") in (None, one.author and one.author.name)
    assert expected.get("external_id") in (None, one.external_id)
    assert one.parent_id == expected.get("parent_id")
    sent = expected.get("timestamp")
    assert not sent or one.sent_at == parsedate_to_datetime(sent)


def test_none_of_them_takes_long_or_is_empty_without_reason() -> None:
    found = {sample.values[0]["file"]: read(sample.values[0]) for sample in samples() if sample.values[0]}
    empty = {name for name, one in found.items() if isinstance(one, Received) and not one.text}
    assert empty <= {"email_raw/mail-must_supply_encoding.eml"}
