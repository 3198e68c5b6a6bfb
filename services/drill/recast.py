"""The script on other networks than it was written for: each line is said where the drill was asked to speak.

A line that is written for one of the networks asked for stays there; the others are dealt out in turn. What a network
cannot do (say a review, edit a message) is left out or said as what it can.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from services.drill.scenario import KINDS, Act, Line, Scenario
from services.drill.shapes import SHAPES


def recast(scenario: Scenario, networks: Sequence[str]) -> Scenario:
    turn = itertools.cycle(networks)
    acts = tuple(_act(act, networks, turn) for act in scenario.acts)
    return scenario.model_copy(update={"acts": acts})


def _act(act: Act, networks: Sequence[str], turn: Iterator[str]) -> Act:
    lines = tuple(line if line.network in networks else _line(line, next(turn)) for line in act.lines)
    return act.model_copy(update={"lines": lines})


def _line(line: Line, network: str) -> Line:
    kinds = SHAPES[network].kinds if network in SHAPES else _said_most(network)
    kind = line.kind if line.kind in kinds else kinds[0]
    again = tuple(then for then in line.then if then.do == "redeliver")
    changed = {"network": network, "kind": kind, "then": again, "anonymous": False, "same_as": None}
    return line.model_copy(update=changed)


def _said_most(network: str) -> tuple[str, ...]:
    """Of the networks that the script was written for: a comment before all."""
    return tuple(sorted(KINDS[network], key=lambda kind: (kind != "comment", kind)))
