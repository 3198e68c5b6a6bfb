"""A brand's rules that assign: kept in its log, rehearsed on what came last, and carried out. What one means is in
`inbox.assigning`; who is here, what open pages say each minute."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from inbox import assigning, history
from inbox.assigning import Colleague, Roster
from inbox.clock import Clock
from inbox.errors import NotFound, Refused
from inbox.events import ItemAssigned
from inbox.history import History
from inbox.ids import BrandId, DedupeKey, ItemId, dedupe_key
from inbox.log.record import NewEvent, item_stream
from inbox.log.store import Connection, Log, PositionConflict
from inbox.sql import beside
from inbox.team_events import AssignmentRule, AssignmentRulesChanged
from inbox.views.stored import load_item

sql = beside(__file__, "rules.sql")

HERE_FOR = timedelta(minutes=3)
NOTED_EVERY_S = 60.0
REHEARSED = 100
ATTEMPTS = 5


async def of_brand(log: Log, brand: BrandId) -> tuple[tuple[AssignmentRule, ...], int]:
    """The rules in force, in their order, and where in the log they were said (0: never)."""
    said = await log.read_stream(brand, assigning.STREAM)
    return assigning.in_force(r.event for r in said), said[-1].position if said else 0


async def change(
    log: Log, brand: BrandId, wanted: Sequence[AssignmentRule], *, by: int, seen: int, now: datetime
) -> None:
    """`seen`: the position that was edited. Refused: `rules_bad`, `conflict` (somebody else changed them meanwhile)."""
    event = AssignmentRulesChanged(rules=assigning.checked(wanted), by=by, at=now)
    new = NewEvent(event, assigning.STREAM, DedupeKey(uuid.uuid4()))
    try:
        await log.append(brand, [new], expect=(assigning.STREAM, seen))
    except PositionConflict as error:
        raise Refused("conflict", "The rules were changed meanwhile. Load the page again.", status=409) from error


async def colleagues(connection: Connection, brand: BrandId, since: datetime | None) -> list[Colleague]:
    """Who acts for the brand: those seen since a time, or (None) everybody."""
    return [
        Colleague(row["member_id"], frozenset(row["langs"]), frozenset(row["teams"]), row["load"], row["last"])
        for row in await connection.fetch(sql.colleagues, brand, since)
    ]


async def note_here(connection: Connection, brand: BrandId, members: Iterable[int], now: datetime) -> None:
    await connection.execute(sql.here, brand, sorted(set(members)), now)


async def rehearse(
    connection: Connection, brand: BrandId, rules: Sequence[AssignmentRule]
) -> tuple[Counter[int | None], int]:
    """To whom the latest items would have gone were everybody here, None: to nobody; and of how many."""
    roster = Roster({one.member: one for one in await colleagues(connection, brand, None)})
    given: Counter[int | None] = Counter()
    rows = await connection.fetch(sql.latest, brand, REHEARSED)
    for place, row in enumerate(reversed(rows), start=2**40):
        item = load_item(row["state"])
        rule = assigning.rule_for(rules, item)
        member = assigning.choose(rule, item, roster.here.values()) if rule else None
        if member is not None:
            roster.give(member, place)
        given[member] += 1
    return given, len(rows)


# --- carried out ---------------------------------------------------------------------------------------------------


async def assign(
    log: Log, clock: Clock, brand: BrandId, item_id: ItemId, rules: Sequence[AssignmentRule], roster: Roster
) -> int | None:
    """Gives one item to whose turn it is; None where no rule fits, nobody is here, or a person has decided already."""
    for _ in range(ATTEMPTS):
        try:
            past = await history.load(log, brand, item_id)
        except NotFound:
            return None
        rule = assigning.rule_for(rules, past.item) if _is_open_to_rules(past) else None
        member = assigning.choose(rule, past.item, roster.here.values()) if rule else None
        if rule is None or member is None:
            return None
        try:
            position = await _append(log, clock, brand, past, rule, member)
        except PositionConflict:
            continue  # it changed meanwhile: look again
        if position is None:
            return None
        roster.give(member, position)
        await log.pool.execute(sql.given, brand, member, position)
        return member
    return None


def _is_open_to_rules(past: History) -> bool:
    """Nobody's, and nobody was asked to in this turn: who gave it back to the queue meant that."""
    turn = past.item.turn
    if turn is None or not assigning.is_free(past.item):
        return False
    heard = min(message.received_at for message in past.item.messages if message.turn == turn.no)
    return not any(isinstance(r.event, ItemAssigned) and r.event.at >= heard for r in past.recorded)


async def _append(
    log: Log, clock: Clock, brand: BrandId, past: History, rule: AssignmentRule, member: int
) -> int | None:
    item, turn = past.item, past.item.turn
    assert turn is not None
    event = ItemAssigned(item_id=item.item_id, assignee=member, by=None, at=clock.now(), rule=rule.rule_id)
    key = dedupe_key("rule", str(brand), str(item.item_id), str(turn.no), turn.started_at.isoformat())
    stream = item_stream(item.item_id)
    (position,) = await log.append(brand, [NewEvent(event, stream, key)], expect=(stream, past.last))
    return position
