"""A survey chatbot as many teams would write it: FastAPI, a WebSocket, SQLite with a commit for every answer.

    fastapi_survey.py DATABASE

Prints its port. It knows the one survey of the benchmark, speaks the frames Parley speaks, and does what Parley does
before it says the next thing: the answer and where the customer is are on disk (WAL, synchronous=FULL). It keeps
neither transcript nor figures, and knows no branching: in its favour.
"""

import json
import secrets
import socket
import sqlite3
import sys

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

OPTIONS = ["Vanilla", "Chocolate", "Strawberry"]
QUESTIONS = [
    {"id": "flavour", "kind": "choice", "text": "Which flavour do you prefer?", "options": OPTIONS},
    {"id": "rating", "kind": "rating", "text": "How do you like it, from 1 to 5?"},
    {"id": "again", "kind": "yes_no", "text": "Will you come again?"},
    {"id": "why", "kind": "text", "text": "Why?"},
]
GOODBYE = "Thank you for your time!"

app = FastAPI(openapi_url=None)
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.executescript("""
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE session (id TEXT PRIMARY KEY, question INTEGER NOT NULL, status TEXT NOT NULL);
    CREATE TABLE answer (session TEXT NOT NULL, question TEXT NOT NULL, value TEXT NOT NULL,
                         PRIMARY KEY (session, question));
""")


def asked(index):
    question = QUESTIONS[index]
    options = [{"number": number, "id": label.lower(), "label": label}
               for number, label in enumerate(question.get("options", []), 1)]
    lines = [question["text"], *(f"{option['number']} - {option['label']}" for option in options)]
    return {"type": "question", "seq": index + 1, "text": "\n".join(lines),
            "question": {"id": question["id"], "kind": question["kind"], "required": True, "options": options,
                         "number": index + 1, "count": len(QUESTIONS)}}


def understood(index, said):
    """The value to store; nothing when it is no answer."""
    said = said.strip()
    match QUESTIONS[index]["kind"]:
        case "choice":
            if said.isdigit() and 1 <= int(said) <= len(OPTIONS):
                return OPTIONS[int(said) - 1].lower()
            return next((label.lower() for label in OPTIONS if label.lower() == said.lower()), None)
        case "rating":
            return said if said in {"1", "2", "3", "4", "5"} else None
        case "yes_no":
            return {"yes": "yes", "no": "no"}.get(said.lower())
        case _:
            return said or None


@app.get("/healthz")
async def healthz():
    return {"status": "ok"}


@app.websocket("/api/surveys/bench/chat")
async def chat(one: WebSocket):
    await one.accept()
    session = secrets.token_hex(16)
    database.execute("INSERT INTO session VALUES (?, 0, 'active')", (session,))
    await one.send_text(json.dumps({"type": "session", "session": session, "survey": "bench", "version": 1,
                                    "language": "en", "status": "active", "seq": 1}))
    index = 0
    await one.send_text(json.dumps(asked(index)))
    try:
        while index < len(QUESTIONS):
            value = understood(index, await one.receive_text())
            if value is not None:
                database.execute("BEGIN IMMEDIATE")
                database.execute("INSERT INTO answer VALUES (?, ?, ?)", (session, QUESTIONS[index]["id"], value))
                index += 1
                status = "active" if index < len(QUESTIONS) else "completed"
                database.execute("UPDATE session SET question = ?, status = ? WHERE id = ?", (index, status, session))
                database.execute("COMMIT")
            if index < len(QUESTIONS):
                await one.send_text(json.dumps(asked(index)))
        await one.send_text(json.dumps({"type": "end", "seq": index + 1, "text": GOODBYE}))
        await one.close(1000)
    except WebSocketDisconnect:
        pass


if __name__ == "__main__":
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1_024)
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, loop="uvloop", http="httptools", ws="auto", access_log=False,
                                  log_level="error")).run(sockets=[listener])
