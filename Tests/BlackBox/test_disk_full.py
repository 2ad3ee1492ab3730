"""A full disk: posts are refused with a reason, reads go on, and room brings everything back."""

import contextlib
import os

from conftest import DISK_BYTES
from eventually import eventually
from parley import run

BALLAST_BYTES = 3 * 1024 * 1024
POSTS_MAX = 4_000


def fill(path):
    """Takes what is left of the disk."""
    with open(path, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 512):
            pass


def test_a_full_disk_loses_nothing_and_recovers(disk, launch):
    ballast, rest = disk / "ballast", disk / "rest"
    with open(ballast, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, BALLAST_BYTES)
    parley = launch(folder=disk / "data", PARLEY_RATE_LIMIT="0", PARLEY_DISK_FREE_MIN="256K")
    assert parley.patch("/api/channels/log", {"paused": True}).status == 200
    client = parley.client()
    kept, refused = [], None
    for number in range(POSTS_MAX):
        answer = client.request("POST", "/api/messages", {"topic": "sales", "description": f"{number} " + "x" * 3_900})
        if answer.status != 201:
            refused = answer
            break
        kept.append(answer.json["id"])
    assert refused and refused.is_problem(503, "storage.full"), refused
    assert kept and parley.get(f"/api/messages/{kept[0]}").status == 200, "reads go on"
    assert {one["id"] for one in parley.every_message()} == set(kept)
    assert parley.get("/healthz").status == 200
    fill(rest)
    ready = eventually(lambda: (one := parley.get("/readyz")).status == 503 and one, what="not ready")
    assert "disk.full" in [reason["code"] for reason in ready.json["reasons"]], ready

    ballast.unlink()
    rest.unlink()
    again = eventually(lambda: (one := parley.post("/api/messages", {"topic": "sales", "description": "room"})).status
                       == 201 and one, what="room again")
    kept.append(again.json["id"])
    eventually(lambda: parley.get("/readyz").status == 200, what="ready again")
    parley.kill9()
    parley.start()
    assert {one["id"] for one in parley.every_message()} == set(kept)
    assert parley.patch("/api/channels/log", {"paused": False}).status == 200
    parley.settled(kept[-1], within=30)


def test_a_disk_that_is_full_from_the_start_is_explained(disk):
    with open(disk / "ballast", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, DISK_BYTES - 8_192)
    ended = run("serve", "--data", str(disk / "data"), "--listen", "127.0.0.1:0")
    assert ended.returncode not in (0, 2) and ended.returncode > 0, ended
    assert "full" in ended.stderr or "room" in ended.stderr
