"""The pictures of the README, made again by `make screenshots ARGS=--readme`: six screens, small files."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, BrowserContext

from tests.product.instance import REPOSITORY
from tests.screens import camera

FOLDER = REPOSITORY / "docs" / "images"
MOST_BYTES = 150_000


@dataclass(frozen=True, slots=True)
class Picture:
    """`screen`: by its name in a session; `at`: an element of it to begin with. A phone is taken at two pixels a
    dot, since it stands small."""

    name: str
    screen: str
    width: int
    theme: str = "light"
    at: str = ""


PICTURES = (
    Picture("item-desk", "item-arabic", 1440), Picture("queue-phone", "queue", 360),
    Picture("item-phone", "item-top", 360, "dark"), Picture("times-desk", "sla", 1440),
    Picture("bulk-desk", "bulk_job", 1440, at="#bulk-state"), Picture("wall-desk", "wall", 1440, "dark"),
)  # fmt: skip


async def take(browser: Browser, owner: BrowserContext, base: str, found: Mapping[str, str]) -> None:
    for one in PICTURES:
        async with camera.window(browser, owner, "en", one.width, sharp=2 if one.width < 700 else 1) as page:
            await page.emulate_media(color_scheme="dark" if one.theme == "dark" else "light")
            await page.goto(base + found[one.screen] + one.at)
            await page.evaluate("document.fonts.ready.then(() => null)")
            kept = FOLDER / f"{one.name}.webp"
            write(await page.screenshot(animations="disabled"), kept)
            print(f"{kept}: {kept.stat().st_size:,} bytes", flush=True)


def write(picture: bytes, kept: Path) -> None:
    """As WebP, in the best quality that stays under the limit."""
    with Image.open(io.BytesIO(picture)) as image:
        for quality in (88, 80, 70, 60, 45):
            image.save(kept, "WEBP", quality=quality, method=6)
            if kept.stat().st_size < MOST_BYTES:
                return
    raise ValueError(f"{kept.name} does not fit into {MOST_BYTES} bytes")
