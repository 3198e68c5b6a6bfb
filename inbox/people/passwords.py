"""Passwords: argon2id, computed in two threads of their own, so that neither the event loop nor the memory suffers.

The cost is OWASP's first recommendation for argon2id (19 MiB, two passes, one lane). Whoever is unknown, or has no
password, costs the same time as who has one: the answer does not tell them apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from inbox.errors import Refused, Unavailable

LEAST_LENGTH = 12
MOST_LENGTH = 256
TIMEOUT_S = 10.0

T = TypeVar("T")
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")


@cache
def _nobodys() -> str:
    """The hash that is checked for who has none."""
    return _hasher.hash("nobody has this password")


def check_strength(password: str) -> None:
    """Length is what counts (NIST SP 800-63B). Refused: `password_short`, `password_long`."""
    if len(password) < LEAST_LENGTH:
        raise Refused("password_short", f"A password needs at least {LEAST_LENGTH} characters.")
    if len(password) > MOST_LENGTH:
        raise Refused("password_long", f"A password has at most {MOST_LENGTH} characters.")


async def hashed(password: str) -> str:
    return await _off_the_loop(lambda: _hasher.hash(_bytes(password)))


async def matches(stored: str | None, password: str) -> bool:
    """Whether it is that password. `stored` is None for an unknown account: takes as long, and is never true."""
    return await _off_the_loop(lambda: _verify(stored, password))


def _verify(stored: str | None, password: str) -> bool:
    try:
        _hasher.verify(stored or _nobodys(), _bytes(password[: MOST_LENGTH + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


async def _off_the_loop(work: Callable[[], T]) -> T:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return await asyncio.get_running_loop().run_in_executor(_threads(), work)
    except TimeoutError as error:
        raise Unavailable("too many sign-ins at once") from error
