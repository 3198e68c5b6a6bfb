"""`make chaos`: breaks a running site on purpose, and reckons afterwards.

    make chaos                                  every fault, at length
    make chaos ARGS="--only R1,R4 --times 200 --rate 200 --away 600"
    make chaos ARGS="--only R8 --count 20000"   20,000 of what that round counts
    make chaos ARGS="--only R1 --times 200 --within 20"     200 kills, or as many as 20 minutes hold

Writes chaos.json and docs/reliability.md after each round. Ends with 1 where anything was lost, duplicated or
unexpected.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from services import journal
from services.settings import Settings
from tests.chaos import page
from tests.chaos.faults import ALL, OF_THEIR_OWN
from tests.chaos.figures import CannotRun, Round
from tests.chaos.proxies import PROXIES
from tests.chaos.size import LONG, Size
from tests.chaos.volatile import DISKS
from tests.chaos.world import World, world

DOORS = 3
COUNTED = (
    f"messages that come as fast as they are taken (R8, else {LONG.messages}), appends (R9, {LONG.appends}), histories"
    f" (R11, {LONG.histories}), viewers (R16, {LONG.viewers}), items (R17, {LONG.items}), connections of each kind"
    f" (R21, {LONG.connections})"
)


async def rounds(names: list[str], size: Size, seed: int, *, keep: bool) -> bool:
    """One after the other, on one site; whether all are sound. `keep`: the figures that are written down already."""
    sound = True
    with tempfile.TemporaryDirectory(prefix="vigie-chaos-") as folder:
        doors = 0 if OF_THEIR_OWN.issuperset(names) else DOORS
        async with world(Path(folder), doors=doors, seed=seed) as here:
            for name in names:
                done = await one(name, here, size)
                if done is not None and not keep:
                    page.write([done])
                sound = sound and (done is None or done.sound)
    return sound


async def one(name: str, here: World, size: Size) -> Round | None:
    """None where this machine lacks what it needs: it keeps the figures of its last run."""
    try:
        return await ALL[name](here, size)
    except CannotRun as reason:
        print(f"{name:<12} NOT RUN: {reason}", flush=True)
        return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(ALL), help="of " + ", ".join(ALL))
    parser.add_argument("--times", type=int, default=LONG.times, help="kills, stalls and stops of a round")
    parser.add_argument("--rate", type=float, default=LONG.rate, help="messages a second")
    parser.add_argument(
        "--away",
        type=float,
        default=LONG.away_s,
        help="seconds without a database (R4), with stuck writers (R10), of a storm (R19)",
    )
    parser.add_argument("--count", type=int, help=COUNTED)
    parser.add_argument("--proxy", default=LONG.proxy, choices=PROXIES, help="which one stands in front (R22)")
    parser.add_argument("--disk", default=LONG.disk, choices=DISKS, help="which one forgets (R3)")
    parser.add_argument("--within", type=float, default=LONG.within_s / 60, help="minutes that a round may break for")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="write neither chaos.json nor docs/reliability.md")
    args = parser.parse_args()
    size = replace(
        LONG, times=args.times, rate=args.rate, away_s=args.away, proxy=args.proxy, disk=args.disk,
        within_s=args.within * 60,
    )  # fmt: skip
    size = size if args.count is None else size.counting(args.count)
    journal.keep(Settings())
    return 0 if asyncio.run(rounds(args.only.split(","), size, args.seed, keep=args.keep)) else 1


if __name__ == "__main__":
    sys.exit(main())
