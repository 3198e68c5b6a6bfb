"""The script on other networks than it was written for: each line is said where the drill was asked to speak.

A line that is written for one of the networks asked for stays there, as far as its share goes: all networks get as many
lines. Dealt out first are those of which something would be lost elsewhere (an edit, a deletion), then the weightiest,
so that a short drill is heard everywhere, too. What a network cannot do (say a review, edit a message) is left out or
said as what it can.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from services.drill.plan import rank
from services.drill.scenario import KINDS, Act, Line, Scenario
from services.drill.shapes import SHAPES

Place = tuple[str, int]
"""An act, and a line of it."""


def recast(scenario: Scenario, networks: Sequence[str]) -> Scenario:
    dealt = _dealt(scenario, networks)
    acts = tuple(_act(act, dealt) for act in scenario.acts)
    return scenario.model_copy(update={"acts": acts})


def _dealt(scenario: Scenario, networks: Sequence[str]) -> Mapping[Place, str]:
    lines = [((act.name, index), line) for act in scenario.acts for index, line in enumerate(act.lines)]
    share, given = math.ceil(len(lines) / len(networks)), Counter[str]()
    found: dict[Place, str] = {}
    for place, line in sorted(lines, key=lambda one: (not _is_tied(one[1]), rank(one[1]))):
        stays = line.network in networks and given[line.network] < share
        found[place] = line.network if stays else min(networks, key=lambda network: given[network])
        given[found[place]] += 1
    return found


def _is_tied(line: Line) -> bool:
    return any(then.do != "redeliver" for then in line.then)


def _act(act: Act, dealt: Mapping[Place, str]) -> Act:
    lines = tuple(_line(line, dealt[act.name, index]) for index, line in enumerate(act.lines))
    return act.model_copy(update={"lines": lines})


def _line(line: Line, network: str) -> Line:
    if network == line.network:
        return line
    kinds = SHAPES[network].kinds if network in SHAPES else _said_most(network)
    kind = line.kind if line.kind in kinds else kinds[0]
    again = tuple(then for then in line.then if then.do == "redeliver")
    changed = {"network": network, "kind": kind, "then": again, "anonymous": False, "same_as": None}
    return line.model_copy(update=changed)


def _said_most(network: str) -> tuple[str, ...]:
    """Of the networks that the script was written for: a comment before all."""
    return tuple(sorted(KINDS[network], key=lambda kind: (kind != "comment", kind)))
