"""The channels there are: every module of this folder that offers a `CHANNEL`. Adding a channel is adding a file."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from services import channels
from services.channels.contract import Channel


def _found() -> Iterator[Channel]:
    for module in pkgutil.iter_modules(channels.__path__):
        offered = getattr(importlib.import_module(f"{channels.__name__}.{module.name}"), "CHANNEL", None)
        if offered is not None:
            yield offered


@functools.cache
def networks() -> Mapping[str, Channel]:
    """By id. A doubled id is a mistake of ours and fails at start."""
    found = list(_found())
    by_id = {channel.id: channel for channel in found}
    if len(by_id) != len(found):
        raise ValueError("two channel modules share an id")
    return MappingProxyType(dict(sorted(by_id.items())))
