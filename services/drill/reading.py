"""Asks the inbox, by its public JSON API and the token of demo.json, what it made of the drill."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from services.drill.pace import Pace
from services.drill.target import CannotDrill, Target

Row = dict[str, Any]
TIMEOUT = aiohttp.ClientTimeout(total=20)
PAGE = 200
LOOK_AGAIN_S = 0.4
TRIES = 40


@dataclass(slots=True)
class Reader:
    """`events` is what the log got since `start`; it grows with each `follow`."""

    session: aiohttp.ClientSession
    target: Target
    pace: Pace
    position: int = 0
    events: list[Row] = field(default_factory=list)

    async def start(self) -> None:
        """Remembers where the log stands, so that only what follows is read. Fails early when the token is no good."""
        self.position = int((await self._get("items", limit=1)).get("position") or 0)

    async def follow(self) -> None:
        """Reads the log to its end."""
        while page := (await self._get("events", after=self.position, limit=PAGE))["events"]:
            self.events += page
            self.position = int(page[-1]["position"])

    async def items(self) -> dict[str, Row]:
        """Every item of the brand, by id."""
        rows: dict[str, Row] = {}
        cursor: str | None = None
        while True:
            page = await self._get("items", limit=PAGE, **({"after": cursor} if cursor else {}))
            rows.update((row["id"], row) for row in page["items"])
            cursor = page.get("next")
            if not cursor:
                return rows

    async def catch_up(
        self, sent: set[str], *, most_s: float, fetched: Set[str] = frozenset()
    ) -> dict[str, Row]:  # fmt: skip
        """Waits until each message in the log has a judgement and a row, `most_s` at most; then the items as they are.

        `sent`: ids of messages that should be judged. Those that the log does not hold are not waited for: it was
        durable before it answered, so they will not come. But those that Vigie `fetched` come later than that.
        """
        began = self.pace.now()
        while True:
            await self.follow()
            received = {e["data"]["external_id"]: e["item_id"] for e in self._of("MessageReceived")}
            judged = {e["data"]["external_id"] for e in self._of("MessageClassified")}
            ours = sent & received.keys()
            late = (self.pace.now() - began).total_seconds() >= most_s
            if late or (ours <= judged and fetched <= received.keys()):
                items = await self.items()
                if late or all(received[id_] in items for id_ in ours):
                    return items
            await self.pace.sleep(LOOK_AGAIN_S)

    def _of(self, type_: str) -> list[Row]:
        return [event for event in self.events if event["type"] == type_]

    async def _get(self, what: str, **query: str | int) -> Row:
        url = self.target.base / "api/v1/brands" / self.target.brand_id / what
        headers = {"Authorization": f"Bearer {self.target.api_token}", "Accept": "application/json"}
        trouble = ""
        for _ in range(TRIES):
            try:
                async with self.session.get(
                    url, params=query, headers=headers, timeout=TIMEOUT, allow_redirects=False
                ) as response:
                    if response.status == 200:
                        page: Row = await response.json()
                        return page
                    trouble = f"{response.status} {(await response.text())[:200]}"
                    if response.status < 500 and response.status != 429:
                        break
            except (aiohttp.ClientError, TimeoutError) as error:
                trouble = f"{type(error).__name__}: {error}"
            await self.pace.sleep(LOOK_AGAIN_S)
        raise CannotDrill(f"GET {url} failed: {trouble}. Is Vigie running? Start it with: make up")
