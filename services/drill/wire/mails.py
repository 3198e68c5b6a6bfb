"""Mail as a mailbox holds it, and as three providers post it."""

from __future__ import annotations

from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import urlencode

import orjson

from services.drill.target import Hook
from services.drill.wire import sign
from services.drill.wire.moment import Moment
from services.drill.wire.tongue import FORM, JSON, Tongue, mac, typed

SUBJECT = "Cargo 2"
US = "contact@brizeo.example"
EDGE = "drill-5e2f1c"
"""Stands between the parts of a form, and in no mail."""


def _sender(moment: Moment) -> Address:
    person = moment.move.author
    return Address(person.name, person.handle.lstrip("+").partition("@")[0], "mail.example")


def _headers(hook: Hook, moment: Moment) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = _sender(moment)
    mail["To"] = hook.account or US
    mail["Subject"] = SUBJECT
    mail["Message-ID"] = moment.move.message_id
    mail["Date"] = moment.said
    return mail


def _whole(hook: Hook, moment: Moment) -> bytes:
    """As a mailbox holds it."""
    mail = _headers(hook, moment)
    mail.set_content(moment.move.text)
    return mail.as_bytes()


def _mailgun(hook: Hook, moment: Moment) -> bytes:
    """A form, in which the proof stands, too; it does not cover the rest."""
    token = mac(hook.secret, moment.move.message_id.encode()).hex()
    signature = mac(hook.secret, f"{moment.sent_s}{token}".encode()).hex()
    told = [[name, str(value)] for name, value in _headers(hook, moment).items()]
    fields = {
        "timestamp": str(moment.sent_s), "token": token, "signature": signature, "recipient": hook.account or US,
        "sender": _sender(moment).addr_spec, "from": str(_sender(moment)), "subject": SUBJECT,
        "message-headers": orjson.dumps(told).decode(), "body-plain": moment.move.text,
    }  # fmt: skip
    return urlencode(fields).encode()


def _sendgrid(hook: Hook, moment: Moment) -> bytes:
    """A form of parts, with the whole mail in one of them."""
    fields = {
        "from": str(_sender(moment)).encode(), "to": (hook.account or US).encode(), "subject": SUBJECT.encode(),
        "email": _whole(hook, moment),
    }  # fmt: skip
    parts = [
        f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in fields.items()
    ]
    return b"".join(parts) + f"--{EDGE}--\r\n".encode()


def _postmark(hook: Hook, moment: Moment) -> bytes:
    move, sender = moment.move, _sender(moment)
    person = {"Email": sender.addr_spec, "Name": sender.display_name, "MailboxHash": ""}
    to = {"Email": hook.account or US, "Name": "", "MailboxHash": ""}
    return orjson.dumps(
        {
            "From": sender.addr_spec, "FromName": sender.display_name, "FromFull": person, "ToFull": [to],
            "To": to["Email"], "Subject": SUBJECT, "MessageID": move.message_id.strip("<>").partition("@")[0],
            "Date": moment.said.strftime("%a, %d %b %Y %H:%M:%S +0000"), "TextBody": move.text, "HtmlBody": "",
            "Headers": [{"Name": "Message-ID", "Value": move.message_id}], "Attachments": [],
        }
    )  # fmt: skip


def _taken_in(hook: Hook, body: bytes, moment: Moment) -> sign.Headers:
    return {"Content-Type": f"multipart/form-data; boundary={EDGE}"}


TONGUES: Mapping[str, Tongue] = {
    "email": Tongue(_whole, typed("message/rfc822"), in_address=True),
    "mailgun": Tongue(_mailgun, typed(FORM)),
    "sendgrid": Tongue(_sendgrid, _taken_in, in_address=True),
    "postmark": Tongue(_postmark, typed(JSON), in_address=True),
}
