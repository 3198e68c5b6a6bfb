"""What would come of a job for one item, without doing it: the same checks as by hand, and those of writing to many.
Pure."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from inbox import decisions, filling, offers, priority
from inbox.author_card import NOTHING_TOLD, Persons, Told
from inbox.bulk.orders import Orders, command_for, key, spoke_again, words_for
from inbox.channels import Network
from inbox.errors import Refused
from inbox.policy import Policy
from inbox.standing import NOTHING, Standing
from inbox.state import Item

Known = Callable[[Item, Told], dict[str, str | None]]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a forecast rests on, for all items alike. `known`: what gaps are filled with. `follows_at`: when the people
    of an earlier job were written to, for a follow-up. `within`: what the brand lays down besides. `persons`: which
    authors are written to as one, where people are written to."""

    job_id: uuid.UUID
    orders: Orders
    by: int
    policy: Policy
    networks: Mapping[str, Network]
    known: Known
    now: datetime
    follows_at: datetime | None = None
    within: Standing = NOTHING
    persons: Persons = field(default_factory=Persons)


@dataclass(frozen=True, slots=True)
class Forecast:
    """`code`: why not, None where it would be done; `refused` says more of it. `nothing`: it is so already. `text`:
    what the person would read. `stand_ins`: the gaps that nothing is known for and whose own words stand in it."""

    code: str | None = None
    nothing: bool = False
    text: str | None = None
    refused: Refused | None = None
    stand_ins: tuple[str, ...] = ()


def of(item: Item, before: int | None, setting: Setting, told: Told = NOTHING_TOLD) -> Forecast:
    """`told`: of the person, where people are written to."""
    try:
        return _tried(item, before, setting, told)
    except Refused as refused:
        return Forecast(refused.code, refused=refused)


def _tried(item: Item, before: int | None, setting: Setting, told: Told) -> Forecast:
    orders, network = setting.orders, setting.networks.get(item.network)
    if orders.writes:
        check_writable(item, network, setting.orders, told, follows_at=setting.follows_at)
    check_untouched(item, orders)
    words = words_for(orders, item, setting.known(item, told)) if orders.writes else None
    text = filling.fill(*words) if words else None
    command = command_for(orders, text, before, setting.by)
    offers.check(network, item, command, setting.now)
    new = decisions.decide(
        item, command, setting.now, setting.policy, command_id=key(setting.job_id), within=setting.within
    )
    return Forecast(nothing=not new, text=text, stand_ins=filling.stand_ins(*words) if words else ())


def check_writable(
    item: Item, network: Network | None, orders: Orders, told: Told, *, follows_at: datetime | None
) -> None:
    """Beyond what is refused by hand. Refused: `opted_out`, `muted`, `no_reply_here`, `already_answered`,
    `spoke_again` (409)."""
    if told.opted_out:
        raise _no("opted_out", "They want no mass replies.")
    if item.muted:
        raise _no("muted", "The author is muted.")
    if network is not None and not network.can_reply:
        raise _no("no_reply_here", "The network takes no replies from us.")
    if follows_at is None and item.turn is None:
        raise _no("already_answered", "Nobody waits for an answer here.")
    if follows_at is not None and spoke_again(item, follows_at):
        raise _no("spoke_again", "They have written again since: answer them by hand.")


def check_untouched(item: Item, orders: Orders) -> None:
    """A correction is taken back where it is the one that was made. Refused: `corrected_since` (409)."""
    if not orders.undo or orders.about is None:
        return
    if any(message.correction.categories not in {None, orders.about} for message in priority.counted(item)):
        raise _no("corrected_since", "Somebody has set something else since.")


def _no(code: str, message: str) -> Refused:
    return Refused(code, message, status=409)
