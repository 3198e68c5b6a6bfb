"""What can be said on the networks beyond the script's own, and ids in their shape.

An id is what the channel reads back unchanged, so that the ledger finds every message in the log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """`kinds`: the first stands for what the network does not have. `message_id`: from a tail that no other message
    has, and the author's id. `fetched`: no hook brings it, Vigie looks for it, or listens."""

    kinds: tuple[str, ...]
    message_id: Callable[[str, str], str]
    fetched: bool = False


def _number(tail: str, author: str) -> str:
    """Of networks that count in 64 bits."""
    return tail[-18:].lstrip("0")


def _slack(tail: str, author: str) -> str:
    """A channel and a time: seconds, and a number in place of the microseconds."""
    return f"C0BRIZEO:{tail[:10]}.{tail[-6:]}"


def _twilio(tail: str, author: str) -> str:
    return f"SM{hashlib.sha256(tail.encode()).hexdigest()[:32]}"


def _mail(tail: str, author: str) -> str:
    return f"<{tail}@mail.example>"


SHAPES: Mapping[str, Shape] = {
    "messenger": Shape(("dm",), lambda tail, author: f"m_{tail}Mg"),
    "whatsapp": Shape(("dm",), lambda tail, author: f"wamid.{tail}"),
    "x": Shape(("mention",), _number),
    "tiktok": Shape(("comment",), _number),
    "trustpilot": Shape(("review",), lambda tail, author: tail),
    "discourse": Shape(("comment",), _number),
    "telegram": Shape(("dm",), lambda tail, author: f"{author}:{tail[-9:].lstrip('0')}"),
    "slack": Shape(("mention",), _slack),
    "twilio": Shape(("sms",), _twilio),
    "discord": Shape(("dm",), _number),
    "linkedin": Shape(("comment",), lambda tail, author: f"urn:li:comment:(urn:li:activity:71,{tail})"),
    "github": Shape(("comment",), lambda tail, author: f"IC_{tail}"),
    "cloudevents": Shape(("comment", "mention", "review"), lambda tail, author: f"drill-{tail}"),
    "mailgun": Shape(("email",), _mail),
    "sendgrid": Shape(("email",), _mail),
    "postmark": Shape(("email",), _mail),
    "zendesk": Shape(("dm",), _number),
    "intercom": Shape(("dm",), _number),
    "front": Shape(("email",), lambda tail, author: f"msg_{tail}"),
    "chatwoot": Shape(("dm",), _number),
    "email": Shape(("email",), _mail, fetched=True),
    "feed": Shape(("comment",), lambda tail, author: f"tag:forum.brizeo.example,2026:{tail}", fetched=True),
    "wordpress": Shape(("comment",), _number, fetched=True),
    "reddit": Shape(("comment", "mention"), lambda tail, author: f"t1_{tail}", fetched=True),
    "youtube": Shape(("comment",), lambda tail, author: f"Ugx{tail}AaABAg", fetched=True),
    "google_reviews": Shape(
        ("review",), lambda tail, author: f"accounts/1/locations/1/reviews/r{tail}", fetched=True
    ),
    "mastodon": Shape(("mention", "comment", "dm"), _number, fetched=True),
    "bluesky": Shape(
        ("mention", "comment"), lambda tail, author: f"at://did:plc:drill{author}/app.bsky.feed.post/3{tail}",
        fetched=True,
    ),
}  # fmt: skip
MAIL = "email"
ALSO_CALLED = {"imap": MAIL}
ALL = "all"
"""The word for every network there is."""
