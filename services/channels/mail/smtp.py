"""Sending an answer through the brand's own mail server.

Until the server has the whole mail nothing was sent; what fails after that leaves us not knowing. A server that speaks
no TLS gets no password and no mail, unless it runs on this machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import socket
from dataclasses import dataclass

import aiosmtplib

from inbox.channels import ChannelRecord
from services.channels.contract import Outcome, RefusalReason, Refused, Reply, Sent, Uncertain, Way
from services.channels.mail import outgoing
from services.channels.mail.account import host_port
from services.outbound import NotSent

PORT = 587
TLS_PORTS = frozenset({465})
STEP_S = 10.0
TOTAL_S = 25.0
"""Less than a claim on a reply holds."""
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


class _Plain(Exception):
    """The server offers no encryption."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One mail to one person, whole, and what is told once the server has it."""

    sender: str
    to: str
    mail: bytes
    sent: Sent


async def send(way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
    answer = outgoing.compose(channel, reply)
    if isinstance(answer, Refused):
        return answer
    try:
        mail = outgoing.wire(answer, reply)
    except (ValueError, UnicodeError):
        return Refused("cannot_reply")
    return await hand_over(way, channel, Envelope(answer.sender, answer.to, mail, Sent(answer.message_id)))


async def hand_over(way: Way, channel: ChannelRecord, envelope: Envelope) -> Outcome:
    where = host_port(channel.settings.get("smtp_host"), PORT)
    if where is None:
        return Refused("not_configured")
    try:
        connected = await way.http.connect(*where)
    except NotSent as error:
        return Refused(error.reason, again=error.reason == "unreachable")
    attempt = _Attempt(channel, where, connected)
    try:
        async with asyncio.timeout(TOTAL_S):
            await attempt.hand_over(envelope)
    except (aiosmtplib.SMTPException, _Plain, TimeoutError, OSError, ValueError) as error:
        return attempt.meaning(error)
    finally:
        attempt.close()
    return envelope.sent


class _Attempt:
    def __init__(self, channel: ChannelRecord, where: tuple[str, int], connected: socket.socket) -> None:
        self._host, self._port = where
        self._connected = connected
        self._user = str(channel.settings.get("smtp_user") or channel.settings.get("imap_user") or channel.account_id)
        self._password = channel.secrets.get("smtp_password") or channel.secrets.get("password", "")
        self._begun = False
        self._client = aiosmtplib.SMTP(
            hostname=self._host, sock=connected, use_tls=self._port in TLS_PORTS, start_tls=False, timeout=STEP_S,
            local_hostname=str(channel.account_id).rpartition("@")[2] or "localhost",
        )  # fmt: skip

    @property
    def is_local(self) -> bool:
        return ipaddress.ip_address(str(self._connected.getpeername()[0]).partition("%")[0]).is_loopback

    async def hand_over(self, envelope: Envelope) -> None:
        client = self._client
        await client.connect()
        await client.ehlo()
        if self._port not in TLS_PORTS and not self.is_local:
            if not client.supports_extension("starttls"):
                raise _Plain
            await client.starttls(server_hostname=self._host)
            await client.ehlo()
        if self._password and client.supported_auth_methods:
            await client.login(self._user, self._password)
        await client.mail(envelope.sender)
        await client.rcpt(envelope.to)
        self._begun = True
        await client.data(envelope.mail)

    def meaning(self, error: Exception) -> Outcome:
        """A server that says no has not sent it, at whatever point it says so."""
        if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
            error = error.recipients[0]
        if isinstance(error, aiosmtplib.SMTPResponseException) and 400 <= error.code < 600:
            return _refused(error)
        if self._begun:
            return Uncertain("no_answer" if isinstance(error, TimeoutError) else "connection_lost")
        if isinstance(error, _Plain):
            return Refused("rejected")
        return Refused("unreachable", again=True)

    def close(self) -> None:
        self._client.close()
        with contextlib.suppress(OSError):
            self._connected.close()


def _refused(error: aiosmtplib.SMTPResponseException) -> Refused:
    """RFC 5321: 4yz may work later, 5yz will not. RFC 3463 says why."""
    match = _ENHANCED.search(error.message or "")
    reason = _reason(error, match.group(1) if match else "")
    return Refused(reason, again=400 <= error.code < 500)


def _reason(error: aiosmtplib.SMTPResponseException, status: str) -> RefusalReason:
    if isinstance(error, aiosmtplib.SMTPAuthenticationError) or error.code in (530, 534, 535, 538):
        return "not_authorised"
    if error.code < 500:
        return "busy"
    if status.startswith("5.7."):
        return "blocked_by_network"
    if isinstance(error, aiosmtplib.SMTPRecipientRefused) and (status.startswith("5.1.") or error.code in (550, 553)):
        return "gone"
    return "rejected"
