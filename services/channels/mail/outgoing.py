"""Answers by e-mail: composed here, sent by a provider's API (or, see `smtp`, by a mail server).

An answer goes to the person's address, from ours, under the subject that they wrote; it names the mail that it answers,
and its id is one of `ours`. No header can be smuggled in: what stands in one holds no line ends.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from inbox import file_rules
from inbox.channels import ChannelRecord
from inbox.file_rules import FileRule
from services.channels import asking, parts, posting, uploading
from services.channels.contract import File, Outcome, RefusalReason, Refused, Reply, SweepFailed, Way
from services.channels.mail import lines, ours

SUBJECT_MOST = 200
FILES_OF_POSTMARK = FileRule({file_rules.ANY: 7_000_000}, count=10, together=7_000_000)
FILES = FileRule({file_rules.ANY: file_rules.MOST_BYTES}, count=10)
"""Many servers take 25 MB, which in a mail are 18 MB of files."""
_NESTING = frozenset({"message", "multipart"})
"""What would be read as a part of this mail goes as plain bytes."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_ANSWERED = re.compile(r"^\s*(?:re|aw|sv|antw|ré|rép|odp|rif)\s?(?:\[\d+\])?\s?:", re.IGNORECASE)
_LONELY = re.compile(rb"^(Message-ID|In-Reply-To|References):[ ]?\r\n[ ]+", re.MULTILINE)
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@\\]{1,64}@[A-Za-z0-9\u0080-\U0010ffff](?:[^\s<>()\[\],;:\"@\\]{0,253})")


@dataclass(frozen=True, slots=True)
class Answer:
    """`answers` and `references` are ids of mails, with their brackets."""

    sender: str
    sender_name: str
    to: str
    subject: str
    text: str
    message_id: str
    answers: str | None
    references: tuple[str, ...]

    @property
    def shown_sender(self) -> str:
        name = self.sender_name.replace("\\", "").replace('"', "")
        return f'"{name}" <{self.sender}>' if name else self.sender

    @property
    def threading(self) -> dict[str, str]:
        """The headers that place it under what it answers, and name it."""
        found = {"In-Reply-To": self.answers or "", "References": " ".join(self.references)}
        return {"Message-ID": self.message_id, **{name: value for name, value in found.items() if value}}


def compose(channel: ChannelRecord, reply: Reply) -> Answer | Refused:
    sender = (channel.account_id or "").strip()
    if not _ADDRESS.fullmatch(sender):
        return Refused("not_configured")
    if not _ADDRESS.fullmatch(reply.author_id):
        return Refused("cannot_reply")
    answered = reply.in_reply_to if _is_id(reply.in_reply_to) else None
    thread = reply.thread_id if _is_id(reply.thread_id) else None
    return Answer(
        sender=sender, sender_name=lines.name(str(channel.settings.get("sender_name") or "")), to=reply.author_id,
        subject=_subject(reply.title), text=reply.text,
        message_id=ours.message_id(reply.reply_id, reply.thread_id, sender.rpartition("@")[2]), answers=answered,
        references=tuple(dict.fromkeys(one for one in (thread, answered) if one)),
    )  # fmt: skip


def _is_id(ident: str) -> bool:
    return ident.startswith("<") and ident.endswith(">") and ident.isascii() and not _CONTROL.search(ident)


def _subject(title: str | None) -> str:
    """What was written under no subject is answered under "Re:"."""
    line = lines.line(title or "")[:SUBJECT_MOST]
    return line if _ANSWERED.match(line) else f"Re: {line}".strip()


def wire(answer: Answer, reply: Reply) -> bytes:
    """As a mail server takes it. Raises `ValueError` for an address that no mail can be sent to. Ids stand on the line
    of their header: on the next, where the library puts long ones, some programs do not find them."""
    head, blank, body = _message(answer, reply).as_bytes().partition(b"\r\n\r\n")
    return _LONELY.sub(rb"\1: ", head) + blank + body


def _message(answer: Answer, reply: Reply) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    local, _, domain = answer.sender.rpartition("@")
    mail["From"] = Address(answer.sender_name, local, domain)
    to_local, _, to_domain = answer.to.rpartition("@")
    mail["To"] = Address("", to_local, to_domain)
    mail["Subject"] = answer.subject
    mail["Date"] = reply.now
    for name, value in answer.threading.items():
        mail[name] = value
    mail.set_content(answer.text)
    for file in reply.files:
        sort, _, kind = file.content_type.partition("/")
        if sort in _NESTING:
            sort, kind = "application", "octet-stream"
        mail.add_attachment(file.body, maintype=sort, subtype=kind or "octet-stream", filename=lines.line(file.name))
    return mail


# --- by a provider's API --------------------------------------------------------------------------------------------


async def by_mailgun(way: Way, channel: ChannelRecord, reply: Reply, api: str) -> Outcome:
    answer, key = compose(channel, reply), channel.secrets.get("api_key")
    if isinstance(answer, Refused) or not key:
        return answer if isinstance(answer, Refused) else Refused("not_configured")
    fields = {"from": answer.shown_sender, "to": answer.to, "subject": answer.subject, "text": answer.text,
              **{f"h:{name}": value for name, value in answer.threading.items()}}  # fmt: skip
    domain = answer.sender.rpartition("@")[2]
    basic = {"authorization": "Basic " + base64.b64encode(f"api:{key}".encode()).decode()}
    url = f"{api}/v3/{posting.segment(domain)}/messages"
    call = posting.Call(url, urlencode(fields).encode(), {**basic, "content-type": asking.FORM})
    if reply.files:
        call = uploading.call(url, fields, [("attachment", file) for file in reply.files], basic)
    return await posting.send(way, call, lambda said: parts.dig(said, "id") and answer.message_id)


async def let_in_by_mailgun(way: Way, channel: ChannelRecord, api: str) -> str:
    """The domain that we may send for. A sending key is good for sending alone: so a mail without a recipient is handed
    in, which Mailgun refuses, but to strangers with other words. Raises as `asking.get`."""
    domain = (channel.account_id or "").rpartition("@")[2]
    if not domain:
        raise SweepFailed("not_configured")
    basic = base64.b64encode(f"api:{asking.needed(channel, 'api_key')}".encode()).decode()
    headers = {"authorization": f"Basic {basic}", "content-type": asking.FORM}
    url = f"{api}/v3/{posting.segment(domain)}/messages"
    response = await way.http.post(url, urlencode({"from": channel.account_id}).encode(), headers)
    if response.status != HTTPStatus.BAD_REQUEST:
        asking.checked(response)
        raise SweepFailed("unclear_answer")
    return domain


async def by_sendgrid(way: Way, channel: ChannelRecord, reply: Reply, api: str) -> Outcome:
    answer, key = compose(channel, reply), channel.secrets.get("api_key")
    if isinstance(answer, Refused) or not key:
        return answer if isinstance(answer, Refused) else Refused("not_configured")
    sender = {"email": answer.sender, **({"name": answer.sender_name} if answer.sender_name else {})}
    body = {
        "personalizations": [{"to": [{"email": answer.to}]}], "from": sender, "subject": answer.subject,
        "content": [{"type": "text/plain", "value": answer.text}], "headers": answer.threading,
    }  # fmt: skip
    if reply.files:
        body["attachments"] = [
            {"content": _base64(file), "type": file.content_type, "filename": file.name} for file in reply.files
        ]
    call = posting.Call(f"{api}/v3/mail/send", body, {"authorization": f"Bearer {key}"})
    return await posting.send(way, call, lambda _: answer.message_id)


async def by_postmark(way: Way, channel: ChannelRecord, reply: Reply, api: str) -> Outcome:
    """Postmark gives mails ids of its own, unless it is told to keep ours."""
    answer, key = compose(channel, reply), channel.secrets.get("api_key")
    if isinstance(answer, Refused) or not key:
        return answer if isinstance(answer, Refused) else Refused("not_configured")
    named = {**answer.threading, "X-PM-KeepID": "true"}
    body = {
        "From": answer.shown_sender, "To": answer.to, "Subject": answer.subject, "TextBody": answer.text,
        "Headers": [{"Name": name, "Value": value} for name, value in named.items()],
    }  # fmt: skip
    if reply.files:
        body["Attachments"] = [
            {"Content": _base64(file), "ContentType": file.content_type, "Name": file.name} for file in reply.files
        ]
    call = posting.Call(f"{api}/email", body, {"x-postmark-server-token": key})
    return await posting.send(way, call, lambda said: said["MessageID"] and answer.message_id, _postmark_refusal)


def _base64(file: File) -> str:
    return base64.b64encode(file.body).decode()


POSTMARK: Mapping[int, RefusalReason] = {
    10: "not_authorised", 400: "not_authorised", 401: "not_authorised", 412: "not_authorised",
    405: "too_many", 406: "gone", 300: "rejected", 100: "busy", 413: "not_authorised",
}  # fmt: skip


def _postmark_refusal(said: Any) -> Outcome | None:
    code = parts.dig(said, "ErrorCode")
    if not isinstance(code, int) or code == 0:
        return None
    reason = POSTMARK.get(code, "rejected")
    return Refused(reason, again=reason == "busy")
