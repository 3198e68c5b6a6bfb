"""`vigie person` and `vigie retention`: what owners can do on the screen and by the API, for an operator's shell."""

from __future__ import annotations

import argparse
import os
import uuid
from dataclasses import replace

import orjson

from inbox import history
from inbox.errors import Refused
from inbox.ids import BrandId, ItemId, SubjectId
from inbox.people import erasure, persons
from inbox.people import retention as retention_
from services import administration
from services.administration import Desk
from services.settings import Settings


async def export(settings: Settings, args: argparse.Namespace) -> int:
    async with administration.opened(settings) as desk:
        brand = await administration.brand_of(desk, args.brand)
        subject = await _subject(desk, brand, args)
        found = await persons.exported(desk.log, brand, subject, by=None, now=desk.clock.now())
    content = orjson.dumps(found, option=orjson.OPT_INDENT_2)
    if str(args.file) == "-":
        print(content.decode())
        return 0
    try:
        with args.file.open("wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(content)
    except OSError as error:
        raise Refused("file_unwritable", f"{args.file} cannot be written: {error.strerror}.") from error
    print(f"{len(found['events'])} events in {args.file}.")
    return 0


async def forget(settings: Settings, args: argparse.Namespace) -> int:
    async with administration.opened(settings) as desk:
        brand = await administration.brand_of(desk, args.brand)
        subject = await _subject(desk, brand, args)
        position = await erasure.forget(desk.log, brand, subject, by=None, now=desk.clock.now())
    print(f"Forgotten, at position {position} of the log. Backups of the keys still hold theirs: docs/privacy.md.")
    return 0


async def _subject(desk: Desk, brand: BrandId, args: argparse.Namespace) -> SubjectId:
    """Refused: `person_unnamed`, `nobody_here`."""
    if args.item:
        try:
            item = ItemId(uuid.UUID(args.item))
        except ValueError as error:
            raise Refused("person_unnamed", f"{args.item} is no item's id.") from error
        subject = (await history.load(desk.log, brand, item)).subject
    elif args.network and args.author:
        subject = desk.log.keyring.ids.subject(brand, args.network, args.author)
        subject = subject if await persons.is_known(desk.log, brand, subject) else None
    else:
        raise Refused("person_unnamed", "Name them by --item, or by --network and --author.")
    if subject is None:
        raise Refused("nobody_here", "This brand knows of no such person.")
    return subject


async def retention(settings: Settings, args: argparse.Namespace) -> int:
    async with administration.opened(settings) as desk:
        brand = await administration.brand_of(desk, args.brand)
        rule = await retention_.of_brand(desk.log, brand)
        wanted = _wanted(rule, args)
        if wanted != rule:
            await retention_.change(desk.log, brand, wanted, by=None, now=desk.clock.now())
    words = "until somebody asks" if wanted.words_days is None else f"{wanted.words_days} days after the last one"
    print(f"Words: {words}. Raw deliveries: {wanted.raw_days} days. Legal hold: {'on' if wanted.hold else 'off'}.")
    return 0


def _wanted(rule: retention_.Retention, args: argparse.Namespace) -> retention_.Retention:
    if args.words_days is not None:
        if args.words_days != "never" and not args.words_days.isdecimal():
            raise Refused("retention_bad", "--words-days takes a number of days, or never.")
        rule = replace(rule, words_days=None if args.words_days == "never" else int(args.words_days))
    if args.raw_days is not None:
        rule = replace(rule, raw_days=args.raw_days)
    if args.reason is not None:
        rule = replace(rule, reason=args.reason)
    return rule if args.hold is None else replace(rule, hold=args.hold == "on")
