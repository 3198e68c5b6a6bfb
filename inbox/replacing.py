"""`dataclasses.replace` for the plain frozen data of the rules, at a tenth of its price; and the making of it, at half.

Folding an event changes some five of them, and the fields of an item are many: `dataclasses.replace` reads and sets
them one by one, which was most of what folding cost. Here the fields are copied as the dictionary they are. So the
classes have no slots, no `__post_init__` and no field that is not in `__init__`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_Made = TypeVar("_Made")

if TYPE_CHECKING:
    from dataclasses import replace  # checked by its name: a field that does not exist is an error
else:
    _T = TypeVar("_T")

    def replace(value: _T, /, **changes: object) -> _T:
        """The same but for `changes`."""
        new = object.__new__(value.__class__)
        object.__setattr__(new, "__dict__", value.__dict__ | changes)
        return new


def make(kind: Callable[_P, _Made], /, *_: _P.args, **given: _P.kwargs) -> _Made:
    """`kind(**given)`; by name only. A frozen class sets its fields one by one, each by a call."""
    new = object.__new__(kind)  # type: ignore[arg-type]
    object.__setattr__(new, "__dict__", template(kind) | given)
    return new


@lru_cache(maxsize=64)
def template(kind: Any) -> dict[str, Any]:
    """Every field in its order, with its default; None for those that have to be given."""
    return {one.name: None if one.default is MISSING else one.default for one in fields(kind)}


__all__ = ["make", "replace", "template"]
