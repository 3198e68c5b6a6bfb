"""Headers of every response: nothing runs or loads that is not ours, and no data stays in a cache."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web
from multidict import CIMultiDict

from inbox.web.problems import REQUEST_ID

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
        "manifest-src 'self'", "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    )
)  # fmt: skip
# Not "no-referrer": browsers would then send "Origin: null" with our own forms, and the CSRF check reads it.
FIXED = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    hdrs.SERVER: "Vigie",
}
HSTS = "max-age=31536000; includeSubDomains"


Signal = Callable[[web.Request, web.StreamResponse], Awaitable[None]]


def adder(base_url: str) -> Signal:
    """For `on_response_prepare`: streams get them too. A handler that caches (static files) says so itself."""
    fixed = CIMultiDict(FIXED)
    if base_url.startswith("https://"):
        fixed["Strict-Transport-Security"] = HSTS

    async def add(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(fixed)
        response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
        if request_id := request.get(REQUEST_ID):
            response.headers["X-Request-Id"] = request_id

    return add
