"""From a folded item to the columns of `items`, `turns` and `messages`, in the order of the queries in items.sql.

Pure. Of turns and messages only those are given that differ from what stands in the database already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from inbox import approval, sla
from inbox.categories import level_of
from inbox.events import CategoriesCorrected, LanguageCorrected, MarkedNotUrgent, PriorityOverridden
from inbox.ids import BrandId, IdMaker
from inbox.log.record import Recorded
from inbox.policy import Policy
from inbox.state import Item, Judgement, Message
from inbox.views import marks, words
from inbox.views.folded import Folded
from inbox.views.row import FOREVER, Row, row_of
from inbox.views.stored import dump

Columns = tuple[object, ...]
NEVER = datetime.min.replace(tzinfo=UTC)
"""PostgreSQL's `-infinity`: of what is not heard yet."""
PersonsWord = CategoriesCorrected | LanguageCorrected | MarkedNotUrgent | PriorityOverridden


def item(brand: BrandId, folded: Folded, policy: Policy) -> Columns:
    assert folded.item is not None
    item = folded.item
    turn = item.turn
    alarms = sla.alarms(policy, item.turns[-1]) if item.turns else ()
    row = row_of(item, policy, alarms)
    running = sla.running_clocks(turn) if turn else ()
    return (
        item.item_id,
        item.position,
        folded.subject,
        storable(item.channel_id),
        storable(item.network),
        "unheard" if row is None else item.status,
        item.priority,
        (row.rank_due_at if row else sla.rank_due(item)) or FOREVER,
        None if item.lang is None else storable(item.lang),
        item.assignee,
        turn.ack_due_at if turn and "ack" in running else None,
        turn.response_due_at if turn and "response" in running else None,
        _warn_at(row),
        _next_alarm(item, alarms),
        row is not None and (row.ack_breached or row.response_breached),
        item.scored,
        any(to_score(item, message) for message in item.messages),
        row is not None and row.uncertain,
        words.document(brand, _texts(item), _names(item), marks.of(item)),
        b"" if row is None else dump(row),
        dump(item),
        _heard_at(item),
        row is not None and row.suspected,
        None if row is None else row.wave,
    )


def turns(folded: Folded) -> Iterator[Columns]:
    assert folded.item is not None
    item, before = folded.item, folded.before
    written = {turn.no: turn for turn in before.turns} if before and _place(before) == _place(item) else {}
    for turn in item.turns:
        if turn != written.get(turn.no):
            yield (
                item.item_id, turn.no, storable(item.channel_id), storable(item.network), turn.priority,
                turn.started_at, turn.ack_due_at, turn.response_due_at, turn.acknowledged_at, turn.acknowledged_by,
                turn.responded_at, turn.responded_by, turn.ended_at, turn.end, turn.promise_until,
                turn.promise_kept_at, turn.promise_broken, turn.reopened_at,
            )  # fmt: skip


def messages(brand: BrandId, folded: Folded, ids: IdMaker) -> Iterator[Columns]:
    assert folded.item is not None
    item, before = folded.item, folded.before
    written = {one.external_id: one for one in before.messages} if before and _place(before) == _place(item) else {}
    changed = [message for message in item.messages if message != written.get(message.external_id)]
    if not changed:
        return
    # Once forgotten, the thread is no longer known: the item stands for it, in old rows as in rebuilt ones.
    thread = ids.thread(brand, item.channel_id, item.thread_id) if item.thread_id else item.item_id
    for message in changed:
        said = message.judgement or message.former
        yield (
            item.item_id, storable(message.external_id), storable(item.channel_id), storable(item.network), thread,
            message.sent_at, message.received_at, said.sentiment if said else None,
            message.withdrawn_at is not None, *_own_reading(message.judgement),
        )  # fmt: skip


def _own_reading(said: Judgement | None) -> Columns:
    """The classifier's own: the figures of agreement compare it with what people said."""
    return (
        (None,) * 4
        if said is None
        else (said.level, said.urgency, storable(said.lang) if said.lang else None, said.assessed)
    )


def corrections(recorded: Sequence[Recorded]) -> Iterator[Columns]:
    """A row for each word that a person said on the classifier's reading, or took back. Lists are joined by commas:
    nothing in them holds one."""
    for one in recorded:
        if isinstance(one.event, CategoriesCorrected | LanguageCorrected | MarkedNotUrgent | PriorityOverridden):
            yield (one.position, one.event.item_id, one.event.at, *_word(one.event))


def _word(event: PersonsWord) -> Columns:
    """What, whether it was taken back, the rules' priority, the person's, the level of the categories, said, had."""
    if isinstance(event, CategoriesCorrected):
        said = event.categories
        level = None if said is None else level_of(said)
        return "categories", said is None, event.rules, None, level, ",".join(said or ()), ",".join(event.had)
    if isinstance(event, LanguageCorrected):
        return "language", event.lang is None, None, None, None, event.lang or "", storable(event.had or "")
    if isinstance(event, MarkedNotUrgent):
        return "urgency", event.undone, event.rules, None, None, "", ""
    return "priority", event.priority is None, event.rules, event.priority, None, "", ""


def to_score(item: Item, message: Message) -> bool:
    """Nobody judged these words, or only at first sight, and they can be read."""
    readable = message.text is not None or not item.forgotten
    unread = message.judgement is None or message.judgement.provisional
    return unread and message.withdrawn_at is None and readable


def storable(text: str) -> str:
    """PostgreSQL keeps no NUL in text; a network may send one."""
    return text.replace("\x00", "\ufffd")


def _place(item: Item) -> tuple[str, str, str | None]:
    return item.channel_id, item.network, item.thread_id


def _next_alarm(item: Item, alarms: Sequence[sla.Alarm]) -> object:
    times = [alarm.at for alarm in alarms]
    proposed = approval.next_alarm_at(item)
    return min(times if proposed is None else [*times, proposed], default=None)


def _warn_at(row: Row | None) -> object:
    if row is None:
        return None
    return min((at for at in (row.warn_ack_at, row.warn_response_at) if at is not None), default=None)


def _heard_at(item: Item) -> datetime:
    """When the author's latest words came, taken back or not."""
    return max((message.received_at for message in item.messages), default=NEVER)


def _names(item: Item) -> tuple[str | None, ...]:
    return (item.author.name, item.author.handle) if item.author else ()


def _texts(item: Item) -> Iterator[str | None]:
    yield from (message.text for message in item.messages)
    yield from (reply.text for reply in item.replies)
    yield from (note.text for note in item.notes)
