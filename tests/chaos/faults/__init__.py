"""The faults, one file each: what is broken, while who sends, and what must be true at the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
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
from tests.chaos.figures import Round
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
