"""The manifest of training texts: enough to check for overlap with a test set, too little to recover a text.

`manifest.bin` is the sorted, concatenated sha256 digests (32 bytes each) of every normalised training and validation
text.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from pathlib import Path


def normalised(text: str) -> str:
    """The form that is hashed: NFKC, casefolded, white space collapsed."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def digest(text: str) -> bytes:
    """sha256 of the normalised text."""
    return hashlib.sha256(normalised(text).encode("utf-8", "surrogatepass")).digest()


def write(path: Path, texts: Iterable[str]) -> int:
    """Write the manifest; returns the number of distinct texts."""
    digests = sorted({digest(text) for text in texts})
    path.write_bytes(b"".join(digests))
    return len(digests)


def overlap(path: Path, texts: Iterable[str]) -> list[str]:
    """Those of *texts* that the model has seen."""
    content = path.read_bytes()
    seen = {content[at : at + 32] for at in range(0, len(content), 32)}
    return [text for text in texts if digest(text) in seen]
