"""`make screenshots`: every screen and state of a demo in the storm, fr and en, 360, 768 and 1440 pixels, both themes.

    make screenshots
    make screenshots ARGS="--only queue,item --languages fr --widths 360"
    make screenshots ARGS=--readme

Writes var/screenshots with an index.html to look at; `--readme` writes those of the README instead, into docs/images.
Ends with 1 where a screen or state was not reached, failed, or is wider than its window.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from tests import chromium
from tests.attack.site import drill
from tests.product.instance import REPOSITORY, Instance
from tests.screens import camera, fonts, scene
from tests.screens.session import Session

FOLDER = REPOSITORY / "var" / "screenshots"


async def run(options: argparse.Namespace) -> Session:
    with tempfile.TemporaryDirectory(prefix="vigie-screens-") as folder:
        instance = Instance(Path(folder) / "data", ready_within_s=300)
        await instance.start()
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
                session = Session(instance, browser, options)
                owner = await camera.sign_in(browser, instance.base_url, instance.demo["sign_in_url"])
                if not options.readme:
                    await session.empty(owner)
                await drill(instance)
                set_up = await scene.set_up(scene.Demo(instance), owner)
                await (session.readme if options.readme else session.full)(set_up)
                return session
        finally:
            await instance.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="names of screens and states, comma-separated; all without")
    parser.add_argument("--languages", default=",".join(camera.LANGUAGES))
    parser.add_argument("--widths", default=",".join(map(str, camera.WIDTHS)))
    parser.add_argument("--readme", action="store_true", help="make the six pictures of the README again")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if lacking := fonts.install():
        print(f"No font here shows {', '.join(lacking)}: empty boxes stand for them. Install Noto's (fonts-noto).")
    session = asyncio.run(run(options))
    bad = [one for one in session.shots if one.faulty]
    for one in bad:
        print(f"{one.file}: answered {one.status}, {one.wide_by} pixels too wide")
    for name, why in (dict.fromkeys(session.missing, "no way leads there") | session.failed).items():
        print(f"{name} was not reached: {why}")
    print(f"{len(session.shots)} pictures. Look at {options.folder / 'index.html'}")
    return 1 if bad or session.missing or session.failed else 0


if __name__ == "__main__":
    sys.exit(main())
