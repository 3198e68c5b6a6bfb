"""`vigie up`: every role, with the database; `vigie run`: single roles beside a database of its own.

`vigie up` serves here and has its workers in a process beside this one (`services.beside`). Order of starting: lock,
listening socket, database, migration, master key, roles. Of stopping: HTTP, workers, database last.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Sequence

from rich.console import Console

from inbox.web.routes import Route
from services import database, lifetime, models, waiting
from services.beside.child import ROLES, Given
from services.beside.keeper import Keeper, kept
from services.demo import Demo
from services.demo_mail.office import PostOffice
from services.demo_mail.server import LOOPBACK
from services.demo_network import DemoNetwork
from services.demo_networks.world import World
from services.instance import InstanceLock
from services.parts import Parts, parts
from services.process import ALL_ROLES, Process
from services.settings import Settings, SettingsError

BACKLOG = 1024


async def up(settings: Settings, *, demo: bool, open_browser: bool) -> int:
    """Returns when told to stop (Ctrl-C, SIGTERM), with everything stopped."""
    told = lifetime.until_told()
    await asyncio.to_thread(models.check, settings)
    lock = InstanceLock(settings.data_dir)
    lock.acquire()
    try:
        listener = listen(settings)
        address = address_of(settings, listener)
        if demo:
            settings = with_demo_network(settings, address)
        async with _beside(settings) as keeper, _database(settings, told) as dsn:
            if dsn is not None:
                await _serve(settings, dsn, keeper, listener, address, told, demo=demo, open_browser=open_browser)
    finally:
        lock.release()
    return 0


async def run(settings: Settings, roles: frozenset[str]) -> int:
    """Single roles. Without DATABASE_URL they join the embedded database of a running instance."""
    told = lifetime.until_told()
    if "workers" in roles:
        await asyncio.to_thread(models.check, settings)
    listener = listen(settings)
    address = address_of(settings, listener)
    async with database.at_hand(settings) as dsn:
        await database.prepare(dsn)
        if not await waiting.for_the_key(settings, dsn, listener, told):
            return 0
        async with parts(settings, dsn, address) as shared, Process(shared, roles).running(listener):
            lifetime.settle()
            print(f"Vigie runs {', '.join(sorted(roles))} on {address}. Ctrl-C stops it.", flush=True)
            await told.wait()
    return 0


def listen(settings: Settings) -> socket.socket:
    """Taken before anything else starts: a port in use is said at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror}); choose another with VIGIE_PORT"
        ) from error
    listener.setblocking(False)
    return listener


def address_of(settings: Settings, listener: socket.socket) -> str:
    """Where people reach Vigie: VIGIE_BASE_URL, else the address it really listens on."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.base_url or f"http://{host}:{listener.getsockname()[1]}"


def with_demo_network(settings: Settings, address: str) -> Settings:
    """Replies of the demo go to the demo's own network, on this very address and its mail servers on loopback, and
    nowhere else."""
    from yarl import URL

    host = URL(address).host or settings.host
    changes: dict[str, object] = {"outbound_allow": (*settings.outbound_allow, host, LOOPBACK)}
    if "meta_graph_url" not in settings.model_fields_set:
        changes["meta_graph_url"] = f"{address}/demo/graph"
    return settings.model_copy(update=changes)


@contextlib.asynccontextmanager
async def _database(settings: Settings, told: asyncio.Event) -> AsyncIterator[str | None]:
    """The migrated database; None when we were told to stop while it started."""
    async with database.serving(settings) as dsn:
        await database.prepare(dsn)
        yield None if told.is_set() else dsn


@contextlib.asynccontextmanager
async def _beside(settings: Settings) -> AsyncIterator[Keeper | None]:
    """None where the workers stay in this process."""
    if not settings.workers_beside:
        yield None
        return
    async with kept() as keeper:
        yield keeper


def _working(keeper: Keeper | None, given: Given) -> contextlib.AbstractAsyncContextManager[None]:
    return contextlib.nullcontext() if keeper is None else keeper.working(given)


async def _serve(
    settings: Settings, dsn: str, keeper: Keeper | None, listener: socket.socket, address: str, told: asyncio.Event,
    *, demo: bool, open_browser: bool,
) -> None:  # fmt: skip
    if not await waiting.for_the_key(settings, dsn, listener, told):
        return
    async with (
        parts(settings, dsn, address) as shared, _working(keeper, Given(settings, dsn, address)),
        _demo(shared, wanted=demo) as (link, extra),
    ):  # fmt: skip
        roles = ALL_ROLES if keeper is None else ALL_ROLES - ROLES
        async with Process(shared, roles, extra, keeper).running(listener):
            lifetime.settle()
            _welcome(address, link)
            if open_browser and link is not None and _has_screen():
                await asyncio.to_thread(webbrowser.open, link)
            await told.wait()
            print("\nStopping, the database last …", file=sys.stderr, flush=True)


@contextlib.asynccontextmanager
async def _demo(shared: Parts, *, wanted: bool) -> AsyncIterator[tuple[str | None, Sequence[Route]]]:
    """The sign-in link and the demo's own routes. demo.json is whole before the first request is answered: whoever
    waits for /readyz may read it then."""
    if not wanted:
        yield None, ()
        return
    data_dir = shared.settings.data_dir
    async with PostOffice(shared.channels, data_dir) as office:
        demo = Demo(shared.log, shared.channels, shared.clock, data_dir, shared.base_url, office.mailbox)
        link = await demo.write()
        world = World(shared.channels, await demo.brand(), shared.clock, shared.base_url, data_dir)
        yield link, [*DemoNetwork(shared.channels).routes(), *office.routes(), *world.routes()]


def _has_screen() -> bool:
    if os.environ.get("CI") or not sys.stdout.isatty():
        return False
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _welcome(address: str, link: str | None) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"\n[bold]Vigie is ready[/bold] on {address}")
    if link is None:
        console.print("  First brand:    vigie brand add NAME --organisation NAME")
        console.print("  First owner:    vigie member add EMAIL --name NAME --brand NUMBER --role owner")
        console.print("  A channel:      vigie channel add generic --brand NUMBER --name 'My site'")
        console.print("  Check it:       vigie doctor\n  Stop:           Ctrl-C")
        return
    console.print(f"\n  Sign in (good once, for a day; each start prints a new one):\n  {link}\n")
    console.print("  1. Open the link, choose a password if you like; the queue is empty and says so.")
    console.print("  2. In a second terminal: [bold]make drill[/bold]. A bad buzz comes in over two minutes.")
    console.print("  3. Watch the urgent rise. j k move, a acknowledges, r replies, ? shows all keys.")
    console.print("  4. Response times: the page Times. Channels, members, tokens: Settings.")
    console.print("\n  For scripts: demo.json in the data folder. Ctrl-C stops all, the database last.\n")
