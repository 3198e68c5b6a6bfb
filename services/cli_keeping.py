"""The commands that keep what is there, in words: backups, seals, people's words, keys, and what leaves the house."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from services.settings import Settings

Run = Callable[[Settings, argparse.Namespace], Coroutine[Any, Any, int]]


def add(commands: Any, administration: Callable[[str], Run]) -> None:
    backup = commands.add_parser("backup", help="save the whole installation as of one moment, while it runs")
    backup.add_argument("path", type=Path, metavar="FILE|DIR", help="the keys go into a file of their own beside it")
    backup.set_defaults(run=_of("backup", "backup"))
    restore = commands.add_parser("restore", help="put a backup into an empty instance; it sends nothing until told")
    restore.add_argument("file", type=Path)
    restore.add_argument("--keys", type=Path, metavar="FILE", help="the keys, perhaps of a later backup")
    restore.add_argument("--without-keys", action="store_true", help="times and figures only, no words")
    restore.set_defaults(run=_of("backup_restore", "restore"))
    verify = commands.add_parser("verify", help="hold each brand's log against its seals, and say where it differs")
    verify.add_argument("--brand", type=int)
    verify.add_argument("--witness", type=Path, metavar="FILE", help="hold it against this file too, and renew that")
    verify.add_argument("--no-seal", action="store_true", help="leave unsealed what is new")
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=_of("verify", "verify"))
    _add_persons(commands)
    _add_keys(commands)
    outbound = commands.add_parser("outbound", help="what leaves: replies and webhooks, stopped after a restore")
    outbound.add_argument("action", choices=("show", "stop", "go"))
    outbound.add_argument("--brand", type=int)
    outbound.add_argument("--all", action="store_true", help="every brand")
    outbound.add_argument("--restored", action="store_true", help="stop: this database was put back to an earlier time")
    outbound.set_defaults(run=administration("outbound"))


def _add_persons(commands: Any) -> None:
    person = commands.add_parser("person", help="an author: all that is held of them, or to be forgotten")
    actions = person.add_subparsers(required=True, metavar="ACTION")
    export = actions.add_parser("export", help="write all that is held of them as JSON; that it was done is in the log")
    export.add_argument("file", type=Path, help="where to; - for standard output")
    forget = actions.add_parser("forget", help="destroy their key: their words become unreadable everywhere, for ever")
    forget.add_argument("--yes", action="store_true", required=True, help="nothing brings the words back")
    for action, name in ((export, "export"), (forget, "forget")):
        action.add_argument("--brand", type=int, required=True)
        action.add_argument("--item", help="an item of theirs, or")
        action.add_argument("--network", help="the network, and")
        action.add_argument("--author", help="their id there")
        action.set_defaults(run=_of("person_commands", name))
    kept = commands.add_parser("retention", help="how long a brand keeps people's words; without options says it")
    kept.add_argument("--brand", type=int, required=True)
    kept.add_argument("--words-days", help="days after the last word, or never")
    kept.add_argument("--raw-days", type=int, help="days of raw deliveries")
    kept.add_argument("--hold", choices=("on", "off"), help="a legal hold: nothing is thrown away, nobody forgotten")
    kept.add_argument("--reason", help="of the legal hold, in words that name no person")
    kept.set_defaults(run=_of("person_commands", "retention"))


def _add_keys(commands: Any) -> None:
    key = commands.add_parser("key", help="the master key").add_subparsers(required=True, metavar="ACTION")
    key.add_parser("rotate", help="make a new one; the old one still opens").set_defaults(
        run=_of("key_commands", "rotate")
    )
    key.add_parser(
        "rewrap", help="wrap every key anew under the present one, this host's spool too, while all runs"
    ).set_defaults(run=_of("key_commands", "rewrap"))
    key.add_parser(
        "retire", help="throw the old ones away, once the database and this host's spool need none"
    ).set_defaults(run=_of("key_commands", "retire"))
    lost = key.add_parser("lost", help="it will never be back: go on under a new one, without what it alone opens")
    lost.add_argument("--yes", action="store_true", required=True, help="nothing brings back what it alone opens")
    lost.set_defaults(run=_of("key_commands", "lost"))


def _of(module: str, name: str) -> Run:
    """A command that lives in `services.MODULE`; loaded when it is asked for."""

    async def run(settings: Settings, args: argparse.Namespace) -> int:
        from importlib import import_module

        result: int = await getattr(import_module(f"services.{module}"), name)(settings, args)
        return result

    return run
