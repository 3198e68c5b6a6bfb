"""What a channel is to the rest of Vigie: how its deliveries are proven, read and answered, and how replies leave.

One file of this folder per network, offering `CHANNEL`, an object of class `Channel`; `registry` finds it,
nothing else needs editing. The way of a delivery: `verify` over the raw bytes → `split_request` into envelopes, each
addressed to one account of the network → the ingest finds whose account it is → `read` turns an envelope into parsed
things. A bad entry becomes `Unreadable` and never drops or repeats its neighbours. Nothing here touches the database.

`base.BaseChannel` has a default for everything that a network need not say. docs/channels/README.md is for whoever adds
one. Ids are strings of at most `ID_MOST` characters whatever the network sends, times are aware UTC datetimes.
"""

from __future__ import annotations

from services.channels.contract.asked import Heard, NotAsked, NothingToHear, Probe, SweepFailed, Swept, Tended
from services.channels.contract.channel import EVERY, PUBLIC, Capabilities, Channel, Receives
from services.channels.contract.inward import (
    ID_MOST,
    PROBLEM_TYPE,
    TEXT_MOST,
    Answer,
    CannotRead,
    Echoed,
    Edited,
    Envelope,
    Granted,
    Hint,
    Ignored,
    Inbound,
    Parsed,
    Problem,
    Received,
    Status,
    Taken,
    Unreadable,
    Withdrawn,
    problem,
)
from services.channels.contract.outward import (
    Deed,
    DoubtReason,
    File,
    Outcome,
    RefusalReason,
    Refused,
    Reply,
    Sent,
    Uncertain,
    Way,
)

__all__ = [
    "ID_MOST", "TEXT_MOST", "Inbound", "Envelope", "Received", "Edited", "Withdrawn", "Echoed", "Status", "Hint",
    "Ignored", "Problem", "Unreadable", "Parsed", "CannotRead", "Taken", "Granted", "Answer", "PROBLEM_TYPE",
    "problem",
    "RefusalReason", "DoubtReason", "Sent", "Refused", "Uncertain", "Outcome", "File", "Reply", "Deed", "Way",
    "Swept", "SweepFailed", "Heard", "Tended", "Probe", "NotAsked", "NothingToHear",
    "Receives", "PUBLIC", "EVERY", "Capabilities", "Channel",
]  # fmt: skip
