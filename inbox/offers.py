"""What a network lets one do to an item: asked by the screen before it offers, and by the desk before it decides.

`inbox.decisions` knows the item only; what its network allows (lengths, private answers, hiding, liking) is said here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from inbox import approval, commands, events, file_rules
from inbox.channels import Network
from inbox.errors import Refused
from inbox.file_rules import FileRule
from inbox.state import Item, Message


def check(network: Network | None, item: Item, command: commands.Command, now: datetime) -> None:
    """Refused: `too_long` (400), what `file_rules` refuses, `private_not_offered`, `gesture_not_offered` (409). A
    network that this process does not know lets nothing be done to it but answering."""
    if isinstance(command, commands.Gesture):
        _check_gesture(network, item, command)
    elif isinstance(command, commands.Reply | commands.Acknowledge) and command.text is not None:
        private = isinstance(command, commands.Reply) and command.private
        if private and not can_answer_privately(network, item, now):
            raise Refused("private_not_offered", "The network takes no private answer to this (any more).", status=409)
        if isinstance(command, commands.Reply) and command.files:
            file_rules.check(file_rule(network, item, private=private), command.files)
        _check_length(network, item, command.text, private=private)
        _check_beside(network, item, command.text, command.files if isinstance(command, commands.Reply) else ())
    elif isinstance(command, commands.ProposeReply):
        if command.private and not can_answer_privately(network, item, now):
            raise Refused("private_not_offered", "The network takes no private answer to this (any more).", status=409)
        if command.files:
            file_rules.check(file_rule(network, item, private=command.private), command.files)
        for text in command.variants:
            _check_length(network, item, text, private=command.private)
            _check_beside(network, item, text, command.files)
    elif isinstance(command, commands.ApproveReply):
        proposal = approval.find(item, command.proposal_id)
        _check_length(network, item, command.text, private=proposal is not None and proposal.private)
        _check_beside(network, item, command.text, proposal.files if proposal else ())


def _check_gesture(network: Network | None, item: Item, command: commands.Gesture) -> None:
    said = next((message for message in item.messages if message.external_id == command.external_id), None)
    if said is not None and not can_gesture(network, said, command.gesture):
        raise Refused("gesture_not_offered", "The network does not let us do that to this message.", status=409)


def _check_length(network: Network | None, item: Item, text: str, *, private: bool) -> None:
    most = length_most(network, item, private=private)
    if network is None or most is None or (length := network.length_of(text)) <= most:
        return
    raise Refused(
        "too_long", f"The network takes {most:,} characters; as it counts, this is {length:,}.",
        details={"length": length, "length_most": most},
    )  # fmt: skip


def _check_beside(network: Network | None, item: Item, text: str, files: Sequence[events.ReplyFile]) -> None:
    rule = file_rule(network, item) if files else None
    if network is None or rule is None or rule.length_most is None:
        return
    if (length := network.length_of(text)) > rule.length_most:
        raise Refused(
            "too_long", f"Beside a file the network takes {rule.length_most:,} characters; this is {length:,}.",
            details={"length": length, "length_most": rule.length_most},
        )  # fmt: skip


def file_rule(network: Network | None, item: Item, *, private: bool = False) -> FileRule | None:
    """Which files may go with a reply by now; None where none may."""
    answered = latest(item)
    return network.file_rule(answered.kind if answered else item.kind, private=private) if network else None


def length_most(network: Network | None, item: Item, *, private: bool = False) -> int | None:
    answered = latest(item)
    return network.length_most(answered.kind if answered else item.kind, private=private) if network else None


def can_gesture(network: Network | None, message: Message, gesture: events.Gesture) -> bool:
    return network is not None and message.withdrawn_at is None and network.can_gesture(gesture, message.kind)


def can_answer_privately(network: Network | None, item: Item, now: datetime) -> bool:
    """Whether the network takes a direct message as the answer to the latest public one, by now."""
    within: timedelta | None = network.private_within if network else None
    answered = latest(item)
    if within is None or answered is None or answered.kind not in {"comment", "post"} or item.author is None:
        return False
    return now <= answered.sent_at + within


def latest(item: Item) -> Message | None:
    """What a reply answers."""
    return next((message for message in reversed(item.messages) if message.withdrawn_at is None), None)
