"""`make attack`: tools of others against the source and a live instance, and 10,000 spoilt bodies to every route.

    make attack                                       all of it, some forty minutes
    make attack ARGS="--only bandit,wapiti --minutes 2"
    make attack ARGS="--only bodies --count 500"

What is found is printed; what was looked at before stands in `explained.py` and docs/security-findings.md. Ends with 1
where anything new was found, or where a tool cannot be installed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.attack import scanners, tools
from tests.attack.site import running
from tests.product.instance import REPOSITORY

ALL = ("bandit", "schemathesis", "wapiti", "sqlmap", "bodies")
BODIES = ("tests/ingest/test_spoilt.py", "tests/web/test_spoilt_requests.py")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="attack", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default=",".join(ALL), help="of " + ", ".join(ALL))
    parser.add_argument("--count", type=int, default=10_000, help="spoilt bodies to each route")
    parser.add_argument("--examples", type=int, default=100, help="of schemathesis, for each operation")
    parser.add_argument("--minutes", type=float, default=6, help="about how long wapiti may take")
    parser.add_argument("--level", type=int, default=1, help="of sqlmap, 1 to 5")
    parser.add_argument("--keep", type=Path, help="folder for what the tools said; else it is thrown away")
    return parser.parse_args()


def told(name: str, attack: Callable[[], list[str]]) -> int:
    """Runs it and says what came of it; how many findings."""
    began = time.monotonic()
    try:
        found = attack()
    except tools.Missing as error:
        found = [str(error)]
    print(f"{name}: {len(found)} new findings, {time.monotonic() - began:.0f} s", flush=True)
    print("".join(f"  {one}\n" for one in found[:50]), end="", flush=True)
    return len(found)


def bodies(count: int) -> list[str]:
    call = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:randomly", *BODIES]
    done = subprocess.run(call, cwd=REPOSITORY, env=os.environ | {"VIGIE_TEST_BODIES": str(count)}, check=False)
    return ["see above"] if done.returncode else []


async def live(names: list[str], args: argparse.Namespace, folder: Path) -> int:
    """The attacks on an instance, one after the other. A bug in its log is a finding too."""
    async with running(folder) as site:
        attacks: dict[str, Callable[[], list[str]]] = {
            "schemathesis": lambda: scanners.schemathesis(site, folder, args.examples),
            "wapiti": lambda: scanners.wapiti(site, folder, args.minutes),
            "sqlmap": lambda: scanners.sqlmap(site, folder, args.level),
        }
        found = 0
        for name in (name for name in attacks if name in names):
            found += await asyncio.to_thread(told, name, attacks[name])
        return found + told("its own log", site.faults)


def main() -> int:
    args = options()
    names = args.only.split(",")
    found = told("bandit", scanners.bandit) if "bandit" in names else 0
    if {"schemathesis", "wapiti", "sqlmap"} & set(names):
        with tempfile.TemporaryDirectory(prefix="vigie-attack-") as fresh:
            folder = (args.keep or Path(fresh)).resolve()
            folder.mkdir(parents=True, exist_ok=True)
            found += asyncio.run(live(names, args, folder))
    if "bodies" in names:
        found += told("bodies", lambda: bodies(args.count))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
