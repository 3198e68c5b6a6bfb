"""`python -m tests.citus DIR`: the suites that must hold on Citus, on the PostgreSQL installation whose `bin` is DIR."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.citus.cluster import BINARIES

CONFORMANCE = ("tests/log", "tests/citus")
NEEDS = """\
make test-citus PG_BIN=dir needs the bin folder of a PostgreSQL 16, 17 or 18 that has the extension citus (14 or newer):
on Debian and Ubuntu the packages of Citus or of PGDG (postgresql-18-citus), elsewhere https://docs.citusdata.com. It
starts three servers of its own in a temporary folder; your databases are not touched.
"""


def lacks(folder: str) -> str | None:
    """What is missing, None when all is there."""
    binaries = Path(folder)
    for name in ("postgres", "initdb"):
        if not folder or not (binaries / name).exists():
            return f"there is no {name} in {folder or 'an empty PG_BIN'}"
    asked = [str(binaries / "pg_config"), "--sharedir"]
    try:
        share = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
    except OSError:
        return f"there is no pg_config in {folder}, which says where extensions lie"
    if not Path(share, "extension", "citus.control").exists():
        return f"that PostgreSQL has no extension citus (looked in {share}/extension)"
    return None


def main(arguments: list[str]) -> int:
    folder = arguments[0] if arguments else ""
    missing = lacks(folder)
    if missing is not None:
        print(f"test-citus: {missing}\n\n{NEEDS}", file=sys.stderr, end="")
        return 2
    environment = {**os.environ, BINARIES: str(Path(folder).resolve())}
    command = [sys.executable, "-m", "pytest", *(arguments[1:] or CONFORMANCE)]
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
