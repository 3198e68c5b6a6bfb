"""Numbers of organisations, brands and members: drawn, not counted, so that no counter is shared by all machines."""

from __future__ import annotations

import secrets

MOST = 2**53 - 1
"""What JavaScript holds exactly: the numbers stand in addresses and in the JSON of the API."""


def drawn() -> int:
    """1 to `MOST`. Two of ten million are the same once in two hundred draws of ten million; the table's key refuses
    the second."""
    return secrets.randbelow(MOST) + 1
