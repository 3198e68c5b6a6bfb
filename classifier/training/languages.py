"""Cut py3langid's model down to the languages met here: ``python -m classifier.training.languages``.

Needs py3langid (BSD-3-Clause, after langid.py, BSD-2-Clause); its licence is copied beside the weights.
"""

from __future__ import annotations

from importlib.metadata import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifier.judgement import LANGUAGES
from classifier.recogniser import FILE, LONGEST, SILENT

_OTHERS: Final = "bg ca cs da el fa fi he hr hu id ja ko nl no pl ro ru sk sv th tr uk ur vi zh"
MET: Final = frozenset((*LANGUAGES, *_OTHERS.split(" ")))


def keys_of(automaton: NDArray[np.uint32], row_of: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """The n-gram that each state of *automaton* stands for: the shortest way to it from the first state."""
    keys = np.zeros(len(row_of), dtype=np.uint64)
    seen = np.zeros(len(row_of), dtype=bool)
    seen[0] = True
    frontier = np.zeros(1, dtype=np.int64)
    for length in range(1, LONGEST + 1):
        to = automaton[row_of[frontier]]
        way, byte = np.nonzero(~seen[to])
        states, first = np.unique(to[way, byte], return_index=True)
        stems = keys[frontier[way[first]]] & np.uint64((1 << 8 * (length - 1)) - 1)
        keys[states] = np.uint64(length << 8 * length) | stems << np.uint64(8) | byte[first].astype(np.uint64)
        seen[states] = True
        frontier = states.astype(np.int64)
    if not seen.all():
        raise ValueError("the model holds n-grams longer than a key")
    return keys


def reduced() -> dict[str, NDArray[Any]]:
    """The arrays of the reduced model."""
    from py3langid.langid import MODEL_DIR, MODEL_FILE
    from py3langid.modelio import load_model

    likelihoods, prior, names, automaton, row_of, outputs = load_model(MODEL_DIR / MODEL_FILE)
    columns = [at for at, name in enumerate(names) if name in MET]
    table, row_in_table = np.unique(np.asarray(likelihoods)[:, columns], axis=0, return_inverse=True)
    said = np.asarray(outputs)
    rows = np.where(said >= 0, row_in_table.ravel()[said], SILENT).astype(np.int32)
    keys = keys_of(np.asarray(automaton).reshape(-1, 256), np.asarray(row_of))[1:]
    order = np.argsort(keys)
    return {
        "languages": np.array([names[at] for at in columns]),
        "steps": np.diff(keys[order], prepend=np.uint64(0)),
        "rows": rows[1:][order],
        "table": table,
        "prior": np.asarray(prior)[columns].astype(np.float32),
    }


def main() -> None:
    """Write the reduced model and the licence it stands under."""
    np.savez_compressed(FILE, allow_pickle=False, **reduced())
    licence = next(file for file in files("py3langid") or () if file.name == "LICENSE")
    FILE.with_suffix(".LICENSE").write_text(Path(str(licence.locate())).read_text(encoding="utf-8"), encoding="utf-8")


if __name__ == "__main__":
    main()
