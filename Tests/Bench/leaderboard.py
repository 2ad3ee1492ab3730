"""The leaderboard of a game alone, and Redis' sorted sets beside it.

The board is called from the program that has it; Redis is asked over a connection, 16 commands at a time, and that it
reads and answers them is in its figures. So is what a game would pay for keeping its scores there.
"""

import contextlib
import csv
import socket
import statistics
import subprocess

import peers
from eventually import eventually
from load import cpu_seconds, on_load_core, on_server_core

MEMBERS = (1_000, 100_000, 1_000_000)
COMPARED = 100_000
COMMANDS = 1_000_000
PIPELINED = 16
SECONDS_MAX = 300
SOURCES = "Sources/Appliance/Quizzes/Game/Leaderboard*.swift"
REACH = {"change": "≥ 1,000,000/s", "rank": "≥ 2,000,000/s"}
RANDOM = "__rand_int__"
ASKED = {"change": ("ZADD", "board", RANDOM, RANDOM), "rank": ("ZREVRANK", "board", RANDOM)}
FILL = "for i = 0, {} do redis.call('ZADD', KEYS[1], math.random(0, 20000), string.format('%012d', i)) end"


def leaderboard(bench):
    program = compiled()
    with redis(bench.folder) as (port, pid):
        fill(port)
        seen, theirs = {members: [] for members in MEMBERS}, []
        for _ in range(bench.rounds):
            for members in MEMBERS:
                seen[members].append(measured(program, members))
            theirs.append({name: asked(port, pid, command) for name, command in ASKED.items()})
    theirs = {name: middle(one[name] for one in theirs) for name in ASKED}
    for members, rounds in seen.items():
        ours = {name: middle(one[name] for one in rounds) for name in rounds[0]}
        for name, (seconds, cpu) in ours.items():
            what = f"leaderboard of {members:,}: {name}"
            if name == "bytes":
                bench.line(what, "parley", rate=f"{seconds:.0f} bytes a member as they join, {cpu:.0f} after changes")
                continue
            compared = members == COMPARED and name in ASKED
            ratio = f"{theirs[name][0] / seconds:.0f} × Redis, {theirs[name][1] / cpu:.1f} × by CPU" if compared else ""
            bench.line(what, "parley", rate=f"{1 / seconds:,.0f}/s", cpu=f"{cpu * 1e6:.3f} µs", ratio=ratio,
                       reach=REACH.get(name, "") if compared else "")
            if compared:
                bench.line(what, f"Redis, {ASKED[name][0]}, pipelined by {PIPELINED}",
                           rate=f"{1 / theirs[name][0]:,.0f}/s", cpu=f"{theirs[name][1] * 1e6:.3f} µs")


def middle(pairs):
    return tuple(statistics.median(column) for column in zip(*pairs))


def compiled():
    """The board's own sources with a main program, as a release build compiles them."""
    root, program = peers.HERE.parents[1], peers.BUILD / "bench-leaderboard"
    sources = [*sorted(root.glob(SOURCES)), peers.HERE / "leaderboard.swift"]
    if not program.exists() or program.stat().st_mtime < max(one.stat().st_mtime for one in sources):
        peers.BUILD.mkdir(exist_ok=True)
        subprocess.run(["swiftc", "-O", "-wmo", "-parse-as-library", "-swift-version", "6",
                        "-enforce-exclusivity=unchecked", *sources, "-o", program], check=True, timeout=SECONDS_MAX)
    return str(program)


def measured(program, members):
    """By operation, seconds and CPU seconds of one; `bytes` a member, after joining and after changes."""
    said = subprocess.run(on_server_core(program, str(members)), check=True, capture_output=True, text=True,
                          timeout=SECONDS_MAX).stdout
    return {name: (float(one), float(other)) for name, one, other in (line.split("\t") for line in said.splitlines())}


@contextlib.contextmanager
def redis(folder):
    """A Redis that keeps nothing on disk, on the server's core; (port, pid)."""
    port = peers.free_port()
    command = on_server_core("redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly",
                             "no", "--dir", str(folder))
    with peers.running(command, stdout=subprocess.DEVNULL) as process:
        def answering():
            assert process.poll() is None, "redis-server ended"
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return True
        eventually(answering, peers.START_SECONDS, "Redis answers")
        yield port, process.pid


def fill(port):
    subprocess.run(["redis-cli", "-p", str(port), "EVAL", FILL.format(COMPARED - 1), "1", "board"], check=True,
                   stdout=subprocess.DEVNULL, timeout=SECONDS_MAX)


def asked(port, pid, command):
    """Seconds and the server's CPU seconds of one command, for random members."""
    before = cpu_seconds(pid)
    said = subprocess.run(
        on_load_core("redis-benchmark", "-p", str(port), "-n", str(COMMANDS), "-r", str(COMPARED), "-P", str(PIPELINED),
                     "--csv", *command), check=True, capture_output=True, text=True, timeout=SECONDS_MAX).stdout
    rate = float(next(csv.DictReader(said.splitlines()))["rps"])
    return 1 / rate, (cpu_seconds(pid) - before) / COMMANDS
