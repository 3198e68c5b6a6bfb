"""One steady run by itself: `python -m tests.bench.arrival --rate 50`."""

from __future__ import annotations

import argparse
import asyncio

from tests.bench import arrival


async def main() -> None:
    parser = argparse.ArgumentParser(description=arrival.__doc__)
    parser.add_argument("--rate", type=float, default=50.0, help="messages a second")
    parser.add_argument("--seconds", type=float, default=30.0)
    args = parser.parse_args()
    async with arrival.product() as demo:
        arrived = await arrival.load(demo, args.seconds, lambda _: args.rate)
    for name, value in arrived.row(f"{args.rate:g}/s").items():
        print(f"{name:>10}  {format(value, '.3f') if isinstance(value, float) else value}")


if __name__ == "__main__":
    asyncio.run(main())
