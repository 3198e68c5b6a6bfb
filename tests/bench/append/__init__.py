"""One event at a time by 64 writers at once, whole batches by one, and what the disk gives to plain rows.

Ours and its peers write the same 700 bytes an event. Ours is `Batcher.submit` as the way in calls it: the words of each
message sealed under its author's key, the message checked against its dedupe key, positions without gaps in one brand.
What the peers promise, and what they do not, stands under "Fairness". One flush is a row of its own commit on one
connection, in the same round.
"""

from __future__ import annotations

import contextlib
import statistics
from collections.abc import AsyncIterator, Iterable, Sequence

from tests.bench.append import cold, peers
from tests.bench.append.limits import Bulk, Copy, OneFlush
from tests.bench.append.ours import Batches, Producers
from tests.bench.measure import (
    Bench,
    Contender,
    Figure,
    Row,
    Sample,
    figure,
    interleaved,
    milliseconds,
    ratio,
    tabled,
)

Samples = dict[str, list[Sample]]

ASKED = {"eventsourcing": 25.0, "messagedb": 30.0, "emmett": 12.0}
OURS_64, OURS_512, OURS_BATCH = "ours, 64 producers", "ours, 512 producers", "ours, 100 a batch"
FLUSH, BULK, COPY = "one row a commit (one flush)", "plain rows, 500 an INSERT", "plain rows, COPY of 5,000"
CPU = (
    "It is processor time, not the disk. Taken apart in batches of 100 (processor time of both processes, medians of a"
    " loaded machine, so read the shares): plain rows take 15 µs an event, ours 64, half in Python, half in PostgreSQL."
    " In Python the driver and its socket take 10, encoding 6, sealing and the columns 6, authors' keys 7. In"
    " PostgreSQL the index of authors takes 5, that of streams 5, three partial ones nothing that shows; the rest is"
    " the dedupe key, the look for it, and a wider row. Given ready columns, the call costs what it costs with a bare"
    " prototype of the function (46 and 49 µs). Columns packed into one value each spared Python a tenth and cost"
    " PostgreSQL as much."
)
RAW = CPU + (
    " Without the index of authors it would be 8 % less; but an author's card, a person's file and retention ask it,"
    " and an index of the views instead is paid by the projector for each change of an item: moved, not spared."
)
BATCH = CPU + (
    " Each batch of 100 also asks once for the keys of authors it never heard, 6 to 15 % of its time, and one caller"
    " overlaps nothing. To send new keys along and ask only when the log objects would spare the question, and throw"
    " away a whole batch for each author who was silent for the minute that keys are remembered."
)
SHORT_FLUSH = "A flush was shorter than the processor time of 64 events, so that it is this that was measured. " + CPU
PEERS = (
    "The peers write one flush of the disk an event and we one a batch, so this ratio is the disk's: where a flush"
    " takes four milliseconds they are held to a few hundred events a second; where it takes a fifth of one (a disk"
    " that answers from a cache) they reach a thousand or more, and the processor holds us in both. At 64 producers"
    " Python and PostgreSQL work in turns, about 50 µs an event each. Next: send half of what waits while the other"
    " half is under way, wherever a flush is shorter than the work of a batch."
)
WHY: dict[str, str] = {
    "append_vs_eventsourcing": PEERS,
    "append_vs_messagedb": PEERS,
    "append_vs_emmett": PEERS,
    "append_vs_raw": RAW,
    "batch_vs_best_peer": BATCH,
    "append_p50_flushes": SHORT_FLUSH,
    "append_p99_flushes": SHORT_FLUSH,
}
"""What the profile says of a figure that was missed, by its name."""


async def run(bench: Bench) -> list[Figure]:
    found, missing = await peers.of(bench)
    every = [*await _own(bench), *(one.contender for one in found)]
    async with opened(every):
        samples = await interleaved(every, bench.rounds, bench.seconds)
    bench.rows["What was measured"] = tabled(samples)
    bench.rows["One event at a time, 64 writers"] = [_against(samples, one) for one in _best_singles(samples, found)]
    if missing:
        bench.rows["Not measured on this machine"] = [{"peer": name, "why": why} for name, why in missing.items()]
    return [*_vs_peers(samples, found), *_vs_limits(samples), await cold.ratio_of(bench, WHY)]


async def _own(bench: Bench) -> list[Contender]:
    flush, bulk, copy = [await bench.database(name) for name in ("bare_flush", "bare_bulk", "bare_copy")]
    return [
        Producers(OURS_64, bench.dsn, 64),
        OneFlush(FLUSH, flush),
        Producers(OURS_512, bench.dsn, 512),
        Bulk(BULK, bulk, 500),
        Batches(OURS_BATCH, bench.dsn, 100),
        Copy(COPY, copy, 5_000),
    ]


@contextlib.asynccontextmanager
async def opened(contenders: Iterable[Contender]) -> AsyncIterator[None]:
    async with contextlib.AsyncExitStack() as stack:
        for contender in contenders:
            await contender.open()
            stack.push_async_callback(contender.close)
        yield


def _rate(samples: Samples, one: peers.Peer) -> float:
    return statistics.median(sample.rate for sample in samples[one.contender.name])


def _best_singles(samples: Samples, found: Sequence[peers.Peer]) -> list[peers.Peer]:
    """The faster form of each peer."""
    singles = [one for one in found if not one.batch]
    families = dict.fromkeys(one.family for one in singles)
    return [max((o for o in singles if o.family == f), key=lambda o: _rate(samples, o)) for f in families]


def _against(samples: Samples, one: peers.Peer) -> Row:
    ours, theirs = samples[OURS_64], samples[one.contender.name]
    return {
        "peer": one.contender.name,
        "times as many events/s": round(
            statistics.median(a.rate / b.rate for a, b in zip(ours, theirs, strict=True)), 1
        ),
        "our p99 ms": milliseconds([sample.p99_s for sample in ours]),
        "their p99 ms": milliseconds([sample.p99_s for sample in theirs]),
    }


def _vs_peers(samples: Samples, found: Sequence[peers.Peer]) -> list[Figure]:
    figures = [
        ratio(name, samples[OURS_64], samples[one.contender.name], ASKED[one.family], why=WHY.get(name, ""))
        for one in _best_singles(samples, found)
        if (name := f"append_vs_{one.family}")
    ]
    batches = [one for one in found if one.batch]
    if batches:
        best = max(batches, key=lambda one: _rate(samples, one)).contender.name
        why = WHY.get("batch_vs_best_peer", "")
        figures.append(ratio("batch_vs_best_peer", samples[OURS_BATCH], samples[best], 3.0, why=why))
    return figures


def _vs_limits(samples: Samples) -> list[Figure]:
    flushes = [sample.p50_s or 0.0 for sample in samples[FLUSH]]
    p50 = [(sample.p50_s or 0.0) / flush for sample, flush in zip(samples[OURS_64], flushes, strict=True)]
    p99 = [(sample.p99_s or 0.0) / flush for sample, flush in zip(samples[OURS_64], flushes, strict=True)]
    return [
        ratio("append_vs_raw", samples[OURS_512], samples[BULK], 0.85, why=WHY.get("append_vs_raw", "")),
        figure("append_p50_flushes", p50, "flushes", most=1.2, why=WHY.get("append_p50_flushes", "")),
        figure("append_p99_flushes", p99, "flushes", most=3.0, why=WHY.get("append_p99_flushes", "")),
    ]
