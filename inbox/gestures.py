"""What we did to an author's message on its network without words: hid it, liked it, or took that back.

Gestures stop no clock and answer nobody. Of each pair (hide and unhide, like and unlike) the last one that was done
says how the message stands; one at a time of a pair is on its way.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from inbox import events
from inbox.events import GestureEnded, GestureQueued, GestureSending
from inbox.policy import Policy
from inbox.replacing import replace
from inbox.state import Gesture, Item

OPPOSITE: Mapping[events.Gesture, events.Gesture] = {
    "hide": "unhide", "unhide": "hide", "like": "unlike", "unlike": "like",
}  # fmt: skip
IN_FLIGHT = frozenset({"queued", "sending"})


def find(item: Item, gesture_id: uuid.UUID) -> Gesture | None:
    return next((one for one in item.gestures if one.gesture_id == gesture_id), None)


def stands(item: Item, external_id: str, gesture: events.Gesture) -> bool:
    """Whether the message is hidden (`hide`) or liked (`like`), by us."""
    done = [one for one in _of_pair(item, external_id, gesture) if one.state == "done"]
    return bool(done) and done[-1].gesture == gesture


def latest(item: Item, external_id: str, gesture: events.Gesture) -> Gesture | None:
    """The last of its pair, whatever became of it."""
    return next(reversed(_of_pair(item, external_id, gesture)), None)


def in_flight(item: Item, external_id: str, gesture: events.Gesture) -> bool:
    return any(one.state in IN_FLIGHT for one in _of_pair(item, external_id, gesture))


def _of_pair(item: Item, external_id: str, gesture: events.Gesture) -> list[Gesture]:
    pair = {gesture, OPPOSITE[gesture]}
    return [one for one in item.gestures if one.external_id == external_id and one.gesture in pair]


def queue(item: Item, event: GestureQueued, _: Policy) -> Item:
    if find(item, event.gesture_id) is not None:
        return item
    new = Gesture(event.gesture_id, event.gesture, event.external_id, "queued", event.by, event.at)
    return replace(item, gestures=(*item.gestures, new))


def begin(item: Item, event: GestureSending, _: Policy) -> Item:
    one = find(item, event.gesture_id)
    if one is None or one.state == "done":
        return item
    return _put(item, one, replace(one, state="sending", retry_at=None))


def end(item: Item, event: GestureEnded, _: Policy) -> Item:
    one = find(item, event.gesture_id)
    if one is None or one.state == "done":
        return item
    state = "queued" if event.end == "failed" and event.retry_at else event.end
    return _put(item, one, replace(one, state=state, reason=event.reason, retry_at=event.retry_at))


def _put(item: Item, old: Gesture, new: Gesture) -> Item:
    return replace(item, gestures=tuple(new if one is old else one for one in item.gestures))
