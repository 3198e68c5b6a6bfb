"""`replace` as in `dataclasses`, and several times as fast: folding an item is little else, millions of times a
rebuild."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import replace
else:
    from functools import cache
    from operator import attrgetter

    @cache
    def _fields(kind):
        """Where each field stands, and what reads them all."""
        names = tuple(kind.__dataclass_fields__)
        return {name: place for place, name in enumerate(names)}, attrgetter(*names)

    def replace(value, /, **changes):
        """For dataclasses of two fields or more, all of which `__init__` takes in their order."""
        kind = type(value)
        places, read = _fields(kind)
        values = list(read(value))
        for name, changed in changes.items():
            values[places[name]] = changed
        return kind(*values)


__all__ = ["replace"]
