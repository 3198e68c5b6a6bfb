"""The notary: seals stretches of each brand's log behind everybody's back, and holds the log against its seals.

Sealing reads what is new, digests it under a key derived from the master key, and chains the digest to the one before.
What comes of it: an event that anybody changes, removes or moves in the database shows, with its position, even if they
write a digest of their own, since the key is not in the database. Erasure does not break it: sealed bytes stay, only
their keys go. What was not sealed yet, or was cut off at the end together with its seals, shows only against a
`Witness` that lies elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from inbox.ids import BrandId
from inbox.log.digests import BEGINNING, Fault, Seal, compare, event_digest, marks, stretch_digest
from inbox.log.store import Log
from inbox.sql import beside

sql = beside(__file__, "notary.sql")

STRETCH = 1_000
"""Events under one seal at the most: what is read in one go."""
PAGE = 50
MOST_FAULTS = 1_000
"""Of one brand: who finds so many need not be told of the rest."""


class Gap(Exception):
    """A position is missing in what was never sealed: nothing is vouched for from here on."""

    def __init__(self, brand: BrandId, position: int) -> None:
        super().__init__(f"brand {brand}: position {position} is missing")
        self.position = position


@dataclass(frozen=True, slots=True)
class Witness:
    """How far a brand's log was sealed at some time, and the digest of all up to there. Kept where no intruder of the
    database can reach, it proves later that nothing up to there was cut off or written anew."""

    brand: BrandId
    position: int
    digest: bytes


@dataclass(slots=True)
class Finding:
    """`sealed_upto`: what was vouched for; `head`: where the log says it ends. `faults`: in order of position."""

    brand: BrandId
    head: int
    sealed_upto: int = 0
    digest: bytes = BEGINNING
    faults: list[Fault] = field(default_factory=list)

    @property
    def witness(self) -> Witness:
        return Witness(self.brand, self.sealed_upto, self.digest)


async def unsealed(log: Log) -> list[BrandId]:
    """Brands whose log has gone on since it was sealed."""
    return [BrandId(row["brand_id"]) for row in await log.pool.fetch(sql.unsealed)]


async def seal(log: Log, brand: BrandId, *, upto: int | None = None) -> int:
    """Seals what is new, up to the head or `upto`; how many events. Any number of processes may do it at once.

    Raises `Gap` where an event is missing: what follows it is not vouched for.
    """
    head = upto or await log.head(brand)
    last, count = await _last(log, brand), 0
    while last.upto < head:
        to = min(head, last.upto + STRETCH)
        next_ = await _stretch(log, brand, last, to)
        if await log.pool.fetchval(sql.seal, brand, next_.since, next_.upto, next_.marks, next_.digest) is None:
            last = await _last(log, brand)  # another notary was faster
            continue
        last, count = next_, count + next_.upto - next_.since + 1
    return count


async def _stretch(log: Log, brand: BrandId, last: Seal, upto: int) -> Seal:
    since, key = last.upto + 1, log.keyring.notary
    rows = await log.pool.fetch(sql.stretch, brand, since, upto)
    for position, row in enumerate(rows, since):
        if row["position"] != position:
            raise Gap(brand, position)
    if len(rows) < upto - since + 1:
        raise Gap(brand, since + len(rows))
    digests = [event_digest(key, row) for row in rows]
    return Seal(since, upto, marks(digests), stretch_digest(key, last.digest, since, upto, digests))


async def _last(log: Log, brand: BrandId) -> Seal:
    row = await log.pool.fetchrow(sql.last_seal, brand)
    return Seal(0, 0, b"", BEGINNING) if row is None else Seal(*row.values())


async def verify(log: Log, brand: BrandId, witness: Witness | None = None) -> Finding:
    """Reads the brand's whole log and all its seals. Other processes may append and seal meanwhile."""
    finding = Finding(brand, await log.head(brand))
    while rows := await log.pool.fetch(sql.seals, brand, finding.sealed_upto, PAGE):
        for row in rows:
            await _check(log, finding, Seal(*row.values()))
            if len(finding.faults) >= MOST_FAULTS:
                return finding
    await _check_tail(log, finding)
    if witness is not None and not await _bears_out(log, witness):
        finding.faults.append(Fault("cut", witness.position))
    return finding


async def _check(log: Log, finding: Finding, seal: Seal) -> None:
    if seal.since != finding.sealed_upto + 1:
        finding.faults.append(Fault("unsealed", finding.sealed_upto + 1))
    rows = await log.pool.fetch(sql.stretch, finding.brand, seal.since, seal.upto)
    finding.faults += compare(log.keyring.notary, finding.digest, seal, rows)
    finding.sealed_upto, finding.digest = seal.upto, seal.digest


async def _check_tail(log: Log, finding: Finding) -> None:
    """Nobody vouches for what comes after the last seal, but it has no gaps, and the log does not end before."""
    finding.head = max(finding.head, await log.head(finding.brand))
    if finding.head < finding.sealed_upto:
        finding.faults.append(Fault("cut", finding.head + 1))
    beyond = await log.pool.fetchval(sql.beyond, finding.brand, finding.head)
    if beyond is not None and await log.head(finding.brand) < beyond:
        finding.faults.append(Fault("added", beyond))
    expected = finding.sealed_upto + 1
    while expected <= finding.head:
        rows = await log.pool.fetch(sql.stretch, finding.brand, expected, min(finding.head, expected + STRETCH - 1))
        there = {row["position"] for row in rows}
        upto = min(finding.head, expected + STRETCH - 1)
        finding.faults += [Fault("missing", p) for p in range(expected, upto + 1) if p not in there]
        expected = upto + 1


async def _bears_out(log: Log, witness: Witness) -> bool:
    digest = await log.pool.fetchval(sql.seal_upto, witness.brand, witness.position)
    return bool(digest == witness.digest)
