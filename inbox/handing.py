"""A brand's hand-overs in its log: offered, accepted, declined, carried out. What one means is in `inbox.handover`."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from inbox import commands, desk, handover, history
from inbox.clock import Clock
from inbox.errors import NotFound, Refused, Unavailable
from inbox.events import Event
from inbox.handover import Handover
from inbox.ids import BrandId, DedupeKey, ItemId, dedupe_key
from inbox.log.record import NewEvent
from inbox.log.store import Log, PositionConflict
from inbox.people import members
from inbox.team_events import HandedItem

ATTEMPTS = 10


async def of_brand(log: Log, brand: BrandId) -> list[Handover]:
    """All there ever were, in order."""
    return handover.fold(r.event for r in await log.read_stream(brand, handover.STREAM))


async def offer(
    log: Log, brand: BrandId, items: Sequence[HandedItem], *, by: int, to: int | None, since: datetime, text: str,
    done: tuple[int, int], key: str, now: datetime,
) -> Handover:  # fmt: skip
    """`done`: turns acknowledged and answered since. `key`: the same again answers as the first time. Refused:
    `assignee_unknown`, and those of `handover.offer`."""
    if to is not None and await members.role_in(log, brand, to) not in desk.WORKING_ROLES:
        raise Refused("assignee_unknown", "Nobody who answers for this brand has that id.")
    ident = uuid.UUID(int=dedupe_key("handover", str(brand), str(by), key).int)

    def decide(known: Sequence[Handover]) -> Event | None:
        if any(one.ident == ident for one in known):
            return None
        return handover.offer(
            known, ident, tuple(items), by=by, to=to, since=since, text=text, now=now, acknowledged=done[0],
            answered=done[1],
        )  # fmt: skip

    return _named(await _decided(log, brand, ident, "offered", decide), ident)


async def accept(log: Log, brand: BrandId, ident: uuid.UUID, *, by: int, now: datetime) -> Handover:
    """The items follow: see `carry_out`. Refused: those of `handover.accept`."""
    known = await _decided(
        log, brand, ident, "ended", lambda known: handover.accept(_found(known, ident), by=by, now=now)
    )
    return _named(known, ident)


async def decline(log: Log, brand: BrandId, ident: uuid.UUID, *, by: int, text: str, now: datetime) -> Handover:
    """Refused: those of `handover.decline`."""
    known = await _decided(
        log, brand, ident, "ended", lambda known: handover.decline(_found(known, ident), by=by, text=text, now=now)
    )
    return _named(known, ident)


async def _decided(
    log: Log, brand: BrandId, ident: uuid.UUID, what: str, decide: Callable[[Sequence[Handover]], Event | None]
) -> list[Handover]:
    """Who presses first wins: decided on what is true, and again where somebody was faster."""
    for _ in range(ATTEMPTS):
        said = await log.read_stream(brand, handover.STREAM)
        event = decide(handover.fold(r.event for r in said))
        if event is None:
            return handover.fold(r.event for r in said)
        new = NewEvent(event, handover.STREAM, DedupeKey(dedupe_key("handover", what, str(brand), str(ident))))
        try:
            await log.append(brand, [new], expect=(handover.STREAM, said[-1].position if said else 0))
        except PositionConflict:
            continue
        return handover.fold([*(r.event for r in said), event])
    raise Unavailable("hand-overs change too fast", retry_after_s=1)


def _found(known: Sequence[Handover], ident: uuid.UUID) -> Handover | None:
    return next((one for one in known if one.ident == ident), None)


def _named(known: Sequence[Handover], ident: uuid.UUID) -> Handover:
    found = _found(known, ident)
    assert found is not None
    return found


async def carry_out(log: Log, clock: Clock, brand: BrandId, ident: uuid.UUID) -> int:
    """Gives the items to who accepted, each as by hand; how many changed hands now. What its author does not hold any
    more stays where it is. Doing it again does nothing."""
    found = _found(await of_brand(log, brand), ident)
    if found is None or found.ended is None or found.ended.TYPE != "HandoverAccepted":
        return 0
    given = [await _give(log, clock, brand, found, ItemId(handed.item_id)) for handed in found.offered.items]
    return sum(given)


async def _give(log: Log, clock: Clock, brand: BrandId, found: Handover, item_id: ItemId) -> bool:
    assert found.ended is not None
    to = found.ended.by
    try:
        past = await history.load(log, brand, item_id)
        if not handover.passes_on(found, past.item):
            return False
        came = await desk.Commands(log, clock).run(
            brand, item_id, commands.Assign(to, to), expected_position=past.item.position,
            idempotency_key=f"handover:{found.ident}",
        )  # fmt: skip
    except (NotFound, Refused):
        return False  # forgotten, or somebody was faster: theirs is the later word
    return bool(came.events)
