"""Every setting is documented, and every documented setting exists."""

from __future__ import annotations

import re
from pathlib import Path

from services import settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_every_setting_stands_in_the_page_and_the_page_names_no_other() -> None:
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert documented == {settings.variable(name) for name in settings.Settings.model_fields}
