"""Which ES modules a page will need: told to the browser at once, that it need not find them one behind the other."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

SCRIPTS = Path(__file__).parents[1] / "static" / "js"
_IMPORTED = re.compile(r'^(?:import|export)\b[^"\n]*"\./([\w-]+\.js)"', re.MULTILINE)


@cache
def needed(entry: str) -> tuple[str, ...]:
    """All that `entry` imports, and what these import, by file name; not `entry` itself."""
    found, unread = {entry}, [entry]
    while unread:
        imported = _IMPORTED.findall((SCRIPTS / unread.pop()).read_text(encoding="utf-8"))
        unread += [name for name in dict.fromkeys(imported) if name not in found]
        found.update(imported)
    return tuple(sorted(found - {entry}))
