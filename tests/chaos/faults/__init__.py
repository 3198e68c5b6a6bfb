"""The faults, one file each: what is broken, while who sends, and what must be true at the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType

from tests.chaos.faults import (
    away,
    bursts,
    copies,
    drips,
    full,
    half_open,
    histories,
    jumps,
    killed,
    noisy,
    points,
    power,
    races,
    stops,
    upgrades,
    viewers,
    writers,
)
from tests.chaos.figures import Asked, Round
from tests.chaos.size import Size
from tests.chaos.world import World

OF_THEIR_OWN = frozenset({"R3", "R6", "R11", "R13", "R24"})
"""Rounds that set up what they break by themselves, and need no doors of the world's."""

Fault = Callable[[World, Size], Awaitable[Round]]
ALL: Mapping[str, Fault] = MappingProxyType(
    {
        "R1": killed.doors, "R2": killed.database, "R3": power.lost, "R4": away.database, "R5": half_open.database,
        "R6": full.disks,
        "R8": copies.shuffled, "R9": writers.late, "R10": writers.stuck, "R11": histories.replayed,
        "R13": jumps.clocks, "R16": viewers.torn_apart, "R17": races.acknowledged, "R19": bursts.tenfold,
        "R20": noisy.brand, "R21": drips.slow, "R22": stops.behind_the_proxy, "R23": upgrades.there_and_back,
        "R24": points.in_time,
    }
)  # fmt: skip

ASKED: Mapping[str, Sequence[Asked]] = MappingProxyType(
    {
        "R1": killed.ASKED_OF_DOORS, "R2": killed.ASKED_OF_THE_DATABASE, "R3": power.ASKED, "R4": away.ASKED,
        "R5": half_open.ASKED, "R8": copies.ASKED, "R9": writers.ASKED_OF_LATE_ONES,
        "R10": writers.ASKED_OF_STUCK_ONES, "R11": histories.ASKED, "R13": jumps.ASKED, "R16": viewers.ASKED,
        "R17": races.ASKED, "R19": bursts.ASKED, "R20": noisy.ASKED, "R21": drips.ASKED, "R22": stops.ASKED,
        "R23": upgrades.ASKED, "R24": points.ASKED,
    }
)  # fmt: skip
"""What each round is to reach besides losing nothing. Of R6 no figure is asked."""
