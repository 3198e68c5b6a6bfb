"""The vector of a text that tells whether two texts say the same thing, read off in the same pass as the judgement.

The last layers of a tuned encoder gather texts by what they are judged to be: any two dangers lie close together. A
layer two thirds of the way up still knows what the text is about. Its tokens' mean is taken, the mean of many texts
subtracted, and the directions in which texts differ most removed, which are those of language, length and register
(Mu and Viswanath, 2018, *All-but-the-top*).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from classifier.encoder import Encoder
from classifier.judgement import ALIKE
from classifier.training import corpora

LAYER: Final = 8
"""Blocks read before the vector is taken, of 12. Measured: 6 to 9 tell paraphrases apart about as well, the last ones
not at all."""
REMOVED: Final = 30
"""Directions. 20 to 50 are as good; with none, two complaints in one language are as close as two paraphrases."""

COSINES: Final = (0.45, 0.48, 0.52, 0.55, 0.6)
MARK: Final = "/alike/"
"""Begins the names of what is added to the network here."""

Floats = NDArray[np.float32]


def fit(directory: Path, texts: Sequence[str]) -> None:
    """Give the network of *directory* its output `embedding` (batch × 384, of length one), fitted on *texts*."""
    file = directory / "model.onnx"
    model = onnx.load(str(file))
    width = int(next(one for one in model.graph.initializer if one.name.endswith("LayerNorm.bias")).dims[0])
    _give(model, np.zeros(width, np.float32), np.eye(width, dtype=np.float32))
    onnx.save(model, str(file))
    found = np.stack(
        [read.embedding for read in Encoder(directory, threads=2).read(texts) if read.embedding is not None]
    )
    mean = found.mean(axis=0)
    _, _, directions = np.linalg.svd(found - mean, full_matrices=False)
    top = directions[:REMOVED]
    _give(model, mean, np.eye(width, dtype=np.float32) - top.T @ top)
    onnx.checker.check_model(model)
    onnx.save(model, str(file))


def _give(model: Any, mean: Floats, kept: Floats) -> None:
    """Replace what makes the output: the unit mean of the tokens, less *mean*, times *kept*, of length one again."""
    graph = model.graph
    for node in [node for node in graph.node if node.name.startswith(MARK)]:
        graph.node.remove(node)
    for value in [value for value in graph.initializer if value.name.startswith(MARK)]:
        graph.initializer.remove(value)
    for output in [output for output in graph.output if output.name == "embedding"]:
        graph.output.remove(output)
    tokens = f"/network/encoder/encoder/layer.{LAYER - 1}/output/LayerNorm/LayerNormalization_output_0"
    steps = [
        ("Cast", ["attention_mask"], "mask", {"to": TensorProto.FLOAT}),
        ("Unsqueeze", ["mask", "last"], "mask3", {}),
        ("Mul", [tokens, "mask3"], "kept", {}),
        ("ReduceSum", ["kept", "tokens"], "sum", {"keepdims": 0}),
        ("LpNormalization", ["sum"], "unit", {"axis": 1, "p": 2}),
        ("Sub", ["unit", "mean"], "centred", {}),
        ("MatMul", ["centred", "directions"], "apart", {}),
        ("LpNormalization", ["apart"], "embedding", {"axis": 1, "p": 2}),
    ]
    given = {"last": np.array([-1]), "tokens": np.array([1]), "mean": mean, "directions": kept}
    own = {*given, *(output for _, _, output, _ in steps)} - {"embedding"}
    for kind, inputs, output, settings in steps:
        named = [MARK + one if one in own else one for one in inputs]
        target = output if output == "embedding" else MARK + output
        graph.node.append(helper.make_node(kind, named, [target], name=f"{MARK}{output}", **settings))
    graph.initializer.extend(numpy_helper.from_array(value, MARK + name) for name, value in given.items())
    graph.output.append(helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", len(mean)]))


def measured(classifier: Any, strangers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """For the card: how many of the written messages about one event find a fellow above a cosine, and how many pairs
    of one language that are about different things lie above it."""
    events = corpora.rows(corpora.WRITTEN / "alike.jsonl")
    rows = [*events, *({"lang": row["lang"], "text": row["text"], "event": 0} for row in strangers)]
    packed = [judged.embedding for judged in classifier.judge([str(row["text"]) for row in rows])]
    vectors = np.stack([np.frombuffer(one, np.int8).astype(np.float32) for one in packed])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = vectors @ vectors.T
    event, lang = np.array([row["event"] for row in rows]), np.array([row["lang"] for row in rows])
    fellows = (event[:, None] == event) & (event != 0) & ~np.eye(len(rows), dtype=bool)
    others = np.triu((lang[:, None] == lang) & ((event[:, None] != event) | (event == 0)), 1)
    nearest = np.where(fellows, cosines, -1.0).max(axis=1)[: len(events)]
    pairs = int(others.sum())
    lines = [
        f"| {at} | {(nearest >= at).mean():.0%} | {int((cosines[others] >= at).sum())} of {pairs:,} |" for at in COSINES
    ]
    return {
        "alike": "\n".join(lines), "alike_texts": len(events), "alike_events": len(set(event.tolist()) - {0}),
        "alike_threshold": ALIKE,
    }  # fmt: skip
