"""The forecast of a whole draft: each of its items tried on what is known of it now, and the outcome kept beside it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from inbox import author_keeping, gap_values
from inbox.author_card import NOTHING_TOLD, Persons, Told
from inbox.bulk import forecast, jobs, reaching
from inbox.bulk.forecast import Known, Setting
from inbox.bulk.jobs import Job, sql
from inbox.channels import Network
from inbox.desk import standing_of
from inbox.ids import BrandId
from inbox.log.store import Connection, Log
from inbox.standing import NOTHING
from inbox.state import Item
from inbox.views import policies
from inbox.views.stored import load_item

PAGE = 200


def known_of(brand_name: str, channel_names: Mapping[str, str]) -> Known:
    """What gaps are filled with, of any item of the brand."""

    def known(item: Item, told: Told) -> dict[str, str | None]:
        channel = channel_names.get(item.channel_id, item.channel_id)
        return dict(gap_values.of(item, brand=brand_name, channel=channel, city=told.city))

    return known


async def setting(
    log: Log, connection: Connection, brand: BrandId, job: Job, *, networks: Mapping[str, Network], known: Known,
    now: datetime,
) -> Setting:  # fmt: skip
    followed = await jobs.one(connection, brand, job.follows) if job.follows and not job.orders.undo else None
    writes = job.orders.writes
    return Setting(
        job.job_id, job.orders, job.made_by, await policies.in_force(connection, brand), networks, known, now,
        follows_at=followed.begun_at if followed else None,
        within=await standing_of(log, brand, job.made_by) if writes else NOTHING,
        persons=await author_keeping.persons(log, brand, connection=connection) if writes else Persons(),
    )  # fmt: skip


async def told(
    log: Log, connection: Connection, brand: BrandId, setting: Setting, subjects: Iterable[uuid.UUID | None]
) -> Mapping[uuid.UUID, Told]:
    """What is to be gone by, of each of these people; nothing where nobody is written to."""
    wanted = {subject for subject in subjects if subject} if setting.orders.writes else set()
    return await author_keeping.told(log, brand, setting.persons, wanted, connection=connection) if wanted else {}


async def foretell(log: Log, connection: Connection, brand: BrandId, job: Job, setting: Setting) -> None:
    """All items of a draft. A person is written to in the most urgent of their items that can be answered, whichever of
    their linked authors it is by. Between two pages others have their turn: a storm's selection is thousands."""
    place, met = 0, set[uuid.UUID]()
    while rows := await connection.fetch(sql.states, brand, job.job_id, place, None, PAGE, None, None):
        subjects = {row["subject_id"] for row in rows if row["subject_id"]} if job.orders.writes else set()
        taken = await reaching.taken(connection, brand, job, setting.persons, subjects, setting.now)
        known = await told(log, connection, brand, setting, subjects)
        fates: list[tuple[uuid.UUID, str, str | None]] = []
        for row in rows:
            code = None
            if job.orders.writes:
                code = "already_written" if row["subject_id"] in taken else None
                code = code or ("same_person" if row["subject_id"] in met else None)
            if code is None:
                person = known.get(row["subject_id"], NOTHING_TOLD)
                said = forecast.of(load_item(row["item"]), row["before"], setting, person)
                code = "already_so" if said.nothing else said.code
            if code is None and row["subject_id"]:
                met |= setting.persons.of(row["subject_id"])
            fates.append((row["item_id"], "waiting" if code is None else "excluded", code))
        await connection.execute(sql.foretell, brand, job.job_id, *map(list, zip(*fates, strict=True)))
        place = rows[-1]["place"]
        await asyncio.sleep(0)
