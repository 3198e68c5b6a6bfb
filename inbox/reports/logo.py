"""A brand's logo, for its reports: a picture that somebody uploaded, made anew by us.

Only PNG and JPEG are taken, by their bytes and not by their name; SVG never, since it is a program. The picture is
decoded and written again as PNG at the size of a letterhead, so that nothing but its pixels is kept.
"""

from __future__ import annotations

import io
from datetime import datetime

from PIL import Image, UnidentifiedImageError

from inbox.errors import Refused
from inbox.ids import BrandId
from inbox.log.store import Log
from inbox.people import audit
from inbox.reports.store import sql

MOST_BYTES = 200 * 1024
MOST_PIXELS = 4000
WIDTH, HEIGHT = 640, 240


def made_anew(given: bytes) -> bytes:
    """Refused: `logo_bad`, `logo_too_large`. CPU work: for a thread."""
    if len(given) > MOST_BYTES:
        raise Refused("logo_too_large", f"A logo has at most {MOST_BYTES // 1024} kB.", status=413)
    try:
        with Image.open(io.BytesIO(given), formats=("PNG", "JPEG")) as image:
            if max(image.size) > MOST_PIXELS:  # told by the head of the file, before a pixel is decoded
                raise Refused("logo_too_large", f"A logo has at most {MOST_PIXELS} pixels a side.", status=413)
            plain = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused("logo_bad", "This is no PNG or JPEG picture that can be read.") from error
    plain.thumbnail((WIDTH, HEIGHT))
    made = io.BytesIO()
    plain.save(made, "PNG", optimize=True)
    return made.getvalue()


async def get(log: Log, brand: BrandId) -> bytes | None:
    png: bytes | None = await log.pool.fetchval(sql.logo, brand)
    return png


async def put(log: Log, brand: BrandId, png: bytes, *, by: int, now: datetime) -> None:
    async with audit.changing(log, brand, "report", "logo_changed", str(brand), by=by, now=now) as connection:
        await connection.execute(sql.set_logo, brand, png, by, now)


async def remove(log: Log, brand: BrandId, *, by: int, now: datetime) -> None:
    async with audit.changing(log, brand, "report", "logo_removed", str(brand), by=by, now=now) as connection:
        await connection.execute(sql.remove_logo, brand)
