"""What every session asks of the server, whoever opens it.

A host that vanishes says no farewell. Its sessions keep their locks and their places until the server's system notices,
two hours later as it comes (`tcp(7)`, tcp_keepalive_time): whole brands would stand still for so long, and soon nobody
could connect. `idle_in_transaction_session_timeout` is no help: who is waited for in the middle of a statement counts
as active. On a local socket, where nobody can vanish, PostgreSQL ignores all of this.
"""

from __future__ import annotations

GONE_AFTER_S = 15

KEPT_ALIVE = {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "2"}
"""For who may have the server wait with an answer: while it is not read, somebody is there all the same."""

PROMPT = {**KEPT_ALIVE, "tcp_user_timeout": str(GONE_AFTER_S * 1000)}
"""For who reads at once: an answer that nobody takes is no sign of life either."""
