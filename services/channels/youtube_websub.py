"""Subscribing to the videos of the channels that are followed, by WebSub, and staying subscribed.

A hub grants ten days at the most, so each subscription is asked for again two days before its end. The hub then asks
our hook whether that is so, with a word that only we could have made in the address: what it grants counts from there.
https://www.w3.org/TR/websub/ https://developers.google.com/youtube/v3/guides/push_notifications
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from inbox.channel_state import Term
from inbox.channels import ChannelRecord
from services.channels import asking, posting, proof
from services.channels.contract import Granted, SweepFailed, Tended, Way

HUB = "https://pubsubhubbub.appspot.com"
FEED = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="
LEASE_S = 864_000
MARGIN = timedelta(days=2)
PATIENCE = timedelta(minutes=30)
"""How long a hub may take to ask back before it is asked again."""
EVERY_S = 600.0
WORD = "vigie"


async def tend(
    way: Way, channel: ChannelRecord, hook: str, followed: Iterable[str], terms: Sequence[Term], now: datetime
) -> Tended:
    """Raises as `get`; what was asked for before is asked for again then, which a hub does not mind."""
    known = {term.ref: term for term in terms}
    kept, asked = [], 0
    for topic in sorted(followed):
        term = known.get(topic, Term("subscription", topic, None, None, renews=True))
        if _is_due(term, now):
            await _subscribe(way, channel, hook, topic)
            term, asked = term._replace(asked_at=now), asked + 1
        kept.append(term)
    return Tended(tuple(kept), asked=asked, again_s=EVERY_S)


def _is_due(term: Term, now: datetime) -> bool:
    if term.asked_at is not None and now - term.asked_at < PATIENCE:
        return False
    return term.ends_at is None or term.ends_at - now < MARGIN


async def _subscribe(way: Way, channel: ChannelRecord, hook: str, topic: str) -> None:
    secret = channel.secrets.get("secret")
    if not secret:
        raise SweepFailed("not_configured")
    fields = {
        "hub.mode": "subscribe", "hub.verify": "async", "hub.topic": FEED + topic, "hub.secret": secret,
        "hub.callback": f"{hook}?{urlencode({WORD: _word(secret, topic)})}", "hub.lease_seconds": str(LEASE_S),
    }  # fmt: skip
    url = posting.api_url(channel, HUB) + "/subscribe"
    asking.checked(await way.http.post(url, urlencode(fields).encode(), {"content-type": asking.FORM}))


def _word(secret: str, topic: str) -> str:
    return proof.hexadecimal(secret, f"websub {topic}".encode())[:32]


def granted(channel: ChannelRecord, topic: str, query: Mapping[str, str]) -> Granted | None:
    """What the hub's question settles, if it answers a subscription of ours: how long it lasts, or (`denied`) that
    there is none."""
    given = query.get(WORD, "").encode("utf-8", "replace")
    if not any(hmac.compare_digest(_word(secret, topic).encode(), given) for secret in channel.valid_secrets()):
        return None
    if query.get("hub.mode") == "denied":
        return Granted("subscription", topic, 0)
    seconds = query.get("hub.lease_seconds", "")
    lasts = int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 10 else LEASE_S
    return Granted("subscription", topic, min(lasts, LEASE_S))
