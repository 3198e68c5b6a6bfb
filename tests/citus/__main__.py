"""`python -m tests.citus DIR`: the suites that must hold on Citus, on the PostgreSQL whose `bin` folder is DIR."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.citus.cluster import BINARIES

CONFORMANCE = ("tests/log", "tests/citus")
OF_ONE_SERVER = {
    "tests/log/test_schema.py": "reads the catalogue, where shards stand beside tables: see tests/citus/test_schema.py",
    "tests/log/test_append.py::test_an_append_that_waits_while_its_author_is_forgotten_seals_anew":
        "watches for a lock that is waited for, which happens on the brand's machine",
    "tests/log/test_append.py::test_looking_for_duplicates_never_reads_a_brand_that_the_planner_does_not_know":
        "counts pages by EXPLAIN, which does not follow a function to the brand's machine",
    "tests/log/test_append.py::test_a_streams_end_and_its_events_are_found_without_reading_the_brand": "the same",
    "tests/log/test_lookout.py::test_among_ten_thousand_brands_a_look_asks_about_those_that_moved":
        "reads a plan, which differs",
}  # fmt: skip
"""What asks one server how it works inside, each with its reason. What the product promises is left in."""
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
        share = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
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
    left_out = [f"--deselect={name}" for name in OF_ONE_SERVER]
    which = () if any(one.startswith("tests") for one in arguments[1:]) else CONFORMANCE
    command = [sys.executable, "-m", "pytest", *left_out, *arguments[1:], *which]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
