"""`make screenshots`: the screens that a demo in the storm leads to, fr and en, 360, 768 and 1440 pixels, both themes.

    make screenshots
    make screenshots ARGS="--only queue,item --languages fr --widths 360"

Writes var/screenshots with an index.html to look at. Ends with 1 where a screen failed or is wider than its window.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
from html import unescape
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, async_playwright

from tests import chromium
from tests.attack.site import drill
from tests.product.instance import REPOSITORY, Instance
from tests.screens import camera, index, places

LINK = re.compile(r'href="(/[^"]*)"')
FOLDER = REPOSITORY / "var" / "screenshots"


async def addresses(context: BrowserContext, stranger: BrowserContext, base: str, brand: str) -> dict[str, str]:
    """Screen → path, of all that are reached: those without an id first, then what their links lead to."""
    links, found = dict[str, None](), dict[str, str]()
    for route in sorted(places.screens(), key=lambda one: places.bare(one, brand) is None):
        path = places.bare(route, brand) or places.leading_to(route, brand, links)
        if path is None:
            continue
        asked = stranger if route.access == "public" else context
        response = await asked.request.get(base + path)
        text = await response.text()
        if response.url == base + path and text[:100].lower().lstrip().startswith("<!doctype html"):
            found[route.name] = path
            links |= dict.fromkeys(unescape(link) for link in LINK.findall(text))
    return found


async def photograph(instance: Instance, browser: Browser, options: argparse.Namespace) -> list[camera.Shot]:
    base, shots = instance.base_url, list[camera.Shot]()
    context, stranger = await camera.sign_in(instance, browser), await browser.new_context(service_workers="block")
    found = await addresses(context, stranger, base, str(instance.demo["brand_id"]))
    public = {one.name for one in places.screens() if one.access == "public"}
    missing = sorted({one.name for one in places.screens()} - found.keys())
    print(f"{len(found)} screens; not reached, or a part of another: {', '.join(missing)}", flush=True)
    for language in options.languages.split(","):
        await camera.speak(context, base, language)
        for width in map(int, options.widths.split(",")):
            for who, of_strangers in ((context, False), (stranger, True)):
                async with camera.window(browser, who, language, width) as page:
                    for name, path in found.items():
                        if (name in public) is of_strangers and (not options.only or name in options.only.split(",")):
                            shots += await camera.take(page, name, base + path, language, width, options.folder)
            print(f"{language} {width}: {len(shots)} pictures", flush=True)
            index.write(options.folder, shots, missing)
    return shots


async def run(options: argparse.Namespace) -> list[camera.Shot]:
    with tempfile.TemporaryDirectory(prefix="vigie-screens-") as folder:
        instance = Instance(Path(folder) / "data")
        await instance.start()
        try:
            await drill(instance)
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
                return await photograph(instance, browser, options)
        finally:
            await instance.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="names of screens, comma-separated; all without")
    parser.add_argument("--languages", default=",".join(camera.LANGUAGES))
    parser.add_argument("--widths", default=",".join(map(str, camera.WIDTHS)))
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    bad = [one for one in asyncio.run(run(options)) if one.faulty]
    for one in bad:
        print(f"{one.file}: answered {one.status}, {one.wide_by} pixels too wide")
    print(f"Look at {options.folder / 'index.html'}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
