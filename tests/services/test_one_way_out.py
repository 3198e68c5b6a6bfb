"""Whatever leaves, leaves by `services.outbound`: no other module opens a connection, or names a library that does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIBRARIES = frozenset({
    "urllib.request", "http.client", "httpx", "requests", "urllib3", "websockets", "websocket", "pycurl", "ftplib",
    "smtplib", "imaplib", "poplib", "telnetlib", "xmlrpc.client", "aiosmtplib", "aioimaplib", "aiodns", "paramiko",
})  # fmt: skip
"""That open connections by themselves."""
CALLS = frozenset({
    "ClientSession", "UnixConnector", "TCPConnector", "create_connection", "open_connection", "sock_connect",
    "urlopen", "urlretrieve", "start_tls",
})  # fmt: skip
"""That do so in libraries which are here for other reasons."""
ALLOWED = {
    "services/outbound.py": "the one way out itself",
    "services/channels/mail/smtp.py": "speaks SMTP over a socket that the one way out has connected",
    "services/channels/mail/imap.py": "speaks IMAP over a socket that the one way out has connected",
    "services/channels/mail/idling.py": "listens over a socket that the one way out has connected",
    "services/beside/wire.py": "the line between our own two processes, over the pair of sockets they were born with",
    "services/drill/run.py": "the drill is a client of our own instance, on this machine, and of nothing else",
    "services/drill/reading.py": "the drill",
    "services/drill/sender.py": "the drill",
}


def sources() -> list[Path]:
    return [path for folder in ("services", "inbox", "classifier") for path in sorted((ROOT / folder).rglob("*.py"))]


def ways_out(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if _is_library(alias.name))
        elif isinstance(node, ast.ImportFrom):
            named = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
            yield from (name for name in named if _is_library(name))
            yield from (alias.name for alias in node.names if alias.name in CALLS)
        elif isinstance(node, ast.Attribute) and node.attr in CALLS:
            yield node.attr


def _is_library(name: str) -> bool:
    return any(name == library or name.startswith(f"{library}.") for library in LIBRARIES)


def test_nothing_opens_a_connection_but_the_one_way_out() -> None:
    found = {}
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        if ways := sorted(set(ways_out(ast.parse(path.read_text(encoding="utf-8"))))):
            found[name] = ways
    assert {name: ways for name, ways in found.items() if name not in ALLOWED} == {}
    assert sorted(set(ALLOWED) - found.keys()) == []  # a permission that nobody needs any more


@pytest.mark.parametrize(
    "source",
    [
        "import httpx", "from urllib import request", "import urllib.request as r", "from aiohttp import ClientSession",
        "import aiohttp\naiohttp.ClientSession()", "import socket\nsocket.create_connection(('h', 1))",
        "import asyncio\nasyncio.open_connection('h', 1)", "import smtplib",
    ],
)  # fmt: skip
def test_another_client_would_be_seen(source: str) -> None:
    assert list(ways_out(ast.parse(source)))
