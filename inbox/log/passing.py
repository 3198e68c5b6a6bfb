"""What passes by itself: the database is gone, restarting, full, read-only or in each other's way; the master key is
not where it lies. Try again later.

An event is never set aside, and a batch never cut into halves, because of one of these: it is not to blame.
"""

from __future__ import annotations

import asyncpg

from inbox.log.seal import MasterAway

PASSING = (
    OSError,  # TimeoutError is one
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # a restart, a cancelled statement
    asyncpg.InsufficientResourcesError,  # the disk, the memory or the connections are used up
    asyncpg.TransactionRollbackError,  # a deadlock
    asyncpg.ObjectNotInPrerequisiteStateError,  # a lock that was not to be had
    asyncpg.InvalidTransactionStateError,  # a standby that was just a primary; a transaction that idled too long
    asyncpg.PostgresSystemError,  # the disk answers with errors
    MasterAway,
)
