"""Forms in which real senders vary what they send: less usual fields, kinds of content, and ways of naming things.

Each row is one body of our own making, after the network's documentation, and what is read from it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.channels.cases import check, read

ROWS = json.loads(Path(__file__).with_name("variants.json").read_bytes())


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row['network']}: {row['name']}") for row in ROWS])
def test_a_variant_is_read_as_its_row_says(row: dict[str, Any]) -> None:
    found = read(row["network"], json.dumps(row["body"]).encode(), row.get("headers"))
    check(found, row["parsed"])
