"""The reverse proxy that ships (deploy/proxy/nginx.conf), run as it is but for addresses, certificate and folders."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from tests.chaos.figures import CannotRun
from tests.chaos.world import until
from tests.product.instance import REPOSITORY, free_port

SHIPPED = REPOSITORY / "deploy" / "proxy" / "nginx.conf"
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
    program = _program()
    folder.mkdir()
    port = free_port()
    configuration = folder / "nginx.conf"
    await asyncio.to_thread(_certificate, folder)
    configuration.write_text(AROUND.format(folder=folder, shipped=_shipped(program, folder, port, instances)))
    process = await asyncio.create_subprocess_exec(program, "-c", str(configuration), "-p", str(folder))
    try:
        await until(lambda: _listens(port))
        yield port
    finally:
        process.terminate()
        await process.wait()


def trusting() -> ssl.SSLContext:
    """For whoever calls it: the certificate is of this minute, and signed by itself."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _shipped(program: str, folder: Path, port: int, instances: Sequence[int]) -> str:
    text = SHIPPED.read_text()
    for shipped, own in (
        ("127.0.0.1:8040", f"127.0.0.1:{instances[0]}"), ("127.0.0.1:8041", f"127.0.0.1:{instances[1]}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"), ("/etc/ssl/vigie.pem", f"{folder}/vigie.pem"),
        ("/etc/ssl/vigie.key", f"{folder}/vigie.key"),
    ):  # fmt: skip
        assert shipped in text, shipped
        text = text.replace(shipped, own)
    return text if _knows_http2(program) else re.sub(r"^\s*http2 on;\n", "", text, flags=re.MULTILINE)


def _program() -> str:
    found = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if found is None:
        raise CannotRun("there is no nginx on the PATH")
    return found


def _knows_http2(program: str) -> bool:
    """`http2 on` came with nginx 1.25.1; an older one serves HTTP/1.1 here."""
    told = subprocess.run([program, "-v"], capture_output=True, text=True, check=False).stderr
    found = re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", told)
    return found is not None and tuple(map(int, found.groups())) >= (1, 25, 1)


def _certificate(folder: Path) -> None:
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
