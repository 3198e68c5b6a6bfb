"""What one channel gets of a delivery, and reading it without stumbling.

A network's parser promises never to raise. Should it do so all the same, what it stumbled over is quarantined like
anything else that could not be read: a mistake of ours costs nobody a message.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from inbox.channels import ChannelRecord
from services.channels.contract import (
    CannotRead,
    Channel,
    Echoed,
    Edited,
    Envelope,
    Hint,
    Ignored,
    Inbound,
    Parsed,
    Received,
    Status,
    Unreadable,
    Withdrawn,
)
from services.ingest.headers import OURS
from services.ingest.turning import Said

logger = logging.getLogger(__name__)
STUMBLED = Unreadable("reading it failed in our own code")


@dataclass(slots=True)
class Share:
    """`undelivered`: what a network says of replies of ours that it took and then did not deliver."""

    channel: ChannelRecord
    envelopes: list[Envelope] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)
    undelivered: list[Status] = field(default_factory=list)

    def add(self, found: Iterable[Parsed]) -> None:
        for parsed in found:
            match parsed:
                case Received() | Edited() | Withdrawn() | Echoed():
                    self.said.append(parsed)
                case Unreadable():
                    self.unreadable.append(parsed)
                case Hint():
                    self.hints.append(parsed)
                case Status(state="failed"):
                    self.undelivered.append(parsed)
                case Status() | Ignored():
                    pass  # a receipt: no event of ours says that a person has read a reply


def split(network: Channel, request: Inbound) -> Sequence[Envelope] | Unreadable:
    """The envelopes of a delivery, or why there are none."""
    try:
        return network.split(request.raw) if request.content_type in OURS else network.split_request(request)
    except CannotRead as error:
        return error.unreadable
    except Exception as error:  # noqa: BLE001 — the edge of a parser, see above
        return _stumbled(network, error)


def read(network: Channel, envelope: Envelope, channel: ChannelRecord, at: datetime) -> Sequence[Parsed]:
    try:
        return network.read(envelope, channel, at)
    except Exception as error:  # noqa: BLE001 — the edge of a parser, see above
        return (_stumbled(network, error),)


def _stumbled(network: Channel, error: Exception) -> Unreadable:
    logger.error("reading %s: %s", network.id, fault(error))
    return STUMBLED


def fault(error: Exception) -> str:
    """Place and kind only: the words of an exception may quote the message."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {where.filename}:{where.lineno}"
