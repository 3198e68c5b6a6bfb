"""One of everything that belongs to another brand, and ids of the same shape that belong to nobody."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

from inbox import files, freezing, handing, history, subscriptions, wordings
from inbox.bulk import jobs
from inbox.bulk.orders import Orders
from inbox.freezing import Wanted
from inbox.ids import BrandId, ItemId
from inbox.log.record import NewDelivery
from inbox.people import saved_views, tokens, wall_links
from inbox.people.saved_views import Who
from inbox.subscription import By
from inbox.web.routes import Route
from inbox.wording import Draft, Variant
from tests.web.world import World

CANARY = "zygomycete"
"""In all words of theirs."""
WAVE = """INSERT INTO vigie.waves VALUES ($1, $2, now(), now(), 9, 9, 9, 3, 0.9, '{c}', '{fr}')"""
RUN = """INSERT INTO vigie.reclassifications (brand_id, run_id, model, since, asked_at, state, changed_at)
VALUES ($1, $2, $3, now(), now(), 'tried', now())"""
REPORT = """INSERT INTO vigie.reports VALUES ($1, $2, $3, NULL, NULL, 'fr', false, NULL, '{}', 1, now())"""
ISSUE = """INSERT INTO vigie.report_issues (brand_id, issue_id, report_id, first_day, last_day, wanted_at, why)
VALUES ($1, $2, $3, current_date, current_date, now(), $4)"""
MISSING: Mapping[str, str] = {
    "member_id": "999999", "channel_id": "1-nowhere", "subscription_id": "0" * 16, "token_id": "0" * 16,
    "link_id": "0" * 16,
    **{
        name: str(uuid.UUID(int=7, version=4))
        for name in (
            "item_id", "file_id", "wave_id", "run_id", "wording_id", "view_id", "job_id", "freeze_id", "delivery_id",
            "handover_id", "report_id", "issue_id",
        )
    },
}  # fmt: skip


OF_A_BRAND = """SELECT relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'brand_id'
WHERE c.relnamespace = 'vigie'::regnamespace AND c.relkind = 'r' AND relname <> 'api_tokens' ORDER BY 1"""
"""Tables; when a token was used last is no change."""
PLACES = re.compile(r"\{(\w+)(?::[^}]*)?\}")
NO_IDS = {"act": "note"}
"""Places in addresses that name nothing of a brand."""
OF_THIS_REQUEST = re.compile(r'name="csrf" value="[^"]*"|[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}')
"""Keys of forms and numbers of requests."""


def places(route: Route) -> set[str]:
    """What it names of a brand."""
    return set(PLACES.findall(route.path)) - {"brand_id"} - NO_IDS.keys()


async def ask(world: World, route: Route, ids: Mapping[str, str], cookie: str, csrf: str) -> tuple[int, str]:
    """As the owner, or with a token that may do everything: the status, and what is said but for the ids themselves."""
    path = PLACES.sub(lambda place: {"brand_id": str(world.brand), **NO_IDS, **ids}[place[1]], route.path)
    if route.surface == "api":
        headers = world.bearer() | {"Idempotency-Key": uuid.uuid4().hex}
        answer = await world.ask(route.method, path, headers=headers, json={} if route.method != "GET" else None)
    else:
        form = {"csrf": csrf} if route.method != "GET" else None
        answer = await world.ask(route.method, path, headers=world.cookie(cookie), form=form)
    said = answer.text
    for one in ids.values():
        said = said.replace(one, "")
    return answer.status, OF_THIS_REQUEST.sub("", said)


async def stored(world: World, brand: BrandId) -> dict[str, str]:
    """Checksums of all that is stored of a brand."""
    found = {}
    for (name,) in await world.pool.fetch(OF_A_BRAND):
        found[name] = await world.pool.fetchval(
            f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM vigie.{name} t"
            " WHERE brand_id = $1", brand,
        )  # fmt: skip
    return found


async def theirs(world: World) -> dict[str, str]:
    """By the names that they have in addresses."""
    log, brand, by, now = world.log, world.other, world.people["stranger"], world.clock.now()
    item = await world.hear(f"{CANARY} a pris feu", author="zoe", brand=brand)
    channel = await world.deps.channels.add(brand, network="generic", name=CANARY, secrets={"secret": "s"}, by=None)
    token_id, _ = await tokens.create(log, brand, name=CANARY, rights=("read",), by=by, now=now)
    subscription, _ = await subscriptions.create(
        log, brand, address="https://example.org/hook", description=CANARY, by=By(by, True), now=now
    )
    wording = Draft(title=CANARY, categories=(), variants=(Variant(text=CANARY),))
    view = Who(by, shares=True, leads=True)
    ids = {
        "item_id": item, "channel_id": channel.channel_id, "member_id": by, "token_id": token_id,
        "subscription_id": subscription, "file_id": await _file(world, brand, item),
        "wording_id": await wordings.create(log, brand, wording, networks=(), by=by, now=now),
        "view_id": await saved_views.save(
            log, brand, view, name=CANARY, icon="", view="all", q="", shared=True, now=now
        ),
        "job_id": await jobs.draft(log, brand, Orders(what="mute"), [(item, 1, None)], by=by, now=now),
        "freeze_id": await freezing.freeze(log, brand, Wanted(CANARY), by=by, now=now),
        "delivery_id": await _delivery(world, brand), "wave_id": uuid.uuid4(), "run_id": uuid.uuid4(),
    }  # fmt: skip
    handover = await handing.offer(
        log, brand, (), by=by, to=None, since=now, text=CANARY, done=(0, 0), key=CANARY, now=now
    )
    ids["handover_id"] = handover.ident
    await wall_links.create(log, brand, name=CANARY, lang="fr", by=by, now=now)
    (wall,) = await wall_links.of_brand(log, brand)
    ids["link_id"] = wall.id
    ids |= {"report_id": uuid.uuid4(), "issue_id": uuid.uuid4()}
    await world.pool.execute(REPORT, brand, ids["report_id"], CANARY)
    await world.pool.execute(ISSUE, brand, ids["issue_id"], ids["report_id"], CANARY)
    await world.pool.execute(WAVE, brand, ids["wave_id"])
    await world.pool.execute(RUN, brand, ids["run_id"], CANARY)
    return {name: str(value) for name, value in ids.items()}


async def _file(world: World, brand: BrandId, item: ItemId) -> uuid.UUID:
    """With bytes in it, as somebody left it in the composer."""
    past, by = await history.load(world.log, brand, item), world.people["stranger"]
    file = await files.put(
        world.log, brand, past, f"{CANARY}.txt", "text/plain", CANARY.encode(), by=by, now=world.clock.now()
    )
    return file.file_id


async def _delivery(world: World, brand: BrandId) -> uuid.UUID:
    raw = NewDelivery(uuid.uuid4(), "c", world.clock.now(), CANARY.encode(), CANARY, "quarantined", CANARY)
    await world.log.append(brand, [], deliveries=[raw])
    return raw.delivery_id
