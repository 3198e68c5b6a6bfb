"""The product as its users run it: `vigie up --demo` as a process of its own, on a port and a data folder of its
own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

READY_WITHIN_S = 60.0
REPOSITORY = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Instance:
    """Start, stop, kill. Its own embedded database, whatever DATABASE_URL says, unless it is given another here.
    `settings`: further variables of its environment."""

    data_dir: Path
    database_url: str | None = None
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None
    ready_within_s: float = READY_WITHIN_S

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def demo(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.data_dir / "demo.json").read_text())
        return content

    @property
    def log_path(self) -> Path:
        return self.data_dir.parent / f"{self.data_dir.name}.log"

    def environment(self) -> dict[str, str]:
        """Of its own, whatever ours says."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("VIGIE_", "DATABASE_"))}
        given = {} if self.database_url is None else {"DATABASE_URL": self.database_url}
        return ours | self.settings | given

    async def start(self) -> None:
        with self.log_path.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.cli", "up", "--demo", "--no-browser",
                "--port", str(self.port), "--data-dir", str(self.data_dir),
                cwd=REPOSITORY, env=self.environment(), stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        try:
            await self._until_ready()
        except BaseException:
            if self.process.returncode is None:
                await self.kill()  # nobody else knows of it, and it holds its folder
            raise

    async def _until_ready(self) -> None:
        assert self.process is not None
        async with asyncio.timeout(self.ready_within_s), aiohttp.ClientSession() as client:
            while True:
                if self.process.returncode is not None:
                    raise RuntimeError(self.log_path.read_text()[-3000:])
                try:
                    async with client.get(f"{self.base_url}/readyz") as response:
                        if response.status == 200 and (self.data_dir / "demo.json").exists():
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)

    async def stop(self) -> int:
        """As Ctrl-C does; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return await asyncio.wait_for(self.process.wait(), 40)

    async def kill(self) -> None:
        """kill -9, the process only: its database must notice by itself."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    def database_pid(self) -> int:
        return int((self.data_dir / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])

    def kill_database(self) -> None:
        os.kill(self.database_pid(), signal.SIGKILL)

    async def events(self) -> list[dict[str, Any]]:
        """The brand's whole log, over the API."""
        demo, found, after = self.demo, list[dict[str, Any]](), 0
        headers = {"Authorization": f"Bearer {demo['api_token']}"}
        async with aiohttp.ClientSession(headers=headers) as client:
            while True:
                url = f"{self.base_url}/api/v1/brands/{demo['brand_id']}/events?after={after}&limit=500"
                async with client.get(url) as response:
                    page = (await response.json())["events"]
                if not page:
                    return found
                found += page
                after = page[-1]["position"]
