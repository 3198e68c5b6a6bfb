"""What a network says when it is asked, or over a connection that stays open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from inbox.channel_state import Term
from services.channels.contract.inward import Parsed
from services.channels.contract.outward import DoubtReason, RefusalReason


@dataclass(frozen=True, slots=True)
class Swept:
    """What one look at a network brought. `cursor`: where the next begins; `more`: there is more to be had at once;
    `raw`: what the network answered, to be kept beside what was read of it; `gap`: the network no longer has all that
    came since the cursor, so something may have been missed for good."""

    parsed: tuple[Parsed, ...]
    cursor: str | None
    more: bool = False
    raw: bytes = b""
    gap: bool = False


class SweepFailed(Exception):
    """A look brought nothing. `reason` goes to the channel's health; `retry_after_s`: what the network asked for."""

    def __init__(self, reason: RefusalReason | DoubtReason, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Heard:
    """What an open connection brought. `parsed`, `raw`, `gap`: as of a look; `cursor`: where to go on after a break,
    None where the network keeps no place; `look`: there may be something that only a look brings."""

    parsed: tuple[Parsed, ...] = ()
    cursor: str | None = None
    raw: bytes = b""
    gap: bool = False
    look: bool = False


@dataclass(frozen=True, slots=True)
class Tended:
    """How what runs out stands now, all of it. `secrets`: new ones, by the names of their set-up fields; `asked`: how
    many renewals the network was asked for; `again_s`: when to look after it next."""

    terms: tuple[Term, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    asked: int = 0
    again_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class Probe:
    """A question that changes nothing and that only who has access gets an answer to. `name`: where the answer says
    who we are; `ok`: what of it must be true, where the network answers 200 to everybody."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    name: tuple[str, ...] = ()
    ok: str | None = None


class NotAsked(Exception):
    """There is nothing that this network could be asked: only what it sends shows that it is connected."""


class NothingToHear(Exception):
    """No connection stays open for this channel, and that is no failure: looks have to do."""
