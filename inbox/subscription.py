"""What a subscription to webhooks out is, and what may stand in one. No I/O here: `subscriptions` keeps them."""

from __future__ import annotations

import base64
import ipaddress
import secrets as randomness
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from yarl import URL

from inbox.errors import Refused
from inbox.events import EVENT_TYPES
from inbox.ids import BrandId

PauseReason = Literal["by_hand", "gone", "failing"]
Word = Literal[
    "address_not_allowed", "unreachable", "no_answer", "connection_lost", "redirected", "gone", "busy", "refused",
    "failed", "broken", "interrupted",
]  # fmt: skip
"""Why an attempt was no success. Of the way: the first four. Of the answer: a 3xx; 410; 429 or 503; another 4xx; any
other. Ours: a fault of our code; a process that ended in between, so that nobody knows."""

MOST = 20
"""Subscriptions of one brand: each reads the whole log."""
MOST_ADDRESS = 2000
MOST_DESCRIPTION = 200
ATTEMPTS_KEPT = 200
GIVEN_UP_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Subscription:
    """`types`: empty for all. `secrets`: the one that signs, then the one before it, as long as it is not retired.
    `waiting`: events that are to be sent, at the most: not all that is still to be read of the log may be wanted."""

    brand: BrandId
    id: str
    address: str
    description: str
    types: tuple[str, ...]
    personal: bool
    secrets: tuple[str, ...] = field(repr=False)
    created_by: int
    created_at: datetime
    position: int
    failures: int
    failing_since: datetime | None
    rest_until: datetime | None
    paused_at: datetime | None
    pause_reason: PauseReason | None
    waiting: int = 0
    given_up: int = 0


class Attempt(NamedTuple):
    """`duration_ms` None: under way, or its process ended. `error` None: it was taken."""

    attempt_id: int
    position: int
    type: str
    number: int
    at: datetime
    duration_ms: int | None
    status: int | None
    error: Word | None


class GivenUp(NamedTuple):
    position: int
    type: str
    attempts: int


@dataclass(frozen=True, slots=True)
class By:
    """Who changes something, and whether they may read what people write."""

    member: int
    personal: bool


# --- what may stand in one ----------------------------------------------------------------------------------------


def clean_address(address: str, allow: Sequence[str] = ()) -> str:
    """An https address; a plain http one, or one that is not public, only where the operator allows its host (`allow`:
    VIGIE_OUTBOUND_ALLOW). A name is looked up when it is called, by the one client. Refused: `address_bad`,
    `address_plain`, `address_private`."""
    try:
        url = URL(address.strip())
        good = url.scheme in {"http", "https"} and bool(url.host) and not url.user and not url.password
    except ValueError:
        good = False
    if not good or len(address) > MOST_ADDRESS or not address.strip().isprintable():
        raise Refused("address_bad", "That is no web address: https://, a host, and no password in it.")
    if not _is_allowed(url.host or "", allow):
        if url.scheme != "https":
            raise Refused("address_plain", "The address must begin with https://.")
        if (literal := _literal(url.host or "")) is not None and not literal.is_global:
            raise Refused("address_private", "This address is not public, and the operator has not allowed it.")
    return str(url.with_fragment(None))


def _is_allowed(host: str, allow: Sequence[str]) -> bool:
    entries = [entry.strip().strip("[]").rstrip(".").lower() for entry in allow]
    literal = _literal(host)
    if literal is None:
        return host.rstrip(".").lower() in entries
    nets = [net for entry in entries if (net := _net(entry)) is not None]
    return any(literal in net for net in nets if net.version == literal.version)


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _net(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None


def clean_types(types: Sequence[str]) -> tuple[str, ...]:
    """In the order of the alphabet, each once. Refused: `type_unknown`."""
    if unknown := sorted(set(types) - EVENT_TYPES.keys()):
        raise Refused("type_unknown", f"There is no event of the type {unknown[0]!r}.")
    return tuple(sorted(set(types)))


def clean_description(description: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in description).split())[:MOST_DESCRIPTION]


def check_personal(personal: bool, by: By) -> None:
    if personal and not by.personal:
        message = "Names and words of people need the right `personal`."
        raise Refused("right_not_yours", message, status=403)


def new_secret() -> str:
    """As Standard Webhooks has them: 256 random bits."""
    return "whsec_" + base64.b64encode(randomness.token_bytes(32)).decode()
