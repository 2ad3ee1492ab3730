"""Measures Parley against its peers in one run, on one machine, and prints one table.

    python3 Tests/Bench/bench.py [--quick] [--only healthz,accept,outbox,start,echo,rooms,idle,tls,conversations,export,
                                         quiz,leaderboard,bridge,backup,retention]

The server has one core and the load the other. Rounds alternate between Parley and its peers, so that what else the
machine does falls on all of them; figures are medians of the rounds. CPU is user + system time of the server's
process by request, delivery or handshake. Needs wrk, nginx, redis-server, gcc, libsqlite3-dev, libssl-dev, openssl, util-linux and
Python's venv; see requirements.txt. `--only sockets` is `echo,rooms,idle`.
"""

import argparse
import contextlib
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "BlackBox"))

import chats  # noqa: E402
import conversations  # noqa: E402
import copies  # noqa: E402
import export  # noqa: E402
import games  # noqa: E402
import handshakes  # noqa: E402
import leaderboard  # noqa: E402
import peers  # noqa: E402
import retention  # noqa: E402
import rows  # noqa: E402
import sockets  # noqa: E402
from eventually import eventually  # noqa: E402
from load import cpu_seconds, load, median, on_server_core  # noqa: E402
from parley import ADMIN_TOKEN, Parley, binary  # noqa: E402

BATCH = 64                      # one commit for as many as there are connections
SINK_DELAY_MICROSECONDS = 1_000
BACKLOG = 20_000
ALONE = 300
STARTS = 20
DESCRIPTION = "The customer asks whether the large vanilla is in stock again, and what it costs this weekend. " * 2
BODY = {"topic": "bench", "description": DESCRIPTION}
POST = {"script": str(peers.HERE / "post.lua"),
        "environment": {"BENCH_TOKEN": ADMIN_TOKEN, "BENCH_BODY": json.dumps(BODY)}}


class Bench:
    def __init__(self, folder, quick):
        self.folder, self.lines = folder, []
        self.rounds, self.seconds = (1, 2) if quick else (3, 5)
        self.starts, self.alone = (5, 100) if quick else (STARTS, ALONE)

    def line(self, what, figure, *, rate="", p50="", p99="", cpu="", ratio="", reach=""):
        self.lines.append((what, figure, rate, p50, p99, cpu, ratio, reach))
        print(f"  {what}: {figure} {rate} {p50} {p99} {cpu} {ratio}", file=sys.stderr, flush=True)

    def loaded(self, what, figure, one, ratio="", reach=""):
        self.line(what, figure, rate=f"{one.rate:,.0f}/s", p50=f"{one.p50:.2f} ms", p99=f"{one.p99:.2f} ms",
                  cpu=f"{one.cpu:.1f} µs", ratio=ratio, reach=reach)

    @contextlib.contextmanager
    def parley(self, name, environment=None):
        """A release build with one event loop on the server's core."""
        server = Parley(self.folder / name, {"PARLEY_LOOPS": "1", "PARLEY_RATE_LIMIT": "0"} | (environment or {}),
                        prefix=on_server_core(), program=binary("release"))
        try:
            yield server.start()
        finally:
            server.end()

    def table(self):
        head = ("what", "who", "rate", "p50", "p99", "server CPU each", "ratio", "reach")
        return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *self.lines])


def healthz(bench):
    """The smallest request there is: how much the listener itself costs."""
    what = "`GET /healthz`"
    with bench.parley("healthz") as server, contextlib.ExitStack() as stack:
        url = f"http://{server.address}/healthz"
        nginx_url, nginx_pid = stack.enter_context(peers.nginx(bench.folder, url))
        ours, theirs = [], []
        for _ in range(bench.rounds):
            ours.append(load(url, bench.seconds, server.pid))
            theirs.append(load(nginx_url, bench.seconds, nginx_pid))
        ours, theirs = median(ours), median(theirs)
        fastapi_url, fastapi_pid = stack.enter_context(learned(bench, server).fastapi())
        python = median([load(f"{fastapi_url}/healthz", bench.seconds, fastapi_pid)])
    assert ours.refused == theirs.refused == python.refused == 0
    ratio = f"{ours.rate / theirs.rate:.2f} × nginx, {ours.rate / python.rate:.1f} × FastAPI"
    bench.loaded(what, "parley", ours, ratio, "≥ 0.95 × nginx")
    bench.loaded(what, "nginx, same bytes", theirs)
    bench.loaded(what, "FastAPI + uvicorn", python)


class Learned:
    """The rows that one message is in the server's database, and a copy of it for a peer to fill."""

    def __init__(self, tables, copy):
        self.tables, self.copy = tables, copy

    def group_commit(self, seconds):
        return peers.group_commit(self.copy, seconds, BATCH, self.tables)

    def fastapi(self):
        return peers.fastapi(self.copy, self.tables, DESCRIPTION, ADMIN_TOKEN)


def learned(bench, server):
    """Has the server store its first message, and looks."""
    hold(server)
    stored, copy = server.folder / "parley.sqlite", bench.folder / f"{server.folder.name}-copy.sqlite"
    before = rows.counts(stored)
    server.send("bench", DESCRIPTION)
    after = rows.counts(stored)
    rows.copy(stored, copy)
    return Learned([table for table in after if after[table] > before[table]], copy)


def hold(server, url="http://127.0.0.1:9/"):
    """A paused webhook channel, and the topic that goes to it."""
    server.webhook("bench", url, topic="bench")
    pause(server, True)


def pause(server, truth):
    changed = server.patch("/api/channels/bench", {"paused": truth})
    assert changed.status == 200, changed


def accept(bench):
    """A durable, authorised post with its outbox row; nothing is sent, its channel is paused."""
    what = "`POST /api/messages`, durable"
    with bench.parley("accept") as server:
        peer, stored = learned(bench, server), server.folder / "parley.sqlite"
        ours, ceiling = [], []
        for _ in range(bench.rounds):
            held = rows.counts(stored)
            ours.append(load(f"http://{server.address}/api/messages", bench.seconds, server.pid, **POST))
            now = rows.counts(stored)
            assert ours[-1].refused == 0
            assert all(now[table] - held[table] >= ours[-1].requests for table in peer.tables), (held, now, ours[-1])
            ceiling.append(peer.group_commit(bench.seconds))
    with peer.fastapi() as (url, pid):
        python = median([load(f"{url}/api/messages", bench.seconds, pid, **POST)])
    assert python.refused == 0
    ours, (limit, limit_cpu) = median(ours), (statistics.median(column) for column in zip(*ceiling))
    ratio = f"{ours.rate / limit:.2f} × the ceiling, {ours.rate / python.rate:.1f} × FastAPI"
    bench.loaded(what, "parley", ours, ratio, "≥ 18,000/s, p99 ≤ 10 ms")
    bench.line(what, f"ceiling: C, same rows ({', '.join(peer.tables)}), {BATCH} a commit",
               rate=f"{limit:,.0f}/s", cpu=f"{limit_cpu:.1f} µs")
    bench.loaded(what, "FastAPI + uvicorn + SQLite", python)


def outbox(bench):
    """From the outbox to a receiver that takes a millisecond; a backlog at once, then one message at a time."""
    what = f"outbox, backlog of {BACKLOG:,}, receiver answers in 1 ms"
    rates, cpu = [], []
    with bench.parley("outbox") as server, peers.Sink(SINK_DELAY_MICROSECONDS, 1_000) as sink:
        hold(server, sink.url)
        received = 0
        for _ in range(bench.rounds):
            fill(server, BACKLOG)
            began, spent = time.monotonic(), cpu_seconds(server.pid)
            pause(server, False)
            target = received + BACKLOG
            at = began
            while received < target:
                count, at = sink.report()
                received = count - count % 1_000
            rates.append(BACKLOG / (at - began))
            cpu.append((cpu_seconds(server.pid) - spent) / BACKLOG * 1e6)
            drained(server)
            pause(server, True)
    bench.line(what, "parley", rate=f"{statistics.median(rates):,.0f}/s", cpu=f"{statistics.median(cpu):.0f} µs",
               reach="≥ 5,000/s")

    with bench.parley("alone") as server, peers.Sink(SINK_DELAY_MICROSECONDS, 1) as sink:
        server.webhook("bench", sink.url, topic="bench")
        client, waits, answers = server.client(), [], []
        for _ in range(bench.alone):
            asked = time.monotonic()
            assert client.request("POST", "/api/messages", BODY).status == 201
            answered = time.monotonic()
            waits.append(max(0.0, sink.report()[1] - answered) * 1e3)
            answers.append((answered - asked) * 1e3)
        drained(server)
    bench.line("alone: post → 201", "parley", **percentiles(answers))
    bench.line("alone: 201 → received", "parley", reach="p50 ≤ 5 ms", **percentiles(waits))


def fill(server, count):
    """Stores exactly `count` messages, over a few connections."""
    clients = [server.client() for _ in range(8)]
    for index in range(0, count, len(clients)):
        for client in clients:
            client.connection.request("POST", "/api/messages", json.dumps(BODY), {
                "Authorization": f"Bearer {ADMIN_TOKEN}", "Content-Type": "application/json"})
        for client in clients:
            response = client.connection.getresponse()
            response.read()
            assert response.status == 201


def drained(server):
    """Waits until every delivery is recorded as sent."""
    def unsent():
        return [one for status in ("pending", "queued", "error")
                for one in server.get(f"/api/messages?status={status}&limit=1").json["items"]]
    eventually(lambda: not unsent(), within=30, what="all recorded as sent")


def percentiles(values):
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return dict(p50=f"{cuts[49]:.2f} ms", p99=f"{cuts[98]:.2f} ms")


def start(bench):
    """How soon the program answers, how much memory it takes idle, how large it is."""
    first, again = [], []
    for index in range(bench.starts):
        first.append(started(bench.folder / f"first-{index}"))
        again.append(started(bench.folder / "first-0"))
    bench.line("start → first answer", "parley", p50=f"{median_of(again, 0):.1f} ms", reach="≤ 25 ms")
    bench.line("start in an empty folder → first answer", "parley", p50=f"{median_of(first, 0):.1f} ms")
    bench.line("memory idle", "parley", rate=f"{median_of(again, 1):.1f} MB", reach="≤ 20 MB")
    stripped = bench.folder / "stripped"
    shutil.copy(binary("release"), stripped)
    subprocess.run(["strip", stripped], check=True)
    bench.line("program, stripped", "parley", rate=f"{stripped.stat().st_size / 1e6:.1f} MB", reach="≤ 25 MB")


def started(folder):
    """(milliseconds from spawning to the first answer, megabytes of memory then)."""
    server = Parley(folder, program=binary("release"))
    began = time.monotonic()
    try:
        server.start()
        assert server.get("/healthz").status == 200
        took, memory = (time.monotonic() - began) * 1e3, resident(server.pid)
        assert server.stop() == 0
        return took, memory
    finally:
        server.end()


def median_of(pairs, index):
    return statistics.median(pair[index] for pair in pairs)


def resident(pid):
    """Memory in RAM, in megabytes."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1_024 / 1e6


PARTS = {"healthz": healthz, "accept": accept, "outbox": outbox, "start": start,
         "echo": sockets.echo, "rooms": sockets.rooms, "idle": sockets.idle, "tls": handshakes.tls,
         "conversations": conversations.conversations, "export": export.export, "quiz": games.games,
         "leaderboard": leaderboard.leaderboard, "bridge": chats.bridge, "backup": copies.backup, "retention": retention.retention}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--quick", action="store_true", help="one short round of each")
    arguments.add_argument("--only", default=",".join(PARTS), help="some of: %(default)s")
    chosen = arguments.parse_args()
    busy = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="parley-bench-", dir=peers.BUILD) as folder:
        bench = Bench(pathlib.Path(folder), chosen.quick)
        for part in chosen.only.replace("sockets", "echo,rooms,idle").split(","):
            PARTS[part](bench)
        print(f"{os.cpu_count()} cores, {platform.system()} {platform.release()}; load average before the run: "
              f"{busy:.2f}; {bench.rounds} rounds of {bench.seconds} s\n\n{bench.table()}")


if __name__ == "__main__":
    main()
