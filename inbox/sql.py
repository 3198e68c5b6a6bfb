"""Named queries: SQL lives in `.sql` files beside the module that owns it, each under `-- name: …` and a line of
why."""

from __future__ import annotations

import re
from pathlib import Path

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


class Queries:
    """The queries of one file, as attributes holding their text. A missing or doubled name fails at import."""

    def __init__(self, path: Path) -> None:
        parts = _NAME.split(path.read_text(encoding="utf-8"))
        names = parts[1::2]
        if len(names) != len(set(names)):
            raise ValueError(f"{path.name}: a query name stands twice")
        self._texts: dict[str, str] = dict(zip(names, (text.strip() for text in parts[2::2]), strict=True))

    def __getattr__(self, name: str) -> str:
        try:
            return self._texts[name]
        except KeyError:
            raise AttributeError(name) from None


def beside(module_file: str, name: str) -> Queries:
    """The queries of `name` in the folder of the calling module: `beside(__file__, "log.sql")`."""
    return Queries(Path(module_file).with_name(name))
