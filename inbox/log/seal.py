"""Sealing: AES-256-GCM under a key per brand and author, or per brand and day for raw deliveries.

The keys live in tables of their own, wrapped by a master key that stays outside the database. Destroying a row of
`subject_keys` makes that author's words unreadable in every copy of the log. What an append remembers of keys, and why
no destroyed key comes back by it, stands in `inbox.log.ciphers`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from inbox.ids import IdMaker

KEY_BYTES = 32
NONCE_BYTES = 12


class CannotOpen(Exception):
    """The sealed bytes do not belong to this key: wrong master key, or a damaged row."""


def seal(key: bytes, clear: bytes, bound_to: bytes) -> bytes:
    """As `seal_with`, under a key that is used once."""
    return seal_with(AESGCM(key), clear, bound_to)


def nonces(count: int) -> list[bytes]:
    """Random ones, fetched in one go."""
    pool = os.urandom(NONCE_BYTES * count)
    return [pool[start : start + NONCE_BYTES] for start in range(0, len(pool), NONCE_BYTES)]


def seal_with(cipher: AESGCM, clear: bytes, bound_to: bytes, nonce: bytes | None = None) -> bytes:
    """Nonce and ciphertext. `bound_to` (the row's identity) is authenticated: sealed bytes cannot move to another row.
    `nonce`: a fresh one of `nonces`, never used before."""
    nonce = nonce or os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, clear, bound_to)


def open_sealed(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
    except InvalidTag as error:
        raise CannotOpen("sealed bytes do not open with this key") from error


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"vigie/" + purpose).derive(master)


@dataclass(frozen=True)
class Keyring:
    """What is derived from the master key (32 bytes or more): wrapping of keys, sealing of settings, ids."""

    master: bytes = field(repr=False)
    _wrapping: bytes = field(init=False, repr=False)
    _settings: bytes = field(init=False, repr=False)
    ids: IdMaker = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.master) < KEY_BYTES:
            raise ValueError(f"the master key needs at least {KEY_BYTES} bytes")
        object.__setattr__(self, "_wrapping", _derive(self.master, b"wrap"))
        object.__setattr__(self, "_settings", _derive(self.master, b"settings"))
        object.__setattr__(self, "ids", IdMaker(_derive(self.master, b"ids")))

    def new_key(self, bound_to: bytes) -> bytes:
        """A fresh random key, wrapped."""
        return self.made_key(bound_to)[1]

    def made_key(self, bound_to: bytes) -> tuple[AESGCM, bytes]:
        """A fresh random key, ready to seal with, and wrapped."""
        key = AESGCM.generate_key(8 * KEY_BYTES)
        return AESGCM(key), seal(self._wrapping, key, bound_to)

    def cipher(self, wrapped: bytes, bound_to: bytes) -> AESGCM:
        """A wrapped key, ready to seal with."""
        return AESGCM(self.unwrap(wrapped, bound_to))

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        return open_sealed(self._wrapping, wrapped, bound_to)

    def seal_settings(self, clear: bytes, bound_to: bytes) -> bytes:
        """For secrets of channels, which no author owns."""
        return seal(self._settings, clear, bound_to)

    def open_settings(self, sealed: bytes, bound_to: bytes) -> bytes:
        return open_sealed(self._settings, sealed, bound_to)
