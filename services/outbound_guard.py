"""Which addresses may be called: public ones, and those that the operator allows (VIGIE_OUTBOUND_ALLOW).

Asked at the socket, with the very address that is about to be connected, whatever name, notation or second DNS answer
led there.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from typing import Any

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Net = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NEVER: tuple[Net, ...] = (
    ipaddress.IPv4Network("168.63.129.16/32"),  # a cloud's host agent on a public address
    ipaddress.IPv6Network("::/96"),  # IPv4-compatible, long withdrawn, still routed by some stacks
    ipaddress.IPv6Network("64:ff9b:1::/48"),  # NAT64 of a local network
    ipaddress.IPv6Network("2001::/32"),  # Teredo
    ipaddress.IPv6Network("2002::/16"),  # 6to4
    ipaddress.IPv6Network("fec0::/10"),  # site-local
)


class _NotAllowed(OSError):
    pass


def is_public(address: Address) -> bool:
    """Whether anybody on the internet means the same machine by it, also when it carries an IPv4 address inside."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    barred = any(address in net for net in _NEVER if net.version == address.version)
    return address.is_global and not address.is_multicast and not address.is_reserved and not barred


class Guard:
    """Of one client. `allow`: hosts or CIDRs that may be called though they are not public."""

    def __init__(self, allow: Sequence[str]) -> None:
        self._nets = tuple(net for entry in allow if (net := _net(entry)) is not None)
        self._hosts = frozenset(bare(entry) for entry in allow if _net(entry) is None)

    def watches(self, host: str) -> bool:
        """False for a host that is allowed by its name, wherever that leads."""
        return bare(host) not in self._hosts

    def open(self, info: Any) -> socket.socket:
        """Called with the address that is about to be connected; what it refuses is never connected."""
        family, kind, protocol, _, where = info
        if not self._may(ipaddress.ip_address(str(where[0]).partition("%")[0])):
            raise _NotAllowed("this address may not be called")
        return socket.socket(family, kind, protocol)

    def _may(self, address: Address) -> bool:
        inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped else address
        return is_public(address) or any(inner in net for net in self._nets if net.version == inner.version)


def _net(entry: str) -> Net | None:
    try:
        return ipaddress.ip_network(entry.strip().strip("[]"), strict=False)
    except ValueError:
        return None


def bare(name: str) -> str:
    """A host's name as names are compared."""
    return name.strip().rstrip(".").lower()


def was_barred(error: BaseException | None) -> bool:
    """Whether a failure goes back to the guard, under whatever the libraries wrapped it in."""
    while error is not None:
        if isinstance(error, _NotAllowed) or isinstance(getattr(error, "os_error", None), _NotAllowed):
            return True
        error = error.__cause__ or error.__context__
    return False
