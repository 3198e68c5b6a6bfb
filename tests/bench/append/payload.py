"""The events that are appended: some 700 bytes each as encoded, a comment by an author who mostly was heard before."""

from __future__ import annotations

import gc
import itertools
import json
import random
import uuid
from collections import deque
from datetime import UTC, datetime

from inbox.events import Author, MessageReceived, encode
from inbox.ids import BrandId, ChannelId, dedupe_key
from inbox.log.record import NewEvent
from inbox.log.seal import Keyring

KNOWN_AUTHORS = 1_000
NEW_SHARE = 0.05
FIRST_GUESS = 30_000  # events a second
BYTES = 700
TEXT = (
    "La livraison devait arriver mardi, nous sommes vendredi et personne ne répond au téléphone. J'ai écrit deux fois,"
    " la première pour demander où en était le colis, la seconde pour dire que la batterie de la commande précédente"
    " chauffe quand on la charge la nuit. Est-ce normal ?"
)
SENT = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)


class Messages:
    """An endless stream of new messages of one brand, made before the clock starts (`stock`): reading what a network
    sent is measured in the group `ingest`. Encoding and sealing are the log's, and timed."""

    def __init__(self, keyring: Keyring, brand: BrandId, *, seed: int = 7) -> None:
        self._keyring = keyring
        self._brand = brand
        self._random = random.Random(seed)
        self._numbers = itertools.count()
        self._known = [self._of(f"author-{n}") for n in range(KNOWN_AUTHORS)]
        self._stock: deque[NewEvent] = deque()
        self._taken = 0

    def _of(self, author: str) -> NewEvent:
        ids = self._keyring.ids
        item = ids.item(self._brand, ChannelId("page"), "post-1", author)
        event = MessageReceived(
            item_id=item, channel_id="page", network="generic", kind="comment", external_id="first",
            sent_at=SENT, received_at=SENT, thread_id="post-1", text=TEXT, reach=120,
            author=Author(id=author, handle=author, name="Zoé Été", followers=120),
        )  # fmt: skip
        first = dedupe_key("received", str(self._brand), "page", f"first-{author}")
        return NewEvent(event, str(item), first, ids.subject(self._brand, "generic", author))

    def firsts(self) -> list[NewEvent]:
        """One message of every known author: appended before the clock starts."""
        return list(self._known)

    def stock(self, seconds: float) -> None:
        """Makes what a round will take, going by the last one, and keeps the collector from walking over it."""
        want = max(self._taken * 3 // 2, int(seconds * FIRST_GUESS))
        self._stock.extend(self._make() for _ in range(want - len(self._stock)))
        self._taken = 0
        gc.collect()
        gc.freeze()

    def next(self) -> NewEvent:
        self._taken += 1
        return self._stock.popleft() if self._stock else self._make()

    def _make(self) -> NewEvent:
        n = next(self._numbers)
        new = self._random.random() < NEW_SHARE
        model = self._of(f"new-{n}") if new else self._known[self._random.randrange(KNOWN_AUTHORS)]
        external = f"message-{n}"
        event = model.event.model_copy(update={"external_id": external})
        return NewEvent(event, model.stream, dedupe_key("received", str(self._brand), "page", external), model.subject)


def clear(new: NewEvent) -> bytes:
    """The event as the raw limits store it: the same bytes as ours, unsealed."""
    body, personal = encode(new.event)
    return body + (personal or b"")


def peer_json() -> str:
    """The event as peers store it: one JSON object of the same size."""
    bare = {"item_id": str(uuid.UUID(int=7)), "external_id": "message-1", "sent_at": SENT.isoformat(), "text": TEXT}
    bare["padding"] = "x" * max(0, BYTES - len(json.dumps(bare, ensure_ascii=False).encode()) - len(', "padding": ""'))
    return json.dumps(bare, ensure_ascii=False)
