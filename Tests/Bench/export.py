"""All responses of a survey as one file: how fast it comes, and what it takes of memory while it does.

The peer, export_peer.py, does less: it holds no server, hashes nothing and guards against no formula.
"""

import hashlib
import json
import pathlib
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time

from load import cpu_seconds, on_load_core, on_server_core
from parley import ADMIN_TOKEN

RESPONSES = 250_000
QUESTIONS = ("flavour", "score", "again", "why")
FORMATS = ("csv", "json", "ndjson")
REASON = "Because it reminds me of the summers by the sea, and nobody makes it better."
STARTED = 1_767_225_600_000
SECONDS_MAX = 120
PEER = pathlib.Path(__file__).with_name("export_peer.py")
TRAILERS = {"csv": rb"# rows: (\d+) sha256: ([0-9a-f]{64})\r\n$",
            "json": rb',"trailer":\{"rows":(\d+),"sha256":"([0-9a-f]{64})"\}\}\n$',
            "ndjson": rb'\{"trailer":\{"rows":(\d+),"sha256":"([0-9a-f]{64})"\}\}\n$'}
DEFINITION = {
    "title": "Bench", "languages": ["en"],
    "questions": [
        {"id": "flavour", "kind": "choice", "text": "Which?",
         "options": [{"id": "vanilla", "label": "Vanilla"}, {"id": "chocolate", "label": "Chocolate"}]},
        {"id": "score", "kind": "rating", "text": "How good?", "from": 0, "to": 10},
        {"id": "again", "kind": "yes_no", "text": "Again?"},
        {"id": "why", "kind": "text", "text": "Why?"}]}


def fill(path, responses):
    """Stores completed responses of four answers each, as the server would have."""
    definition = json.dumps(DEFINITION)
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO survey VALUES ('bench', 'published', 1, ?, 0, 0)", [definition])
    connection.execute("INSERT INTO survey_version VALUES ('bench', 1, ?, 0)", [definition])

    def session(index):
        return f"019b75a8-{index >> 16:04x}-7{index >> 4 & 0xfff:03x}-8000-{index:012x}"

    connection.executemany(
        "INSERT INTO survey_session (id, survey, version, customer, opening, language, status, place, path,"
        " misses, turns, started_at, last_at, ended_at)"
        " VALUES (?, 'bench', 1, ?, 'named', 'en', 'completed', 'completed', 'flavour score again why',"
        " 0, 5, ?, ?, ?)",
        ((session(index), f"customer-{index}", STARTED + index * 100, STARTED + index * 100 + 61_000,
          STARTED + index * 100 + 61_000) for index in range(responses)))
    connection.executemany(
        "INSERT INTO survey_answer VALUES (?, ?, ?, ?)",
        ((session(index), question, value, STARTED + index * 100)
         for index in range(responses)
         for question, value in zip(QUESTIONS, ("chocolate", str(index % 11), "yes", REASON))))
    connection.commit()
    connection.close()


def export(bench):
    responses = RESPONSES // 10 if bench.rounds == 1 else RESPONSES
    with bench.parley("export") as server:
        server.stop()
        stored = server.folder / "parley.sqlite"
        fill(stored, responses)
        copy = bench.folder / "export-copy.sqlite"
        shutil.copy(stored, copy)
        server.start()
        idle = memory(server.pid, "VmRSS")
        for which in FORMATS:
            file = bench.folder / f"export.{which}"
            seen = [taken(server, which, file, idle) for _ in range(bench.rounds)]
            prove(file, which, responses)
            theirs = [peer(copy, which) for _ in range(bench.rounds)]
            ours, cpu, grown = (statistics.median(column) for column in zip(*seen))
            limit = statistics.median(theirs)
            what = f"export of {responses * len(QUESTIONS):,} answers in {responses:,} responses, {which}"
            bench.line(what, "parley", rate=f"{responses * len(QUESTIONS) / ours:,.0f} answers/s, "
                       f"{responses / ours:,.0f} rows/s, {file.stat().st_size / ours / 1e6:.0f} MB/s",
                       cpu=f"{cpu / responses * 1e6:.2f} µs a row; memory + {grown:.1f} MB",
                       ratio=f"{limit / ours:.1f} × Python", reach="≥ 200,000 answers/s, + ≤ 30 MB")
            bench.line(what, f"Python's sqlite3 + {which if which == 'csv' else 'json'}, to /dev/null",
                       rate=f"{responses * len(QUESTIONS) / limit:,.0f} answers/s")


def taken(server, which, file, idle):
    """(seconds, the server's CPU seconds, megabytes its memory peaked at above `idle`) of one export."""
    spent = cpu_seconds(server.pid)
    pathlib.Path(f"/proc/{server.pid}/clear_refs").write_text("5")      # the peak begins anew
    began = time.monotonic()
    subprocess.run(
        on_load_core("curl", "-sSf", "-o", str(file), "-H", f"Authorization: Bearer {ADMIN_TOKEN}",
                     f"http://{server.address}/api/surveys/bench/export?format={which}"),
        check=True, timeout=SECONDS_MAX)
    took = time.monotonic() - began
    return took, cpu_seconds(server.pid) - spent, memory(server.pid, "VmHWM") - idle


def memory(pid, field):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{field}:\s+(\d+)", status).group(1)) * 1_024 / 1e6


def prove(file, which, responses):
    """Reads the trailer as a client would."""
    content = file.read_bytes()
    trailer = re.search(TRAILERS[which], content)
    assert trailer and int(trailer.group(1)) == responses, content[-200:]
    assert hashlib.sha256(content[:trailer.start()]).hexdigest() == trailer.group(2).decode()
    assert content.count(REASON.split(",")[0].encode()) == responses


def peer(path, which):
    """Seconds that Python takes for the same rows."""
    said = subprocess.run(on_server_core(sys.executable, str(PEER), str(path), which), check=True, capture_output=True,
                          text=True, timeout=SECONDS_MAX)
    return float(said.stdout)
