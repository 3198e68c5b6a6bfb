"""The log lines of a process: on stderr, one format, nothing in them that a request was made of."""

from __future__ import annotations

import logging
import sys

from services.settings import Settings


def keep(settings: Settings) -> None:
    """Once a process, before anything is logged."""
    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", stream=sys.stderr
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    for name in ("aiohttp.server", "asyncpg.pool"):
        logging.getLogger(name).addFilter(_wordless)


def _wordless(record: logging.LogRecord) -> bool:
    """A request that is no HTTP is logged without its traceback, which quotes the request: a cookie, a token. So is a
    pool that finds no database, in one line instead of forty at each attempt."""
    if record.exc_info and record.exc_info[0] is not None:
        record.msg, record.args = f"{record.getMessage()}: {record.exc_info[0].__name__}", ()
        record.exc_info = record.exc_text = None
    return True
