"""Commands carried out against the log: read the item, see what came in between, decide, append, all or nothing.

Who presses first wins: the append names the position the decision was made on, and one that came too late decides
again on what is true by then. A repeated command (same item, same idempotency key) changes nothing and answers as the
first time.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from inbox import approval, between, calendars, commands, files, freezes, history, meters, offers
from inbox import item as core
from inbox.channels import Network
from inbox.clock import Clock
from inbox.errors import Refused, Unavailable
from inbox.events import Event, PolicyChanged
from inbox.history import History
from inbox.ids import BrandId, DedupeKey, ItemId, Position, dedupe_key
from inbox.log.record import POLICY_STREAM, NewEvent, Recorded, item_stream
from inbox.log.store import Log, PositionConflict
from inbox.people import erasure, members
from inbox.policy import Policy
from inbox.standing import NOTHING, Standing
from inbox.state import Item

ATTEMPTS = 10
MOST_EVENTS_OF_A_COMMAND = 4
MOST_KEY = 255
LEAVING = (
    commands.Acknowledge, commands.Reply, commands.ProposeReply, commands.ApproveReply, commands.RejectReply,
    commands.MakeApprovalLink, commands.RevokeApprovalLink,
)  # fmt: skip
WORKING_ROLES = frozenset({"cm", "lead", "owner"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """`item` as it was right after the command, `position` its last position then; `repeated`: it had been done
    before."""

    position: int
    events: Sequence[Event]
    repeated: bool
    item: Item
    policy: Policy


class Commands:
    """Cheap to make: holds nothing but the log, the clock and what networks allow."""

    def __init__(self, log: Log, clock: Clock, networks: Mapping[str, Network] | None = None) -> None:
        self._log = log
        self._clock = clock
        self._networks = networks or {}

    async def run(
        self,
        brand: BrandId,
        item_id: ItemId,
        command: commands.Command,
        *,
        expected_position: int | None,
        idempotency_key: str,
    ) -> Outcome:
        """`expected_position`: the item's position the member saw; None skips the question what came in between.

        Refused: `conflict` (409, see `inbox.between`), `idempotency_key_reused` (422), `assignee_unknown`,
        `file_missing` (of a proposal), and what `inbox.offers` and `inbox.decisions` refuse. `NotFound` for an item
        that is not there.
        """
        await self._check_assignee(brand, command)
        keys = _keys(brand, item_id, idempotency_key)
        within = await self._standing(brand, command)
        for _ in range(ATTEMPTS):
            past = await history.load(self._log, brand, item_id)
            if done := [r for r in past.recorded if r.dedupe in keys]:
                return _as_the_first_time(past, command, done)
            await self._refuse_conflict(brand, command, past, expected_position)
            await self._hold_files(brand, past, command)
            offers.check(self._networks.get(past.item.network), past.item, command, self._clock.now())
            new = core.decide(
                past.item, command, self._clock.now(), past.policy, command_id=idempotency_key, within=within
            )
            if not new:
                return Outcome(past.item.position, (), False, past.item, past.policy)
            try:
                return await self._append(brand, past, new, keys)
            except PositionConflict:
                continue  # somebody was faster: look again at what is true now
        raise Unavailable("this item changes too fast", retry_after_s=1)

    async def _hold_files(self, brand: BrandId, past: History, command: commands.Command) -> None:
        """Of a proposal: they stay as long as it may wait, and are here still when it is approved."""
        if isinstance(command, commands.ProposeReply):
            taken, waits = command.files, timedelta(seconds=past.policy.approval.expires_s)
        elif isinstance(command, commands.ApproveReply):
            proposal, waits = approval.find(past.item, command.proposal_id), timedelta()
            taken = proposal.files if proposal is not None and proposal.state == "waiting" else ()
        else:
            return
        idents = [file.file_id for file in taken]
        await files.chosen(self._log, brand, past.item.item_id, idents, now=self._clock.now(), waits=waits)

    async def _append(self, brand: BrandId, past: History, new: list[Event], keys: list[DedupeKey]) -> Outcome:
        stream = item_stream(past.item.item_id)
        records = [
            NewEvent(event, stream, key, past.subject if event.SEALED else None)
            for event, key in zip(new, keys, strict=False)
        ]
        placed = await self._log.append(brand, records, expect=(stream, past.last))
        positions = [position for position in placed if position is not None]
        if len(positions) < len(new):
            raise PositionConflict  # a twin of this very request was faster: answer as it was answered
        item = past.with_new(new, positions)
        return Outcome(item.position, tuple(new), False, item, past.policy)

    async def _refuse_conflict(
        self, brand: BrandId, command: commands.Command, past: History, expected_position: int | None
    ) -> None:
        if expected_position is None:
            return
        since = [r for r in past.recorded if r.position > expected_position]
        found = core.conflicts(command, [r.event for r in since], item=past.item)
        if found:
            in_the_way = [r for r in since if any(r.event is event for event in found)]
            meters.CONFLICTS.inc()
            names = await members.names(self._log, brand, (between.actor_of(event) for event in found))
            raise between.conflict(in_the_way, past.item.position, names)

    async def _standing(self, brand: BrandId, command: commands.Command) -> Standing:
        """What the brand lays down beyond the item: asked only where something may leave the house."""
        if not isinstance(command, LEAVING) or (isinstance(command, commands.Acknowledge) and command.text is None):
            return NOTHING
        return await standing_of(self._log, brand, command.by)

    async def _check_assignee(self, brand: BrandId, command: commands.Command) -> None:
        if not isinstance(command, commands.Assign) or command.assignee is None:
            return
        if await members.role_in(self._log, brand, command.assignee) not in WORKING_ROLES:
            raise Refused(
                "assignee_unknown", "Nobody who answers for this brand has that id.",
                details={"errors": [{"pointer": "/assignee", "detail": "not an active member who may act here"}]},
            )  # fmt: skip

    # --- the brand itself ---

    async def forget(self, brand: BrandId, item_id: ItemId, *, by: int | None) -> Position:
        """All items of this one's author: see `inbox.people.erasure`. Refused: `nobody_to_forget`, `legal_hold`."""
        past = await history.load(self._log, brand, item_id)
        if past.subject is None:
            raise Refused("nobody_to_forget", "Nothing here identifies a person.", status=409)
        return await erasure.forget(self._log, brand, past.subject, by=by, now=self._clock.now())

    async def change_policy(
        self, brand: BrandId, policy: Policy, *, by: int, expected_position: int | None = None
    ) -> Position:
        """In force from the position returned. `expected_position`: of the policy that was edited (None: overwrite).

        Refused: `holidays_unknown`, `calendar_never_opens`, `conflict` (somebody else changed it meanwhile).
        """
        self._refuse_shut(policy)
        event = PolicyChanged(policy=policy.model_dump(mode="json"), by=by, at=self._clock.now())
        new = NewEvent(event, POLICY_STREAM, DedupeKey(uuid.uuid4()))
        expect = None if expected_position is None else (POLICY_STREAM, expected_position)
        try:
            (position,) = await self._log.append(brand, [new], expect=expect)
        except PositionConflict as error:
            raise Refused("conflict", "The policy was changed meanwhile. Load the page again.", status=409) from error
        assert position is not None
        return position

    def _refuse_shut(self, policy: Policy) -> None:
        if policy.calendar.holidays_of is not None:
            try:
                calendars.check_holidays_of(policy.calendar.holidays_of)
            except ValueError as error:
                raise Refused("holidays_unknown", "No public holidays are known for that code.") from error
        try:
            calendars.due(policy.calendar, self._clock.now(), 1)
        except calendars.CalendarNeverOpens as error:
            raise Refused("calendar_never_opens", "With these hours and days off you would never open.") from error


async def standing_of(log: Log, brand: BrandId, by: int | None) -> Standing:
    """What the brand lays down, now, for whoever asks."""
    role = None if by is None else await members.role_in(log, brand, by)
    said = await log.read_stream(brand, freezes.STREAM)
    return Standing(role, freezes.fold(r.event for r in said))


async def was_carried_out(log: Log, brand: BrandId, item_id: ItemId, idempotency_key: str) -> bool:
    """Whether the log holds what a command of this key did."""
    return bool(await log.find(brand, _keys(brand, item_id, idempotency_key)[:1]))


def _keys(brand: BrandId, item_id: ItemId, idempotency_key: str) -> list[DedupeKey]:
    """The dedupe keys of the events of one command, in order."""
    if not idempotency_key or len(idempotency_key) > MOST_KEY:
        raise Refused("idempotency_key_bad", f"An idempotency key has 1 to {MOST_KEY} characters.")
    tails = ("", *(f":{n}" for n in range(1, MOST_EVENTS_OF_A_COMMAND)))
    return [dedupe_key("command", str(brand), str(item_id), idempotency_key + tail) for tail in tails]


def _as_the_first_time(past: History, command: commands.Command, done: Sequence[Recorded]) -> Outcome:
    if not all(_fits(command, name, done) for name in command.__dataclass_fields__):
        raise Refused("idempotency_key_reused", "This idempotency key was used for another command.", status=422)
    position = done[-1].position
    return Outcome(position, [r.event for r in done], True, past.upto(position), past.policies.at(position))


def _fits(command: commands.Command, name: str, done: Sequence[Recorded]) -> bool:
    """Whether the recorded events say of this field what the command says; words that were forgotten fit anything."""
    asked = getattr(command, name)
    said = [getattr(r.event, name) for r in done if hasattr(r.event, name) and (r.opened or name not in r.event.SEALED)]
    return asked in said if said else asked is None or not all(r.opened for r in done)
