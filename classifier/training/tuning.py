"""Fine-tuning: batches of like length, AdamW with layer-wise decay, warm-up and linear fall, resumable.

The recipe: mean pooling, no prefix, at most `TOKENS` pieces a text, two stages, word embeddings
frozen, bfloat16 where the processor has it. The tone is taught with cross-entropy and a little label smoothing, the
categories with binary cross-entropy in which the rare yes counts `RARE` times a no.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from classifier.judgement import CATEGORIES
from classifier.preparing import prepared
from classifier.training.corpora import UNKNOWN, Course, Example
from classifier.training.network import Network

TOKENS: Final = 80
POOL: Final = 40
"""Batches are cut from runs of this many, sorted by length: like lengths together, order still random."""
RARE: Final = 3.0
AUXILIARY_SHARE: Final = 0.2
SAVE_EVERY: Final = 250


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of a run, with a warm-up and a fall of the rate of its own. ``decay``: by how much each layer below
    learns slower; ``head``: how much faster the heads do; ``budget``: pieces a batch; ``category_share``: weight of the
    categories beside the tone; ``times``: how often an epoch has the written set; ``draws``: how many of which other
    source."""

    epochs: int
    rate: float
    decay: float
    head: float
    budget: int
    category_share: float
    times: int
    draws: Mapping[str, int] = field(default_factory=dict)


JOINT: Final = Stage(
    epochs=3, rate=8e-5, decay=0.95, head=4.0, budget=1_600, category_share=0.4, times=2,
    draws={"intents": 1500, "subtitles": 1200, "disasters": 600, "hostility": 600},
)  # fmt: skip
TONE: Final = Stage(
    epochs=2, rate=6e-5, decay=1.0, head=2.0, budget=900, category_share=0.15, times=1, draws={"intents": 500}
)
"""After the joint stage the categories are learned and the tone is not: their loss is the greater. It gets a stage in
which it leads."""


@dataclass(frozen=True, slots=True)
class Recipe:
    seed: int = 1
    stages: tuple[Stage, ...] = (JOINT, TONE)
    smoothing: float = 0.05
    warm_up: float = 0.06
    weight_decay: float = 0.01


@dataclass(frozen=True, slots=True)
class Encoded:
    ids: list[int]
    example: Example


Batch = Sequence[Encoded]


def encode(tokenizer: Tokenizer, examples: Sequence[Example]) -> list[Encoded]:
    """Token ids, the end kept where a text is cut."""
    encodings = tokenizer.encode_batch([prepared(example.text) for example in examples])
    return [Encoded(cut(e.ids), example) for e, example in zip(encodings, examples, strict=True)]


def cut(ids: list[int]) -> list[int]:
    return ids if len(ids) <= TOKENS else [*ids[: TOKENS - 1], ids[-1]]


def batches(encoded: Sequence[Encoded], draw: random.Random, budget: int) -> list[Batch]:
    """All of *encoded* in batches of like length and at most *budget* pieces, in random order."""
    found: list[Batch] = []
    step = POOL * 64
    for start in range(0, len(encoded), step):
        pool = sorted(encoded[start : start + step], key=lambda one: len(one.ids))
        found += list(_cut_by_budget(pool, budget))
    draw.shuffle(found)
    return found


def _cut_by_budget(pool: Sequence[Encoded], budget: int) -> Iterator[Batch]:
    batch: list[Encoded] = []
    for one in pool:
        if batch and len(one.ids) * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def tensors(batch: Batch, pad: int) -> tuple[Tensor, Tensor]:
    """Ids and mask, both batch × longest."""
    longest = max(len(one.ids) for one in batch)
    ids = torch.full((len(batch), longest), pad, dtype=torch.long)
    for at, one in enumerate(batch):
        ids[at, : len(one.ids)] = torch.tensor(one.ids)
    mask = torch.zeros_like(ids)
    for at, one in enumerate(batch):
        mask[at, : len(one.ids)] = 1
    return ids, mask


def loss_of(network: Network, batch: Batch, pad: int, smoothing: float, category_share: float) -> Tensor:
    tone, categories, pooled = network(*tensors(batch, pad))
    parts = [_tone_loss(tone.float(), batch, smoothing), category_share * _category_loss(categories.float(), batch)]
    parts += [AUXILIARY_SHARE * part for part in _auxiliary_losses(network, pooled, batch)]
    return torch.stack(parts).sum()


def _tone_loss(logits: Tensor, batch: Batch, smoothing: float) -> Tensor:
    truth = torch.tensor([one.example.tone for one in batch])
    if not (truth != UNKNOWN).any():
        return logits.sum() * 0.0
    return functional.cross_entropy(logits, truth, ignore_index=UNKNOWN, label_smoothing=smoothing)


def _category_loss(logits: Tensor, batch: Batch) -> Tensor:
    truth = torch.tensor([one.example.categories for one in batch], dtype=torch.float32)
    weight = torch.tensor([[one.example.weight] for one in batch]) * (truth != UNKNOWN)
    each = functional.binary_cross_entropy_with_logits(
        logits, truth.clamp(min=0.0), reduction="none", pos_weight=torch.full((len(CATEGORIES),), RARE)
    )
    return (each * weight).sum() / weight.sum().clamp(min=1.0) * len(CATEGORIES)


def _auxiliary_losses(network: Network, pooled: Tensor, batch: Batch) -> Iterator[Tensor]:
    for name, head in network.auxiliary.items():
        mine = [at for at, one in enumerate(batch) if one.example.task == name]
        if mine:
            truth = torch.tensor([batch[at].example.target for at in mine])
            yield functional.cross_entropy(head(pooled[mine]).float(), truth) * len(mine) / len(batch)


def groups(network: Network, stage: Stage, weight_decay: float) -> list[dict[str, Any]]:
    """Parameters with their rates: the nearer to the words, the slower; heads fastest; no decay of biases and norms."""
    layers = network.encoder.config.num_hidden_layers
    found: list[dict[str, Any]] = []
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        depth = int(name.split(".")[3]) if name.startswith("encoder.encoder.layer.") else -1
        in_encoder = name.startswith("encoder.")
        rate = stage.rate * (stage.decay ** (layers - 1 - depth) if in_encoder else stage.head)
        decay = 0.0 if parameter.ndim < 2 else weight_decay
        found.append({"params": [parameter], "lr": rate, "weight_decay": decay})
    return found


def tune(
    network: Network, tokenizer: Tokenizer, pad: int, course: Course, recipe: Recipe, keep: Path
) -> list[dict[str, Tensor]]:
    """Train *network* in place, stage by stage; gives its state after each. Interrupted, it goes on from what lies in
    the directory *keep*."""
    states = []
    for number, stage in enumerate(recipe.stages):
        done = keep / f"stage-{recipe.seed}-{number}.pt"
        if done.exists():
            network.load_state_dict(torch.load(done, weights_only=True))
        else:
            _stage(network, pad, _plan(tokenizer, course, stage, recipe.seed + number), stage, recipe, done)
            torch.save(network.state_dict(), done)
        states.append({name: value.clone() for name, value in network.state_dict().items()})
    return states


def _plan(tokenizer: Tokenizer, course: Course, stage: Stage, seed: int) -> list[Batch]:
    """The batches of all epochs of a stage, in order; the same for the same seed."""
    return [
        batch
        for epoch in range(stage.epochs)
        for batch in batches(
            encode(tokenizer, course.epoch(seed, epoch, times=stage.times, draws=stage.draws)),
            random.Random(f"{seed}/{epoch}/batches"),  # noqa: S311 — repeatable, not secret
            stage.budget,
        )
    ]


def _stage(network: Network, pad: int, plan: Sequence[Batch], stage: Stage, recipe: Recipe, done: Path) -> None:
    torch.manual_seed(recipe.seed)
    optimiser = torch.optim.AdamW(groups(network, stage, recipe.weight_decay), fused=True)
    warm = max(1, math.ceil(recipe.warm_up * len(plan)))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, max(0.0, (len(plan) - step) / max(1, len(plan) - warm)))
    )
    state = done.with_suffix(".part")
    start = _restored(state, network, optimiser, schedule)
    network.train()
    bar = tqdm(range(start, len(plan)), initial=start, total=len(plan), desc=done.stem, unit="batch")
    for step in bar:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = loss_of(network, plan[step], pad, recipe.smoothing, stage.category_share)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad(set_to_none=True)
        bar.set_postfix(loss=f"{loss.item():.3f}")
        if (step + 1) % SAVE_EVERY == 0:
            _save(state, step + 1, network, optimiser, schedule)
    state.unlink(missing_ok=True)


def _save(path: Path, step: int, network: Network, optimiser: Any, schedule: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".writing")
    parts = {"network": network.state_dict(), "optimiser": optimiser.state_dict(), "schedule": schedule.state_dict()}
    torch.save({"step": step, **parts}, beside)
    beside.replace(path)


def _restored(path: Path, network: Network, optimiser: Any, schedule: Any) -> int:
    """The step to go on from; 0 where nothing was kept."""
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    network.load_state_dict(state["network"])
    optimiser.load_state_dict(state["optimiser"])
    schedule.load_state_dict(state["schedule"])
    return int(state["step"])


@torch.no_grad()
def logits(network: Network, tokenizer: Tokenizer, pad: int, examples: Sequence[Example]) -> NDArray[np.float32]:
    """Logits of tone and categories, one row a text (n × 16), by the network as it is."""
    network.eval()
    encoded = encode(tokenizer, examples)
    order = sorted(range(len(encoded)), key=lambda at: len(encoded[at].ids))
    found = np.zeros((len(encoded), 3 + len(CATEGORIES)), dtype=np.float32)
    for start in range(0, len(order), 64):
        mine = order[start : start + 64]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            tone, categories, _ = network(*tensors([encoded[at] for at in mine], pad))
        found[mine] = torch.cat([tone, categories], dim=1).float().numpy()
    return found
