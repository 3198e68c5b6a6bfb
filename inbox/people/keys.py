"""Which key does what: the usual keys, and those that a member chose instead. Kept on the server, so that they are the
same on every machine one sits at."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from inbox.errors import Refused
from inbox.ids import BrandId
from inbox.log.store import Log
from inbox.people.saved_views import sql

USUAL: Mapping[str, str] = {
    "next": "j", "previous": "k", "open": "o", "first": "g", "last": "G", "news": "N", "search": "/",
    "acknowledge": "a", "reply": "r", "wordings": "w", "note": "n", "take": "t", "assign": "i",
    "priority": "p", "resolve": "e", "reopen": "u", "choose": "x", "choose_to": "X", "bulk": "b", "undo": "z",
    "translate": "l", "palette": ":", "commands": "k", "density": "d", "waves": "f", "sheet": "?",
}  # fmt: skip
"""Act → key, as the keyboard says it: one sign, capitals with shift."""
WITH_CTRL = frozenset({"commands"})
"""Their sign is pressed with Ctrl (on a Mac, Command), so that they act inside a field as well."""
BROWSERS = frozenset("acfnpqrtvwxyz0+-")
"""Signs that with Ctrl belong to whoever writes, or that the browser keeps for itself."""


def held(act: str, key: str) -> str:
    """As it is pressed: two acts may share a sign where one of them is held with Ctrl."""
    return f"Ctrl+{key.lower()}" if act in WITH_CTRL else key


async def of_member(log: Log, brand: BrandId, member: int) -> dict[str, str]:
    """Each act's key. An act that became known after they chose has its usual one, or none where they gave that one to
    another: no key changes under the hand."""
    text = await log.pool.fetchval(sql.keys, brand, member)
    chosen: dict[str, str] = orjson.loads(text) if text else {}
    taken = {held(act, key) for act, key in chosen.items()}
    return {act: chosen.get(act, "" if held(act, usual) in taken else usual) for act, usual in USUAL.items()}


async def choose(log: Log, brand: BrandId, member: int, wanted: Mapping[str, str]) -> None:
    """What is left empty gets its usual key. Refused: `key_bad`, `key_browsers`, `key_taken`; `details` name the acts
    and the key."""
    keys = {act: wanted.get(act, "").strip() or usual for act, usual in USUAL.items()}
    taken: dict[str, str] = {}
    for act, key in keys.items():
        if len(key) != 1 or not key.isprintable():
            raise Refused("key_bad", f"A key is one sign; {act} has {len(key)}.", details={"act": act})
        pressed = held(act, key)
        if act in WITH_CTRL and key.lower() in BROWSERS:
            raise Refused("key_browsers", f"{pressed} is the browser's own.", details={"act": act, "key": pressed})
        if pressed in taken:
            details = {"key": pressed, "acts": [taken[pressed], act]}
            raise Refused("key_taken", f"Two acts share the key {key}: {taken[pressed]} and {act}.", details=details)
        taken[pressed] = act
    await log.pool.execute(sql.set_keys, brand, member, orjson.dumps(keys).decode())


async def reset(log: Log, brand: BrandId, member: int) -> None:
    await log.pool.execute(sql.set_keys, brand, member, "{}")
