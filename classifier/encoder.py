"""The encoder in service: texts in, logits and vectors out, on the processor, without torch.

A directory as `transformers` knows it: config.json (labels), a tokenizer, and the network as model.onnx. A text longer
than `WINDOW` pieces is read in windows: the first ones and the last, for people open with what happened and close with
what they want.

Every window is run by itself. Dynamic quantisation scales the activations of a whole batch together, so that in a batch
the same words would be judged a little differently beside other neighbours; and on a processor a batch gains less than
its padding costs. Several threads take windows in turn.
"""

from __future__ import annotations

import ctypes
import gc
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifier.preparing import prepared

Floats = NDArray[np.float32]

WINDOW: Final = 80
"""Pieces read at a time, as in training."""
WINDOWS_FIRST, WINDOWS_LAST = 4, 2


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of one text: logits of every label, one row a window; how many pieces each window has; the unit
    vector of the whole, None where the network gives none."""

    logits: Floats
    pieces: tuple[int, ...]
    embedding: Floats | None


@dataclass(frozen=True, slots=True)
class _Window:
    text: int
    ids: list[int]


@dataclass(frozen=True, slots=True)
class _Output:
    pieces: int
    logits: Floats
    vector: Floats | None


class Encoder:
    """One network and its tokenizer. Thread-safe: both let go of Python's lock while they work."""

    def __init__(self, directory: Path, *, threads: int = 1) -> None:
        self._tokenizer = _tokenizer(directory)
        self._session = _session(directory)
        self._inputs = {one.name for one in self._session.get_inputs()}
        self._pool = ThreadPoolExecutor(threads, "encoder") if threads > 1 else None
        _give_back()

    def read(self, texts: Sequence[str]) -> list[Read]:
        """One reading a text, in order."""
        windows = [_Window(at, ids) for at, text in enumerate(texts) for ids in self._windows(text)]
        outputs = map(self._run, windows) if self._pool is None else self._pool.map(self._run, windows)
        found: list[list[_Output]] = [[] for _ in texts]
        for window, output in zip(windows, outputs, strict=True):
            found[window.text].append(output)
        return [_joined(parts) for parts in found]

    def _windows(self, text: str) -> Iterator[list[int]]:
        """The pieces of *text* with the marks of start and end, whole or in windows."""
        ids = self._tokenizer(prepared(text), add_special_tokens=True, verbose=False)["input_ids"]
        if len(ids) <= WINDOW:
            yield ids
            return
        start, inner, end = ids[:1], ids[1:-1], ids[-1:]
        step = WINDOW - 2
        cuts = [inner[at : at + step] for at in range(0, len(inner), step)]
        kept = cuts if len(cuts) <= WINDOWS_FIRST + WINDOWS_LAST else [*cuts[:WINDOWS_FIRST], *cuts[-WINDOWS_LAST:]]
        kept[-1] = inner[-step:]
        yield from ([*start, *cut, *end] for cut in kept)

    def _run(self, window: _Window) -> _Output:
        ids = np.array([window.ids], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        outputs = self._session.run(None, {name: given[name] for name in self._inputs})
        vector = outputs[1][0] if len(outputs) > 1 and outputs[1].ndim == 2 else None
        return _Output(len(window.ids), outputs[0][0], vector)


def _joined(parts: Sequence[_Output]) -> Read:
    pieces = tuple(part.pieces for part in parts)
    vectors = [part.vector for part in parts if part.vector is not None]
    embedding = None
    if vectors:
        mean = np.average(np.stack(vectors), axis=0, weights=pieces)
        embedding = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
    return Read(np.stack([part.logits for part in parts]), pieces, embedding)


def _tokenizer(directory: Path) -> Any:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing reaches for a hub
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")  # nor says that torch is missing: it is not wanted
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(str(directory), local_files_only=True, trust_remote_code=False)


def _session(directory: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # The arena keeps the largest batch ever run for good; without it a run costs a percent more.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(directory / "model.onnx"), options, providers=["CPUExecutionProvider"])


def _give_back() -> None:
    """Loading leaves some 60 MB of freed memory with the allocator; hand it back to the system (glibc only)."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
