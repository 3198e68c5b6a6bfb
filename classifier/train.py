"""Train what ships: ``python -m classifier.train --data DIR``.

Offline and repeatable. Reads the gzipped JSON lines of the data directory and our written set; writes the first look
(`classifier/weights`), the encoder (`classifier/model`), the manifest of hashes and the model card. Needs the extra
`train`. The first look takes minutes, the encoder some forty minutes a seed on one core; interrupted, it goes on where
it was. ``--extra FILE`` adds people's corrections, as `vigie corrections export` writes them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from classifier.training import card, corpora, encoder, linear, manifest, tuning

ROOM = Path(__file__).parent


def progress(what: str) -> None:
    print(f"· {what}", file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m classifier.train", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="directory holding sentiment.jsonl.gz and the others")
    parser.add_argument("--only", choices=("first", "encoder", "card"), help="train one part, or only write the card")
    parser.add_argument("--model", type=Path, default=ROOM / "model", help="directory of the encoder")
    parser.add_argument("--weights", type=Path, default=ROOM / "weights", help="directory of the first look")
    parser.add_argument("--card", type=Path, default=ROOM.parent / "docs" / "classifier-card.md")
    parser.add_argument("--keep", type=Path, default=Path("var/training"), help="where unfinished work is kept")
    parser.add_argument("--extra", type=Path, help="corrections to learn from as well")
    parser.add_argument("--seeds", default="1", help="one network a seed, averaged (1,2,3)")
    return parser.parse_args()


def main() -> None:
    """Train, calibrate, write, describe."""
    asked = _arguments()
    extra = corpora.corrections(asked.extra) if asked.extra else []
    if asked.only in (None, "first"):
        linear.train(asked.data, asked.weights, progress)
    if asked.only in (None, "encoder"):
        recipe = tuning.Recipe()
        seeds = [int(seed) for seed in asked.seeds.split(",")]
        encoder.train(asked.data, asked.model, asked.keep, extra=extra, recipe=recipe, seeds=seeds, progress=progress)
    texts = corpora.texts([*corpora.Course(asked.data, extra).everything(), *_held(asked.data)])
    progress(f"manifest of {manifest.write(asked.weights / 'manifest.bin', texts)} texts")
    card.write(asked.card, asked.model, asked.data, len(set(texts)))
    progress(f"card: {asked.card}")


def _held(data: Path) -> list[corpora.Example]:
    return [*corpora.sentiment(data, "val"), *corpora.written("val"), *corpora.written("test")]


if __name__ == "__main__":
    main()
