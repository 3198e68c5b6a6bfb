"""How a network beyond the script's own is spoken: a message as its hook brings it, and what proves it."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from services.drill.target import Hook
from services.drill.wire import sign
from services.drill.wire.moment import Moment

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Tongue:
    """`body`: one message. `headers`: its proof, for the bytes as they leave. `in_address`: the secret stands in the
    address instead."""

    body: Callable[[Hook, Moment], bytes]
    headers: Callable[[Hook, bytes, Moment], sign.Headers]
    in_address: bool = False


def mac(secret: str, signed: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(secret.encode(), signed, algorithm).digest()


def typed(kind: str) -> Callable[[Hook, bytes, Moment], sign.Headers]:
    """Of a request whose proof stands elsewhere."""
    return lambda hook, body, moment: {"Content-Type": kind}


def hubs(header: str, algorithm: str = "sha256", **more: str) -> Callable[[Hook, bytes, Moment], sign.Headers]:
    """A digest of the raw bytes, as WebSub has it and many after it; `more`: headers beside it."""
    given = {name.replace("_", "-"): value for name, value in more.items()}

    def headers(hook: Hook, body: bytes, moment: Moment) -> sign.Headers:
        return {"Content-Type": JSON, header: f"{algorithm}={mac(hook.secret, body, algorithm).hex()}", **given}

    return headers
