"""The reckoning: a round's ledger against the log, against every view, and against what people see over HTTP.

First everything must be still (`rest`): followers at the end of the log, spools empty. Then three looks. The log is
read as a subscriber reads it, over the API. The view of messages is read from its table. And the views are built anew
from the log: a row that differs from what stood there is a row that somebody saw and that was not true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from inbox.ids import BrandId
from inbox.state import Status
from inbox.views import rebuild
from inbox.views.shadow import TakenOver
from services.drill.ledger import found_in
from tests.chaos import ledger
from tests.chaos.figures import Figures, Measured, Round, compared, worst
from tests.chaos.ledger import Sent
from tests.chaos.rest import FOLLOWED_S, awake, followed, rest
from tests.chaos.traffic import Traffic
from tests.chaos.world import World
from tests.product.many import Tenant


async def reckon(
    world: World, traffic: Traffic, tenants: Sequence[Tenant], fault: str, title: str,
    measured: Measured | None = None, wrong: Sequence[str] = (),
) -> Round:  # fmt: skip
    """The end of a round. Prints its line."""
    unread, waited_s = 0, FOLLOWED_S
    try:
        waited_s, unread = await rest(world, tenants)
    except TimeoutError:
        wrong = [*wrong, "the rows never came to the end of the log"]
    sent = ledger.read(traffic.ledger.path)
    places = [await _places(world, tenant, _of(sent, tenant)) for tenant in tenants]
    figures = sum((worst(each) for each in places), Figures())
    more: Measured = {
        "sent": len(sent), "not 2xx": traffic.refused, "connections broken": traffic.dropped,
        "slowest answer s": round(traffic.slowest_s, 2), "still after s": round(waited_s, 1),
        **({"items nobody has read by then": unread} if unread else {}),
    }  # fmt: skip
    done = Round(fault, title, figures, (measured or {}) | more, tuple(wrong))
    print(line(done), flush=True)
    await awake(world)
    return done


def line(done: Round) -> str:
    five = done.figures
    return (
        f"{done.fault:<12} {'sound' if done.sound else 'NOT SOUND'}: ok {five.ok}, lost {five.lost}, duplicated"
        f" {five.duplicated}, unexpected {five.unexpected}, recovered {five.recovered}; {done.measured}"
        + "".join(f"\n    {one}" for one in done.wrong)
    )


def _of(sent: Mapping[str, Sent], tenant: Tenant) -> dict[str, Sent]:
    mine = f"{tenant.brand}/"
    return {ident.removeprefix(mine): one for ident, one in sent.items() if ident.startswith(mine)}


async def _places(world: World, tenant: Tenant, sent: Mapping[str, Sent]) -> dict[str, Figures]:
    said = {ident: one for ident, one in sent.items() if "#" not in ident}
    return {
        "log": compared(sent, found_in(await events_of(world, tenant))),
        "messages": _but_ok(compared(said, await _messages(world, tenant.brand)), len(sent)),
        "queue": _but_ok(await _queue(world, tenant), len(sent)),
        "rebuilt": _but_ok(Figures(unexpected=await _untrue(world, tenant)), len(sent)),
    }


def _but_ok(figures: Figures, all_: int) -> Figures:
    """A place that does not hold everything says nothing of how much is well."""
    return Figures(all_, figures.lost, figures.duplicated, figures.unexpected, 0)


async def events_of(world: World, tenant: Tenant) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while page := (await _get(world, tenant, f"events?after={found[-1]['position'] if found else 0}&limit=500"))[
        "events"
    ]:
        found += page
    positions = [event["position"] for event in found]
    assert positions == list(range(1, len(found) + 1)), "positions have gaps"
    return found


async def _messages(world: World, brand: BrandId) -> Counter[str]:
    rows = await world.here.shared.pool.fetch("SELECT external_id FROM vigie.messages WHERE brand_id = $1", brand)
    return Counter(row["external_id"] for row in rows)


async def _queue(world: World, tenant: Tenant) -> Figures:
    """The rows of the queue as people get them, page by page, against the items that messages belong to."""
    seen = Counter(item["id"] for item in await everything(world, tenant))
    rows = await world.here.shared.pool.fetch(
        "SELECT DISTINCT item_id FROM vigie.messages WHERE brand_id = $1", tenant.brand
    )
    return compared({str(row["item_id"]): Sent((200,)) for row in rows}, seen)


async def everything(world: World, tenant: Tenant) -> list[dict[str, Any]]:
    """All items of a brand as people get them, page by page."""
    found: list[dict[str, Any]] = []
    for status in get_args(Status):
        after = ""
        while after is not None:
            page = await _get(world, tenant, f"items?status={status}&limit=200{after and '&after=' + after}")
            found += page["items"]
            after = page["next"]
    return found


async def _untrue(world: World, tenant: Tenant) -> int:
    """Rows of any view that were not what the log says. Where somebody appended meanwhile it is asked again: a row may
    have been merely late."""
    while True:
        try:
            rebuilt = await rebuild.rebuild(world.here.shared.log, tenant.brand)
        except TakenOver:
            continue  # a starved machine: it was not heard of for so long that it was cleared away as dead
        if not rebuilt.changed or rebuilt.position == await world.here.shared.log.head(tenant.brand):
            return rebuilt.changed
        await followed(world, [tenant.brand])


async def _get(world: World, tenant: Tenant, path: str) -> Any:
    url, authorised = f"{world.desk.url}/api/v1/brands/{tenant.brand}/{path}", f"Bearer {tenant.token}"
    async with world.client.get(url, headers={"Authorization": authorised}) as response:
        assert response.status == 200, await response.text()
        return await response.json()
