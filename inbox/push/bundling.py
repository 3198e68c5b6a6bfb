"""When a person is told of new items on their device, and of how many at once. Pure: no I/O, and `now` is a parameter.

Items are gathered: one message says "37 new, 4 urgent" instead of forty-one that say one each. Between two of a brand
lies a pause, a shorter one where something is critical. In somebody's quiet hours nothing is said, but of what is
critical where they chose so; the rest is told when the quiet ends, as far as it still waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal

Shows = Literal["counts", "channels", "words"]
"""How much stands in a message: figures alone, channels too, or of a single item also who wrote what."""

GATHER = timedelta(seconds=20)
"""From the first news of a brand to the message: what comes in between goes with it, and has been read by then."""
PAUSE = timedelta(minutes=5)
URGENT_PAUSE = timedelta(minutes=1)
CRITICAL, URGENT = 1, 2


@dataclass(frozen=True, slots=True)
class Wishes:
    """`quiet`: from and until, in the brand's zone, None for never; `through`: P1 is told all the same."""

    priorities: frozenset[int] = frozenset({1, 2})
    quiet: tuple[time, time] | None = None
    through: bool = True
    shows: Shows = "channels"


@dataclass(frozen=True, slots=True)
class Untold:
    """An item that waits and that the person was not told of, or only when it mattered less. `fold`: why its words stay
    folded."""

    item_id: str
    priority: int
    channel: str
    position: int
    who: str = ""
    text: str = ""
    fold: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """`one`: the item, where it is a single one."""

    new: int
    urgent: int
    channels: Mapping[str, int] = field(default_factory=dict)
    one: Untold | None = None


def is_quiet(wishes: Wishes, local: datetime) -> bool:
    if wishes.quiet is None:
        return False
    start, end = wishes.quiet
    at = local.time()
    return start <= at < end if start <= end else at >= start or at < end


def told_now(wishes: Wishes, local: datetime) -> frozenset[int]:
    """Which priorities may be told of at this hour."""
    if not is_quiet(wishes, local):
        return wishes.priorities
    return wishes.priorities & {CRITICAL} if wishes.through else frozenset()


def quiet_ends(wishes: Wishes, local: datetime) -> datetime | None:
    """When the present quiet is over; None where there is none."""
    if wishes.quiet is None or not is_quiet(wishes, local):
        return None
    end = local.replace(hour=wishes.quiet[1].hour, minute=wishes.quiet[1].minute, second=0, microsecond=0)
    return end if end > local else end + timedelta(days=1)


def bundle(items: Sequence[Untold]) -> Bundle:
    channels: dict[str, int] = {}
    for item in items:
        channels[item.channel] = channels.get(item.channel, 0) + 1
    most_first = dict(sorted(channels.items(), key=lambda pair: (-pair[1], pair[0])))
    urgent = sum(item.priority <= URGENT for item in items)
    return Bundle(len(items), urgent, most_first, items[0] if len(items) == 1 else None)


def rests_until(items: Sequence[Untold], now: datetime) -> datetime:
    """Nothing more of this brand is said before."""
    critical = any(item.priority == CRITICAL for item in items)
    return now + (URGENT_PAUSE if critical else PAUSE)
