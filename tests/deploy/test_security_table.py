"""docs/security-tests.md: every claim is there, and names tests that are."""

from __future__ import annotations

import ast
import re

import pytest

from tests.deploy.queries import ROOT

PAGE = (ROOT / "docs" / "security-tests.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([SG]\d+) \|[^|]+\|([^|]+)\|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROWS = {claim: NAMED.findall(shown) for claim, shown in ROW.findall(PAGE)}


def test_every_claim_is_in_the_table() -> None:
    assert list(ROWS) == [*(f"S{n}" for n in range(1, 19)), *(f"G{n}" for n in range(1, 6))]


@pytest.mark.parametrize("claim", ROWS)
def test_a_claim_is_shown_by_tests_that_exist(claim: str) -> None:
    assert ROWS[claim]
    for path, name in ROWS[claim]:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in there, f"{path}::{name}"
