"""A network is its own files and nothing else: one that is dropped in is found, and no other file knows any by name."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import channels
from services.channels import registry

ROOT = Path(__file__).parents[2]
OWN = ROOT / "services" / "channels"
SCREENS = (".html", ".js", ".css", ".sql")
ALLOWED = {
    "inbox/web/words/codes.py": "names that are words of a language, and the drawings there are; others have a"
    " title and one drawing for all",
    "inbox/web/pages/design_samples.py": "a made-up row needs a network: the generic one",
    "services/demo.py": "the demo connects three networks of different forms",
    "services/demo_network.py": "what answers the demo's replies",
    "services/demo_networks/posts.py": "what answers the demo's replies",
    "services/drill/encoder.py": "the drill plays three networks",
    "services/drill/people.py": "the drill plays three networks",
    "services/drill/plan.py": "the drill plays three networks",
    "services/drill/scenario.py": "the drill plays three networks",
    "services/drill/shapes.py": "the drill speaks further networks where it is asked to",
    "services/drill/given.py": "and sets their channels up",
    "services/drill/wire/desks.py": "and in each one's own form",
    "services/drill/wire/mails.py": "and in each one's own form",
    "services/drill/wire/others.py": "and in each one's own form",
    "services/drill/wire/told.py": "and in each one's own form",
    "services/drill/wire/work.py": "and in each one's own form",
    "services/drill/target.py": "the drill plays three networks",
}
"""Files that may name networks, and why. None of them keeps a new network from working."""

NEW = '''
"""A network that somebody adds."""
from services.channels.base import BaseChannel
from services.channels.contract import Capabilities


class New(BaseChannel):
    id = "zz_new"
    title = "New"
    capabilities = Capabilities(("webhook",))


CHANNEL = New()
'''


def known() -> frozenset[str]:
    return frozenset(registry.networks())


@pytest.fixture
def dropped_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "zz_new.py").write_text(NEW, encoding="utf-8")
    monkeypatch.setattr(channels, "__path__", [*channels.__path__, str(tmp_path)])
    importlib.invalidate_caches()
    registry.networks.cache_clear()
    yield
    registry.networks.cache_clear()
    sys.modules.pop("services.channels.zz_new", None)


def test_a_file_that_is_dropped_in_is_a_network(dropped_in: None) -> None:
    assert registry.networks()["zz_new"].title == "New"


def test_no_file_lists_or_compares_networks_but_those_that_say_why() -> None:
    naming = {path for path in sources(".py") if names_networks(ast.parse((ROOT / path).read_text(encoding="utf-8")))}
    assert naming == set(ALLOWED)


def sources(*suffixes: str) -> Iterator[str]:
    for folder in ("services", "inbox", "classifier"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and OWN not in path.parents and "vendor" not in path.parts:
                yield path.relative_to(ROOT).as_posix()


def names_networks(tree: ast.AST) -> bool:
    return any(is_list(node) or is_comparison(node) or is_argument(node) for node in ast.walk(tree))


def is_list(node: ast.AST) -> bool:
    """Two networks in one display; some ids ("x", "email", "front") are also other words, so one alone says nothing."""
    if isinstance(node, ast.Dict):
        return len(ids(*(key for key in node.keys if key is not None))) > 1 or len(ids(*node.values)) > 1
    return isinstance(node, ast.List | ast.Tuple | ast.Set) and len(ids(*node.elts)) > 1


def is_comparison(node: ast.AST) -> bool:
    if not isinstance(node, ast.Compare):
        return False
    sides = (node.left, *node.comparators)
    about = any("network" in ast.unparse(side).lower() for side in sides)
    return about and bool(ids(*sides))


def is_argument(node: ast.AST) -> bool:
    return isinstance(node, ast.keyword) and node.arg == "network" and bool(ids(node.value))


def ids(*nodes: ast.AST) -> set[str]:
    values = (node.value for node in nodes if isinstance(node, ast.Constant))
    return {value for value in values if isinstance(value, str) and value in known()}


def test_no_screen_knows_a_network_by_name() -> None:
    telling = sorted(name for name in known() if len(name) > 5 and name not in {"manual", "generic"})
    named = re.compile(rf"""["'](?:{"|".join(telling)})["']""")
    naming = {path for path in sources(*SCREENS) if named.search((ROOT / path).read_text(encoding="utf-8"))}
    assert naming == set()
