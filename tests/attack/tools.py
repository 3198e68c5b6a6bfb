"""The tools, each in an environment of its own under .venv/attack: none is a dependency of the product or its tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HOME = Path(os.environ.get("ATTACK_TOOLS") or Path(__file__).parents[2] / ".venv" / "attack")
VERSIONS = {"bandit": "1.9.4", "schemathesis": "4.32.5", "wapiti3": "3.2.3", "sqlmap": "1.10.10"}
COMMANDS = {"wapiti3": "wapiti"}


class Missing(Exception):
    """A tool cannot be installed here."""


def command(name: str) -> str:
    """The tool's own command, installed if it is not yet. Raises `Missing`."""
    folder = HOME / f"{name}-{VERSIONS[name]}"
    found = folder / "bin" / COMMANDS.get(name, name)
    if not found.exists():
        _install(name, folder)
    return str(found)


def _install(name: str, folder: Path) -> None:
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)
        wanted = f"{name}=={VERSIONS[name]}"
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wanted]
        subprocess.run(pip, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        raise Missing(f"{name} cannot be installed here: {str(error.stderr).strip()[-300:]}") from error


def ran(arguments: list[str], *, within_s: float, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What it said and how it ended, whatever that is."""
    return subprocess.run(arguments, capture_output=True, text=True, timeout=within_s, cwd=cwd, check=False)
