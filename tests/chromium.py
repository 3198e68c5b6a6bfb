"""Chromium for the browser tests: an installed one, else Playwright's own, else Debian's package.

Run as `python -m tests.chromium` (make test does) it makes sure that one is there, or says what to install.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DEBIAN = (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])


def find() -> str | None:
    """The path of a Chromium, None when there is none. The variable CHROMIUM names one of your own."""
    given = os.environ.get("CHROMIUM")
    if given:
        return given
    return next((path for name in NAMES if (path := shutil.which(name))), None) or _playwrights()


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def succeeds(command: list[str], **environment: str) -> bool:
    """Whether it ended well within ten minutes."""
    try:
        return subprocess.run(command, env={**os.environ, **environment}, check=False, timeout=600).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def install() -> str | None:
    if succeeds([sys.executable, "-m", "playwright", "install", "chromium"]) and (path := find()):
        return path
    if os.geteuid() == 0 and shutil.which("apt-get"):
        all(succeeds(command, DEBIAN_FRONTEND="noninteractive") for command in DEBIAN)
    return find()


if __name__ == "__main__":
    found = find() or install()
    if found is None:
        sys.exit("The browser tests need Chromium: install it, or name one in the variable CHROMIUM.")
    print(f"Chromium: {found}")
