"""Recording a message seen or heard where no network tells us of it: one form, no settings."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from inbox.errors import Refused
from inbox.recording import LINK_MOST, NAME_MOST, PLACES, TEXT_MOST, Sighting
from inbox.web import words
from inbox.web.context import deps, viewer
from inbox.web.i18n import N_, Speech
from inbox.web.pages import render
from inbox.web.routes import Route

TITLES: Mapping[str, str] = {
    "pinterest": "Pinterest",
    "snapchat": "Snapchat",
    "facebook_group": N_("A Facebook group"),
    "google_plus": N_("Google+ (archive)"),
    "phone": N_("Phone"),
    "shop": N_("In the shop"),
    "letter": N_("Letter"),
    "elsewhere": N_("Somewhere else"),
}
CLOCKS_APART = timedelta(minutes=5)
"""How far ahead of ours the clock of whoever records may be."""
LONGEST_AGO = timedelta(days=365 * 30)
_LINK = re.compile(r"https?://[^\s<>\"`\\]+", re.IGNORECASE)
_KEY = re.compile(r"[0-9a-f]{32}")


async def ask(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    now = deps(request).clock.now()
    fields = {"place": "pinterest", "said_at": _written(now, world.say), "key": uuid.uuid4().hex}
    return _shown(request, world, fields, {}, done=_item(request.query.get("done", "")))


async def record(request: web.Request) -> web.StreamResponse:
    own, asking, world = deps(request), viewer(request), await render.world(request)
    fields = await render.form(request)
    sighting, errors = _sighting(fields, world.say, own.clock.now())
    if sighting is None:
        return _shown(request, world, fields, errors, status=422)
    try:
        item = await own.record(world.brand.id, sighting, by=asking.actor)
    except Refused as refused:
        return _shown(request, world, fields, {"form": words.refusal(refused, world.say)}, status=refused.status)
    return render.see_other(request, f"{world.base}/record?done={item}")


def _item(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _shown(
    request: web.Request, world: render.World, fields: Mapping[str, str], errors: Mapping[str, str], *,
    status: int = 200, done: uuid.UUID | None = None,
) -> web.Response:  # fmt: skip
    empty = dict.fromkeys(("place", "author", "text", "url", "said_at", "form"))
    return render.page(
        request, "record.html", world.say, status=status, world=world, here="record", done=done,
        places=[(name, world.say(title)) for name, title in TITLES.items()],
        fields={"author": "", "text": "", "url": "", "said_at": "", "place": "", "key": uuid.uuid4().hex, **fields},
        errors={**empty, **errors}, limits={"text": TEXT_MOST, "author": NAME_MOST, "url": LINK_MOST},
    )  # fmt: skip


# --- what was filled in ---------------------------------------------------------------------------------------------


def _sighting(fields: Mapping[str, str], say: Speech, now: datetime) -> tuple[Sighting | None, dict[str, str]]:
    """What was recorded, or what is wrong with it, by field."""
    given = {name: fields.get(name, "").strip() for name in ("place", "author", "text", "url", "said_at", "key")}
    said_at = _moment(given["said_at"], say) if given["said_at"] else now
    errors = {name: say(text) for name, text in _faults(given, said_at, now).items()}
    if errors or said_at is None:
        return None, errors
    key = given["key"] if _KEY.fullmatch(given["key"]) else uuid.uuid4().hex
    title = say(TITLES[given["place"]])
    sighting = Sighting(
        given["place"], title, given["text"], min(said_at, now), key, given["author"] or None, given["url"] or None
    )
    return sighting, {}


def _faults(given: Mapping[str, str], said_at: datetime | None, now: datetime) -> dict[str, str]:
    faults: dict[str, str] = {}
    if given["place"] not in PLACES:
        faults["place"] = N_("Choose where it was said.")
    if not given["text"]:
        faults["text"] = N_("Say what was said, in their words if you can.")
    elif len(given["text"]) > TEXT_MOST:
        faults["text"] = N_("This is too long.")
    if len(given["author"]) > NAME_MOST:
        faults["author"] = N_("This is too long.")
    if given["url"] and (len(given["url"]) > LINK_MOST or not _LINK.fullmatch(given["url"])):
        faults["url"] = N_("A link begins with https:// or http://.")
    if said_at is None or said_at < now - LONGEST_AGO:
        faults["said_at"] = N_("This is no date and time.")
    elif said_at > now + CLOCKS_APART:
        faults["said_at"] = N_("This lies in the future.")
    return faults


def _written(at: datetime, say: Speech) -> str:
    """As `<input type="datetime-local">` has it, by the reader's clock."""
    return say.here(at).strftime("%Y-%m-%dT%H:%M")


def _moment(text: str, say: Speech) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(say.told_in))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


ROUTES = [
    Route("GET", "/b/{brand_id}/record", ask, "act", "page", "record"),
    Route("POST", "/b/{brand_id}/record", record, "act", "page", "record_message"),
]
