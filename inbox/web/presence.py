"""Who is here, across all processes that serve the inbox: each speaks for the streams that it holds itself.

A browser says what it shows by a request, which any process may get; the one that holds its stream takes it, shows it
to those who watch the brand and whispers it to the others (`inbox.log.pulse`), and says it again every few seconds. A
stream that ends takes its seat with it at once; of a process that died nothing is left when its words run out.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable

import orjson

from inbox.ids import BrandId
from inbox.log.pulse import Pulse
from inbox.web.crowd import Crowd, Seat

AGAIN_S = 10.0
FORGOTTEN_S = 25.0
LOOK_S = 2.0
FOR_EVER = float("inf")
Held = tuple[BrandId, int, str]
"""Whose page it is: brand, member, what it calls itself."""


class Presence:
    """`wake` is called where there is something new to show to those who watch a brand; False: nobody does, here."""

    def __init__(self, pulse: Pulse, wake: Callable[[BrandId], bool]) -> None:
        self._pulse = pulse
        self._wake = wake
        self._ours: Counter[Held] = Counter()
        self._crowds: defaultdict[BrandId, Crowd] = defaultdict(Crowd)

    def crowd(self, brand: BrandId) -> Crowd:
        return self._crowds[brand]

    # --- streams of this process ---

    def sit(self, brand: BrandId, ident: str, member: int) -> None:
        """A page's stream begins; perhaps before we noticed that its last one was cut."""
        if ident:
            self._ours[brand, member, ident] += 1

    def rise(self, brand: BrandId, ident: str, member: int) -> None:
        held = brand, member, ident
        if held not in self._ours:
            return
        self._ours[held] -= 1
        if not self._ours[held]:
            del self._ours[held]
            self._crowds[brand].drop(ident)
            self._tell(brand, "gone", Seat(ident, member, ""))

    # --- what browsers and processes say ---

    def say(self, brand: BrandId, seat: Seat) -> None:
        """By a request. For whoever holds the page's stream; nobody's words where there is none."""
        if (brand, seat.member, seat.ident) in self._ours:
            self._crowds[brand].put(seat, _now(), FOR_EVER)
            self._tell(brand, "is", seat)
        else:
            self._pulse.whisper(brand, _written("asks", seat))

    def _tell(self, brand: BrandId, verb: str, seat: Seat) -> None:
        self._pulse.whisper(brand, _written(verb, seat))
        self._wake(brand)

    def heard(self, brand: BrandId, text: str) -> None:
        """Another process whispers. What cannot be read comes from another version, and is let go."""
        try:
            verb, seat = _read(text)
        except (ValueError, TypeError):
            return
        if (brand, seat.member, seat.ident) not in self._ours:
            self._take(brand, verb, seat)
        elif verb == "asks":
            self.say(brand, seat)

    def _take(self, brand: BrandId, verb: str, seat: Seat) -> None:
        crowd = self._crowds[brand]
        if verb == "is":
            crowd.put(seat, _now(), _now() + FORGOTTEN_S)
        elif verb == "gone":
            crowd.drop(seat.ident)
        self._wake(brand)

    # --- as time goes by ---

    async def run(self) -> None:
        """Until cancelled."""
        said_at = _now()
        while True:
            await asyncio.sleep(LOOK_S)
            self.look()
            if _now() - said_at >= AGAIN_S:
                said_at = _now()
                self.again()

    def look(self) -> None:
        for brand, crowd in self._crowds.items():
            crowd.expire(_now())
            if crowd.changed and not self._wake(brand):
                crowd.changed.clear()

    def again(self) -> None:
        """All of ours, for those who came since, and for those who would forget them."""
        for brand, _, ident in self._ours:
            seat = self._crowds[brand].seat(ident)
            if seat is not None and seat.item is not None:
                self._pulse.whisper(brand, _written("is", seat))


def _now() -> float:
    return asyncio.get_running_loop().time()


def _written(verb: str, seat: Seat) -> str:
    return orjson.dumps([verb, seat.ident, seat.member, seat.name, seat.item, seat.writing], default=str).decode()


def _read(text: str) -> tuple[str, Seat]:
    verb, ident, member, name, item, writing = orjson.loads(text)
    shown = None if item is None else uuid.UUID(item)
    return str(verb), Seat(str(ident), int(member), str(name), shown, bool(writing))
