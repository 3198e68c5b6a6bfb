"""Ten thousand events of one brand, as life makes them: appended, folded and written by the product's own code.

2,500 items of four events each. Four of five wait: two messages, two judgements. The fifth is done: heard, judged,
taken charge of, resolved. Every item holds the words that the searches look for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from inbox import events as ev
from inbox.events import Author, Event
from inbox.ids import BrandId, ChannelId, ItemId, dedupe_key
from inbox.log.record import NewEvent, item_stream
from inbox.log.store import Log
from inbox.views import items

ITEMS = 2_500
EVENTS = 4 * ITEMS
DONE_EVERY = 5
CHANNELS = ("page", "site", "mail")
COMMON = "velo"
"""In the words of every item."""
MIDDLING = "theme7"
"""In one of fifty."""
BATCH = 500


def rare(n: int) -> str:
    """A word of the waiting item `n` alone."""
    return f"rare{n}"


def waiting() -> list[int]:
    """Numbers of the items that wait."""
    return [n for n in range(ITEMS) if n % DONE_EVERY]


def item_of(log: Log, brand: BrandId, n: int) -> ItemId:
    return log.keyring.ids.item(brand, ChannelId(CHANNELS[n % 3]), f"t{n % 300}", f"a{n}")


async def plant(log: Log, brand: BrandId, now: datetime) -> None:
    """The log and the views of the brand; its projector stands where its log ends."""
    events = [new for n in range(ITEMS) for new in _of_item(log, brand, n, now)]
    for start in range(0, len(events), BATCH):
        await log.append(brand, events[start : start + BATCH])
    position = 0
    while recorded := await log.read(brand, position, BATCH):
        position = recorded[-1].position
        async with log.pool.acquire() as connection, connection.transaction():
            await items.project(connection, brand, recorded, log.keyring.ids)
            await connection.execute(items.sql.set_checkpoint, brand, position)


def message(log: Log, brand: BrandId, n: int, external_id: str, at: datetime) -> NewEvent:
    """One more message of the author of item `n`."""
    word = rare(n) if n % DONE_EVERY else "fini"
    event = ev.MessageReceived(
        item_id=item_of(log, brand, n), channel_id=CHANNELS[n % 3], network="generic", kind="comment",
        external_id=external_id, sent_at=at, received_at=at, thread_id=f"t{n % 300}",
        author=Author(id=f"a{n}", name=f"Auteur {n}", handle=f"@a{n}", followers=10 * n),
        text=f"Mon vélo ne freine plus depuis hier, theme{n % 50} {word}, que dois-je faire maintenant ? {external_id}",
    )  # fmt: skip
    subject = log.keyring.ids.subject(brand, "generic", f"a{n}")
    return NewEvent(event, item_stream(event.item_id), dedupe_key("received", str(brand), external_id), subject)


def _of_item(log: Log, brand: BrandId, n: int, now: datetime) -> Iterator[NewEvent]:
    at = now - timedelta(seconds=n)
    first = message(log, brand, n, f"m{n}", at)
    yield first
    yield _judged(log, brand, n, f"m{n}", at)
    if n % DONE_EVERY:
        yield message(log, brand, n, f"n{n}", at)
        yield _judged(log, brand, n, f"n{n}", at)
        return
    item = item_of(log, brand, n)
    for event in (ev.ItemAcknowledged(item_id=item, by=1, at=at), ev.ItemResolved(item_id=item, by=1, at=at)):
        yield _new(brand, event, item, str(n))


def _judged(log: Log, brand: BrandId, n: int, external_id: str, at: datetime) -> NewEvent:
    item = item_of(log, brand, n)
    event = ev.MessageClassified(
        item_id=item, external_id=external_id, model="m@1", assessed=True, sentiment="negative", lang="fr",
        urgency=(n % 4) / 4, level=n % 4, at=at,
    )  # fmt: skip
    return _new(brand, event, item, external_id)


def _new(brand: BrandId, event: Event, item: ItemId, of: str) -> NewEvent:
    return NewEvent(event, item_stream(item), dedupe_key(event.TYPE, str(brand), of))
