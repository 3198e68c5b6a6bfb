"""The command `vigie`. Each subcommand is a short function; what it does lives in the room it belongs to."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from services import cli_keeping, journal, lifetime
from services import settings as settings_
from services.cli_keeping import Run
from services.settings import Settings

ROLES = ("ingest", "inbox", "workers")


def main(argv: Sequence[str] | None = None) -> int:
    """Parses and runs; the exit code: 0 done, 1 failed (the reason on stderr), 2 wrong words, 130 interrupted."""
    args = _parser().parse_args(argv)
    try:
        settings = settings_.load(port=getattr(args, "port", None), data_dir=getattr(args, "data_dir", None))
    except settings_.SettingsError as error:
        return _failed(str(error))
    journal.keep(settings)
    run: Run = args.run
    try:
        return lifetime.left(asyncio.run(run(settings, args)))
    except KeyboardInterrupt:
        return lifetime.left(130)
    except _expected() as error:
        return lifetime.left(_failed(str(error)))


def _failed(reason: str) -> int:
    print(f"vigie: {reason}", file=sys.stderr)
    return 1


def _expected() -> tuple[type[Exception], ...]:
    """Failures a person can act on: said in one line, without a traceback."""
    from inbox.errors import Refused
    from services import database, instance, postgres_host, spool

    return (
        Refused, database.DatabaseUnfit, instance.AlreadyRunning, postgres_host.PostgresFailed, settings_.SettingsError,
        spool.SpoolUnfit,
    )  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vigie", description="A crisis-response inbox for community managers.",
        epilog="Settings come from VIGIE_* variables: see docs/settings.md.",
    )  # fmt: skip
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_running(commands)
    _add_administration(commands)
    cli_keeping.add(commands, _administration)
    _add_models(commands)
    return parser


def _add_running(commands: Any) -> None:
    up = commands.add_parser("up", help="run every role in one process, with an embedded database if none is given")
    up.add_argument("--demo", action="store_true", help="make a demo brand with channels, and write demo.json")
    up.add_argument("--port", type=int, help="port to listen on (VIGIE_PORT)")
    up.add_argument("--data-dir", type=Path, help="folder that keeps all data (VIGIE_DATA_DIR)")
    up.add_argument("--no-browser", action="store_true", help="do not open a browser")
    up.set_defaults(run=_up)
    run = commands.add_parser("run", help="run single roles, any number of processes")
    run.add_argument("roles", nargs="+", choices=ROLES, metavar="ROLE", help="ingest, inbox, workers")
    run.add_argument("--port", type=int)
    run.set_defaults(run=_run)
    drill = commands.add_parser("drill", help="send a scripted bad buzz to the running demo")
    drill.add_argument("--speed", type=float, default=1.0, help="2 sends twice as fast (default 1: two minutes)")
    drill.add_argument("--messages", type=int, default=240, help="how many messages (default 240)")
    drill.add_argument("--seed", type=int, default=1, help="the same seed sends the same script")
    drill.add_argument("--channels", default="", help="networks to speak, as x,instagram,imap (docs/drill.md)")
    drill.add_argument("--data-dir", type=Path)
    drill.set_defaults(run=_drill)


def _add_administration(commands: Any) -> None:
    token = commands.add_parser("token", help="API tokens").add_subparsers(required=True, metavar="ACTION")
    create = token.add_parser("create", help="make a token; it is shown once")
    create.add_argument("--brand", type=int, required=True)
    create.add_argument("--name", required=True, help="what it is for")
    create.add_argument("--member", required=True, help="e-mail of the member it acts for")
    create.add_argument("--rights", default="read,personal,act", help="of read, personal, act, manage, own")
    create.set_defaults(run=_administration("token_create"))
    channel = commands.add_parser("channel", help="channels").add_subparsers(required=True, metavar="ACTION")
    add = channel.add_parser("add", help="connect a channel; its hook address and secret are shown once")
    add.add_argument("network")
    add.add_argument("--brand", type=int, required=True)
    add.add_argument("--name", required=True)
    add.add_argument("--account", help="page or account id on the network")
    add.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="set-up fields of the network")
    add.set_defaults(run=_administration("channel_add"))
    listing = channel.add_parser("list", help="the channels of a brand, with their health")
    listing.add_argument("--brand", type=int, required=True)
    listing.set_defaults(run=_administration("channel_list"))
    _add_channel_tools(channel)
    member = commands.add_parser("member", help="members").add_subparsers(required=True, metavar="ACTION")
    join = member.add_parser("add", help="add a member; a one-time sign-in link is printed")
    join.add_argument("email")
    join.add_argument("--name", required=True)
    join.add_argument("--brand", type=int, required=True)
    join.add_argument("--role", choices=("owner", "lead", "cm", "observer"), default="cm")
    join.set_defaults(run=_administration("member_add"))
    brand = commands.add_parser("brand", help="brands").add_subparsers(required=True, metavar="ACTION")
    found = brand.add_parser("add", help="add a brand (and its organisation, if named for the first time)")
    found.add_argument("name")
    found.add_argument("--organisation", required=True)
    found.add_argument("--zone", default="Europe/Paris")
    found.set_defaults(run=_administration("brand_add"))
    rebuild = commands.add_parser("rebuild", help="throw the views of a brand away and build them from the log")
    rebuild.add_argument("--brand", type=int, required=True)
    rebuild.set_defaults(run=_administration("rebuild"))
    corrections = commands.add_parser("corrections", help="what people corrected of the classifier's readings")
    export = corrections.add_subparsers(required=True, metavar="ACTION").add_parser(
        "export", help="write them as training text, personal content masked; that it was done is in the log"
    )
    export.add_argument("brand", type=int)
    export.add_argument("file", type=Path, help="where to; - for standard output")
    export.set_defaults(run=_administration("corrections_export"))
    commands.add_parser("migrate", help="bring the database to this version").set_defaults(run=_migrate)
    commands.add_parser("doctor", help="check the configuration and say what is wrong").set_defaults(run=_doctor)


def _add_channel_tools(channel: Any) -> None:
    networks = channel.add_parser("networks", help="the networks there are, what each can, and what it needs")
    networks.add_argument("--json", action="store_true")
    networks.set_defaults(run=_channel_tool("networks"))
    parse = channel.add_parser(
        "parse", help="read a body as a network's hook would, and print what it says; nothing is stored",
        description="Prints one JSON object a line. The signature is not checked unless --verify is given.",
    )  # fmt: skip
    parse.add_argument("network")
    parse.add_argument("file", metavar="FILE", help="the raw body; - reads it from stdin")
    parse.add_argument("--headers", metavar="FILE", help='a JSON object, or lines of "Name: value"')
    parse.add_argument("--content-type", metavar="T")
    parse.add_argument("--url", default="", help="the address that it was sent to, where the network signs it")
    parse.add_argument("--account", metavar="ID", help="our own account on the network: its words are no messages")
    parse.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="set-up fields of the network")
    parse.add_argument("--verify", action="store_true", help="check the signature too, with --set secret=…")
    parse.set_defaults(run=_channel_tool("parse"))


def _channel_tool(name: str) -> Run:
    async def run(settings: Settings, args: argparse.Namespace) -> int:
        from services import channel_tools

        result: int = await getattr(channel_tools, name)(settings, args)
        return result

    return run


def _add_models(commands: Any) -> None:
    model = commands.add_parser("model", help="models that judge messages").add_subparsers(
        required=True, metavar="ACTION"
    )  # fmt: skip
    show = model.add_parser("show", help="name, checksum, labels, temperature, size and card of a model")
    show.add_argument("model", nargs="?", metavar="MODEL", help="a name of VIGIE_CLASSIFIERS_DIR, or a directory")
    show.add_argument("--json", action="store_true")
    show.set_defaults(run=_model("show"))
    export = model.add_parser("export", help="turn a directory with safetensors into one that Vigie can run")
    export.add_argument("source", type=Path, metavar="SRC")
    export.add_argument("destination", type=Path, metavar="DEST")
    export.set_defaults(run=_model("export"))
    again = commands.add_parser("reclassify", help="try a model on a brand's history, and report what would change")
    again.add_argument("brand", nargs="?", type=int, metavar="BRAND")
    again.add_argument("--all", action="store_true", help="every brand")
    again.add_argument("--since", required=True, help="a day (2026-11-01), in the brand's zone, or a time")
    again.add_argument("--model", metavar="MODEL", help="a name of VIGIE_CLASSIFIERS_DIR, or a directory")
    again.add_argument("--apply", action="store_true", help="after the report: append the judgements, and switch")
    again.add_argument("--json", action="store_true")
    again.set_defaults(run=_reclassify)


def _model(name: str) -> Run:
    async def run(settings: Settings, args: argparse.Namespace) -> int:
        from services import model_commands

        result: int = await getattr(model_commands, name)(settings, args)
        return result

    return run


async def _reclassify(settings: Settings, args: argparse.Namespace) -> int:
    from services import reclassify

    return await reclassify.reclassify(settings, args)


def _administration(name: str) -> Run:
    """A command on the running (or resting) database: its function of that name in `services.administration`."""

    async def run(settings: Settings, args: argparse.Namespace) -> int:
        from services import administration

        result: int = await getattr(administration, name)(settings, args)
        return result

    return run


async def _up(settings: Settings, args: argparse.Namespace) -> int:
    from services import up

    return await up.up(settings, demo=args.demo, open_browser=not args.no_browser)


async def _run(settings: Settings, args: argparse.Namespace) -> int:
    from services import up

    return await up.run(settings, frozenset(args.roles))


async def _drill(settings: Settings, args: argparse.Namespace) -> int:
    from rich.console import Console

    from services.drill import channels, run, target

    console, demo = Console(), settings.data_dir / "demo.json"
    asked = [name for name in args.channels.replace(" ", "").split(",") if name]
    try:
        asked = channels.spoken(asked)
        more = await channels.at_hand(settings, demo, asked)
    except target.CannotDrill as reason:
        console.print(str(reason))
        return run.COULD_NOT
    return await run.run(
        demo, speed=args.speed, messages=args.messages, seed=args.seed, console=console, channels=asked, more=more
    )


async def _migrate(settings: Settings, _: argparse.Namespace) -> int:
    from services import database

    async with database.at_hand(settings) as dsn:
        print(f"The database is at migration {await database.revision(dsn)}.")
    return 0


async def _doctor(settings: Settings, _: argparse.Namespace) -> int:
    from services import doctor

    findings = await doctor.examine(settings)
    for finding in findings:
        mark = {"ok": "ok   ", "note": "note ", "wrong": "WRONG"}[finding.verdict]
        print(f"{mark} {finding.what}" + (f"\n      → {finding.remedy}" if finding.remedy else ""))
    return 1 if any(finding.verdict == "wrong" for finding in findings) else 0


if __name__ == "__main__":
    sys.exit(main())
