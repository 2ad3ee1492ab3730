"""A backup of a large file while clients post: what it does to how long their writes take."""

import json
import sqlite3
import statistics
import threading
import time

from eventually import eventually

BYTES = 1 << 30
QUICK_BYTES = 128 << 20
STEADY_RATE = 500                              # posts a second over a few connections, well below what it can do
STEADY_CLIENTS = 4
SECONDS_MAX = 600
PHASES = ("copying", "checking", "hashing")
TEXT = "The customer asks whether the large vanilla is in stock again, and what it costs this weekend. " * 30


def fill(path, size):
    """Stores messages with their deliveries and attempts until the file has this size; returns how many there are."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    templates = {}
    for table in ("message", "outbox", "attempt"):
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        templates[table] = dict(zip(names, connection.execute(f"SELECT * FROM {table} LIMIT 1").fetchone()))
    number = 0

    def insert(table, rows):
        names = templates[table].keys()
        connection.executemany(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            ([templates[table][name] if name not in row else row[name] for name in names] for row in rows))

    def identifier(kind, one):
        return f"019b75a8-{one >> 16 & 0xffff:04x}-7{kind}{one >> 40 & 0xff:02x}-8000-{one:012x}"

    while connection.execute("PRAGMA page_count").fetchone()[0] * 4_096 < size:
        batch = range(number, number + 10_000)
        insert("message", ({"id": identifier(0, one), "description": TEXT} for one in batch))
        insert("outbox", ({"id": identifier(1, one), "reference": identifier(0, one), "state": "delivered"}
                          for one in batch))
        insert("attempt", ({"delivery": identifier(1, one)} for one in batch))
        number += len(batch)
        connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return number


class Writers:
    """Posts messages durably, at a rate or as fast as it goes, and notes when each began and how long it took."""

    def __init__(self, server, clients, rate=None):
        self.took, self.stopping, self.lock = [], threading.Event(), threading.Lock()
        self.threads = [threading.Thread(target=self._post, args=(server, rate and clients / rate, index))
                        for index in range(clients)]

    def _post(self, server, pause, index):
        client = server.client(timeout=60)
        body = json.dumps({"topic": "bench", "description": "A question."})
        due, took = time.monotonic(), []
        while not self.stopping.is_set():
            began = time.monotonic()
            assert client.request("POST", "/api/messages", body).status == 201
            took.append((began, (time.monotonic() - began) * 1e3))
            if pause:
                due = max(due + pause, began)
                self.stopping.wait(max(0, due - time.monotonic()))
        with self.lock:
            self.took += took

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def figures(took):
    cuts = statistics.quantiles(took, n=100, method="inclusive")
    return dict(p50=f"{cuts[49]:.2f} ms", p99=f"{cuts[98]:.2f} ms", cpu=f"max {max(took):.0f} ms")


def backup(bench):
    size = QUICK_BYTES if bench.rounds == 1 else BYTES
    with bench.parley("backup", {"PARLEY_BACKUP_HOURS": "0", "PARLEY_BACKUP_DRILL_DAYS": "0"}) as server:
        made = server.post("/api/topics", {"name": "bench", "channels": ["log"]})
        assert made.status == 201, made
        first = server.send("bench")
        server.settled(first["id"])
        assert server.patch("/api/channels/log", {"paused": True}).status == 200
        server.stop()
        fill(server.folder / "parley.sqlite", size)
        server.start()
        for what, writers in (("steady", lambda: Writers(server, STEADY_CLIENTS, STEADY_RATE)),
                              ("as fast as it goes", lambda: Writers(server, 16))):
            measure(bench, server, what, writers)


def measure(bench, server, what, writers):
    def done(path):
        return "progress" not in (one := server.get(path).json) and one

    with writers() as posting:
        time.sleep(bench.seconds)
        began = time.monotonic()
        begun = server.post("/api/admin/backups")
        assert begun.status == 202, begun
        made = eventually(lambda: done(begun.headers["location"]), within=SECONDS_MAX, what="made")
        ended = time.monotonic()
        assert made["state"] == "good", made
    before = [took for at, took in posting.took if at < began]
    during = [took for at, took in posting.took if began <= at < ended]
    metrics = server.metrics()
    seconds = {phase: metrics[f'parley_backup_seconds{{phase="{phase}"}}'] for phase in PHASES}
    phases = ", ".join(f"{phase} {seconds[phase]:.1f} s" for phase in PHASES)
    size = f"{made['bytes'] / 2**20:,.0f} MiB"
    bench.line(f"posts, {what}, no backup", "parley", rate=f"{len(before) / bench.seconds:,.0f}/s", **figures(before))
    bench.line(f"posts, {what}, backup of {size}: {phases}", "parley",
               rate=f"{len(during) / (ended - began):,.0f}/s", reach="p99 ≤ 250 ms", **figures(during))
