"""Tokens that hold once: for what came with them, and for nothing else."""

from __future__ import annotations

from collections import OrderedDict

MOST = 200_000


class Once:
    """In the memory of this process. The oldest go first, when they are past `holds_s` or there are too many."""

    def __init__(self, holds_s: float) -> None:
        self._holds_s = holds_s
        self._seen: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def holds(self, key: str, digest: bytes, now_s: float) -> bool:
        """The same with the same is the same request again, which is safe, for what it holds is taken once."""
        self._forget(now_s)
        _, before = self._seen.setdefault(key, (now_s, digest))
        return before == digest

    def _forget(self, now_s: float) -> None:
        while self._seen:
            at, _ = next(iter(self._seen.values()))
            if now_s - at <= 2 * self._holds_s and len(self._seen) < MOST:
                return
            self._seen.popitem(last=False)
