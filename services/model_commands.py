"""`vigie model`: what a model is, and how one made elsewhere is turned into one that Vigie can run."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path

import classifier
from classifier import plugged
from inbox.catalogue import DEFAULT, ModelCard
from inbox.errors import Refused
from services import catalogue
from services.models import Sources
from services.settings import Settings


def named(settings: Settings, given: str | None) -> str:
    """What the command line calls a model: a name of `VIGIE_CLASSIFIERS_DIR`, or a directory. None: the default one.

    A directory of that folder goes by its name, so that every process knows it.
    """
    if given is None:
        return DEFAULT
    path = Path(given)
    folder = settings.classifiers_dir
    if folder is not None and path.is_dir() and path.resolve().parent == folder.resolve():
        return path.name
    if given in Sources.of(settings).names():
        return given
    return str(path.resolve()) if path.is_dir() or os.sep in given else given


async def show(settings: Settings, args: argparse.Namespace) -> int:
    """Name, checksum, labels, temperature, size and card of one model; 1 when it cannot be used."""
    card = await asyncio.to_thread(catalogue.describe, Sources.of(settings), named(settings, args.model))
    if args.json:
        print(json.dumps(asdict(card), indent=2))
    elif card.wrong is None:
        print("\n".join(f"{name:<12} {value}" for name, value in _lines(card)))
    else:
        raise Refused("model_wrong", f"This model cannot be used: {card.wrong}")
    return 0 if card.wrong is None else 1


def _lines(card: ModelCard) -> list[tuple[str, str]]:
    return [
        ("name", card.name or "(default)"), ("model", card.model), ("sha256", card.sha256 or "–"),
        ("tones", ", ".join(card.tones)), ("categories", ", ".join(card.categories)),
        ("temperature", "–" if card.temperature is None else f"{card.temperature:g}"),
        ("size", f"{card.size_bytes / 1e6:.1f} MB"), ("card", card.card or "–"),
    ]  # fmt: skip


async def export(_: Settings, args: argparse.Namespace) -> int:
    """A directory with safetensors becomes one with ONNX. Needs PyTorch, which Vigie itself does not."""
    try:
        await asyncio.to_thread(plugged.export, args.source, args.destination)
    except ImportError as error:
        raise Refused("torch_missing", f"Exporting needs PyTorch: pip install 'vigie[torch]' ({error}).") from error
    except (classifier.WrongWeights, OSError) as error:
        raise Refused("model_wrong", f"{args.source} cannot be exported: {error}") from error
    print(f"Written to {args.destination}. Try it: vigie model show {args.destination}")
    return 0
