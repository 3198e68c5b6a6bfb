"""A report as a mail: a few lines, and the report itself as PDF and as a page. It leaves by the mail server of one of
the brand's own mailboxes, as answers do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid

from inbox.channels import ChannelRecord
from inbox.reports import store
from inbox.reports.facts import Facts
from inbox.web.i18n import Speech
from inbox.web.report import document, html, pdf
from services.channels.contract import Outcome, Refused, Sent, Way
from services.channels.mail import lines, smtp


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str
    name: str
    html: bytes
    pdf: bytes
    at: datetime


def letter(made: Facts, lang: str, logo: bytes | None, now: datetime) -> Letter:
    """CPU work: for a thread."""
    say = Speech(lang, made.figures.wanted.zone)
    told = document.of(made, say)
    return Letter(
        told.title, document.summary(told, say), document.file_name(made), html.standalone(told, say, logo),
        pdf.made(told, say, logo, made.figures.at), now,
    )  # fmt: skip


async def send(way: Way, channel: ChannelRecord | None, to: str, letter: Letter) -> Outcome:
    if channel is None or not store.can_send(channel):
        return Refused("not_configured")
    sender = str(channel.account_id).strip()
    try:
        mail = _mail(sender, str(channel.settings.get("sender_name") or ""), to, letter)
    except (ValueError, UnicodeError):
        return Refused("cannot_reply")
    return await smtp.hand_over(way, channel, smtp.Envelope(sender, to, mail.as_bytes(), Sent(mail["Message-ID"])))


def _mail(sender: str, name: str, to: str, letter: Letter) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    local, _, domain = sender.rpartition("@")
    mail["From"] = Address(lines.name(name), local, domain)
    mail["To"] = to
    mail["Subject"] = lines.line(letter.subject)
    mail["Date"] = letter.at
    mail["Message-ID"] = make_msgid(domain=domain)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    mail.add_attachment(letter.pdf, maintype="application", subtype="pdf", filename=f"{letter.name}.pdf")
    mail.add_attachment(letter.html, maintype="text", subtype="html", filename=f"{letter.name}.html")
    return mail
