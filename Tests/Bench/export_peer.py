"""What a team would write first: Python's `sqlite3` and `csv` or `json`, a row at a time, to /dev/null.

    python3 export_peer.py DATABASE csv|json|ndjson

Prints how many seconds it took.
"""

import csv
import datetime
import json
import sqlite3
import sys
import time

QUESTIONS = ("flavour", "score", "again", "why")


def iso(milliseconds):
    moment = datetime.datetime.fromtimestamp(milliseconds / 1_000, datetime.timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def export(path, which, out):
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    answers, table = connection.cursor(), csv.writer(out)
    for session, version, customer, language, status, started, ended in connection.execute(
            "SELECT id, version, customer, language, status, started_at, ended_at FROM survey_session"
            " WHERE survey = 'bench' AND status = 'completed' ORDER BY id"):
        given = dict(answers.execute("SELECT question, value FROM survey_answer WHERE session = ?", [session]))
        row = [session, version, customer, language, status, iso(started), iso(ended), (ended - started) // 1_000]
        if which == "csv":
            table.writerow(row + [given.get(question) for question in QUESTIONS])
        else:
            out.write(json.dumps(row + [given]) + "\n")


begun = time.monotonic()
with open("/dev/null", "w") as nowhere:
    export(sys.argv[1], sys.argv[2], nowhere)
print(time.monotonic() - begun)
