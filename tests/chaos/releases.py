"""The version of the code before the newest migration came, as the repository's history has it, in a folder beside."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

from inbox.log import migrate
from tests.chaos.figures import CannotRun
from tests.chaos.world import Host
from tests.product.instance import REPOSITORY

MIGRATIONS = "inbox/log/migrations/*.sql"
BUILT = ("inbox/web/static/vendor", "inbox/web/locale/fr/LC_MESSAGES/vigie.mo")
"""What an installation has that the history has not."""
AS_ONE_THAT_HEEDS_NEWER_SCHEMAS = (
    "import sys; from inbox.log import migrate; migrate.newest = lambda: sys.argv[1];"
    " from services import cli; sys.exit(cli.main(sys.argv[2:]))"
)
"""Code of before that rule did not start where the database was ahead of it (docs/adr/0004)."""


class Older(Host):
    """A process of that version."""

    tree: Path = REPOSITORY

    async def start(self) -> None:
        with self.log_path.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", AS_ONE_THAT_HEEDS_NEWER_SCHEMAS, migrate.newest(), "run", *self.role.split(),
                "--port", str(self.port), cwd=self.tree, env=self.environment | {"PYTHONPATH": str(self.tree)},
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip


def unpacked(folder: Path) -> tuple[str, str]:
    """Puts it there; which commit it is, and the numbers of the migrations that it does not know."""
    added = _git("log", "--format=%H", "--diff-filter=A", "-1", "--", MIGRATIONS)
    commit = _git("rev-parse", f"{added}^") if added else ""
    if not commit:
        raise CannotRun("there is no history of this repository here")
    folder.mkdir()
    packed = subprocess.run(["git", "-C", str(REPOSITORY), "archive", commit], check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed, check=True)
    for built in (REPOSITORY / one for one in BUILT):
        there = folder / built.relative_to(REPOSITORY)
        if built.is_dir():
            shutil.copytree(built, there, dirs_exist_ok=True)
        elif built.exists():
            shutil.copy(built, there)
    return commit[:9], " ".join(sorted(_numbers(REPOSITORY) - _numbers(folder)))


def _numbers(tree: Path) -> set[str]:
    """They do not come in the order of their numbers."""
    return {path.name.split("_", 1)[0] for path in tree.glob(MIGRATIONS)}


def _git(*words: str) -> str:
    """Its answer in one line; nothing where it has none."""
    try:
        done = subprocess.run(["git", "-C", str(REPOSITORY), *words], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
