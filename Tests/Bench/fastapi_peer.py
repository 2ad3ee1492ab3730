"""The same service as many teams would write it: FastAPI, uvicorn, SQLite, one commit for each request.

    fastapi_peer.py FILE DESCRIPTION TABLE...

FILE is a copy of the server's database that holds one message with this DESCRIPTION; see rows.py. Prints its port.
"""

import hashlib
import hmac
import os
import socket
import sqlite3
import sys
import time
from typing import Annotated

import uvicorn
from fastapi import FastAPI, Header, HTTPException, Response
from pydantic import BaseModel, ConfigDict, Field

from rows import Template

TOKEN_DIGEST = hashlib.sha256(os.environ["BENCH_TOKEN"].encode()).digest()
TOPICS = {"bench"}

database = sqlite3.connect(sys.argv[1], isolation_level=None, check_same_thread=False)
for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
    database.execute(f"PRAGMA {pragma}")
template = Template(database, sys.argv[3:], sys.argv[2])
app = FastAPI(openapi_url=None)
serial = int(time.time()) << 20


class MessageIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    topic: str
    description: Annotated[str, Field(min_length=1, max_length=4_000)]
    contact: str | None = None


def next_identifier():
    global serial
    serial += 1
    return f"{serial >> 32 & 0xFFFFFFFF:08x}-{serial >> 16 & 0xFFFF:04x}-7000-8000-{serial & 0xFFFF:012x}"


@app.get("/healthz")
async def healthz():
    return {"status": "ok"}


@app.post("/api/messages", status_code=201)
async def post(message: MessageIn, response: Response, authorization: Annotated[str, Header()] = ""):
    given = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).digest()
    if not hmac.compare_digest(given, TOKEN_DIGEST):
        raise HTTPException(401)
    if message.topic not in TOPICS:
        raise HTTPException(422, "unknown topic")
    identifiers = [next_identifier() for _ in template.identifiers]
    database.execute("BEGIN IMMEDIATE")
    for sql, values in template.filled(identifiers, message.description):
        database.execute(sql, values)
    database.execute("COMMIT")
    response.headers["location"] = f"/api/messages/{identifiers[0]}"
    return {"id": identifiers[0], "topic": message.topic, "description": message.description, "status": "pending"}


if __name__ == "__main__":
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, loop="uvloop", http="httptools", access_log=False, log_level="error")).run(
        sockets=[listener])
