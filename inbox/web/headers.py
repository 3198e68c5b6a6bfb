"""Headers of every response: nothing runs or loads that is not ours, and no data stays in a cache."""

from __future__ import annotations

from aiohttp import hdrs, web

from inbox.web.context import DEPS
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


async def add(request: web.Request, response: web.StreamResponse) -> None:
    """As `on_response_prepare`: streams get them too. A handler that caches (static files) says so itself."""
    response.headers.update(FIXED)
    response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
    if request_id := request.get(REQUEST_ID):
        response.headers["X-Request-Id"] = request_id
    if request.config_dict[DEPS].settings.base_url.startswith("https://"):
        response.headers["Strict-Transport-Security"] = HSTS
