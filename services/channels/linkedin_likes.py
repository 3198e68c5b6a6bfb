"""Liking on LinkedIn as the organisation: a reaction to a comment or a post, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping

from services.channels import posting
from services.channels.contract import Deed, Outcome, Way


async def gesture(way: Way, base: str, actor: str, deed: Deed, headers: Mapping[str, str]) -> Outcome:
    """`base`: of the API; `actor`: the organisation."""
    by, thing = posting.segment(actor), posting.segment(deed.external_id)
    if deed.gesture == "unlike":
        call = posting.Call(f"{base}/rest/reactions/(actor:{by},entity:{thing})", b"", headers, "DELETE")
    else:
        body = {"root": deed.external_id, "reactionType": "LIKE"}
        call = posting.Call(f"{base}/rest/reactions?actor={by}", body, headers)
    return await posting.done(way, call)
