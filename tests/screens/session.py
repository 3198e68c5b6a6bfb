"""One run of the camera over a demo: who looks at what, in which language and width."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from playwright.async_api import Browser, BrowserContext, Error

from inbox.web.routes import Route
from tests.product.instance import Instance
from tests.screens import camera, index, places, readme, states
from tests.screens.scene import Scene
from tests.screens.states import State, Where


class Session:
    """`shots`: what was taken so far; `failed`: states that were not reached, and why."""

    def __init__(self, instance: Instance, browser: Browser, options: argparse.Namespace) -> None:
        self.instance, self.browser, self.options = instance, browser, options
        self.shots = list[camera.Shot]()
        self.failed = dict[str, str]()
        self.missing = list[str]()

    def wanted(self, name: str) -> bool:
        return not self.options.only or name in self.options.only.split(",")

    async def empty(self, owner: BrowserContext) -> None:
        """What is shown where nothing was heard yet."""
        routes = [one for one in places.screens() if one.name in states.EMPTY]
        found = {f"{one.name}-empty": places.bare(one, str(self.instance.demo["brand_id"])) or "" for one in routes}
        await self._each(owner, await self._nobody(), found, {})

    async def readme(self, scene: Scene) -> None:
        found = await self._addresses(scene, await self._nobody())
        found |= {f"item-{who}": path for who, path in (await scene.by_author(found["item"])).items()}
        await camera.speak(scene.context, self.instance.base_url, "en")
        await readme.take(self.browser, scene.context, self.instance.base_url, found)

    async def full(self, scene: Scene) -> None:
        public = {one.name for one in places.screens() if one.access == "public"}
        stranger = await self._nobody()
        found = await self._addresses(scene, stranger)
        self.missing = sorted({one.name for one in places.screens()} - found.keys())
        items = await scene.by_author(found["item"])
        found |= {f"item-{who}": path for who, path in items.items()}
        observer = await camera.sign_in(self.browser, self.instance.base_url, scene.observer)
        strange = {name: path for name, path in found.items() if name in public}
        seen = {name: path for name, path in found.items() if name not in public}
        acted = {scene.context: states.SIGNED_IN, observer: states.OBSERVED, stranger: states.STRANGERS}
        where = Where(self.instance.base_url, scene.base, items)
        await self._each(scene.context, stranger, seen, strange, acted, where)

    async def _nobody(self) -> BrowserContext:
        return await self.browser.new_context(service_workers="block")

    async def _addresses(self, scene: Scene, stranger: BrowserContext) -> dict[str, str]:
        async def ask(route: Route, path: str) -> str | None:
            asking, url = stranger if route.access == "public" else scene.context, self.instance.base_url + path
            response = await asking.request.get(url)
            text = await response.text()
            return text if response.url == url and places.is_whole(text) else None

        return await places.reached(scene.stage.brand, ask, scene.found)

    async def _each(
        self, owner: BrowserContext, stranger: BrowserContext, seen: Mapping[str, str], strange: Mapping[str, str],
        acted: Mapping[BrowserContext, tuple[State, ...]] | None = None, where: Where | None = None,
    ) -> None:  # fmt: skip
        for language in self.options.languages.split(","):
            for who in {owner, *(acted or {})} - {stranger}:
                await camera.speak(who, self.instance.base_url, language)
            for width in map(int, self.options.widths.split(",")):
                await self._addressed(owner, seen, language, width)
                await self._addressed(stranger, strange, language, width)
                for who, some in (acted or {}).items():
                    assert where is not None
                    for state in some:
                        await self._acted(who, state, where, language, width)
                print(f"{language} {width}: {len(self.shots)} pictures", flush=True)
                index.write(self.options.folder, self.shots, self.missing, places.NO_SCREENS)

    async def _addressed(self, who: BrowserContext, found: Mapping[str, str], language: str, width: int) -> None:
        async with camera.window(self.browser, who, language, width) as page:
            for name, path in found.items():
                if self.wanted(name):
                    url = self.instance.base_url + path
                    with self._told(f"{name}.{language}.{width}"):
                        self.shots += await camera.take(page, name, url, language, width, self.options.folder)

    async def _acted(self, who: BrowserContext, state: State, at: Where, language: str, width: int) -> None:
        """A window of its own: what is cut off or held up there is no other's trouble."""
        name = state.__name__.replace("_", "-")
        if not self.wanted(name):
            return
        async with camera.window(self.browser, who, language, width) as page:
            with self._told(f"{name}.{language}.{width}"):
                await state(page, at)
                self.shots += await camera.expose(page, name, language, width, self.options.folder)

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        """One that does not come leaves the others their turn."""
        try:
            yield
        except Error as error:
            self.failed[name] = str(error).splitlines()[0]
