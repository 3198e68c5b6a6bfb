"""A brand's freezes in its log: said, lifted, read. What one means is in `inbox.freezes`."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from inbox import categories, freezes
from inbox.errors import Refused
from inbox.events import FreezeLifted, TopicFrozen
from inbox.freezes import Freeze
from inbox.ids import BrandId, DedupeKey, dedupe_key
from inbox.log.record import NewEvent
from inbox.log.store import Connection, Log


@dataclass(frozen=True, slots=True)
class Wanted:
    """As of `TopicFrozen`."""

    reason: str
    categories: tuple[str, ...] = ()
    wave_id: uuid.UUID | None = None
    words: tuple[str, ...] = ()
    until: datetime | None = None
    holding_allowed: bool = True


async def of_brand(log: Log, brand: BrandId, *, connection: Connection | None = None) -> list[Freeze]:
    """All that were ever said, in order."""
    return freezes.fold(r.event for r in await log.read_stream(brand, freezes.STREAM, connection=connection))


async def freeze(
    log: Log, brand: BrandId, wanted: Wanted, *, by: int, now: datetime, key: str | None = None
) -> uuid.UUID:
    """In force once this returns. `key`: the same again answers as the first time. Refused: `freeze_bad`,
    `no_such_category`, `idempotency_key_reused` (422)."""
    freeze_id = uuid.uuid4() if key is None else uuid.UUID(int=dedupe_key("freeze", str(brand), str(by), key).int)
    if key is not None and await _repeated(log, brand, freeze_id, wanted):
        return freeze_id
    words = freezes.checked(wanted.reason, wanted.words, wanted.until, now)
    if unknown := set(wanted.categories) - categories.LEVEL_OF.keys():
        raise Refused("no_such_category", f"There is no category {sorted(unknown)[0]}.")
    said = TopicFrozen(
        freeze_id=freeze_id, reason=wanted.reason.strip(), categories=categories.in_order(wanted.categories),
        wave_id=wanted.wave_id, words=words, until=wanted.until, holding_allowed=wanted.holding_allowed, by=by, at=now,
    )  # fmt: skip
    await log.append(brand, [NewEvent(said, freezes.STREAM, dedupe_key("frozen", str(brand), str(freeze_id)))])
    return freeze_id


async def _repeated(log: Log, brand: BrandId, freeze_id: uuid.UUID, wanted: Wanted) -> bool:
    said = next((one.said for one in await of_brand(log, brand) if one.said.freeze_id == freeze_id), None)
    if said is None:
        return False
    asked = (wanted.reason.strip(), set(wanted.categories), freezes.clean(wanted.words), wanted.wave_id, wanted.until)
    if (said.reason, set(said.categories), said.words, said.wave_id, said.until) != asked:
        raise Refused("idempotency_key_reused", "This idempotency key was used for another command.", status=422)
    return True


async def lift(log: Log, brand: BrandId, freeze_id: uuid.UUID, *, by: int, now: datetime) -> None:
    """Doing it again changes nothing. Refused: `no_such_freeze`."""
    known = {one.said.freeze_id: one for one in await of_brand(log, brand)}
    if freeze_id not in known:
        raise Refused("no_such_freeze", "This brand has no such freeze.", status=404)
    if known[freeze_id].lifted_at is None:
        lifted = FreezeLifted(freeze_id=freeze_id, by=by, at=now)
        await log.append(brand, [NewEvent(lifted, freezes.STREAM, DedupeKey(uuid.uuid4()))])
