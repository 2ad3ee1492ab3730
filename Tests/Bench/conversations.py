"""Conversations of four answers, every one on disk before the next question: at full load, and at the pace of people.

Ours is `parley serve` with one event loop, the peer FastAPI with SQLite (fastapi_survey.py); the load is
`parley load survey`, which plays whole conversations and counts from when an answer was due.
"""

import json
import statistics
import subprocess
from dataclasses import dataclass

import peers
import rows
from load import cpu_seconds, on_load_core
from parley import binary

SURVEY = {
    "title": "Bench", "languages": ["en"], "goodbye": "Thank you for your time!",
    "questions": [
        {"id": "flavour", "kind": "choice", "text": "Which flavour do you prefer?",
         "options": [{"id": name.lower(), "label": name} for name in ("Vanilla", "Chocolate", "Strawberry")]},
        {"id": "rating", "kind": "rating", "text": "How do you like it, from 1 to 5?"},
        {"id": "again", "kind": "yes_no", "text": "Will you come again?"},
        {"id": "why", "kind": "text", "text": "Why?"},
    ],
}
ANSWERS = len(SURVEY["questions"])
AT_ONCE = 128
PACED = 1_000                   # customers at a time who answer once a second
PACED_SECONDS, PACED_SECONDS_QUICK = 20, 6
SPARE_DESCRIPTORS = 512
MANY = 10_000_000               # customers: the time ends it
PATIENCE_SECONDS = 120


@dataclass
class Conversations:
    """One round: conversations and answers a second, waits for the next question in ms, CPU of the server in
    microseconds a conversation, `busy`, how much of its core the load used, and conversations that `failed`."""

    rate: float
    answers: float
    p50: float
    p99: float
    cpu: float
    busy: float
    failed: float


def one_round(address, pid, *arguments):
    """Plays conversations for a while; fails when none came to its end."""
    before = cpu_seconds(pid)
    ended = subprocess.run(
        on_load_core(binary("release"), "load", "survey", "bench", "--json", "--customers", str(MANY), "--url",
                     f"http://{address}", *(str(one) for one in arguments)),
        capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    cpu = cpu_seconds(pid) - before
    saw = json.loads(ended.stdout or "{}")
    if not saw.get("completed"):
        raise SystemExit(f"load failed on {address}:\n{ended.stdout[:2_000]}{ended.stderr[:2_000]}")
    wait = saw["next_question_ms"]
    return saw["completed"], Conversations(
        saw["completed_per_second"], saw["answers_per_second"], wait["p50"], wait["p99"],
        cpu / saw["completed"] * 1e6, saw["cpu_seconds"] / saw["seconds"], saw["failed"])


def ours(server, *arguments):
    """A round whose conversations must all be in the database afterwards."""
    stored = server.folder / "parley.sqlite"
    before = rows.counts(stored)
    completed, seen = one_round(server.address, server.pid, *arguments)
    assert seen.failed == 0, seen
    added = {table: count - before[table] for table, count in rows.counts(stored).items()}
    # One more was played before the count began.
    assert added["survey_session"] == completed + 1, (added, completed)
    assert added["survey_answer"] == ANSWERS * (completed + 1), (added, completed)
    return seen


def median(seen):
    return Conversations(*(statistics.median(getattr(one, name) for one in seen)
                           for name in Conversations.__annotations__))


def published(server):
    made = server.post("/api/surveys", {"id": "bench", "definition": SURVEY})
    assert made.status == 201, made
    assert server.post("/api/surveys/bench/publish").status == 200


def report(bench, what, who, seen, ratio="", reach=""):
    bench.line(what, who, rate=f"{seen.rate:,.0f} conversations/s, {seen.answers:,.0f} answers/s",
               p50=f"{seen.p50:.2f} ms", p99=f"{seen.p99:.2f} ms", cpu=f"{seen.cpu:.0f} µs",
               ratio="; ".join(filter(None, [ratio, f"{seen.failed:,.0f} failed" if seen.failed else "",
                                             f"load {seen.busy:.0%} busy"])), reach=reach)


def beside(mine, python):
    return (f"{mine.rate / python.rate:.1f} × FastAPI, p99 1/{python.p99 / mine.p99:.1f}, "
            f"CPU 1/{python.cpu / mine.cpu:.1f}")


def conversations(bench):
    peers.need_descriptors(PACED + SPARE_DESCRIPTORS)
    paced_seconds = PACED_SECONDS if bench.rounds > 1 else PACED_SECONDS_QUICK
    full = ("--concurrent", AT_ONCE, "--seconds", bench.seconds)
    paced = ("--concurrent", PACED, "--rate", 1, "--seconds", paced_seconds)
    mine, theirs = {full: [], paced: []}, {full: [], paced: []}
    with bench.parley("conversations") as server, \
            peers.fastapi_survey(bench.folder / "fastapi-survey.sqlite") as (address, pid):
        published(server)
        for _ in range(bench.rounds):
            for arguments in (full, paced):
                mine[arguments].append(ours(server, *arguments))
                theirs[arguments].append(one_round(address, pid, *arguments)[1])
    for arguments, what, reach in (
            (full, f"conversations of {ANSWERS} durable answers, {AT_ONCE} at a time", "≥ 3,000/s"),
            (paced, f"{PACED:,} customers who answer once a second", "p99 ≤ 50 ms")):
        seen, python = median(mine[arguments]), median(theirs[arguments])
        report(bench, what, "parley", seen, beside(seen, python), reach)
        report(bench, what, "FastAPI + uvicorn + SQLite", python)
