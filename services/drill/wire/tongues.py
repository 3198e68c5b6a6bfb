"""All that a drill speaks beyond the script's own networks."""

from __future__ import annotations

from collections.abc import Mapping

from services.drill.wire import desks, mails, others, told, work
from services.drill.wire.tongue import Tongue

TONGUES: Mapping[str, Tongue] = {
    **others.TONGUES, **mails.TONGUES, **desks.TONGUES, **work.TONGUES, **told.TONGUES,
}  # fmt: skip
