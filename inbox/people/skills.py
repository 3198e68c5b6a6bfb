"""What a member brings to one brand: languages they speak, teams they belong to. Pure: how both are written."""

from __future__ import annotations

import re

from inbox.errors import Refused

LANG = re.compile(r"[a-z]{2,3}", re.ASCII)
MOST = 12
MOST_NAME = 40


def langs(written: str) -> list[str]:
    """`fr, EN` → fr, en. Refused: `langs_bad`."""
    found = _parts(written.lower())
    if len(found) > MOST or not all(map(LANG.fullmatch, found)):
        raise Refused("langs_bad", f"At most {MOST} languages, each two or three letters of ISO 639, such as fr or tr.")
    return found


def teams(written: str) -> list[str]:
    """Refused: `teams_bad`."""
    found = _parts(written)
    if len(found) > MOST or any(len(name) > MOST_NAME for name in found):
        raise Refused("teams_bad", f"At most {MOST} teams, each of at most {MOST_NAME} characters.")
    return found


def _parts(written: str) -> list[str]:
    """Between commas, each once."""
    return list(dict.fromkeys(part for one in written.split(",") if (part := " ".join(one.split()))))
