"""Whether a mail's sender is proven: believed is who takes the mail for us, never what the mail says of itself."""

from __future__ import annotations

import pytest

from services.channels.contract import Received
from services.channels.mail import verdict
from services.channels.mail.headers import Headers
from tests.channels import cases

OURS = {"authserv_id": "mx.nous.example"}
HEAD = "From: Léa <lea@client.example>\r\nTo: contact@nous.example\r\nSubject: Colis\r\n"


def proven(*results: str, settings: dict[str, str] | None = None) -> bool | None:
    """What is made of a mail from lea@client.example with these `Authentication-Results`, the topmost first."""
    named = [("Authentication-Results", one) for one in results]
    return verdict.of(Headers([*named, ("From", "Léa <lea@client.example>")]), OURS if settings is None else settings)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("dmarc=pass (p=REJECT sp=NONE) header.from=client.example", True),
        ("dmarc=fail (p=none) header.from=client.example; spf=pass smtp.mailfrom=client.example", False),
        ("dkim=pass header.d=client.example header.s=a header.b=Xy", True),
        ("dkim=pass header.i=@mail.client.example", True),
        ("dkim=pass header.d=spammer.example; spf=pass smtp.mailfrom=x@spammer.example", False),
        ("dkim=fail reason=\"bad; really\" header.d=client.example; spf=pass smtp.mailfrom=lea@client.example", True),
        ("spf=softfail (mx.nous.example: (nested; dkim=pass) 1.2.3.4) smtp.mailfrom=lea@client.example", False),
        ("spf=pass smtp.mailfrom=notclient.example; dkim=pass header.d=example", False),
        ("dmarc=none; spf=pass smtp.mailfrom=client.example", True),
        ("none", None),
    ],
)  # fmt: skip
def test_the_receiving_server_says_whether_the_sender_is_proven(result: str, expected: bool | None) -> None:
    assert proven(f"mx.nous.example 1; {result}") is expected
    assert proven(f"MX.nous.example;\r\n\t{result}") is expected


def test_nobody_proves_themselves_by_a_header_of_their_own() -> None:
    forged = "mx.spammer.example; dmarc=pass header.from=client.example"
    assert proven(forged) is None
    assert proven("mx.nous.example; dmarc=fail", "mx.nous.example; dmarc=pass") is False
    assert proven(forged, "mx.nous.example; dmarc=fail header.from=client.example") is False


def test_without_a_server_to_believe_nothing_is_said() -> None:
    assert proven("mx.nous.example; dmarc=pass", settings={}) is None


def test_a_mail_from_the_mailbox_tells_whether_its_sender_is_proven() -> None:
    raw = f"Authentication-Results: mx.nous.example; spf=fail smtp.mailfrom=client.example\r\n{HEAD}\r\nOù est-il ?"
    (one,) = cases.read("email", raw.encode(), settings=OURS)
    assert isinstance(one, Received)
    assert one.sender_proven is False


@pytest.mark.parametrize(
    ("spf", "dkim", "sender", "expected"),
    [
        ("pass", "none", "lea@client.example", True),
        ("pass", "none", "bounce@other.example", False),
        ("fail", "{@client.example : pass}", "x@other.example", True),
        ("softfail", "{@other.example : pass, @client.example : fail}", "lea@client.example", False),
        (None, None, None, None),
    ],
)
def test_sendgrids_own_fields_tell(
    spf: str | None, dkim: str | None, sender: str | None, expected: bool | None
) -> None:
    headers = Headers([("From", "lea@client.example")])
    assert verdict.of(headers, {}, verdict.sendgrid(spf, dkim, sender)) is expected


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ([("X-Mailgun-Spf", "Pass")], True),
        ([("X-Mailgun-Spf", "SoftFail"), ("X-Mailgun-Dkim-Check-Result", "Pass")], False),
        ([("X-Mailgun-Spf", "Fail"), ("X-Mailgun-Spf", "Pass")], False),
        ([], None),
    ],
    ids=["passed", "a signature of nobody knows whom", "one that came with the mail", "nothing"],
)
def test_mailguns_headers_tell(named: list[tuple[str, str]], expected: bool | None) -> None:
    headers = Headers([("From", "lea@client.example"), *named])
    assert verdict.of(headers, {}, verdict.mailgun(headers, "lea@client.example")) is expected


@pytest.mark.parametrize(
    ("tests", "expected"),
    [("DKIM_SIGNED,DKIM_VALID,DKIM_VALID_AU", True), ("DKIM_SIGNED,DKIM_VALID,SPF_PASS", False), (None, None)],
)
def test_postmarks_spam_tests_tell(tests: str | None, expected: bool | None) -> None:
    headers = Headers([("From", "lea@client.example"), *([("X-Spam-Tests", tests)] if tests else [])])
    assert verdict.of(headers, {}, verdict.postmark(headers)) is expected
