"""R17: five people acknowledge the same items at the same moment: one of them did, and the others learn who."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter

from tests.chaos.figures import Asked, Measured, Round
from tests.chaos.reckoning import reckon
from tests.chaos.rest import followed
from tests.chaos.size import Size
from tests.chaos.world import World
from tests.product.many import Tenant

PEOPLE = 5
OF_AN_ITEM = 2
"""Messages: so many does an author say in a thread (`traffic`)."""
ASKED = (
    Asked("items", at_least=1_000),
    Asked("people", at_least=5),
    Asked("said yes", at_most=1, of="items"),
    Asked("said no (409)", at_least=4, of="items"),
)


async def acknowledged(world: World, size: Size) -> Round:
    """`size.items` of them, one after the other."""
    (tenant,) = await world.tenants(1)
    traffic = world.traffic("races")
    await traffic.shuffled([tenant], size.items * OF_AN_ITEM, "r17")
    pool = world.here.shared.pool
    await followed(world, [tenant.brand])
    rows = await pool.fetch(
        "SELECT item_id, position FROM vigie.items WHERE brand_id = $1 AND status = 'open'", tenant.brand
    )
    raced = [rows[number] for number in size.turns(len(rows))]
    answers = [await _race(world, tenant, row["item_id"], row["position"]) for row in raced]
    events = await pool.fetch(
        "SELECT stream_id FROM vigie.events WHERE brand_id = $1 AND type = 'ItemAcknowledged'", tenant.brand
    )
    won = Counter(status for answer in answers for status in answer)
    wrong = [
        *(["an item was acknowledged twice, or by nobody"] if any(a.count(200) != 1 for a in answers) else []),
        *(["an event too many, or too few"] if len(events) != len(rows) else []),
        *(["somebody was told something else than 409"] if set(won) - {200, 409} else []),
    ]
    measured: Measured = {"items": len(rows), "people": PEOPLE, "said yes": won[200], "said no (409)": won[409]}
    title = "five people acknowledge the same items"
    return await reckon(world, traffic, [tenant], "R17", title, measured, wrong)


async def _race(world: World, tenant: Tenant, item: uuid.UUID, position: int) -> list[int]:
    """What each of them was answered at once; who won asks again, as after a lost answer, and is told the same."""

    async def one(key: str) -> int:
        url = f"{world.desk.url}/api/v1/brands/{tenant.brand}/items/{item}/acknowledge"
        head = {"Authorization": f"Bearer {tenant.token}", "Idempotency-Key": key}
        async with world.client.post(url, headers=head, json={"expected_position": position}) as response:
            return response.status

    keys = [uuid.uuid4().hex for _ in range(PEOPLE)]
    answers = list(await asyncio.gather(*map(one, keys)))
    again = [await one(key) for key, answer in zip(keys, answers, strict=True) if answer == 200]
    return answers if again == [200] else [*answers, *again, 200]
