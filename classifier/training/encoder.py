"""Training of the encoder, from the base model to the directory that ships.

Rebuild the base, prune its vocabulary, fine-tune once a seed, average the networks after each stage of each seed (model
soups: Wortsman et al., 2022), calibrate on the validation parts with the very file that ships, write.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from classifier.encoder import Encoder
from classifier.judgement import CATEGORIES, SENTIMENTS
from classifier.training import base, calibrating, corpora, exporting, meaning, network, tuning
from classifier.training.corpora import Example

NAME, VERSION = "vigie-encoder", "1.0.0"
PAD = 1
Progress = Callable[[str], None]


def train(
    data: Path, out: Path, keep: Path, *, extra: Sequence[Example], recipe: tuning.Recipe, seeds: Sequence[int],
    progress: Progress,
) -> str:  # fmt: skip
    """Train and write to *out*; unfinished work is kept in *keep*. Returns the sha256 of the network."""
    course = corpora.Course(data, extra)
    start = base.pruned(base.rebuilt(), corpora.texts(course.leading()))
    keep.mkdir(parents=True, exist_ok=True)
    progress(f"base rebuilt, vocabulary pruned to {start.shape.vocab_size} pieces")
    tokenizer = Tokenizer.from_str(json.dumps(start.tokenizer))
    found: list[Mapping[str, torch.Tensor]] = []
    for seed in seeds:
        torch.manual_seed(seed)
        net = network.network(start)
        found += tuning.tune(net, tokenizer, PAD, course, replace(recipe, seed=seed), keep)
    net = network.network(start)
    net.load_state_dict(averaged(found))
    return finish(net, start, data, out, {"recipe": asdict(recipe), "seeds": list(seeds)}, progress)


def finish(
    net: network.Network, start: base.Base, data: Path, out: Path, run: Mapping[str, Any], progress: Progress
) -> str:
    """Export, calibrate with what was exported, export again with the calibration in the config."""
    described: dict[str, Any] = {"name": NAME, "version": VERSION, "temperature": 1.0, "alike": True, **run}
    exporting.write(net, start, out, described)
    meaning.fit(out, corpora.texts(corpora.written("train")))
    found = calibrated(out, data)
    described |= {
        "temperature": found.temperature, "curves": dict(found.curves), "guard": dict(found.guard),
        "thresholds": dict(found.thresholds),
    }  # fmt: skip
    digest = exporting.describe(out, described)
    progress(f"encoder {digest[:8]}: temperature {found.temperature}, thresholds {dict(found.thresholds)}")
    return digest


def calibrated(directory: Path, data: Path) -> calibrating.Calibration:
    """By the file that ships, through the code that serves: quantisation has its own say."""
    encoder = Encoder(directory, threads=2)
    tone, ours = corpora.sentiment(data, "val"), corpora.written("val")
    tone_logits = logits(encoder, tone)[:, : len(SENTIMENTS)]
    return calibrating.fit(
        (tone_logits, np.array([example.tone for example in tone])),
        logits(encoder, ours)[:, len(SENTIMENTS) :],
        corpora.texts(ours),
        np.array([example.categories for example in ours], dtype=np.float64),
    )


def logits(encoder: Encoder, examples: Sequence[Example]) -> NDArray[np.float64]:
    """Logits of all labels, one row a text: of the tone the mean over windows, of a category the highest."""
    rows = []
    for read in encoder.read(corpora.texts(examples)):
        tone = np.average(read.logits[:, : len(SENTIMENTS)], axis=0, weights=read.pieces)
        rows.append(np.concatenate([tone, read.logits[:, len(SENTIMENTS) :].max(axis=0)]))
    found: NDArray[np.float64] = np.array(rows, dtype=np.float64)
    return found.reshape(len(examples), len(SENTIMENTS) + len(CATEGORIES))


def averaged(found: Sequence[Mapping[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """The mean of several networks that started from the same base."""
    return {
        name: torch.stack([state[name] for state in found]).mean(0) if value.is_floating_point() else value
        for name, value in found[0].items()
    }
