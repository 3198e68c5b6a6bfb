"""A forgotten author's words are in no view, and the figures stay."""

from __future__ import annotations

import uuid

from inbox import events as ev
from inbox.views.filters import Filter
from inbox.views.rebuild import rebuild
from tests.views.world import ME, World, tables

CANARY = "zygomycete"


async def everything_zoe(world: World) -> uuid.UUID:
    """One item in which every field that may name or quote the author holds the canary."""
    item = await world.says(
        "zoe", f"{CANARY} fume", name=CANARY, permalink=f"https://example.org/{CANARY}", thread=CANARY,
        attachments=(ev.Attachment(url=f"https://example.org/{CANARY}.jpg", name=CANARY),),
    )  # fmt: skip
    reply = uuid.uuid4()
    reasons = (ev.ReasonGiven(category="safety", score=0.9, evidence=(CANARY,)),)
    await world.happens(
        world.judgement(item, urgency=0.9, level=3, categories=("safety",), reasons=reasons),
        ev.MessageEdited(
            item_id=item, channel_id="c1", external_id="m1", sent_at=world.minutes(1), received_at=world.minutes(1),
            text=f"encore {CANARY}",
        ),
        ev.MessageEdited(
            item_id=item, channel_id="c1", external_id="later", sent_at=world.minutes(1), received_at=world.minutes(1),
            text=f"avant {CANARY}",
        ),
        ev.NoteAdded(item_id=item, note_id=uuid.uuid4(), by=ME, at=world.minutes(2), text=f"note {CANARY}"),
        ev.ReplyQueued(
            item_id=item, reply_id=reply, purpose="response", by=ME, at=world.minutes(3), text=f"cher {CANARY}"
        ),
        ev.ReplySent(item_id=item, reply_id=reply, external_id="x1", at=world.minutes(4)),
        ev.AnsweredByHand(item_id=item, purpose="response", by=ME, at=world.minutes(5), text=f"dit à {CANARY}"),
    )  # fmt: skip
    return item


async def traces(world: World) -> int:
    """Rows of any view table in which the canary stands, in any column, binary or not."""
    found = 0
    for table in ("items", "turns", "messages"):
        rows = await world.pool.fetch(f"SELECT t.* FROM vigie.{table} t")
        found += sum(CANARY.encode() in _bytes(row.values()) for row in rows)
    return found


def _bytes(values: object) -> bytes:
    return b"".join(value if isinstance(value, bytes) else str(value).encode() for value in values)  # type: ignore[attr-defined]


async def test_a_forgotten_authors_words_are_in_no_view(world: World) -> None:
    item = await everything_zoe(world)
    await world.says("ben", "bonjour")
    await world.project()
    assert await traces(world) == 1
    before = await world.pool.fetch("SELECT * FROM vigie.turns ORDER BY item_id, turn")
    assert [row.id for row in (await world.page(Filter(q=CANARY))).rows] == [item]

    await world.forgets("zoe", item)  # type: ignore[arg-type]
    await world.project()
    assert await traces(world) == 0
    assert (await world.page(Filter(q=CANARY))).rows == []
    assert await world.pool.fetch("SELECT * FROM vigie.turns ORDER BY item_id, turn") == before
    row = await world.row(item)  # type: ignore[arg-type]
    assert (row.forgotten, row.text, row.author, row.urgency, row.priority) == (True, None, None, 0.9, 1)
    assert len((await world.page(Filter(q="bonjour"))).rows) == 1


async def test_a_forgotten_author_who_writes_again_is_read_and_the_views_rebuild_equal(world: World) -> None:
    item = await everything_zoe(world)
    await world.project()
    await world.forgets("zoe", item)  # type: ignore[arg-type]
    await world.project()
    await world.says("zoe", "me revoilà", thread=CANARY, at=world.minutes(9))
    await world.project()
    row = await world.row(item)  # type: ignore[arg-type]
    assert row.text == "me revoilà"
    built = await tables(world.pool, world.brand)
    await rebuild(world.log, world.brand)
    assert await tables(world.pool, world.brand) == built
