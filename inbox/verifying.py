"""Whether a network lets us in, asked when somebody wants to know: what the page needs of whoever calls out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from inbox.channels import ChannelRecord


class Verified(NamedTuple):
    """Whether a network lets us in. `name`: by which it knows us; `reason`: a code of failures, where it does not;
    `not_asked`: there is nothing to ask it."""

    outcome: Literal["works", "refused", "not_asked"]
    name: str | None = None
    reason: str | None = None


class Verifier(Protocol):
    async def __call__(self, channel: ChannelRecord, /) -> Verified:
        """Asks the network now; takes a minute at the most."""
        ...


async def never_asked(_: ChannelRecord) -> Verified:
    """In a process that does not call out."""
    return Verified("not_asked")
