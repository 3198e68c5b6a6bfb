"""From the forms about a proposed reply to commands: propose, approve, refuse, take a link back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from inbox import commands
from inbox.approving import MOST_VARIANTS
from inbox.errors import Refused
from inbox.state import Item

Fields = Mapping[str, str]


def looked_at(fields: Fields) -> None:
    """A draft that says it was translated (`original`: its own words) leaves once somebody said that they looked at it.
    Refused: `translation_unseen`."""
    if fields.get("original", "").strip() and fields.get("looked") != "yes":
        raise Refused("translation_unseen", "Look at the translation before it leaves.", status=409)


def original_of(fields: Fields) -> str | None:
    """The words that the draft was translated from. Refused: as `looked_at`."""
    looked_at(fields)
    return fields.get("original", "").strip() or None


def propose(_: Item, by: int, fields: Fields) -> commands.Command:
    """The composer's own text first, then the further variants that are filled in."""
    original = original_of(fields)
    more = (fields.get(f"variant-{n}", "") for n in range(2, MOST_VARIANTS + 1))
    variants = (fields.get("text", ""), *(text for text in more if text.strip()))
    holding = fields.get("mode") == "acknowledge"
    return commands.ProposeReply(
        by, variants, "holding" if holding else "response", _moment(fields.get("promise")) if holding else None,
        private=fields.get("mode") == "private", wording=_maybe_id(fields.get("wording")),
        original=original,
    )  # fmt: skip


def approve(_: Item, by: int | None, fields: Fields, guest: uuid.UUID | None = None) -> commands.Command:
    chosen = fields.get("variant", "0")
    variant = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 3 else -1
    return commands.ApproveReply(by, proposal_of(fields), variant, fields.get(f"text-{variant}", ""), guest)


def reject(_: Item, by: int | None, fields: Fields, guest: uuid.UUID | None = None) -> commands.Command:
    return commands.RejectReply(by, proposal_of(fields), fields.get("why") or None, guest)


def shut_out(_: Item, by: int, fields: Fields) -> commands.Command:
    link = _maybe_id(fields.get("link"))
    if link is None:
        raise Refused("no_such_link", "This item has no such link.", status=404)
    return commands.RevokeApprovalLink(by, link)


def proposal_of(fields: Fields) -> uuid.UUID:
    found = _maybe_id(fields.get("proposal"))
    if found is None:
        raise Refused("no_such_proposal", "This item has no such proposal.", status=404)
    return found


def _maybe_id(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def _moment(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.tzinfo else None
