"""Proposals that wait, for those who decide on them; and the way in for somebody of the brand who has no seat.

The link shows one proposal and what the author wrote, opens no session, and is dead once the proposal is decided, or
whoever made it leads the brand no more. Its token is in no log line (routes are logged by their pattern) and in the log
only as a digest, sealed with the author's words.
"""

from __future__ import annotations

import hmac
import uuid
from datetime import timedelta

from aiohttp import web

from inbox import approval, approving, commands, harsh, history, walls
from inbox.desk import Commands
from inbox.errors import NotFound, Refused
from inbox.history import History
from inbox.ids import BrandId, ItemId
from inbox.people import bearer, brands, members, throttle
from inbox.state import ApprovalLink, Proposal
from inbox.views import notices
from inbox.web import address, words
from inbox.web.context import deps, viewer
from inbox.web.i18n import Speech
from inbox.web.pages import proposing, reading, render, rows
from inbox.web.routes import Route
from inbox.web.security import brand_of

LONGEST_HOURS = 168


async def listed(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    async with own.pool.acquire() as connection:
        waiting = await notices.waiting(connection, world.brand.id)
    lead = world.may("manage")
    mine = [one for one in waiting if one.by != world.me and (lead or world.me in one.so_far)]
    return render.page(
        request, "approvals.html", world.say, world=world, here="approvals", mine=mine,
        others=[one for one in waiting if one not in mine], author=rows.author_name,
    )  # fmt: skip


async def make_link(request: web.Request, world: render.World, item_id: ItemId, fields: dict[str, str]) -> str:
    """The address, shown once."""
    own, token = deps(request), bearer.new()
    hours = fields.get("hours", "24")
    lasts = timedelta(hours=min(LONGEST_HOURS, int(hours) if hours.isascii() and hours.isdigit() else 24))
    proposal = proposing.proposal_of(fields)
    command = commands.MakeApprovalLink(
        viewer(request).actor, proposal, fields.get("name", ""), bearer.digest(token).hex(), own.clock.now() + lasts
    )  # fmt: skip
    await Commands(own.log, own.clock).run(
        world.brand.id, item_id, command, expected_position=None, idempotency_key=fields.get("idempotency_key", "")
    )
    return address.absolute(request, f"/approve/{world.brand.id}/{item_id}/{token}")


# --- without a seat -----------------------------------------------------------------------------------------------


class Dead(Exception):
    """Used, run out, taken back, or never given out: all the same."""


async def _opened(request: web.Request) -> tuple[BrandId, History, Proposal, ApprovalLink]:
    """Raises `Dead`. Whoever guesses is slowed down. From here on the request sees the brand of its address alone."""
    own, now = deps(request), deps(request).clock.now()
    try:
        brand, item_id = brand_of(request), ItemId(uuid.UUID(request.match_info["item_id"]))
        walls.narrow([brand])
        past = await history.load(own.log, brand, item_id)
        proposal, link = _link(past, request.match_info["token"])
        alive = proposal.state == "waiting" and approving.link_of(proposal, link.link_id, now) is not None
        if alive and await members.role_in(own.log, brand, link.by) in approval.LEADS:
            return brand, past, proposal, link
    except (ValueError, NotFound):
        pass
    await throttle.admit(own.pool, [throttle.address_key(address.client(request))], now=now)
    raise Dead


def _link(past: History, token: str) -> tuple[Proposal, ApprovalLink]:
    shown = bearer.digest(token).hex()
    for proposal in past.item.proposals:
        for link in proposal.links:
            if link.digest is not None and hmac.compare_digest(link.digest, shown):
                return proposal, link
    raise NotFound


async def show_guest(request: web.Request) -> web.StreamResponse:
    try:
        brand, past, proposal, link = await _opened(request)
    except Dead:
        return _dead(request)
    return await _guest_page(request, brand, past, proposal, link)


async def _guest_page(
    request: web.Request, brand: BrandId, past: History, proposal: Proposal, link: ApprovalLink,
    error: str | None = None, status: int = 200,
) -> web.Response:  # fmt: skip
    known = await brands.get(deps(request).log, brand)
    say = Speech(render.language_of(viewer(request)), known.zone)
    said = [message for message in past.item.messages if message.withdrawn_at is None]
    spoken = await reading.languages(deps(request).recognise, past.item)
    return render.page(
        request, "guest_approval.html", say, status=status, brand=known, proposal=proposal, link=link, messages=said,
        network=words.network(past.item.network, say), position=past.item.position, key=uuid.uuid4().hex,
        error_text=error, new=[m for m in said if m.received_at > proposal.at], path=request.path,
        direction_of=rows.text_direction, lang=past.item.lang, spoken=spoken, harsh=harsh.named,
    )  # fmt: skip


async def decide_guest(request: web.Request) -> web.StreamResponse:
    own = deps(request)
    try:
        brand, past, proposal, link = await _opened(request)
    except Dead:
        return _dead(request)
    fields = await render.form(request) | {"proposal": str(proposal.proposal_id)}
    build = proposing.reject if fields.get("do") == "refuse" else proposing.approve
    seen = fields.get("position", "")
    try:
        await Commands(own.log, own.clock, own.networks).run(
            brand, past.item.item_id, build(past.item, None, fields, link.link_id),
            expected_position=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else 0,
            idempotency_key=fields.get("key", ""),
        )  # fmt: skip
    except Refused as refused:
        return await _refused(request, brand, past.item.item_id, link, refused)
    return render.page(request, "guest_done.html", _say(request), refused=fields.get("do") == "refuse")


async def _refused(
    request: web.Request, brand: BrandId, item_id: ItemId, link: ApprovalLink, refused: Refused
) -> web.Response:
    past = await history.load(deps(request).log, brand, item_id)
    proposal = next((one for one in past.item.proposals if link.link_id in {x.link_id for x in one.links}), None)
    if proposal is None or approval.find(past.item, proposal.proposal_id) is None or proposal.state != "waiting":
        return _dead(request)
    say = _say(request)
    told = say("Something came in between: read again, then decide.") if refused.code == "conflict" else None
    return await _guest_page(request, brand, past, proposal, link, told or words.refusal(refused, say), refused.status)


def _dead(request: web.Request) -> web.Response:
    return render.page(request, "guest_done.html", _say(request), status=410, refused=None)


def _say(request: web.Request) -> Speech:
    return Speech(render.language_of(viewer(request)))


ROUTES = [
    Route("GET", "/b/{brand_id}/approvals", listed, "personal", "page", "approvals"),
    Route("GET", "/approve/{brand_id}/{item_id}/{token}", show_guest, "public", "page", "approve_by_link"),
    Route("POST", "/approve/{brand_id}/{item_id}/{token}", decide_guest, "public", "page", "decide_by_link"),
]
