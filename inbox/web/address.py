"""Addresses: ours, from the settings and never from a request; and the client's, through trusted proxies only."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from aiohttp import web

from inbox.web.context import deps

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@lru_cache(maxsize=8)
def our_origins(base_url: str) -> frozenset[str]:
    """The origin of the base address; on a developer's machine the other names of it, too."""
    parts = urlsplit(base_url)
    host = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc
    hosts = LOOPBACK if host in LOOPBACK else (host,)
    port = f":{parts.port}" if parts.port else ""
    return frozenset(f"{parts.scheme}://{name}{port}" for name in hosts)


def absolute(request: web.Request, path: str) -> str:
    """A link for mails, QR codes and other people: the Host header has no say in it."""
    return deps(request).settings.base_url.rstrip("/") + path


def client(request: web.Request) -> str:
    """The address that asks: the peer, or where the peer is a proxy we trust, the last hop that is not one."""
    hop = request.remote or ""
    trusted = _networks(deps(request).settings.trusted_proxies)
    claimed = [part.strip() for part in ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")]
    while claimed and _is_in(hop, trusted):
        before = claimed.pop()
        if not _is_address(before):
            break
        hop = before
    return hop


@lru_cache(maxsize=8)
def _networks(proxies: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(proxy, strict=False) for proxy in proxies)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_in(text: str, networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]) -> bool:
    return _is_address(text) and any(ipaddress.ip_address(text) in network for network in networks)
