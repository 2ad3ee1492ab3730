"""Games with everybody in one room: answers a second, waits for verdicts and boards, bytes and memory for each player.

Ours is `parley serve` with one event loop, the peer FastAPI with Redis and SQLite (fastapi_quiz.py), Redis on the core
of the server, as Parley's board is; the load is `parley load quiz`, which adds up everything it is told.
"""

import json
import statistics
import subprocess
import time
from dataclasses import dataclass

import peers
import rows
from load import cpu_seconds, on_load_core
from parley import ADMIN_TOKEN, binary, clean_environment
from sockets import resident_bytes

FAST_PLAYERS, FAST_QUESTIONS, FAST_QUESTIONS_QUICK = 1_000, 50, 20
BURST_QUESTIONS = 10
ROOMS = {1_000: 50, 5_000: 150}                # players, and how long 99 of 100 verdicts may take, in ms
OVER_SECONDS = 5
ROOM_QUESTIONS, ROOM_QUESTIONS_QUICK = 5, 2
MEMORY_PLAYERS = 5_000
WARMING = 64                    # players that make a server pay what it pays once
SPARE_DESCRIPTORS = 512
QUIET_SECONDS = 2.0
HOLD_SECONDS = 6
PATIENCE_SECONDS = 400


@dataclass
class Played:
    """One round: answers a second, waits for verdict and board in ms, bytes for each player and question, CPU of the
    server in microseconds an answer, `busy`, how much of its core the load used, and what `failed`."""

    answers: float
    p50: float
    p99: float
    board: float
    bytes: float
    cpu: float
    busy: float
    failed: float


def command(address, *arguments):
    return on_load_core(binary("release"), "load", "quiz", "--json", "--url", f"http://{address}",
                        *(str(one) for one in arguments))


ENVIRONMENT = clean_environment(PARLEY_ADMIN_TOKEN=ADMIN_TOKEN)


def one_round(address, pids, *arguments):
    """Plays games to their end; fails when no answer was acknowledged. CPU is of all who serve, joining included."""
    before = sum(map(cpu_seconds, pids))
    ended = subprocess.run(command(address, *arguments), capture_output=True, text=True, timeout=PATIENCE_SECONDS,
                           env=ENVIRONMENT)
    cpu = sum(map(cpu_seconds, pids)) - before
    saw = json.loads(ended.stdout or "{}")
    if not saw.get("answers"):
        raise SystemExit(f"load failed on {address}:\n{ended.stdout[:2_000]}{ended.stderr[:2_000]}")
    return saw, Played(
        saw["answers_per_second"], saw["verdict_ms"]["p50"], saw["verdict_ms"]["p99"], saw["board_ms"]["p99"],
        saw["bytes_per_player_question"], cpu / saw["answers"] * 1e6, saw["cpu_seconds"] / saw["seconds"],
        saw["failed"])


def ours(server, *arguments):
    """A round that must add up, and whose answers must all be in the database afterwards."""
    stored = server.folder / "parley.sqlite"
    before = rows.counts(stored)
    saw, seen = one_round(server.address, [server.pid], *arguments)
    assert seen.failed == 0, saw
    added = {table: count - before[table] for table, count in rows.counts(stored).items()}
    assert added["game_answer"] == saw["answers"], (added, saw)
    return seen


def median(seen):
    return Played(*(statistics.median(getattr(one, name) for one in seen) for name in Played.__annotations__))


def report(bench, what, who, seen, ratio="", reach=""):
    bench.line(what, who, rate=f"{seen.answers:,.0f} answers/s", p50=f"{seen.p50:.2f} ms", p99=f"{seen.p99:.2f} ms",
               cpu=f"{seen.cpu:.0f} µs",
               ratio="; ".join(filter(None, [
                   ratio, f"board p99 {seen.board:,.0f} ms", f"{seen.bytes:,.0f} B", f"{seen.failed:,.0f} failed"
                   if seen.failed else "", f"load {seen.busy:.0%} busy"])), reach=reach)


def beside(mine, python):
    return (f"{mine.answers / python.answers:.1f} × FastAPI, p99 1/{python.p99 / mine.p99:.1f}, "
            f"CPU 1/{python.cpu / mine.cpu:.1f}")


def games(bench):
    peers.need_descriptors(max(*ROOMS, MEMORY_PLAYERS) + SPARE_DESCRIPTORS)
    is_quick = bench.rounds == 1
    fast = ("--players", FAST_PLAYERS, "--pace", "self_paced",
            "--questions", FAST_QUESTIONS_QUICK if is_quick else FAST_QUESTIONS)
    burst = ("--players", FAST_PLAYERS, "--questions", BURST_QUESTIONS)
    rooms = {players: ("--players", players, "--over", OVER_SECONDS,
                       "--questions", ROOM_QUESTIONS_QUICK if is_quick else ROOM_QUESTIONS) for players in ROOMS}
    kinds = {
        fast: (f"{FAST_PLAYERS:,} players of a self-paced game, as fast as they can", "≥ 20,000/s"),
        burst: (f"{FAST_PLAYERS:,} players in one room, all at once", ""),
        **{arguments: (f"{players:,} players in one room who answer within {OVER_SECONDS} s",
                       f"p99 ≤ {ROOMS[players]} ms, board ≤ 250 ms") for players, arguments in rooms.items()},
    }
    mine, theirs = {kind: [] for kind in kinds}, {}
    with bench.parley("quiz") as server:
        for _ in range(bench.rounds):
            for arguments in kinds:
                mine[arguments].append(ours(server, *arguments))
    with peers.fastapi_quiz(bench.folder / "fastapi-quiz.sqlite") as (address, pids):
        for arguments in kinds:
            theirs[arguments] = one_round(address, pids, *arguments)[1]
    for arguments, (what, reach) in kinds.items():
        seen = median(mine[arguments])
        report(bench, what, "parley", seen, beside(seen, theirs[arguments]), reach)
        report(bench, what, "FastAPI + uvicorn + Redis + SQLite", theirs[arguments])
    memory(bench)


def memory(bench):
    """Memory of a player who waits in the lobby."""
    what = f"memory of a player, {MEMORY_PLAYERS:,} in one lobby"
    with bench.parley("quiz-memory") as server:
        each = memory_each(server.address, [server.pid])
        bench.line(what, "parley", rate=f"{each:,.0f} B", reach="≤ 6 kB")
    with peers.fastapi_quiz(bench.folder / "fastapi-quiz-memory.sqlite") as (address, pids):
        bench.line(what, "FastAPI + uvicorn + Redis + SQLite", rate=f"{memory_each(address, pids):,.0f} B")


def memory_each(address, pids):
    """Bytes of memory in RAM for each of the players who have joined and wait."""
    one_round(address, pids, "--players", WARMING, "--questions", 2)
    before = sum(map(resident_bytes, pids))
    waiting = subprocess.Popen(
        command(address, "--players", MEMORY_PLAYERS, "--questions", 1, "--hold", HOLD_SECONDS),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    try:
        said = waiting.stderr.readline()
        assert said.startswith(f"parley: {MEMORY_PLAYERS} players"), said
        time.sleep(QUIET_SECONDS)
        after = sum(map(resident_bytes, pids))
        assert waiting.wait(PATIENCE_SECONDS) == 0, waiting.stderr.read()
    finally:
        if waiting.poll() is None:
            waiting.kill()
            waiting.wait()
        waiting.stderr.close()
    return (after - before) / MEMORY_PLAYERS
