"""Sealing: AES-256-GCM under a key per brand and author, or per brand and day for raw deliveries.

The keys live in tables of their own, wrapped by a master key that stays outside the database. Destroying a row of
`subject_keys` makes that author's words unreadable in every copy of the log. What an append remembers of keys, and why
no destroyed key comes back by it, stands in `inbox.log.ciphers`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
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


class MasterAway(CannotOpen):
    """It may well open, but not now: the master key that was in force has been taken away from where it lies, or
    another has been put there. Nothing that is sealed is to blame."""


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
    """What is derived from the master key (32 bytes or more): wrapping of keys, sealing of settings, ids, the notary's
    digests.

    `old`: masters before it, the latest first; what they wrapped still opens. `lasting`: what must never change though
    the master does (`lasting_of` the first one); empty where it comes from the oldest master here. `reread`: gives the
    key ring as it is on disk by now, asked where nothing here opens: a key may have been rotated while we ran. Raises
    `MasterAway` where there is none.
    """

    master: bytes = field(repr=False)
    old: tuple[bytes, ...] = field(default=(), repr=False)
    lasting: bytes = field(default=b"", repr=False)
    reread: Callable[[], Keyring] | None = field(default=None, repr=False, compare=False)
    _wrapping: tuple[bytes, ...] = field(init=False, repr=False)
    _settings: tuple[bytes, ...] = field(init=False, repr=False)
    ids: IdMaker = field(init=False, repr=False)
    notary: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        masters = (self.master, *self.old)
        if any(len(master) < KEY_BYTES for master in masters):
            raise ValueError(f"the master key needs at least {KEY_BYTES} bytes")
        object.__setattr__(self, "_wrapping", tuple(_derive(master, b"wrap") for master in masters))
        object.__setattr__(self, "_settings", tuple(_derive(master, b"settings") for master in masters))
        lasting = self.lasting or lasting_of(masters[-1])
        object.__setattr__(self, "ids", IdMaker(lasting[:KEY_BYTES]))
        object.__setattr__(self, "notary", lasting[KEY_BYTES:])

    def new_key(self, bound_to: bytes) -> bytes:
        """A fresh random key, wrapped."""
        return self.made_key(bound_to)[1]

    def made_key(self, bound_to: bytes) -> tuple[AESGCM, bytes]:
        """A fresh random key, ready to seal with, and wrapped."""
        key = AESGCM.generate_key(8 * KEY_BYTES)
        return AESGCM(key), seal(self._wrapping[0], key, bound_to)

    def cipher(self, wrapped: bytes, bound_to: bytes) -> AESGCM:
        """A wrapped key, ready to seal with."""
        return AESGCM(self.unwrap(wrapped, bound_to))

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        """Raises `CannotOpen` where no master that is known wrapped it, `MasterAway` where the one on disk is gone."""
        return self._opened(lambda ring: ring._wrapping, wrapped, bound_to)

    def rewrapped(self, wrapped: bytes, bound_to: bytes) -> bytes | None:
        """The same key under the present master; None where it is that already."""
        with contextlib.suppress(CannotOpen):
            open_sealed(self._wrapping[0], wrapped, bound_to)
            return None
        return seal(self._wrapping[0], self.unwrap(wrapped, bound_to), bound_to)

    def seal_settings(self, clear: bytes, bound_to: bytes) -> bytes:
        """For secrets of channels, which no author owns."""
        return seal(self._settings[0], clear, bound_to)

    def open_settings(self, sealed: bytes, bound_to: bytes) -> bytes:
        """As `unwrap`."""
        return self._opened(lambda ring: ring._settings, sealed, bound_to)

    def resealed_settings(self, sealed: bytes, bound_to: bytes) -> bytes | None:
        """As `rewrapped`."""
        with contextlib.suppress(CannotOpen):
            open_sealed(self._settings[0], sealed, bound_to)
            return None
        return self.seal_settings(self.open_settings(sealed, bound_to), bound_to)

    def is_of(self, other: Keyring) -> bool:
        """Whether one comes from the other by rotations: what lasts is the same."""
        return self.notary == other.notary

    def _opened(self, keys: Callable[[Keyring], tuple[bytes, ...]], sealed: bytes, bound_to: bytes) -> bytes:
        with contextlib.suppress(CannotOpen):
            return _open_with(keys(self), sealed, bound_to)
        fresh = self.reread() if self.reread is not None else self
        if not fresh.is_of(self):
            raise MasterAway("another master key has been put in the place of ours")
        if fresh is self or fresh == self:
            raise CannotOpen("no master key that is known opens this")
        return _open_with(keys(fresh), sealed, bound_to)


def lasting_of(master: bytes) -> bytes:
    """What ids and the notary's digests are made with, whatever becomes of the master: 64 bytes."""
    return _derive(master, b"ids") + _derive(master, b"notary")


def _open_with(keys: tuple[bytes, ...], sealed: bytes, bound_to: bytes) -> bytes:
    for key in keys[:-1]:
        with contextlib.suppress(CannotOpen):
            return open_sealed(key, sealed, bound_to)
    return open_sealed(keys[-1], sealed, bound_to)
