"""Runs in the peers' environment: the `eventsourcing` library's own PostgreSQL recorder, below its aggregates.

First line: `database`, `host`, `threads`, `size` (events a save), `functions` (its server-side functions), `state`.
"""

# mypy: ignore-errors

from __future__ import annotations

import json
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore


def save_until(end, recorder, given, stream, times):
    while (begun := time.perf_counter()) < end:
        first = stream["version"]
        events = [
            StoredEvent(stream["id"], first + n, "message.received", given["state"].encode())
            for n in range(given["size"])
        ]
        recorder.insert_events(events)
        stream["version"] += given["size"]
        times.append(time.perf_counter() - begun)


def a_round(seconds, recorder, given, streams):
    times = [[] for _ in streams]
    begun = time.perf_counter()
    with ThreadPoolExecutor(len(streams)) as threads:
        saving = [
            threads.submit(save_until, begun + seconds, recorder, given, stream, own)
            for stream, own in zip(streams, times, strict=True)
        ]
        for one in saving:
            one.result()
    took = time.perf_counter() - begun
    every = [one for own in times for one in own]
    return {"done": len(every) * given["size"], "took": took, "times": every}


def main():
    given = json.loads(sys.stdin.readline())
    store = PostgresDatastore(
        dbname=given["database"], host=given["host"], port=5432, user="vigie", password="",
        pool_size=given["threads"], enable_db_functions=given["functions"],
    )  # fmt: skip
    recorder = PostgresApplicationRecorder(store, events_table_name="stored_events")
    recorder.create_table()
    store.pool.wait(60)
    streams = [{"id": uuid.uuid4(), "version": 1} for _ in range(given["threads"])]
    print("{}", flush=True)
    for line in sys.stdin:
        print(json.dumps(a_round(json.loads(line)["seconds"], recorder, given, streams)), flush=True)
    store.close()


if __name__ == "__main__":
    main()
