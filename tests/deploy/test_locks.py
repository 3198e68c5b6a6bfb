"""What is installed is what was looked at: each version is said once, and each of its files has its digest."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("run", "dev", "build")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)")
NAME = re.compile(r"^[A-Za-z0-9._-]+")


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(path: Path) -> dict[str, str]:
    found = (PIN.match(line) for line in path.read_text().splitlines())
    return {plain(one[1]): one[2] for one in found if one}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_version_has_digests_and_nothing_else_is_installed(lock: str) -> None:
    text = (ROOT / "locks" / f"{lock}.txt").read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) == len(pins(ROOT / "locks" / f"{lock}.txt"))
    for entry in entries:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
        assert "://" not in entry, entry


@pytest.mark.parametrize("lock", ["run", "dev"])
def test_locks_and_constraints_say_the_same_versions(lock: str) -> None:
    constrained = pins(ROOT / "constraints.txt")
    locked = pins(ROOT / "locks" / f"{lock}.txt")
    differing = {name for name in locked.keys() & constrained.keys() if locked[name] != constrained[name]}
    assert not differing, "make lock was forgotten after a change of constraints.txt"


def test_what_the_project_asks_for_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = project["project"]["dependencies"]
    dev = project["project"]["optional-dependencies"]["dev"]

    def names(requirements: list[str]) -> set[str]:
        return {plain(found[0]) for one in requirements if (found := NAME.match(one))}

    assert names(asked) <= pins(ROOT / "locks" / "run.txt").keys()
    assert names(asked) | names(dev) <= pins(ROOT / "locks" / "dev.txt").keys()
    assert names(project["build-system"]["requires"]) <= pins(ROOT / "locks" / "build.txt").keys()


def test_what_security_md_names_is_there() -> None:
    named = re.findall(r"`(tests/[^`]+)`", (ROOT / "SECURITY.md").read_text())
    assert len(named) > 15
    assert [one for one in named if not (ROOT / one).exists()] == []


def test_the_target_that_installs_asks_for_digests() -> None:
    recipe = (ROOT / "Makefile").read_text()
    assert recipe.count("--require-hashes") == 2
    assert "--no-deps --no-build-isolation --editable ." in recipe
