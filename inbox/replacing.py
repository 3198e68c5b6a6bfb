"""`dataclasses.replace` for the plain frozen data of the rules, at a tenth of its price.

Folding an event changes some five of them, and the fields of an item are many: `dataclasses.replace` reads and sets
them one by one, which was most of what folding cost. Here the fields are copied as the dictionary they are. So the
classes have no slots, no `__post_init__` and no field that is not in `__init__`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from dataclasses import replace  # checked by its name: a field that does not exist is an error
else:
    _T = TypeVar("_T")

    def replace(value: _T, /, **changes: object) -> _T:
        """The same but for `changes`."""
        new = object.__new__(value.__class__)
        object.__setattr__(new, "__dict__", value.__dict__ | changes)
        return new


__all__ = ["replace"]
