"""The pair of keys by which push services know this installation (VAPID, RFC 8292).

Derived from what lasts though the master key is rotated: a browser is bound to the public key that it subscribed with,
and another one would silence every device. Nothing of it is stored, so that all processes have the same one.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from inbox.log.seal import Keyring

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256: how many private keys there are, but for zero (FIPS 186-5)."""
WIDE_BYTES = 48
"""Half as many again as the key has, so that the remainder favours none (FIPS 186-5, A.2.1)."""


@dataclass(frozen=True, slots=True)
class Pair:
    """PEM. `shown`: the public one as browsers take it (`applicationServerKey`)."""

    private: bytes = field(repr=False)
    public: bytes
    shown: str


def pair(keyring: Keyring) -> Pair:
    wide = HKDF(algorithm=SHA256(), length=WIDE_BYTES, salt=None, info=b"vigie/push").derive(keyring.notary)
    private = ec.derive_private_key(int.from_bytes(wide) % (ORDER - 1) + 1, ec.SECP256R1())
    public = private.public_key()
    point = public.public_bytes(form.Encoding.X962, form.PublicFormat.UncompressedPoint)
    return Pair(
        private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()),
        public.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo),
        urlsafe_b64encode(point).rstrip(b"=").decode(),
    )
