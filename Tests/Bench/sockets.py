"""WebSockets beside their peers: echoes, rooms that thousands listen to, and the memory of silent ones.

Ours is `parley-echo`, the example of the module `Web`; the floor is a C program (ws_peer.c) that does as little as the
protocol allows; the peer is FastAPI (fastapi_sockets.py). The load (ws_load.c) checks every message it gets.
"""

import json
import pathlib
import statistics
import subprocess
import time
from dataclasses import dataclass

import peers
from load import cpu_seconds, on_load_core

ECHO_CONNECTIONS = 64
ECHO_BYTES = 32                 # a chat line or an answer in a quiz: the cost of a message, not of its bytes
ROOM_BYTES = 64
ROOMS = (1_000, 5_000)
OUTSTANDING = (1, 8)
IDLE, IDLE_FASTAPI = 10_000, 2_000
WARMING = 64                    # connections that make a server pay what it pays once
SPARE_DESCRIPTORS = 512         # what the listener keeps back, and files
QUIET_SECONDS = 2.0             # a server may tidy up once nobody says anything
PATIENCE_SECONDS = 60.0


@dataclass
class Sockets:
    """One round: latencies in ms, CPU in microseconds a delivery, and `busy`, how much of its core the load used."""

    rate: float
    p50: float
    p99: float
    cpu: float
    busy: float


class WebSocketLoad:
    """The load with all its connections open, each used once; `run` lets it go, the end closes them."""

    def __init__(self, mode, port, *numbers):
        self.process = subprocess.Popen(
            on_load_core(peers.compiled("ws_load"), mode, str(port), *(str(number) for number in numbers)),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        if self.process.stdout.readline() != "ready\n":
            self.process.kill()
            self.process.wait()
            raise SystemExit(f"the load could not begin: {self.process.args}")
        return self

    def run(self, pid):
        """One round; the CPU time of opening and closing is not in it."""
        before = cpu_seconds(pid)
        self.go()
        said = self.process.stdout.readline()
        cpu = cpu_seconds(pid) - before
        if not said:
            raise SystemExit(f"the load failed: {self.process.args}")
        saw = json.loads(said)
        return Sockets(saw["deliveries"] / saw["seconds"], saw["p50_us"] / 1e3, saw["p99_us"] / 1e3,
                       cpu / max(saw["deliveries"], 1) * 1e6, saw["busy"])

    def go(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def __exit__(self, kind, *_):
        try:
            if kind is None and self.process.wait(PATIENCE_SECONDS) != 0:
                raise SystemExit(f"a connection did not end as it should: {self.process.args}")
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()


def one_round(server, mode, *numbers):
    port, pid = server
    with WebSocketLoad(mode, port, *numbers) as load:
        return load.run(pid)


def rounds(bench, mode, *numbers):
    """Medians of ours, the floor and FastAPI, and what they say of each other."""
    peers.need_descriptors(numbers[0] + SPARE_DESCRIPTORS)
    ours, floor = [], []
    with peers.echo() as echo, peers.plain_sockets() as plain:
        for _ in range(bench.rounds):
            ours.append(one_round(echo, mode, *numbers))
            floor.append(one_round(plain, mode, *numbers))
    with peers.fastapi_sockets() as fastapi:
        python = one_round(fastapi, mode, *numbers)
    ours, floor = median(ours), median(floor)
    ratio = (f"{ours.rate / floor.rate:.2f} × the floor, CPU {ours.cpu / floor.cpu:.2f} ×; "
             f"{ours.rate / python.rate:.1f} × FastAPI, CPU 1/{python.cpu / ours.cpu:.1f}")
    return ours, floor, python, ratio


def median(seen):
    return Sockets(*(statistics.median(getattr(one, name) for one in seen) for name in Sockets.__annotations__))


def report(bench, what, ours, floor, python, ratio, unit, reach):
    for who, seen, beside, reach in (("parley-echo", ours, ratio, reach), ("floor: C, epoll", floor, "", ""),
                                     ("FastAPI + uvicorn + websockets", python, "", "")):
        bench.line(what, who, rate=f"{seen.rate:,.0f} {unit}/s", p50=f"{seen.p50:.2f} ms", p99=f"{seen.p99:.2f} ms",
                   cpu=f"{seen.cpu:.2f} µs", ratio=f"{beside}{'; ' if beside else ''}load {seen.busy:.0%} busy", reach=reach)


def echo(bench):
    """Small messages, one under way on each connection."""
    what = f"WebSocket echo, {ECHO_CONNECTIONS} connections, {ECHO_BYTES} B"
    report(bench, what, *rounds(bench, "echo", ECHO_CONNECTIONS, ECHO_BYTES, bench.seconds), "messages", "CPU ≤ 8 µs")


def rooms(bench):
    """What one says reaches all; the next is said when all have the one before, or eight before."""
    for listeners in ROOMS:
        for outstanding in OUTSTANDING:
            what = f"room of {listeners:,}, {ROOM_BYTES} B, {outstanding} under way"
            seen = rounds(bench, "room", listeners, ROOM_BYTES, bench.seconds, outstanding)
            report(bench, what, *seen, "deliveries", "CPU ≤ 6 µs")


def idle(bench):
    """Memory of a connection that has been used once and then says nothing."""
    for who, start, count in (("parley-echo", peers.echo, IDLE),
                              ("floor: C, epoll", peers.plain_sockets, IDLE),
                              ("FastAPI + uvicorn + websockets", peers.fastapi_sockets, IDLE_FASTAPI)):
        peers.need_descriptors(count + SPARE_DESCRIPTORS)
        with start() as server:
            each = memory_each(server, count)
        reach = "≤ 3 kB" if who == "parley-echo" else ""
        bench.line(f"memory of an idle WebSocket, {count:,} open", who, rate=f"{each:,.0f} B", reach=reach)


def memory_each(server, count):
    """Bytes of memory in RAM for each of `count` silent connections."""
    port, pid = server
    with WebSocketLoad("idle", port, WARMING, ECHO_BYTES) as load:
        load.go()
    before = resident_bytes(pid)
    with WebSocketLoad("idle", port, count, ECHO_BYTES) as load:
        time.sleep(QUIET_SECONDS)
        after = resident_bytes(pid)
        load.go()
    return (after - before) / count


def resident_bytes(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1_024
