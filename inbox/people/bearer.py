"""Secrets that are shown once: session cookies, sign-in links, API tokens. The database holds only their digests.

256 random bits need no slow hash: nobody can search that space. SHA-256 makes them useless to who reads the database.
"""

from __future__ import annotations

import hashlib
import secrets


def new() -> str:
    """43 URL-safe characters, 256 bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What is stored and looked up. Any text has one, lone surrogates included."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
