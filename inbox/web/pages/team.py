"""Members, their roles and links (leads, as far as they manage them), and API tokens (owners). What is made is shown
once, on the page that answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from inbox.errors import NotFound, Refused
from inbox.events import Role
from inbox.ids import MemberId
from inbox.people import links, members, tokens
from inbox.web import address, words
from inbox.web.context import deps, viewer
from inbox.web.i18n import N_, Speech
from inbox.web.pages import render, settings
from inbox.web.routes import Route

RIGHTS = ("read", "personal", "act", "manage", "own")
REFUSALS: Mapping[str, tuple[str, str]] = {
    "email_bad": ("email", N_("That is not an e-mail address.")),
    "name_bad": ("name", N_("A name has 1 to 100 characters.")),
    "role_unknown": ("role", N_("There is no such role.")),
    "already_member": ("email", N_("This person is a member of the brand already.")),
    "email_taken": ("email", N_("This address belongs to a member of another organisation.")),
    "last_owner": ("form", N_("A brand needs an owner: make somebody else one first.")),
    "not_all_yours": (
        "form",
        N_("They also work for a brand in which you do not manage them: remove them from this one instead."),
    ),
    "above_you": ("form", N_("Owners and leads are made and changed by an owner.")),
    "langs_bad": ("form", N_("At most 12 languages, each two or three letters of ISO 639, such as fr or tr.")),
    "teams_bad": ("form", N_("At most 12 teams, each of at most 40 characters.")),
    "right_unknown": ("rights", N_("Choose at least one right.")),
    "right_not_yours": ("rights", N_("A token cannot do more than you may.")),
}


def errors_of(refused: Refused, say: Speech) -> dict[str, str]:
    """What was refused, beside the field that it is about."""
    field, message = REFUSALS.get(refused.code, ("form", refused.message))
    return {field: say(message) if refused.code in REFUSALS else message}


def managed(world: render.World) -> frozenset[Role]:
    """By whoever asks."""
    return members.MANAGED["owner" if world.may("own") else "lead"]


def roles_to_give(world: render.World) -> list[tuple[str, str]]:
    """Value and name."""
    return [(role, words.role(role, world.say)) for role in members.ROLES if role in managed(world)]


async def show(request: web.Request) -> web.StreamResponse:
    return _members(request, await render.world(request))


def _members(
    request: web.Request, world: render.World, *, fields: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None, fresh: tuple[str, str] | None = None, status: int = 200,
) -> web.Response:  # fmt: skip
    return settings.shown(
        request, world, "members", "settings_members.html", status=status, roles=roles_to_give(world),
        managed=managed(world), role_word=lambda role: words.role(role, world.say),
        given={"name": "", "email": "", "role": "cm", **(fields or {})},
        errors={"name": None, "email": None, "role": None, "form": None, **(errors or {})}, fresh=fresh,
    )  # fmt: skip


async def add(request: web.Request) -> web.StreamResponse:
    own, asking, world = deps(request), viewer(request), await render.world(request)
    fields, now = await render.form(request), deps(request).clock.now()
    try:
        member = await members.add(
            own.log, world.brand.id, email=fields.get("email", ""), name=fields.get("name", ""),
            role=fields.get("role", ""), by=asking.actor, now=now, locale=world.say.lang,
        )  # fmt: skip
    except Refused as refused:
        return _members(request, world, fields=fields, errors=errors_of(refused, world.say), status=refused.status)
    try:
        return await _with_link(request, world, member, fields.get("name", ""))
    except Refused:  # they work for other brands, too, and sign in as they always do
        return render.see_other(request, f"{world.base}/settings/members?saved=1")


async def _with_link(
    request: web.Request, world: render.World, member: MemberId, name: str
) -> web.StreamResponse:  # fmt: skip
    own, by = deps(request), viewer(request).actor
    token = await members.invite(own.log, world.brand.id, member, by=by, now=own.clock.now())
    return _members(request, await render.world(request), fresh=(name, address.absolute(request, links.path(token))))


def _member(request: web.Request, world: render.World) -> members.Member:
    found = request.match_info["member_id"]
    for member in world.members:
        if str(member.id) == found:
            return member
    raise NotFound


async def new_link(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    member = _member(request, world)
    if not member.active:
        raise NotFound
    try:
        return await _with_link(request, world, member.id, member.name)
    except NotFound:
        raise
    except Refused as refused:
        return _members(request, world, errors=errors_of(refused, world.say), status=refused.status)


async def change(request: web.Request) -> web.StreamResponse:
    """Role, languages and teams, removal, deactivation, return: each by its own button of the same row."""
    own, asking, world = deps(request), viewer(request), await render.world(request)
    member, fields, now = _member(request, world), await render.form(request), deps(request).clock.now()
    what: dict[str, Any] = {"by": asking.actor, "now": now}
    try:
        match fields.get("do"):
            case "role":
                await members.change_role(own.log, world.brand.id, member.id, fields.get("role", ""), **what)
            case "skills":
                langs, teams = fields.get("langs", ""), fields.get("teams", "")
                await members.set_skills(own.log, world.brand.id, member.id, langs=langs, teams=teams, **what)
            case "remove":
                await members.remove(own.log, world.brand.id, member.id, **what)
            case "deactivate":
                await members.deactivate(own.log, world.brand.id, member.id, **what)
            case "reactivate":
                await members.reactivate(own.log, world.brand.id, member.id, **what)
            case _:
                raise NotFound
    except NotFound:
        raise
    except Refused as refused:
        return _members(request, world, errors=errors_of(refused, world.say), status=refused.status)
    return render.see_other(request, f"{world.base}/settings/members?saved=1")


# --- tokens -------------------------------------------------------------------------------------------------------


async def show_tokens(request: web.Request) -> web.StreamResponse:
    return await _tokens(request, await render.world(request))


async def _tokens(
    request: web.Request, world: render.World, *, name: str = "", errors: Mapping[str, str] | None = None,
    fresh: str | None = None, status: int = 200,
) -> web.Response:  # fmt: skip
    say = world.say
    return settings.shown(
        request, world, "tokens", "settings_tokens.html", status=status, fresh=fresh, name=name,
        tokens=await tokens.of_brand(deps(request).log, world.brand.id),
        rights=[(right, words.right(right, say)) for right in RIGHTS],
        errors={"name": None, "rights": None, "form": None, **(errors or {})},
    )  # fmt: skip


async def create_token(request: web.Request) -> web.StreamResponse:
    own, asking, world = deps(request), viewer(request), await render.world(request)
    fields, rights = await render.form(request), await render.form_lists(request, "rights")
    assert asking.member is not None
    try:
        _, token = await tokens.create(
            own.log, world.brand.id, name=fields.get("name", ""), rights=rights, by=asking.member, now=own.clock.now()
        )
    except Refused as refused:
        return await _tokens(
            request, world, name=fields.get("name", ""), errors=errors_of(refused, world.say), status=refused.status
        )
    return await _tokens(request, world, fresh=token)


async def revoke_token(request: web.Request) -> web.StreamResponse:
    own, asking, world = deps(request), viewer(request), await render.world(request)
    await tokens.revoke(own.log, world.brand.id, request.match_info["token_id"], by=asking.actor, now=own.clock.now())
    return render.see_other(request, f"{world.base}/settings/tokens?saved=1")


ROUTES = [
    Route("GET", "/b/{brand_id}/settings/members", show, "manage", "page", "settings_members"),
    Route("POST", "/b/{brand_id}/settings/members", add, "manage", "page", "settings_add_member"),
    Route("POST", "/b/{brand_id}/settings/members/{member_id}", change, "manage", "page", "settings_change_member"),
    Route(
        "POST", "/b/{brand_id}/settings/members/{member_id}/link", new_link, "manage", "page", "settings_member_link"
    ),
    Route("GET", "/b/{brand_id}/settings/tokens", show_tokens, "own", "page", "settings_tokens"),
    Route("POST", "/b/{brand_id}/settings/tokens", create_token, "own", "page", "settings_create_token"),
    Route(
        "POST", "/b/{brand_id}/settings/tokens/{token_id}/revoke", revoke_token, "own", "page", "settings_revoke_token"
    ),
]
