"""Whom the gate lets in everywhere: an owner of one brand who asks every route, with every right, for what is another
brand's."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from inbox.ids import BrandId
from inbox.web.context import RIGHTS_OF_ROLE, Right, Viewer
from inbox.web.routes import Route
from tests.web import foreign
from tests.web.described import example
from tests.web.test_settings_written import WRITES
from tests.web.world import World

FORMS = {name: fields for name, _, fields, _ in WRITES}
ANYTHING = {
    "position": "99", "text": "Vu", "name": "Nom", "lang": "fr", "purpose": "response", "do": "add", "assignee": "me",
    "reason": "spam", "priority": "P2", "category": "praise", "network": "generic", "seat": "0" * 32, "message": "m1",
    "seen": "0", "from": "2026-11-01", "to": "2026-11-30", "view": "all", "q": "", "icon": "", "what": "mute",
}  # fmt: skip
"""For forms that are not of the settings: what each of them reads is in it."""
ENOUGH = b"event: ready"


class Everywhere(dict[BrandId, frozenset[Right]]):
    """Rights in all brands; those that somebody really has are the ones that it lists."""

    def __missing__(self, brand: BrandId) -> frozenset[Right]:
        return RIGHTS_OF_ROLE["owner"]

    def get(self, brand: BrandId, default: object = None) -> frozenset[Right]:
        return self[brand]


def everywhere(request: web.Request, route: Route, asking: Viewer) -> None:
    """In place of the gate."""
    object.__setattr__(asking, "rights", Everywhere(asking.rights))


async def first_words(stream: aiohttp.ClientResponse) -> str:
    """Of server-sent events: up to where all that was missed has been said."""
    said = b""
    while ENOUGH not in said and (more := await stream.content.readany()):
        said += more
    return said.decode()


@dataclass
class Intruder:
    """`secrets`: what they must not be told. `taken`: how many of their requests were good in form."""

    world: World
    cookie: str
    csrf: str
    secrets: frozenset[str]
    document: Mapping[str, Any]
    taken: int = 0

    @classmethod
    async def of(cls, world: World, secrets: set[str]) -> Intruder:
        cookie, csrf = await world.session("owner")
        document = (await world.ask("GET", "/api/openapi.json")).json()
        return cls(world, cookie, csrf, frozenset(secrets), document)

    async def tries(self, route: Route, ids: Mapping[str, str]) -> None:
        path = foreign.PLACES.sub(lambda place: {**foreign.NO_IDS, **ids}[place[1]], route.path)
        if route.surface == "api":
            headers = self.world.bearer() | {"Idempotency-Key": uuid.uuid4().hex}
            await self._asks(route.method, path, headers, json=self._body(route))
        else:
            fields = {**ANYTHING, **FORMS.get(route.name, {}), "csrf": self.csrf, "key": uuid.uuid4().hex}
            form = None if route.method == "GET" else fields
            await self._asks(route.method, path, self.world.cookie(self.cookie), data=form)

    async def searches(self, query: str) -> None:
        await self._asks("GET", f"/api/v1/brands/{self.world.brand}{query}", self.world.bearer())

    def _body(self, route: Route) -> Any:
        path = foreign.PLACES.sub(r"{\1}", route.path)
        operation = self.document["paths"].get(path, {}).get(route.method.lower(), {})
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        return example(content["schema"], self.document, random.Random(path)) if content else None

    async def _asks(self, method: str, path: str, headers: Mapping[str, str], **more: Any) -> None:
        url = self.world.deps.settings.base_url + path
        async with self.world.http.request(method, url, headers=headers, allow_redirects=False, **more) as answer:
            streams = answer.content_type == "text/event-stream"
            said = await (first_words(answer) if streams else answer.text(errors="replace"))
            told = said + str(answer.headers.getall("Location", []))
            for secret in self.secrets:
                assert secret in path or secret not in told, (method, path, answer.status, secret)
            self.taken += answer.status < 400
