"""Models and plain data made from the JSON that we wrote ourselves, without being validated a second time.

What lies in the log and in the views was validated before it was written, and is authenticated, immutable or made by
us since. So reading it only turns times, ids and parts back into what they were, at a quarter of the price; the objects
are the same as validation would give, which a test holds this to. What is not quite as today's code writes it, a field
too few or too many, is handed to validation all the same.
"""

from __future__ import annotations

import types
import typing
import uuid
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import AwareDatetime, BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from inbox.replacing import template

Fields = dict[str, Any]
Convert = Callable[[Any], Any]
Model = TypeVar("Model", bound=BaseModel)
Data = TypeVar("Data")

PLAIN = (str, int, bool)


@dataclass(frozen=True, slots=True)
class _Plan:
    """`template`: every field in its order, with its default."""

    names: set[str]
    required: set[str]
    template: Fields
    conversions: tuple[tuple[str, Convert], ...]

    def fits(self, fields: Fields) -> bool:
        given = fields.keys()
        return given == self.names or (self.required <= given and self.names >= given)

    def state(self, fields: Fields) -> Fields:
        state = self.template | fields
        for name, convert in self.conversions:
            value = state[name]
            if value is not None:
                state[name] = convert(value)
        return state


def build(cls: type[Model], fields: Fields) -> Model:
    """The model with these fields. Raises ValidationError for what no version of our code can have written."""
    plan = _plan(cls)
    if plan is None or not plan.fits(fields):
        return cls.model_validate(fields)
    state = plan.state(fields)
    new = object.__new__(cls)
    _set(new, "__dict__", state)
    _set(new, "__pydantic_fields_set__", plan.names)
    _set(new, "__pydantic_extra__", None)
    _set(new, "__pydantic_private__", None)
    return new


def build_data(cls: type[Data], fields: Fields) -> Data:
    """The same for frozen dataclasses without slots. Of what is nothing but defaults there is one object."""
    kind: Any = cls
    plan = _data_plan(kind)
    if plan is None or not plan.fits(fields):
        validated: Data = _adapter(kind).validate_python(fields)
        return validated
    if fields == plan.template:
        untouched: Data = _untouched(kind)
        return untouched
    new = object.__new__(cls)
    _set(new, "__dict__", plan.state(fields))
    return new


_set = object.__setattr__


@lru_cache(maxsize=64)
def _untouched(cls: Any) -> Any:
    return cls()


@lru_cache(maxsize=64)
def _adapter(cls: Any) -> TypeAdapter[Any]:
    return TypeAdapter(cls)


@lru_cache(maxsize=64)
def _data_plan(cls: Any) -> _Plan | None:
    kinds = typing.get_type_hints(cls)
    try:
        conversions = {name: _conversion(kind) for name, kind in kinds.items()}
    except TypeError:
        return None
    required = {name for name in kinds if not hasattr(cls, name)}
    wanted = tuple((name, convert) for name, convert in conversions.items() if convert is not None)
    return _Plan(set(kinds), required, dict(template(cls)), wanted)


@lru_cache(maxsize=256)
def _plan(cls: type[BaseModel]) -> _Plan | None:
    """None where a field is of a kind that only validation knows how to read."""
    try:
        conversions = {name: _conversion(field.annotation) for name, field in cls.model_fields.items()}
    except TypeError:
        return None
    required = {name for name, field in cls.model_fields.items() if field.is_required()}
    template = {name: _default(field) for name, field in cls.model_fields.items()}
    wanted = tuple((name, convert) for name, convert in conversions.items() if convert is not None)
    return _Plan(set(conversions), required, template, wanted)


def _default(field: FieldInfo) -> Any:
    return None if field.is_required() else field.get_default(call_default_factory=True)


def _conversion(kind: Any) -> Convert | None:
    """How a value of this kind is read from JSON; None where it is what it is. Raises TypeError for an unknown one."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in PLAIN or origin in {dict, typing.Literal}:
        return None
    if kind in {datetime, AwareDatetime}:
        return datetime.fromisoformat
    if kind is float:
        return float
    if kind is uuid.UUID:
        return _uuid
    if origin is typing.Annotated:
        return _conversion(inner[0])
    if origin in {types.UnionType, typing.Union} and len(inner) == 2 and type(None) in inner:
        return _conversion(next(one for one in inner if one is not type(None)))
    if origin is tuple and inner[1:] == (Ellipsis,):
        return _tuple(_conversion(inner[0]))
    if origin is frozenset and _conversion(inner[0]) is None:
        return frozenset
    if isinstance(kind, typing.NewType):
        return _conversion(kind.__supertype__)
    if is_dataclass(kind) and isinstance(kind, type):
        return lambda fields: build_data(kind, fields)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return lambda fields: build(kind, fields)
    raise TypeError(kind)


def _tuple(convert: Convert | None) -> Convert:
    return tuple if convert is None else lambda values: tuple([convert(value) for value in values])


@lru_cache(maxsize=4096)
def _uuid(text: str) -> uuid.UUID:
    """As `uuid.UUID(text)`, of a text that was one. The same few come again and again: an item's, a reply's."""
    new = object.__new__(uuid.UUID)
    _set(new, "int", int(text.replace("-", ""), 16))
    _set(new, "is_safe", uuid.SafeUUID.unknown)
    return new
