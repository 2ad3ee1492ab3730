"""Posting messages while half a million old rows go: what deleting leaves of the p99."""

import json
import sqlite3
import time

from eventually import eventually
from load import load, median
from peers import HERE
from parley import ADMIN_TOKEN

MESSAGES = 170_000              # three rows each: the message, its delivery, its attempt
OLD = 1_700_000_000_000
DESCRIPTION = "The customer asks whether the large vanilla is in stock again. " * 3
POST = {"script": str(HERE / "post.lua"),
        "environment": {"BENCH_TOKEN": ADMIN_TOKEN,
                        "BENCH_BODY": json.dumps({"topic": "bench", "description": DESCRIPTION})}}

def identifier(index, kind):
    """A UUIDv7 of its time: old ones first, as they would have come."""
    time_bits = f"{OLD + index:012x}"
    return f"{time_bits[:8]}-{time_bits[8:]}-7{kind:03x}-8000-{index:012x}"

def fill(path, messages):
    connection = sqlite3.connect(path)
    indices = range(messages)
    connection.executemany(
        "INSERT INTO message (id, topic, description, contact, status, created_at) VALUES (?, 'old', ?, NULL, 'sent', ?)",
        ((identifier(index, 0), DESCRIPTION, OLD + index) for index in indices))
    connection.executemany(
        "INSERT INTO outbox (id, channel, source, reference, payload, state, behind, due_at, attempts_used, tries,"
        " enqueued_at, changed_at) VALUES (?, 'log', 'messages', ?, ?, 'delivered', 0, 0, 1, 1, ?, ?)",
        ((identifier(index, 1), identifier(index, 0), DESCRIPTION, OLD + index, OLD + index) for index in indices))
    connection.executemany(
        "INSERT INTO attempt (delivery, number, started_at, duration_ms, class, code, excerpt, outcome_unknown)"
        " VALUES (?, 1, ?, 1, 'delivered', 'ok', '', 0)", ((identifier(index, 1), OLD + index) for index in indices))
    connection.commit()
    connection.close()

def deleted(server):
    kinds = server.get("/api/admin/retention").json["items"]
    return sum(kind["rows_deleted"] for kind in kinds)

def retention(bench):
    """The p99 of accepting a message with and without a run of retention beside it."""
    messages = MESSAGES // 10 if bench.rounds == 1 else MESSAGES
    with bench.parley("retention") as server:
        server.post("/api/channels", {"name": "held", "kind": "log", "paused": True})
        server.post("/api/topics", {"name": "bench", "channels": ["held"]})
        # Old attempts would go by themselves, before the run that is measured.
        server.patch("/api/admin/retention", {"delivery_attempts": None})
        assert server.stop() == 0
        fill(server.folder / "parley.sqlite", messages)
        server.start()
        url = f"http://{server.address}/api/messages"
        before = median([load(url, bench.seconds, server.pid, **POST) for _ in range(bench.rounds)])
        server.patch("/api/admin/retention", {"messages": 30})
        eventually(lambda: deleted(server) > 0, within=90)
        began, at_start, during = time.monotonic(), deleted(server), []
        while deleted(server) < 3 * messages and len(during) < 20:
            during.append(load(url, bench.seconds, server.pid, **POST))
        rate = (deleted(server) - at_start) / (time.monotonic() - began)
    beside = median(during)
    bench.loaded("`POST /api/messages`", "parley, nothing deleted beside", before)
    bench.loaded(f"`POST /api/messages` while {3 * messages:,} old rows go", "parley", beside,
                 f"{beside.p99 / before.p99:.2f} × the p99; {rate:,.0f} rows/s go", "≤ 2 × the p99")
