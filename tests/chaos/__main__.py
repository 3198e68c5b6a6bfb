"""`make chaos`: minutes of kills and stalls of real processes, each round with another seed (ARGS="--rounds 20")."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

import aiohttp

from tests.product.load import Network
from tests.product.many import site
from tests.product.trouble import troubled


async def round_of(seed: int, seconds: float, rate: float) -> None:
    with tempfile.TemporaryDirectory(prefix="vigie-chaos-") as folder:
        async with (
            site(Path(folder)) as here,
            Network() as network,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client,
        ):
            await troubled(here, network, client, seconds=seconds, rate=rate, seed=seed)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=90.0, help="how long messages come in, a round")
    parser.add_argument("--rate", type=float, default=4.0, help="messages a second and brand")
    args = parser.parse_args()
    for seed in range(args.rounds):
        print(f"round {seed}", flush=True)
        await round_of(seed, args.seconds, args.rate)


if __name__ == "__main__":
    asyncio.run(main())
