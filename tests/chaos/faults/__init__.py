"""The faults, one file each: what is broken, while who sends, and what must be true at the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from tests.chaos.faults import away, copies, drips, full, half_open, killed, noisy, races, stops, writers
from tests.chaos.figures import Round
from tests.chaos.size import Size
from tests.chaos.world import World

Fault = Callable[[World, Size], Awaitable[Round]]
ALL: Mapping[str, Fault] = MappingProxyType(
    {
        "R1": killed.doors, "R2": killed.database, "R4": away.database, "R5": half_open.database,
        "R6": full.disks,
        "R8": copies.shuffled, "R9": writers.late, "R10": writers.stuck, "R17": races.acknowledged, "R21": drips.slow,
        "R20": noisy.brand, "R22": stops.behind_the_proxy,
    }
)  # fmt: skip
