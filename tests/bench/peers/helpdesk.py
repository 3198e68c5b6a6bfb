"""django-helpdesk's REST API behind gunicorn: the peer of the way in.

    async with helpdesk(dsn) as desk:
        await session.post(desk.url, data=desk.body("text"), headers=desk.headers)   # 201: the ticket is committed

`dsn`: an empty database of its own on the same server. Opening a ticket is what a help desk does with a message: the
answer comes after the commit. Raises `place.Missing` where it is not installed and cannot be.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp

from tests.bench.peers.place import Missing, Place
from tests.product.instance import free_port

DESK = Path(__file__).parent / "desk"
WORKERS = 2
THREADS = 4
START_TIMEOUT_S = 60.0
PREPARE_TIMEOUT_S = 180.0


@dataclass(frozen=True)
class Desk:
    """Where to post a ticket; `headers` prove who posts and say that it is JSON."""

    url: str
    headers: Mapping[str, str]
    queue: int

    def body(self, text: str, author: str = "someone@example.org") -> bytes:
        ticket = {"title": text[:100], "description": text, "queue": self.queue, "submitter_email": author}
        return json.dumps({**ticket, "priority": 3}, ensure_ascii=False).encode()


@contextlib.asynccontextmanager
async def helpdesk(dsn: str, *, workers: int = WORKERS, threads: int = THREADS) -> AsyncIterator[Desk]:
    place = await asyncio.to_thread(Place().with_python)
    environment = _environment(dsn)
    queue, token = await _prepare(place, environment)
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        str(place.python), "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(workers),
        "--worker-class", "gthread", "--threads", str(threads), "--keep-alive", "60", "--backlog", "2048",
        "--log-level", "error", "--no-control-socket", "django.core.wsgi:get_wsgi_application()", env=environment,
    )  # fmt: skip
    headers = {"authorization": f"Token {token}", "content-type": "application/json"}
    desk = Desk(f"http://127.0.0.1:{port}/helpdesk/api/tickets/", headers, queue)
    try:
        await _until_it_answers(desk, process)
        yield desk
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        await process.wait()


def _environment(dsn: str) -> dict[str, str]:
    parts = urlsplit(dsn)
    host = parse_qs(parts.query)["host"][0]
    return {
        **os.environ, "PYTHONPATH": str(DESK), "DJANGO_SETTINGS_MODULE": "desk_settings",
        "DESK_DATABASE": parts.path.lstrip("/"), "DESK_HOST": host,
    }  # fmt: skip


async def _prepare(place: Place, environment: Mapping[str, str]) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        str(place.python), str(DESK / "desk_prepare.py"), env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(PREPARE_TIMEOUT_S):
        said, complaint = await process.communicate()
    if process.returncode:
        raise Missing(f"django-helpdesk could not be prepared: {complaint.decode(errors='replace').strip()[-500:]}")
    queue, token = said.decode().split()[-2:]
    return int(queue), token


async def _until_it_answers(desk: Desk, process: asyncio.subprocess.Process) -> None:
    """One ticket of ours, so that every import is done."""
    async with aiohttp.ClientSession() as client, asyncio.timeout(START_TIMEOUT_S):
        while True:
            if process.returncode is not None:
                raise Missing(f"gunicorn ended at once ({process.returncode})")
            with contextlib.suppress(aiohttp.ClientConnectionError):
                async with client.post(desk.url, data=desk.body("first"), headers=desk.headers) as answer:
                    if answer.status != 201:
                        raise Missing(f"django-helpdesk answers {answer.status}: {(await answer.text())[:300]}")
                    return
            await asyncio.sleep(0.1)
