"""Networks that take a file only by fetching it: they are offered none unless they can reach our own address."""

from __future__ import annotations

import copy
import ipaddress
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import urlsplit

from services.channels.base import BaseChannel
from services.channels.contract import Channel


def offered(networks: Mapping[str, Channel], base_url: str) -> Mapping[str, Channel]:
    """The same networks, those that fetch without files where `base_url` is none that a stranger can call."""
    if public(base_url):
        return networks
    return MappingProxyType({name: _without(network) for name, network in networks.items()})


def public(base_url: str) -> bool:
    """https, and no name or address of this host or house."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    try:
        return parts.scheme == "https" and ipaddress.ip_address(host).is_global
    except ValueError:
        return parts.scheme == "https" and "." in host.strip(".") and not host.endswith((".local", ".internal"))


def _without(network: Channel) -> Channel:
    if not network.capabilities.fetches_files or not isinstance(network, BaseChannel):
        return network
    known = copy.copy(network)
    known.capabilities = replace(network.capabilities, files={})
    return known
