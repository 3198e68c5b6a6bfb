"""What an operator does from the shell: brands, members, tokens, channels, rebuilds. Each opens the database at
hand."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

from rich.progress import Progress, ProgressColumn, Task
from rich.text import Text

from inbox import stops
from inbox.channels import Channels
from inbox.clock import SystemClock
from inbox.errors import Refused
from inbox.ids import BrandId
from inbox.log.pulse import Pulse
from inbox.log.store import Log
from inbox.people import brands, links, members, tokens
from inbox.views import lessons
from inbox.views import rebuild as rebuilding
from inbox.views.rebuild_share import Elsewhere
from services import database, master
from services.channels import registry
from services.settings import Settings


@dataclass(frozen=True, slots=True)
class Desk:
    dsn: str
    log: Log
    clock: SystemClock
    channels: Channels
    base_url: str


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Desk]:
    async with database.at_hand(settings) as dsn:
        pool = await database.connect(dsn, most=2)
        try:
            log, clock = Log(pool, await master.proven(settings, pool), Pulse()), SystemClock()
            yield Desk(dsn, log, clock, Channels(log, clock), base_url(settings))
        finally:
            await pool.close()


def base_url(settings: Settings, port: int | None = None) -> str:
    """Where people reach Vigie: VIGIE_BASE_URL, else the address it listens on."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.base_url or f"http://{host}:{port or settings.port}"


async def brand_of(desk: Desk, number: int) -> BrandId:
    """The brand of that number. Refused: `brand_unknown`, naming those there are."""
    brand = BrandId(number)
    if not await brands.named(desk.log, [brand]):
        there = ", ".join(f"{one.id} ({one.name})" for one in await brands.everyone(desk.log))
        raise Refused("brand_unknown", f"There is no brand {number}; there are: {there or 'none yet'}.")
    return brand


async def brand_add(settings: Settings, args: argparse.Namespace) -> int:
    async with opened(settings) as desk:
        now = desk.clock.now()
        async with desk.log.pool.acquire() as connection:
            org = await brands.organisation_named(connection, args.organisation, now=now)
        brand = await brands.create(desk.log, org, args.name, zone=args.zone, now=now)
        print(f"Brand {brand}: {args.name}. Next: vigie member add EMAIL --name NAME --brand {brand} --role owner")
    return 0


async def member_add(settings: Settings, args: argparse.Namespace) -> int:
    async with opened(settings) as desk:
        now, brand = desk.clock.now(), await brand_of(desk, args.brand)
        member = await members.add(
            desk.log, brand, email=args.email, name=args.name, role=args.role, by=None, now=now
        )  # fmt: skip
        token = await links.create(desk.log.pool, member, lasts=links.INVITATION, now=now)
        print(f"Sign-in link for {args.email}, good once, for three days:\n{desk.base_url}{links.path(token)}")
    return 0


async def token_create(settings: Settings, args: argparse.Namespace) -> int:
    async with opened(settings) as desk:
        brand = await brand_of(desk, args.brand)
        by = next((m for m in await members.of_brand(desk.log, brand) if m.email == args.member.lower()), None)
        if by is None:
            raise Refused("member_unknown", f"{args.member} is no member of brand {brand}.")
        _, token = await tokens.create(
            desk.log, brand, name=args.name, rights=args.rights.split(","), by=by.id, now=desk.clock.now()
        )  # fmt: skip
        print(token)
    return 0


async def channel_add(settings: Settings, args: argparse.Namespace) -> int:
    network = registry.networks().get(args.network)
    if network is None:
        raise Refused("network_unknown", f"Networks there are: {', '.join(sorted(registry.networks()))}.")
    values = dict(pair.partition("=")[::2] for pair in args.set)
    if args.account:
        values.update({field.name: args.account for field in network.setup_fields if field.place == "account"})
    unknown = sorted(set(values) - {field.name for field in network.setup_fields})
    if unknown:
        known = ", ".join(field.name for field in network.setup_fields)
        raise Refused("field_unknown", f"{args.network} has no field {', '.join(unknown)}; it has {known}.")
    missing = [
        field.name for field in network.setup_fields if field.required and not field.make and not values.get(field.name)
    ]
    if missing:
        raise Refused("fields_missing", "Give " + " ".join(f"--set {name}=…" for name in missing) + ".")
    async with opened(settings) as desk:
        channel = await desk.channels.set_up(
            await brand_of(desk, args.brand), network, name=args.name, values=values, by=None
        )  # fmt: skip
        print(f"Channel {channel.channel_id}\nHook address: {desk.base_url}/hooks/{channel.channel_id}")
        for name, value in channel.secrets.items():
            print(f"{name}: {value}")
    return 0


async def channel_list(settings: Settings, args: argparse.Namespace) -> int:
    async with opened(settings) as desk:
        brand = await brand_of(desk, args.brand)
        health = await desk.channels.health(brand)
        for channel in await desk.channels.list(brand):
            state = health.get(channel.channel_id)
            last = state.last_delivery_at.isoformat(timespec="seconds") if state and state.last_delivery_at else "never"
            off = " (disabled)" if channel.disabled_at else ""
            print(f"{channel.channel_id}  {channel.network:<10}  last delivery {last}  {channel.name}{off}")
    return 0


async def corrections_export(settings: Settings, args: argparse.Namespace) -> int:
    """Readable by its owner only: masked as it is, it is what people wrote."""
    async with opened(settings) as desk:
        brand = await brand_of(desk, args.brand)
        lines, count = await lessons.export(desk.log, brand, by=None, now=desk.clock.now())
    if str(args.file) == "-":
        print(lines.decode(), end="")
        return 0
    try:
        with args.file.open("wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(lines)
    except OSError as error:
        raise Refused("file_unwritable", f"{args.file} cannot be written: {error.strerror}.") from error
    print(f"{count} corrections in {args.file}. Masking has holes: see docs/classifier-training.md.")
    return 0


class Rate(ProgressColumn):
    """Events a second, of late."""

    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:,.0f} events/s")


async def rebuild(settings: Settings, args: argparse.Namespace) -> int:
    async with opened(settings) as desk:
        brand = await brand_of(desk, args.brand)
        with Progress(*Progress.get_default_columns(), Rate()) as progress:
            task = progress.add_task("Rebuilding the views", total=None)
            done = await rebuilding.rebuild(
                desk.log, brand, lambda at, of: progress.update(task, completed=at, total=of),
                processes=Elsewhere(desk.dsn, desk.log.keyring),
            )  # fmt: skip
        print(f"Rebuilt from {done.position} events: {done.changed} rows were not as they should be, and are now."
              f" The queue stood still for {done.held_s:.1f} s.")  # fmt: skip
    return 0


async def outbound(settings: Settings, args: argparse.Namespace) -> int:
    async with opened(settings) as desk:
        there = [one.id for one in await brands.everyone(desk.log)]
        wanted = [await brand_of(desk, args.brand)] if args.brand else there
        if args.action != "show" and not args.brand and not args.all:
            raise Refused("brand_missing", "Name a brand with --brand, or say --all.")
        if args.restored and args.action != "stop":
            raise Refused("bad_request", "--restored goes with stop.")
        for brand in wanted:
            if args.restored:
                await stops.restored(desk.log, brand, now=desk.clock.now())
            elif args.action != "show":
                await (stops.go if args.action == "go" else stops.stop)(desk.log, brand, now=desk.clock.now())
            stop = await stops.of_brand(desk.log, brand)
            since = "sends" if stop is None else f"is stopped since {stop.since:%Y-%m-%d %H:%M} UTC ({stop.reason})"
            print(f"brand {brand} {since}")
    return 0
