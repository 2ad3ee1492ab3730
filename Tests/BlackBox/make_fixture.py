"""Keeps a database of today's version for the tests of upgrades. Run it before a migration changes what there is:

    make fixture NAME=before-that-migration              # with .build/debug/parley
    python Tests/BlackBox/make_fixture.py NAME PROGRAM   # with the program of an earlier commit

It starts the program in a fresh folder, has a little of everything happen there, stops it, and writes
Tests/BlackBox/Fixtures/NAME.sql. Rooms that the program does not have yet are left out.
"""

import contextlib
import pathlib
import sys
import tempfile

import fixtures
from bridge import Bridge
from eventually import eventually
from parley import Parley, binary
from quiz import SAMPLE, Game

EVENTS = 12
LARGEST_BYTES = 150_000


def messages(parley):
    parley.webhook("nowhere", "http://127.0.0.1:9/", topic="held")
    assert parley.patch("/api/channels/nowhere", {"paused": True}).status == 200
    sent = [parley.send("sales", text)["id"] for text in ("Out of vanilla.", "Ünïcode: 🍦", "line\nbreak")]
    parley.send("held", "This one waits.")
    for one in sent:
        parley.settled(one)
    made = parley.post("/api/admin/tokens", {"name": "reader", "scopes": ["messages:read"]})
    assert made.status == 201, made


def surveys(parley):
    known = parley.put("/api/customers/ann", {"attributes": {"name": "Ann Example"}})
    assert known.status in (200, 201), known
    for customer, answers in (("ann", ["2", "Because it is sweet."]), ("bob", ["1"])):
        begun = parley.post("/api/surveys/ice-cream/sessions", {"customer": customer})
        assert begun.status in (200, 201), begun
        for answer in answers:
            said = parley.post(f"/api/sessions/{begun.json['session']}/answers", {"text": answer}, token=None)
            assert said.status in (200, 201), said


def quizzes(parley, closing):
    game = Game(parley, closing=closing, host_name="Ms Gray")
    ann, bob, host = game.play("Ann"), game.play("Bob"), game.host()
    host.command("start")
    for identifier, (right, wrong) in list(SAMPLE.items())[:2]:
        ann.question(identifier), bob.question(identifier)
        ann.answer(right, identifier), bob.answer(wrong, identifier)
        host.command("skip")
        host.wait("reveal")
        host.command("next")
    host.command("end")
    for one in (ann, bob):
        one.wait("finish")
    waiting = Game(parley, closing=closing)                 # one that a restart has to bring back
    waiting.join("Cem")


def make(name, program):
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as closing:
        folder = pathlib.Path(folder)

        def launch(**environment):
            parley = Parley(folder / "data", environment, program=program)
            closing.callback(parley.end)
            return parley.start()

        parley = launch()
        messages(parley)
        has_bridge = parley.get("/api/bridge").status != 404
        if parley.get("/api/surveys").status == 200:
            surveys(parley)
        if parley.get("/api/quizzes").status == 200:
            quizzes(parley, closing)
        parley.stop()
        if has_bridge:
            bridge = Bridge(launch, closing, folder, 1)
            bridge.said(EVENTS)
            bridge.calm()
            bridge.settle()
            parley = bridge.parley
            eventually(lambda: not any(bridge.state()["counts"][one] for one in ("queued", "waiting", "to_ask")))
            parley.stop()
        fixture = fixtures.FOLDER / f"{name}.sql"
        fixtures.dump(folder / "data" / "parley.sqlite", fixture)
        text = fixture.read_text()
        assert str(folder) not in text and len(text) < LARGEST_BYTES, len(text)
        print(fixture.name, len(text), "bytes", fixtures.versions(folder / "data" / "parley.sqlite"))


if __name__ == "__main__":
    make(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else binary())
