"""What would come of a job, worked out for whoever looks at its draft: pages and API alike."""

from __future__ import annotations

from collections.abc import Mapping

from inbox.bulk import foretelling
from inbox.bulk.forecast import Setting
from inbox.bulk.jobs import Job
from inbox.log.store import Connection
from inbox.people.brands import Brand
from inbox.web.context import Deps


async def setting(
    own: Deps, connection: Connection, brand: Brand, channel_names: Mapping[str, str], job: Job
) -> Setting:
    known = foretelling.known_of(brand.name, channel_names)
    return await foretelling.setting(
        own.log, connection, brand.id, job, networks=own.networks, known=known, now=own.clock.now()
    )


async def foretell(own: Deps, connection: Connection, brand: Brand, channel_names: Mapping[str, str], job: Job) -> None:
    """The outcome is kept beside each item of the draft."""
    found = await setting(own, connection, brand, channel_names, job)
    await foretelling.foretell(own.log, connection, brand.id, job, found)
