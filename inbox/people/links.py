"""Sign-in links: single use. Fifteen minutes for a member, a day for the first owner's printed one, three for an
invitation."""

from __future__ import annotations

from datetime import datetime, timedelta

from inbox.errors import Refused
from inbox.ids import MemberId
from inbox.people import bearer
from inbox.people.sessions import Executor
from inbox.sql import beside

sql = beside(__file__, "links.sql")

SIGN_IN = timedelta(minutes=15)
FIRST_OWNER = timedelta(hours=24)
INVITATION = timedelta(hours=72)


async def create(executor: Executor, member: MemberId, *, lasts: timedelta = SIGN_IN, now: datetime) -> str:
    """The token; the link is `{base_url}/sign-in/link/{token}` (`path`)."""
    token = bearer.new()
    await executor.execute(sql.create, bearer.digest(token), member, now, now + lasts)
    return token


def path(token: str) -> str:
    return f"/sign-in/link/{token}"


async def stands(executor: Executor, token: str, *, now: datetime) -> bool:
    """Whether it can still be used; uses nothing up."""
    return await executor.fetchval(sql.stands, bearer.digest(token), now) is not None


async def use(executor: Executor, token: str, *, now: datetime) -> MemberId:
    """Uses it up. Refused: `link_dead` (used, run out, or never given out: all the same)."""
    member = await executor.fetchval(sql.use, bearer.digest(token), now)
    if member is None:
        raise Refused("link_dead", "This sign-in link has been used, or has run out. Ask for a new one.", status=410)
    return MemberId(member)


async def cancel_all(executor: Executor, member: MemberId) -> None:
    await executor.execute(sql.cancel_all, member)


async def purge(executor: Executor, *, now: datetime) -> None:
    await executor.execute(sql.purge, now)
