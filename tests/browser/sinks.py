"""Hostile words in the places that members fill: proposals and the page of a link, freezes, wordings, saved views, bulk
actions, notices, exposures, wallboards, webhooks out, the history of settings.

Written into the log and the tables as they are, past the checks of the forms: what a form refuses today may stand in a
database from before.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from inbox import events as ev
from inbox import handing, subscriptions
from inbox.bulk import foretelling, jobs
from inbox.bulk.orders import Orders
from inbox.ids import ItemId, dedupe_key
from inbox.log.record import NewEvent
from inbox.people import bearer
from inbox.reports import store
from inbox.reports.store import Report
from inbox.subscription import By
from inbox.team_events import HandedItem
from inbox.views import wave_members
from inbox.wording import Draft, Variant
from services.channels import registry
from services.channels.contract import Way
from services.outbound import Outbound
from services.workers.reports import Reports
from tests.web.world import World

TOKEN = bearer.new()
"""Of the link to the proposal."""
VIEWS = """INSERT INTO vigie.saved_views (brand_id, view_id, owner, shared, name, icon, view, q, place, created_at)
VALUES ($1, $2, $3, true, $4, '', 'all', $5, 1, now())"""
WORDINGS = """INSERT INTO vigie.wordings (brand_id, wording_id, version, draft, changed_by, changed_at)
VALUES ($1, $2, 1, $3, $4, now())"""
WAITING = """INSERT INTO vigie.proposals (brand_id, item_id, proposal_id, by_member, asked, at, expires_at)
SELECT brand_id, item_id, item_id, $2, '{}', now(), now() FROM vigie.items WHERE brand_id = $1
ON CONFLICT DO NOTHING"""
NOTICES = """INSERT INTO vigie.notices (brand_id, member_id, position, kind, item_id, by_member, at)
SELECT brand_id, $2, position, 'mentioned', item_id, $3, now() FROM vigie.items WHERE brand_id = $1
ON CONFLICT DO NOTHING"""
WALLS = """INSERT INTO vigie.wall_links (brand_id, link_id, token_hash, name, lang, made_by, made_at)
VALUES ($1, $2, $3, $4, 'en', $5, now())"""
EXPOSED = """INSERT INTO vigie.exposures (brand_id, member_id, day, opened)
SELECT brand_id, member_id, current_date, 3 FROM vigie.memberships WHERE brand_id = $1"""


WAVED = """INSERT INTO vigie.wave_members (brand_id, item_id, external_id, wave_id, joined_at, heard_at, channel_id,
  author, level, raised)
SELECT brand_id, item_id, external_id, $2, at, at, 'c', item_id, 3, 0 FROM vigie.messages,
  LATERAL (SELECT sent_at - CASE external_id WHEN 't11' THEN interval '1 minute' ELSE '0' END) AS heard (at)
WHERE brand_id = $1"""
"""Of all; the example is the first that was heard: the second script, which carries its number."""


async def fill(world: World, item: ItemId, texts: Sequence[str], names: Sequence[str]) -> None:
    """`names`: those of `texts` that a name may hold, short enough."""
    await _log(world, item, texts)
    await _wave(world)
    await _together(world, item, texts)
    await _reports(world, names)
    brand, pool = world.brand, world.pool
    owner, cm = world.people["owner"], world.people["cm"]
    storable = [text for text in texts if "\x00" not in text]
    views = [(brand, uuid.uuid4(), cm, name, text) for name, text in zip(names[:20], texts, strict=False)]
    await pool.executemany(VIEWS, views)
    await pool.executemany(WORDINGS, [(brand, uuid.uuid4(), _wording(texts, n), cm) for n in range(len(texts))])
    await pool.execute(WAITING, brand, cm)
    await pool.execute(NOTICES, brand, owner, cm)
    await pool.execute(EXPOSED, brand)
    links = [(brand, str(n), str(n).encode(), name, cm) for n, name in enumerate(names)]
    await pool.executemany(WALLS, links)
    await _webhooks_out(world, storable)


async def _log(world: World, item: ItemId, texts: Sequence[str]) -> None:
    now, cm = world.clock.now(), world.people["cm"]
    lasts = now + timedelta(hours=1)
    proposal, link = uuid.UUID(int=1), uuid.UUID(int=2)
    of_item: list[ev.Event] = [
        ev.ReplyProposed(
            item_id=item, proposal_id=proposal, purpose="response", escalate_s=60, expires_at=lasts, by=cm, at=now,
            variants=tuple(texts),
        ),
        ev.ApprovalLinkMade(
            item_id=item, link_id=link, proposal_id=proposal, expires_at=lasts, by=world.people["lead"], at=now,
            name=texts[0], digest=bearer.digest(TOKEN).hex(),
        ),
    ]  # fmt: skip
    of_brand: dict[str, list[ev.Event]] = {
        "freezes": [
            ev.TopicFrozen(freeze_id=uuid.uuid4(), reason=text, words=(text,), by=cm, at=now) for text in texts
        ],
        "settings": [
            ev.SettingChanged(
                what="channel", action=text[:40], subject=text, before={"name": text}, after={"account": text}, by=cm,
                at=now,
            )
            for text in texts
        ],
        "retention": [ev.RetentionChanged(words_days=None, raw_days=30, hold=True, reason=texts[1], by=cm, at=now)],
    }  # fmt: skip
    subject = world.log.keyring.ids.subject(world.brand, "generic", "one")
    await world.log.append(world.brand, [
        NewEvent(event, str(item), dedupe_key("hostile", str(n)), subject) for n, event in enumerate(of_item)
    ])  # fmt: skip
    for stream, happened in of_brand.items():
        new = [NewEvent(event, stream, dedupe_key(stream, str(n))) for n, event in enumerate(happened)]
        await world.log.append(world.brand, new)
    await world.project()


async def _wave(world: World) -> None:
    """Of all that was heard."""
    wave = uuid.uuid4()
    async with world.pool.acquire() as connection:
        await connection.execute(WAVED, world.brand, wave)
        await connection.execute(wave_members.sql.sum_up, world.brand, [wave])


async def _together(world: World, item: ItemId, texts: Sequence[str]) -> None:
    """A hand-over and a promise, of the item that holds every script."""
    log, brand, now, cm = world.log, world.brand, world.clock.now(), world.people["cm"]
    given = HandedItem(item_id=item, why=("open",))
    await handing.offer(
        log, brand, [given], by=cm, to=None, since=now, text="".join(texts[:40])[:1000], done=(0, 0), key="h", now=now
    )


async def _reports(world: World, names: Sequence[str]) -> None:
    """Of hostile names, and one that is made of the brand with the hostile name."""
    brand, owner, now = world.brand, world.people["owner"], world.clock.now()
    made = [Report(uuid.uuid4(), name, "en") for name in names[:10]]
    for one in made:
        await store.save(world.log, brand, one, by=owner, now=now)
    today = now.date()
    await store.want(world.log, brand, made[0].report_id, today - timedelta(days=3), today, by=owner, now=now)
    async with Outbound(["127.0.0.0/8"]) as http:
        await Reports(world.log, world.deps.channels, Way(http, ""), world.clock).look()


def _wording(texts: Sequence[str], place: int) -> bytes:
    draft = Draft(title=texts[place], variants=(Variant(text=texts[place]),), categories=())
    return draft.model_dump_json().encode()


async def _webhooks_out(world: World, texts: Sequence[str]) -> None:
    made, _ = await subscriptions.create(
        world.log, world.brand, address="https://example.org/hook", types=(), personal=False, by=By(1, True), allow=(),
        now=world.clock.now(),
    )  # fmt: skip
    await world.pool.execute(
        "UPDATE vigie.subscriptions SET description = $2 WHERE brand_id = $1", world.brand, texts[3]
    )
    await world.pool.executemany(
        "INSERT INTO vigie.forward_attempts (brand_id, subscription_id, attempt_id, position, type, number, at, error)"
        " VALUES ($1, $2, $3, $3, $4, 1, now(), $4)",
        [(world.brand, made, n + 1, text) for n, text in enumerate(texts[:200])],
    )  # fmt: skip


async def job(world: World, texts: Sequence[str]) -> uuid.UUID:
    """A draft that would write to all who stand in the queue, in hostile words."""
    brand, now, owner = world.brand, world.clock.now(), world.people["owner"]
    rows = await world.pool.fetch("SELECT item_id, position FROM vigie.items WHERE brand_id = $1", brand)
    variants = tuple(Variant(text=text, lang=text[:9], network=text[:9]) for text in texts)
    orders = Orders(what="reply", variants=(Variant(text="".join(texts[:40])), *variants))
    chosen = [(row["item_id"], row["position"], None) for row in rows]
    made = await jobs.draft(world.log, brand, orders, chosen, by=owner, now=now)
    async with world.pool.acquire() as connection:
        setting = await foretelling.setting(
            world.log, connection, brand, await jobs.one(connection, brand, made), networks=registry.networks(),
            known=foretelling.known_of(texts[0], {}), now=now,
        )  # fmt: skip
        await foretelling.foretell(world.log, connection, brand, await jobs.one(connection, brand, made), setting)
    return made
