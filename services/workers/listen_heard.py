"""What a connection says, sifted: what is not ours is left out, and whatever ends it is one word of our vocabulary."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncGenerator, Sequence

from inbox.channels import ChannelRecord
from inbox.log.store import Log
from services.channels.contract import (
    Channel,
    Edited,
    Heard,
    Ignored,
    NothingToHear,
    Parsed,
    Received,
    SweepFailed,
    Withdrawn,
)
from services.ingest import keys
from services.ingest.sifting import fault
from services.outbound import NoAnswer, NotSent

logger = logging.getLogger(__name__)


async def ours(log: Log, channel: ChannelRecord, parsed: Sequence[Parsed]) -> tuple[Parsed, ...]:
    """Without edits and withdrawals of messages that we do not have: a stream tells of everybody's."""
    told = {one.external_id for one in parsed if isinstance(one, Received)}
    later = {one.external_id for one in parsed if isinstance(one, Edited | Withdrawn)} - told
    key_of = {ident: keys.received(channel.brand, channel.channel_id, ident) for ident in later}
    known = await log.find(channel.brand, list(key_of.values())) if later else {}
    foreign = {ident for ident, key in key_of.items() if key not in known}
    return tuple(one for one in parsed if not _is_idle(one, foreign))


def _is_idle(one: Parsed, foreign: set[str]) -> bool:
    return isinstance(one, Ignored) or (isinstance(one, Edited | Withdrawn) and one.external_id in foreign)


async def told(network: Channel, heard: AsyncGenerator[Heard, None]) -> AsyncGenerator[Heard, None]:
    """Raises `SweepFailed` and `NothingToHear` only. A fault of our own code is logged by kind and place: its words may
    quote a message."""
    try:
        async with contextlib.aclosing(heard):
            async for one in heard:
                yield one
    except (SweepFailed, NothingToHear):
        raise
    except (NotSent, NoAnswer) as error:
        raise SweepFailed(error.reason) from error
    except TimeoutError as error:
        raise SweepFailed("no_answer") from error
    except Exception as error:  # a worker's edge: one network's words must not stop the others
        logger.error("listening to %s: %s", network.id, fault(error))  # noqa: TRY400 — a traceback quotes the words
        raise SweepFailed("unclear_answer") from error
