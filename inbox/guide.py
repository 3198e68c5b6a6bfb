"""The first steps of a brand: what is done of them, read from its settings and its log; nothing is kept beside.

A step is done when what it is for is there, however it came there: a channel that an operator connected from the
shell counts. That somebody skipped a step, or wants no more of the steps, is a line of the history of settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from inbox.errors import Refused
from inbox.events import PolicyChanged, SettingChanged
from inbox.ids import BrandId, ItemId
from inbox.log.record import Recorded
from inbox.log.store import Log
from inbox.people import audit, members
from inbox.sql import beside
from inbox.views import stored
from inbox.views.row import Row

sql = beside(__file__, "guide.sql")

Step = Literal["brand", "hours", "channel", "colleague", "message"]
State = Literal["done", "skipped", "open"]
STEPS: tuple[Step, ...] = get_args(Step)


@dataclass(frozen=True, slots=True)
class Guide:
    """`states`: of the steps in their order. `closed`: somebody wants no more of them."""

    states: Mapping[Step, State]
    closed: bool = False

    def first_open(self, steps: Sequence[Step] = STEPS) -> Step | None:
        """Of these, in their order; None where none is open."""
        return next((one for one in steps if self.states[one] == "open"), None)

    @property
    def needed(self) -> bool:
        """Whether something is missing without which nobody answers anybody."""
        return "open" in (self.states["channel"], self.states["colleague"], self.states["message"])

    @property
    def welcomes(self) -> bool:
        """Whether an owner who signs in is led here: nobody has written yet, and the ground is not laid."""
        waits = self.states["message"] == "open"
        return not self.closed and waits and "open" in (self.states["channel"], self.states["colleague"])


def derived(changes: Iterable[SettingChanged], *, hours: bool, channels: int, people: int, heard: bool) -> Guide:
    """`changes`: of the brand's settings; `hours`: somebody has set them; `people`: active members."""
    lines = [(one.what, one.action, one.subject) for one in changes]
    done = {
        "brand": any(line[:2] == ("brand", "changed") for line in lines), "hours": hours, "channel": channels > 0,
        "colleague": people > 1, "message": heard,
    }  # fmt: skip
    skipped = {subject for what, action, subject in lines if (what, action) == ("guide", "skipped")}
    states: dict[Step, State] = {
        step: "done" if done[step] else "skipped" if step in skipped else "open" for step in STEPS
    }
    return Guide(states, any(line[:2] == ("guide", "closed") for line in lines))


async def of_brand(log: Log, brand: BrandId, channels: int) -> Guide:
    """`channels`: how many are connected and switched on."""
    settings, policies = await log.read_stream(brand, audit.STREAM), await log.policies(brand)
    people = [one for one in await members.of_brand(log, brand) if one.active]
    heard = await log.pool.fetchval(sql.heard, brand)
    changes = [one.event for one in settings if isinstance(one.event, SettingChanged)]
    return derived(changes, hours=_set_by_somebody(policies), channels=channels, people=len(people), heard=heard)


def _set_by_somebody(policies: Sequence[Recorded]) -> bool:
    """A brand begins with a policy that is nobody's."""
    return any(isinstance(one.event, PolicyChanged) and one.event.by is not None for one in policies)


async def has_heard(log: Log, brand: BrandId) -> bool:
    return bool(await log.pool.fetchval(sql.heard, brand))


async def arrived(log: Log, brand: BrandId, item: ItemId | None = None) -> Row | None:
    """This item as the queue shows it; without one, that which changed last. None: it is not there (yet)."""
    card = await (log.pool.fetchval(sql.arrived, brand, item) if item else log.pool.fetchval(sql.latest, brand))
    return None if card is None else stored.load_row(card)


async def skip(log: Log, brand: BrandId, step: str, *, by: int, now: datetime) -> None:
    """Refused: `step_unknown`."""
    if step not in STEPS:
        raise Refused("step_unknown", "There is no such step.", status=404)
    async with audit.changing(log, brand, "guide", "skipped", step, by=by, now=now):
        pass


async def close(log: Log, brand: BrandId, *, by: int, now: datetime) -> None:
    async with audit.changing(log, brand, "guide", "closed", "", by=by, now=now):
        pass
