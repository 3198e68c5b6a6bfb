"""How networks count: the composer's own counting in the browser is held to the same figures."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from inbox.channels import Counting
from services.channels.lengths import COUNTS

BROWSERS = Path(__file__).parents[2] / "inbox" / "web" / "static" / "js" / "lengths.js"
FAMILY = "👨‍👩‍👧"
KNOWN: tuple[tuple[Counting, str, int], ...] = (
    ("characters", "été", 3), ("characters", FAMILY, 5), ("utf16", "😢", 2), ("utf16", "été", 3), ("bytes", "été", 5),
    ("graphemes", FAMILY, 1), ("graphemes", "e\u0301te\u0301", 3), ("graphemes", "🇫🇷🇩🇪", 2),
    ("weighted", "Bonjour", 7), ("weighted", "日本", 4), ("weighted", FAMILY, 2), ("weighted", "🇫🇷", 2),
    ("weighted", "voir https://exemple.fr/une/longue/adresse?x=1", 28), ("weighted", "voir exemple.fr", 28),
    ("weighted", "voir lea@exemple.fr", 19), ("weighted", "Fini.Et voilà", 13),
    ("mastodon", "@lea@exemple.social bonjour", 12), ("mastodon", "https://exemple.fr/une/longue/adresse", 23),
    ("mastodon", FAMILY, 1),
)  # fmt: skip


@pytest.mark.parametrize(("counting", "text", "length"), KNOWN)
def test_a_text_is_as_long_as_its_network_counts(counting: Counting, text: str, length: int) -> None:
    assert COUNTS[counting](text) == length


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine")
def test_the_browser_counts_alike() -> None:
    script = (
        BROWSERS.read_text(encoding="utf-8").replace("export ", "")
        + f"console.log(JSON.stringify({json.dumps(KNOWN)}.map(([how, text]) => lengthOf(how, text))));"
    )
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run(
        [node, "--input-type=module", "-"], input=script.encode(), capture_output=True, timeout=60, check=True
    )
    assert json.loads(done.stdout) == [length for _, _, length in KNOWN]
