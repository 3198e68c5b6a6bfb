"""From a planned delivery to the bytes and headers of its request, with the real times filled in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.drill.plan import Delivery, Move
from services.drill.target import Hook
from services.drill.wire import facebook, generic, instagram, sign
from services.drill.wire.moment import Moment
from services.drill.wire.tongues import TONGUES

FB_EDIT_STEP = timedelta(seconds=1)


@dataclass(slots=True)
class Encoder:
    """Remembers when each message was written, since edits tell it, and the bytes of each delivery, since a re-delivery
    brings the very same ones."""

    run: str
    speed: float
    _created: dict[str, datetime] = field(default_factory=dict)
    _edited: dict[str, datetime] = field(default_factory=dict)
    _bodies: dict[int, bytes] = field(default_factory=dict)
    _moments: dict[int, Moment] = field(default_factory=dict)

    def body(self, hook: Hook, delivery: Delivery, now: datetime) -> bytes:
        if delivery.copy_of is not None:
            return self._bodies[delivery.copy_of]
        moments = [self._moment(move, delivery.at_s, now) for move in delivery.moves]
        match hook.network:
            case "generic":
                body = generic.encode(moments)
            case "facebook":
                body = facebook.encode(hook.account, moments)
            case "instagram":
                body = instagram.encode(hook.account, moments)
            case other:
                self._moments[delivery.number] = moments[0]
                body = TONGUES[other].body(hook, moments[0])
        self._bodies[delivery.number] = body
        return body

    def headers(self, hook: Hook, delivery: Delivery, body: bytes, now: datetime) -> sign.Headers:
        """Signed anew for each attempt: a retry of Standard Webhooks carries a fresh timestamp."""
        if hook.network == "generic":
            return sign.standard(hook.secret, f"msg_{self.run}{delivery.number:05d}", now, body)
        if hook.network in TONGUES:
            first = self._moments[delivery.number if delivery.copy_of is None else delivery.copy_of]
            return TONGUES[hook.network].headers(hook, body, replace(first, sent=now))
        return sign.meta(hook.secret, body)

    def _moment(self, move: Move, at_s: float, now: datetime) -> Moment:
        said = now - timedelta(seconds=(at_s - move.said_s) / self.speed)
        sent = now
        if move.verb == "message":
            self._created[move.message_id] = said
        elif move.verb == "edit":
            # Facebook counts in seconds, and two edits in one second would be one: a fast drill keeps them apart.
            earlier = self._edited.get(move.message_id, self._created.get(move.message_id, said))
            said = sent = max(now, earlier + FB_EDIT_STEP) if move.line.network == "facebook" else now
            self._edited[move.message_id] = said
        return Moment(move, said, sent, self._created.get(move.message_id, said))
