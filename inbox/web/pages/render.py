"""From a template to a response: one Jinja environment a language, and what every page of a brand needs to know.

Autoescaping is on everywhere and undefined names fail. A request by htmx (`HX-Request`) may get a part of a page
instead of the whole; without JavaScript the same handlers give whole pages and redirects.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import hdrs, web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from inbox.channels import ChannelRecord
from inbox.events import Role
from inbox.ids import BrandId
from inbox.people import brands, keys, members
from inbox.people.brands import Brand
from inbox.people.members import Member
from inbox.views import notices, promises
from inbox.views.notices import Counts
from inbox.web import file_words, key_words, security, words
from inbox.web.context import Viewer, deps, viewer
from inbox.web.i18n import LANGUAGES, Speech, direction, translations
from inbox.web.pages import modules, undoing

HERE = Path(__file__).parents[1]
STATIC = HERE / "static"
BY_THE_BRANDS_CLOCK = frozenset({"sla", "agreement", "corrections", "reports", "wall", "walls", "settings", "guide"})
"""Sections whose figures and rules are reckoned by the brand's days and hours, and are told by them."""


@cache
def static_version() -> str:
    """Changes with any static file: the address of each holds it, so that a browser may keep them for ever."""
    digest = hashlib.sha256()
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        digest.update(path.relative_to(STATIC).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def initials(name: str) -> str:
    parts = [part for part in name.split() if part[:1].isalnum()]
    return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)).upper() or "?"


def static() -> str:
    return f"/static/{static_version()}"


@cache
def environment(lang: str) -> Environment:
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    said = translations(lang)
    env.install_gettext_callables(said.gettext, said.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(
        words=words,
        file_words=file_words,
        key_words=key_words,
        modules=modules.needed,
        millis=millis,
        initials=initials,
        direction=direction,
        static=static(),
    )
    return env


def html(template: str, say: Speech, **context: object) -> str:
    return environment(say.lang).get_template(template).render(say=say, **context)


def language_of(asking: Viewer) -> str:
    return asking.locale if asking.locale in LANGUAGES else LANGUAGES[0]


def page(
    request: web.Request, template: str, say: Speech, *, status: int = 200, just: undoing.Told | None = None,
    own_keys: Mapping[str, str] = keys.USUAL, **context: object,
) -> web.Response:  # fmt: skip
    """A page, or a part of one. Who has not signed in is remembered, so that their forms can be checked.

    `just`: what was just done; without it, what was so a moment ago on another page and can still be taken back. Who
    takes it back on a page that was asked for by its address stays there.
    `own_keys`: of the viewer, where there is no `world` that knows them.
    `phone`: by the word that browsers of phones put into their name: what is long starts folded there."""
    phone = "Mobi" in request.headers.get("User-Agent", "")
    whole = request.method == "GET" and not is_htmx(request)
    told = just or (undoing.kept(request) if whole else None)
    known = context.get("world")
    body = html(
        template, say, viewer=viewer(request), now=deps(request).clock.now(), phone=phone, told_done=told,
        left_s=undoing.left_s(request, told) if told else 0, stays=request.path_qs if whole else None,
        own_keys=known.keys if isinstance(known, World) else own_keys, **context,
    )  # fmt: skip
    response = web.Response(text=body, status=status, content_type="text/html")
    if told and not told.path and not just:
        undoing.keep(request, response, None)  # that it was taken back is said once
    if not is_htmx(request):  # a slow phone asks for the style sheet before it has read one line of the page
        response.headers[hdrs.LINK] = f"<{static()}/screens.css>; rel=preload; as=style"
    if viewer(request).member is None:
        security.remember_visit(request, response)
    return response


def is_htmx(request: web.Request) -> bool:
    return request.headers.get("HX-Request") == "true"


def see_other(request: web.Request, where: str) -> web.Response:
    """After a form: go there. For htmx a whole navigation."""
    if is_htmx(request):
        return web.Response(status=204, headers={"HX-Redirect": where})
    return web.Response(status=303, headers={"Location": where})


@dataclass(frozen=True)
class World:
    """What every page of a brand knows: the brand, its people and channels, and what the viewer may do there.
    `keys`: of the viewer, by act. `promised`: promises that are theirs to keep. `other_times`: this page by the other
    clock, where the viewer's is not the brand's."""

    brand: Brand
    brands: list[Brand]
    members: list[Member]
    keys: Mapping[str, str]
    channels: tuple[ChannelRecord, ...]
    rights: frozenset[str]
    me: int
    say: Speech
    names: Mapping[int, str] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    promised: int = 0
    other_times: str | None = None

    @property
    def base(self) -> str:
        return f"/b/{self.brand.id}"

    @property
    def team(self) -> list[Member]:
        """Those an item can be given to."""
        return [member for member in self.members if member.active and member.role != "observer"]

    @property
    def channel_names(self) -> dict[str, str]:
        return {str(channel.channel_id): channel.name for channel in self.channels}

    @property
    def role(self) -> Role | None:
        """Of the viewer, in this brand."""
        return next((member.role for member in self.members if member.id == self.me), None)

    def may(self, right: str) -> bool:
        return right in self.rights


async def world(request: web.Request) -> World:
    own, asking = deps(request), viewer(request)
    brand_id: BrandId = security.brand_of(request)
    brand = await brands.get(own.log, brand_id)
    everybody = await members.of_brand(own.log, brand_id)
    async with own.pool.acquire() as connection:
        counts = await notices.counts(connection, brand_id, {asking.actor: asking.may(brand_id, "manage")})
        promised = await promises.count(connection, brand_id, [asking.actor], own.clock.now())
    say, other_times = _clock(request, asking, brand)
    return World(
        brand=brand,
        brands=await brands.named(own.log, asking.rights),
        members=everybody,
        keys=await keys.of_member(own.log, brand_id, asking.actor),
        channels=await own.channels.list(brand_id),
        rights=frozenset(asking.rights.get(brand_id, frozenset())),
        me=asking.actor,
        say=say,
        names={int(member.id): member.name for member in everybody},
        counts=counts[asking.actor],
        promised=promised.get(asking.actor, 0),
        other_times=other_times,
    )


async def keys_of_no_brand(request: web.Request) -> Mapping[str, str]:
    """The viewer's keys on a page of no brand: as they chose them where what can be taken back was done, else in the
    first of their brands."""
    asking, told = viewer(request), undoing.kept(request)
    theirs = sorted(asking.rights)
    where = next((brand for brand in theirs if told and told.path.startswith(f"/b/{brand}/")), *theirs[:1])
    return await keys.of_member(deps(request).log, where, asking.actor) if theirs else keys.USUAL


def _clock(request: web.Request, asking: Viewer, brand: Brand) -> tuple[Speech, str | None]:
    """How the viewer is told when things happened, and where the same page tells it by the other clock."""
    say = Speech(language_of(asking), brand.zone)
    section = request.path.removeprefix(f"/b/{brand.id}/").split("/")[0]
    if asking.zone in ("", brand.zone) or section in BY_THE_BRANDS_CLOCK:
        return say, None
    if request.query.get("times") == "brand":
        return say, str(request.rel_url.with_query([(k, v) for k, v in request.query.items() if k != "times"]))
    return replace(say, reads=asking.zone), str(request.rel_url.update_query(times="brand"))


async def form(request: web.Request) -> dict[str, str]:
    """The fields of a form, each once; the last of several wins. Without NULs and lone surrogates."""
    fields = await request.post()
    return {name: _clean(value) for name, value in fields.items() if isinstance(value, str)}


async def form_lists(request: web.Request, name: str) -> list[str]:
    return [_clean(value) for value in (await request.post()).getall(name, []) if isinstance(value, str)]


def _clean(value: str) -> str:
    return value.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8").replace("\r\n", "\n")


Context = dict[str, Any]
