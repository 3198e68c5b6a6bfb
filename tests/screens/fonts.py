"""Fonts for what strangers write: without them Devanagari or an emoji stand as empty boxes in the pictures.

Noto's, by Debian's packages where we may install some; else it is said which letters the pictures will not show.
"""

from __future__ import annotations

import os
import shutil
import subprocess

from tests.chromium import succeeds

NEEDED = {"hi": "Devanagari", "ar": "Arabic", "he": "Hebrew", "und-zsye": "emoji"}
"""fontconfig's name of a language that is written so → the script."""
DEBIAN = (
    ["apt-get", "update", "-qq"],
    ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "fonts-noto-core", "fonts-noto-color-emoji"],
)


def missing() -> list[str]:
    """Scripts that no installed font shows; none where fontconfig is not there to be asked."""
    asking = shutil.which("fc-list")
    if asking is None:
        return []

    def shown(lang: str) -> bool:
        asked = [asking, f":lang={lang}", "file"]
        return bool(subprocess.run(asked, capture_output=True, check=False, timeout=60).stdout.strip())

    return [script for lang, script in NEEDED.items() if not shown(lang)]


def install() -> list[str]:
    """What is missing afterwards."""
    if (lacking := missing()) and os.geteuid() == 0 and shutil.which("apt-get"):
        all(succeeds(command, DEBIAN_FRONTEND="noninteractive") for command in DEBIAN)
        return missing()
    return lacking
