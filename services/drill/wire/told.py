"""What is handed in to the demo's own networks (`services.demo_networks`), which then show it as the real ones do: each
by its API or its stream, for Vigie to find."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from services.drill.target import Hook
from services.drill.wire import sign
from services.drill.wire.moment import Moment
from services.drill.wire.tongue import JSON, Tongue


def _told(hook: Hook, moment: Moment) -> bytes:
    move, person = moment.move, moment.move.author
    by = {"id": person.id, "name": person.name, "handle": person.handle, "followers": person.followers}
    return orjson.dumps({"id": move.message_id, "kind": move.line.kind, "text": move.text, "by": by})


def _let_in(hook: Hook, body: bytes, moment: Moment) -> sign.Headers:
    return {"Content-Type": JSON, "Authorization": f"Bearer {hook.secret}"}


TOLD = Tongue(_told, _let_in)
NAMES = ("feed", "wordpress", "reddit", "youtube", "google_reviews", "mastodon", "bluesky")
TONGUES: Mapping[str, Tongue] = dict.fromkeys(NAMES, TOLD)
