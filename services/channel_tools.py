"""`vigie channel networks` and `vigie channel parse`: what networks there are, and how one reads a body.

Neither needs a database, and neither stores anything. `parse` is for whoever connects a channel and wonders what Vigie
makes of a delivery, and for tests of whole folders of samples: it says one JSON object a line, and survives any bytes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inbox.channels import ChannelRecord
from inbox.clock import SystemClock
from inbox.errors import Refused
from inbox.events import Attachment, Author
from inbox.ids import BrandId, ChannelId
from services import captures
from services.channels import registry
from services.channels.contract import CannotRead, Capabilities, Channel, Ignored, Inbound, Parsed, Way
from services.outbound import Outbound
from services.settings import Settings

FLAGS = (
    "reply", "private_reply", "hide", "like", "attachments", "edits", "withdrawals", "echoes", "reconcile", "fetches",
)  # fmt: skip
KEYS = (
    "kind", "external_id", "thread_id", "parent_id", "in_reply_to", "author", "text", "sent_at", "permalink",
    "attachments", "version", "reason",
)  # fmt: skip
"""What each line has beside its verb."""


# --- networks -----------------------------------------------------------------------------------------------------


async def networks(_: Settings, args: argparse.Namespace) -> int:
    known = registry.networks().values()
    if args.json:
        _say([described(network) for network in known], indent=2)
        return 0
    from rich.console import Console
    from rich.table import Table

    table = Table("Network", "Title", "Receives by", "Can", "Set-up fields", box=None)
    for network in known:
        able = [flag for flag in FLAGS if getattr(network.capabilities, flag)]
        needed = [field.name + "*" * field.required for field in network.setup_fields]
        table.add_row(
            network.id, network.title, ", ".join(network.capabilities.receives), ", ".join(able), ", ".join(needed)
        )  # fmt: skip
    Console().print(table)
    return 0


def described(network: Channel) -> dict[str, Any]:
    """One network, its capabilities flattened among its own members."""
    return {
        "id": network.id,
        "title": network.title,
        **_able(network.capabilities),
        "setup_fields": [
            {
                "name": field.name, "place": field.place, "secret": field.secret, "required": field.required,
                "kind": field.kind, "made": field.make is not None, "label": dict(field.label),
                "hint": dict(field.hint),
            }
            for field in network.setup_fields
        ],
        "setup_steps": {locale: list(steps) for locale, steps in network.setup_steps.items()},
    }  # fmt: skip


def _able(capabilities: Capabilities) -> dict[str, Any]:
    flat = {field.name: getattr(capabilities, field.name) for field in fields(capabilities)}
    window = {kind: int(after.total_seconds()) for kind, after in capabilities.window.items()}
    flat.pop("window")
    flat |= {"gestures_on": sorted(capabilities.gestures_on), "lengths": dict(capabilities.lengths)}
    within = flat.pop("private_within")
    private_s = int(within.total_seconds()) if within else None
    flat["files"] = {
        kind: {"types": dict(rule.types), "count": rule.count, "together": rule.together, "text_most": rule.length_most}
        for kind, rule in capabilities.files.items()
    }
    return {**flat, "receives": list(capabilities.receives), "window_s": window, "private_within_s": private_s}


# --- parse --------------------------------------------------------------------------------------------------------


async def parse(_: Settings, args: argparse.Namespace) -> int:
    """0 when something of the body could be read, or it rightly holds nothing; 1 when nothing could. Signatures are
    checked with --verify only."""
    network = registry.networks().get(args.network)
    if network is None:
        raise Refused("network_unknown", f"Networks there are: {', '.join(registry.networks())}.")
    channel = _channel(network, args)
    request = Inbound(_headers(args), captures.unpacked(_bytes(args.file)), args.url)
    try:
        if args.verify:
            await _proven(network, request, channel)
        lines = list(_lines(network, request, channel, SystemClock().now()))
    except (Refused, NotImplementedError):
        raise
    except Exception as error:
        raise Refused("stumbled", f"Reading it failed in our own code: {type(error).__name__}.") from error
    for line in lines:
        _say(line)
    if lines and all(line["verb"] == "unreadable" for line in lines):
        raise Refused("unreadable", f"Nothing could be read: {lines[0]['reason']}.")
    return 0


async def _proven(network: Channel, request: Inbound, channel: ChannelRecord) -> None:
    async with Outbound() as http:
        await network.prepare(Way(http, ""), request, channel)
        if network.verify(request, channel) is None:
            raise Refused("bad_signature", "The signature does not hold, or nothing was given that proves it.")


def _lines(network: Channel, request: Inbound, channel: ChannelRecord, now: datetime) -> Iterator[dict[str, Any]]:
    if network.greet(request, channel) is not None:
        yield told(Ignored("a hand-shake"))
        return
    try:
        for envelope in captures.envelopes(network, request):
            for parsed in network.read(envelope, channel, now):
                yield told(parsed)
    except CannotRead as error:
        yield told(error.unreadable)


def told(parsed: Parsed) -> dict[str, Any]:
    """A parsed thing as `parse` prints it: `KEYS`, null where it has none; others only where it has them."""
    line: dict[str, Any] = {"verb": type(parsed).__name__.lower(), **dict.fromkeys(KEYS)}
    for field in fields(parsed):
        value = _plain(getattr(parsed, field.name))
        if field.name in KEYS or value not in (None, [], ""):
            line[field.name] = value
    return _timed(line)


def _timed(line: dict[str, Any]) -> dict[str, Any]:
    """`sent_at` is that of the message, of an edit and a withdrawal too where the network tells it; when that happened
    is `changed_at`."""
    written_at = line.pop("written_at", None)
    return line if written_at is None else {**line, "sent_at": written_at, "changed_at": line["sent_at"]}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Author | Attachment):
        return value.model_dump(mode="json")
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


# --- what the command line gives --------------------------------------------------------------------------------------


def _channel(network: Channel, args: argparse.Namespace) -> ChannelRecord:
    """A channel that no database knows, set up with what --set and --account say."""
    given = dict(pair.partition("=")[::2] for pair in args.set)
    place = {field.name: field.place for field in network.setup_fields}
    unknown = sorted(set(given) - set(place))
    if unknown:
        raise Refused(
            "field_unknown", f"{network.id} has no field {', '.join(unknown)}; it has {', '.join(place) or 'none'}."
        )
    at = {where: {name: value for name, value in given.items() if place[name] == where} for where in place.values()}
    account = args.account or next(iter(at.get("account", {}).values()), None)
    return ChannelRecord(
        BrandId(1), ChannelId("1-parseparseparsep"), network.id, network.title, account, at.get("setting", {}),
        at.get("secret", {}), SystemClock().now(),
    )  # fmt: skip


def _bytes(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except (OSError, ValueError) as error:
        raise Refused("file_unreadable", f"{name} cannot be read: {_why(error)}.") from error


def _headers(args: argparse.Namespace) -> Mapping[str, Sequence[str]]:
    """From a JSON object (values may be lists) or lines of "Name: value"; --content-type wins."""
    found: dict[str, list[str]] = {}
    for name, value in _listed(_bytes(args.headers)) if args.headers else ():
        found.setdefault(name.strip().lower(), []).append(value.strip())
    if args.content_type:
        found["content-type"] = [args.content_type]
    return found


def _listed(raw: bytes) -> Iterator[tuple[str, str]]:
    text = raw.decode("utf-8-sig", "replace")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        yield from (line.partition(":")[::2] for line in text.splitlines() if ":" in line)
        return
    for name, value in content.items() if isinstance(content, dict) else ():
        for one in value if isinstance(value, list) else [value]:
            yield name, str(one)


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or "its name is none"


def _say(content: Any, indent: int | None = None) -> None:
    """In UTF-8 whatever the terminal speaks; half characters of a stranger are not worth a failure."""
    line = json.dumps(content, ensure_ascii=False, indent=indent, default=str) + "\n"
    sys.stdout.buffer.write(line.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


__all__ = ["described", "networks", "parse", "told"]
