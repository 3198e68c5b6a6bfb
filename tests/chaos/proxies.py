"""The reverse proxies that ship (deploy/proxy), run as they are but for addresses, certificate and folders."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from tests.chaos.figures import CannotRun
from tests.chaos.world import until
from tests.product.instance import REPOSITORY, free_port

SHIPPED = REPOSITORY / "deploy" / "proxy"
PATHS = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
AROUND = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{shipped}
}}
"""


@contextlib.asynccontextmanager
async def nginx(folder: Path, instances: Sequence[int]) -> AsyncIterator[int]:
    """The port that it listens on with TLS, in front of those two ports. `CannotRun` where there is no nginx."""
    program, port = _program("nginx"), free_port()
    await asyncio.to_thread(_certificate, folder)
    shipped = _shipped("nginx.conf", instances, {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl", "/etc/ssl/vigie.pem": f"{folder}/vigie.pem",
        "/etc/ssl/vigie.key": f"{folder}/vigie.key", "/var/log/nginx/vigie.log": f"{folder}/access.log",
    })  # fmt: skip
    if not _knows_http2(program):
        shipped = re.sub(r"^\s*http2 on;\n", "", shipped, flags=re.MULTILINE)
    configuration = folder / "nginx.conf"
    configuration.write_text(AROUND.format(folder=folder, shipped=shipped))
    async with _running(folder, port, program, "-c", str(configuration), "-p", str(folder)):
        yield port


@contextlib.asynccontextmanager
async def caddy(folder: Path, instances: Sequence[int]) -> AsyncIterator[int]:
    """The same with Caddy, which keeps what it keeps in the folder and asks nobody for a certificate."""
    program, port = _program("caddy"), free_port()
    await asyncio.to_thread(_certificate, folder)
    shipped = _shipped("Caddyfile", instances, {
        "\nvigie.example {\n": f"\n:{port} {{\n\tbind 127.0.0.1\n\ttls {folder}/vigie.pem {folder}/vigie.key\n",
        "{\n\tservers {\n": f"{{\n\tadmin off\n\tauto_https off\n\tstorage file_system {folder}/kept\n\tservers {{\n",
    })  # fmt: skip
    configuration = folder / "Caddyfile"
    configuration.write_text(shipped)
    async with _running(folder, port, program, "run", "--config", str(configuration), "--adapter", "caddyfile"):
        yield port


Proxy = Callable[[Path, Sequence[int]], AbstractAsyncContextManager[int]]
PROXIES: Mapping[str, Proxy] = {"nginx": nginx, "caddy": caddy}


@contextlib.asynccontextmanager
async def _running(folder: Path, port: int, *call: str) -> AsyncIterator[None]:
    home = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "said.log").open("wb") as said:
        process = await asyncio.create_subprocess_exec(*call, env=home, stdout=said, stderr=said)
    try:
        await until(lambda: _listens(port))
        yield
    finally:
        process.terminate()
        await process.wait()


def trusting() -> ssl.SSLContext:
    """For whoever calls it: the certificate is of this minute, and signed by itself."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _shipped(name: str, instances: Sequence[int], others: Mapping[str, str]) -> str:
    text = (SHIPPED / name).read_text()
    own = {"127.0.0.1:8040": f"127.0.0.1:{instances[0]}", "127.0.0.1:8041": f"127.0.0.1:{instances[1]}", **others}
    for shipped, here in own.items():
        assert shipped in text, shipped
        text = text.replace(shipped, here)
    return text


def _program(name: str) -> str:
    found = shutil.which(name, path=PATHS)
    if found is None:
        raise CannotRun(f"there is no {name} on the PATH")
    return found


def _knows_http2(program: str) -> bool:
    """`http2 on` came with nginx 1.25.1; an older one serves HTTP/1.1 here."""
    told = subprocess.run([program, "-v"], capture_output=True, text=True, check=False).stderr
    found = re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", told)
    return found is not None and tuple(map(int, found.groups())) >= (1, 25, 1)


def _certificate(folder: Path) -> None:
    folder.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=vigie.example",
         "-keyout", str(folder / "vigie.key"), "-out", str(folder / "vigie.pem")],
        check=True, capture_output=True,
    )  # fmt: skip


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
