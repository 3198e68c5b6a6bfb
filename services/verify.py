"""`vigie verify`: is each brand's log what the notary sealed? Reads all of it, changes nothing, and says where not.

With `--witness FILE` it also holds the log against what an earlier run wrote there, and then writes what is true now:
kept on another machine, that file shows an end that was cut off together with its seals.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson

from inbox.errors import Refused
from inbox.ids import BrandId
from inbox.log import notary
from inbox.log.digests import What
from inbox.log.notary import Finding, Witness
from inbox.people import brands
from services import administration, database
from services.instance import write_private
from services.settings import Settings

SAID: Mapping[What, str] = {
    "changed": "is not the event that was sealed",
    "missing": "is missing",
    "moved": "was sealed at another place",
    "seal": "begins a stretch whose seal was changed",
    "cut": "and what followed were cut off",
    "unsealed": "begins a gap between the seals",
    "added": "lies beyond the end of the log",
}
SHOWN = 20


async def verify(settings: Settings, args: argparse.Namespace) -> int:
    """1 where anything is not as it was sealed."""
    async with administration.opened(settings) as desk:
        there, known = [one.id for one in await brands.everyone(desk.log)], _witnesses(args.witness)
        wanted = asked_for(there, known, args.brand)
        if not args.no_seal:
            await _seal(desk, [brand for brand in wanted if brand in there])
        found = [await notary.verify(desk.log, brand, known.get(brand)) for brand in wanted]
    for finding in found:
        print(orjson.dumps(_told(finding)).decode() if args.json else _said(finding))
    whole = not any(finding.faults for finding in found)
    if args.witness and whole:
        _write(args.witness, known | {finding.brand: finding.witness for finding in found})
    return 0 if whole else 1


def asked_for(there: Sequence[BrandId], known: Mapping[BrandId, Witness], brand: int | None) -> list[BrandId]:
    """A brand that a witness knows and that is gone is looked for, too. Refused: `brand_unknown`, `no_brands`: of what
    is not there nobody is told that it is whole."""
    every = sorted({*there, *known})
    if brand is not None and brand not in every:
        raise Refused("brand_unknown", f"There is no brand {brand}; there are: {', '.join(map(str, every)) or 'none'}.")
    if not every:
        raise Refused("no_brands", f"There is no brand in this database. {database.IS_IT}")
    return every if brand is None else [BrandId(brand)]


async def _seal(desk: administration.Desk, wanted: list[BrandId]) -> None:
    """What came in since the notary's last round is vouched for as well."""
    for brand in wanted:
        try:
            await notary.seal(desk.log, brand)
        except notary.Gap:
            continue  # verifying says where


def _said(finding: Finding) -> str:
    lines = [
        f"brand {finding.brand}: {finding.head} events, sealed up to {finding.sealed_upto}: "
        + (f"{len(finding.faults)} faults" if finding.faults else "whole")
    ]
    lines += [f"  position {fault.position} {SAID[fault.what]}" for fault in finding.faults[:SHOWN]]
    if len(finding.faults) > SHOWN:
        lines.append(f"  and {len(finding.faults) - SHOWN} more: --json tells all")
    return "\n".join(lines)


def _told(finding: Finding) -> dict[str, object]:
    return {
        "brand": finding.brand, "events": finding.head, "sealed_upto": finding.sealed_upto,
        "digest": finding.digest.hex(),
        "faults": [{"what": fault.what, "position": fault.position} for fault in finding.faults],
    }  # fmt: skip


def _witnesses(path: Path | None) -> dict[BrandId, Witness]:
    """Refused: `witness_unreadable`. A file that is not there yet knows of nothing."""
    if path is None or not path.exists():
        return {}
    try:
        told = orjson.loads(path.read_bytes())
        return {(b := BrandId(one["brand"])): Witness(b, one["position"], bytes.fromhex(one["digest"])) for one in told}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused("witness_unreadable", f"{path} was not written by vigie verify.") from error


def _write(path: Path, known: Mapping[BrandId, Witness]) -> None:
    told = [{"brand": w.brand, "position": w.position, "digest": w.digest.hex()} for w in known.values()]
    write_private(path, orjson.dumps(told).decode() + "\n")
