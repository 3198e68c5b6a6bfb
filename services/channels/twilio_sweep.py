"""Looking for messages that no webhook brought: Twilio does not send again what was not taken within seconds.

The list of messages is asked for by number, for text messages and for WhatsApp in turns, from where the look before
began; a little earlier, for Twilio lists a message a little after it came. Pictures are not in the list, only how many.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import orjson

from inbox.channels import ChannelRecord
from services.channels import asking, posting, reading
from services.channels.contract import SweepFailed, Swept, Way
from services.channels.twilio_fields import parsed
from services.channels.twilio_replies import API_URL, PREFIX, credentials

EVERY_S = 300.0
PAGE = 100
OVERLAP = timedelta(minutes=5)


async def look(way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
    account, proof = credentials(channel)
    if not account or not proof or not channel.account_id:
        raise SweepFailed("not_configured")
    at = reading.table(orjson.loads(cursor)) if cursor else {}
    since, by_whatsapp = at.get("since") or _text(channel.created_at), at.get("turn") == "whatsapp"
    url = posting.api_url(channel, API_URL) + (
        at.get("page") or _first(account, channel.account_id, since, by_whatsapp)
    )
    content = await asking.get(way, url, {"authorization": proof})
    with asking.understood():
        messages = reading.tables(content["messages"])
        page = _page(content.get("next_page_uri"), account)
    found = tuple(parsed(as_form(message), now) for message in messages)
    onward = {"since": since, "begun": at.get("begun") or _text(now - OVERLAP)}
    if page or not by_whatsapp:
        onward |= {"page": page, "turn": "whatsapp" if by_whatsapp or not page else "text"}
    else:
        onward = {"since": onward["begun"]}
    raw = orjson.dumps(content) if messages else b""
    return Swept(found, orjson.dumps(onward).decode(), more="turn" in onward, raw=raw)


def _first(account: str, number: str, since: str, by_whatsapp: bool) -> str:
    to = (PREFIX if by_whatsapp else "") + number.removeprefix(PREFIX)
    path = f"/2010-04-01/Accounts/{quote(account, safe='')}/Messages.json"
    return asking.address(path, **{"To": to, "DateSent>": since, "PageSize": str(PAGE)})


def _page(uri: Any, account: str) -> str | None:
    """Only within the account: the address goes to whoever the settings name, and with its password."""
    within = f"/2010-04-01/Accounts/{quote(account, safe='')}/Messages.json?"
    return uri if isinstance(uri, str) and uri.startswith(within) else None


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_form(message: dict[str, Any]) -> dict[str, Any]:
    """A message of the list, as the webhook would have told it; with its time, which a webhook does not tell."""
    if str(message.get("direction", "inbound")) != "inbound":
        return {"MessageSid": message.get("sid"), "MessageStatus": "sent"}
    sent = message.get("date_sent")
    return {
        "MessageSid": message.get("sid"), "SmsStatus": "received", "From": message.get("from"),
        "To": message.get("to"), "Body": message.get("body"), "DateSent": _iso(sent) if isinstance(sent, str) else None,
    }  # fmt: skip


def _iso(sent: str) -> str | None:
    try:
        return parsedate_to_datetime(sent).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return None
