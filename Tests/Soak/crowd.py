"""Who uses a Parley all at once: customers, players, bots, admins.

Each goes on whatever happens to it, and asks again under the same key until it is answered. What it was told is written
down, to be held against the data afterwards.
"""

import contextlib
import http.client
import os
import random
import shutil
import signal
import sqlite3
import threading
import time

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from conversation import Chat
from parley import ADMIN_TOKEN, Client, Parley, run
from quiz import Game
from test_quizzes_interrupted import Runner

AWAY = (OSError, ConnectionClosed, TimeoutError, EOFError, InvalidHandshake, InvalidMessage, http.client.HTTPException)
QUESTIONS, GAME_QUESTIONS, PLAYERS = 5, 6, 6
INSIST_SECONDS = 90.0
PAUSE_SECONDS = 0.02
GAME_SECONDS = 120.0
BACKUP_SECONDS = 60.0


class Actor(threading.Thread):
    """Does its `act` again and again until the soak calms down."""

    pause_seconds = 0.0

    def __init__(self, soak, number):
        super().__init__(name=f"{type(self).__name__} {number}", daemon=True)
        self.soak, self.number, self.turn, self.client = soak, number, 0, None
        self.chance = random.Random(f"{soak.seed} {self.name}")

    def run(self):
        while not self.soak.ending.is_set():
            self.turn += 1
            try:
                self.act()
            except AWAY:
                self.soak.count("broken off")
                self.rest(PAUSE_SECONDS)
            except Exception as wrong:                           # told at the end, with all others
                self.soak.violate(f"{self.name}: {wrong!r}"[:600])
                self.rest(1)
            self.soak.ending.wait(self.pause_seconds * self.chance.uniform(0.5, 1.5))

    def rest(self, seconds):
        threading.Event().wait(seconds)

    @property
    def key(self):
        return f"{self.name.replace(' ', '')}-{self.turn}"

    def ask(self, method, path, body=None, headers=None, token=ADMIN_TOKEN):
        """One answer over a connection that is kept."""
        try:
            self.client = self.client or Client(self.soak.parley.listen, None, timeout=30)
            authorization = {"Authorization": f"Bearer {token}"} if token else {}
            answer = self.client.request(method, path, body, authorization | (headers or {}))
        except AWAY:
            self.client = None
            raise
        if answer.status >= 500 and answer.status != 503:
            self.soak.violate(f"{method} {path}: {answer}")
        return answer

    def insist(self, method, path, body=None, headers=None, token=ADMIN_TOKEN):
        """The answer of a program that works, however often it has to be asked; and how long the last try took."""
        until = time.monotonic() + INSIST_SECONDS
        while True:
            began = time.monotonic()
            try:
                answer = self.ask(method, path, body, headers, token)
                if answer.status != 503:
                    return answer, time.monotonic() - began
            except AWAY:
                pass
            self.soak.count("asked again")
            assert time.monotonic() < until, f"nobody answers {method} {path}"
            self.rest(PAUSE_SECONDS)


class Customer(Actor):
    """Takes the survey over HTTP; each answer may have to be sent several times."""

    def act(self):
        begun, _ = self.insist("POST", "/api/surveys/soak/sessions", {}, token=None)
        assert begun.status == 201, begun
        path = f"/api/sessions/{begun.json['session']}/answers"
        for number in range(1, QUESTIONS + 1):
            text = f"answer {number} by {self.key}"
            answer, took = self.insist("POST", path, {"text": text, "key": f"k{number}"}, token=None)
            assert answer.status == 200, answer
            self.soak.answered(text, took)
        self.soak.count("surveys completed")


class Visitor(Actor):
    """Takes the survey over a WebSocket, and comes back to where it was."""

    def act(self):
        token, seq, number, chat = None, 0, 0, None
        until = time.monotonic() + INSIST_SECONDS
        while number <= QUESTIONS:
            assert time.monotonic() < until, "the conversation does not get on"
            try:
                if not chat:
                    chat = Chat(self.soak.parley, "soak", session=token, since=seq if token else None)
                    token = chat.token
                text, began = f"answer {number} by {self.key}", time.monotonic()
                if number:
                    chat.say(text, key=f"k{number}")
                while seq <= number:                             # what was missed may come first, and come twice
                    seq = max(seq, chat.bot()["seq"])
                if number:
                    self.soak.answered(text, time.monotonic() - began)
                number += 1
                if self.chance.random() < 0.05:
                    raise TimeoutError
            except AWAY:
                self.soak.count("came back")
                if chat:
                    chat.cut()
                    chat.close()
                chat = None
                self.rest(PAUSE_SECONDS)
        if chat:
            chat.close()
        self.soak.count("surveys completed")


class Bot(Actor):
    """Posts messages to a topic, sometimes twice."""

    pause_seconds = 0.05

    def act(self):
        topic = self.chance.choice(["hook", "hook", "mail"])
        body, headers = {"topic": topic, "description": self.key}, {"Idempotency-Key": self.key}
        answer, _ = self.insist("POST", "/api/messages", body, headers)
        assert answer.status == 201, answer
        if self.chance.random() < 0.1:
            again, _ = self.insist("POST", "/api/messages", body, headers)
            assert (again.status, again.json["id"]) == (201, answer.json["id"]), (answer, again)
        self.soak.accepted(self.key, topic, answer.json["id"])


class Teacher(Actor):
    """Opens games that everybody runs through at their own pace, with some players each."""

    def act(self):
        game = self.until_done(lambda: Game(self.soak.parley, "soak"))
        runners = []
        for number in range(1, PLAYERS + 1):
            # A name that was heard by a program that died cannot be taken again.
            token = self.until_done(lambda: game.join(f"Player {number} {self.chance.randrange(10**6)}"))
            runners.append(Runner(self.soak.parley, game.code, token, random.Random(self.chance.random())))
        for runner in runners:
            runner.thread.start()
        until = time.monotonic() + GAME_SECONDS
        try:
            while not all(runner.is_done or len(runner.verdicts) == GAME_QUESTIONS for runner in runners):
                assert time.monotonic() < until, f"the game does not get on: {[len(one.verdicts) for one in runners]}"
                self.rest(PAUSE_SECONDS)
            self.until_done(lambda: self.finish(game))
            while not all(runner.is_done for runner in runners):
                assert time.monotonic() < until, "nobody is told of the end"
                self.rest(PAUSE_SECONDS)
        finally:
            for runner in runners:
                runner.stop()
            for runner in runners:
                runner.thread.join(30)
        odd = [runner.odd for runner in runners if runner.odd]
        assert not odd, odd
        self.soak.played(game, runners)

    def finish(self, game):
        if game.shown()["phase"] != "finished":
            with game.host() as seat:
                seat.command("end")

    def until_done(self, work):
        """What is broken off, or refused with 503, is done again from its beginning."""
        until = time.monotonic() + INSIST_SECONDS
        while True:
            try:
                return work()
            except AWAY + (AssertionError, KeyError) as fault:
                assert time.monotonic() < until, repr(fault)
                self.rest(PAUSE_SECONDS)


class Admin(Actor):
    """Reads everything there is to read, turns the log up and down, and has the certificate read anew."""

    pause_seconds = 0.1
    paths = ["/metrics", "/readyz", "/healthz", "/openapi.json", "/docs", "/api/messages?limit=100", "/api/topics",
             "/api/channels", "/api/surveys/soak/analytics", "/api/surveys/soak/responses?limit=100",
             "/api/surveys/soak/export?format=csv", "/api/surveys/soak/export?format=json", "/api/quizzes",
             "/api/games", "/api/bridge", "/api/bridge/conversations?limit=100", "/api/bridge/aside",
             "/api/admin/audit", "/api/admin/audit/export", "/api/admin/outbox", "/api/admin/channels/health",
             "/api/admin/configuration", "/api/admin/retention", "/api/admin/backups", "/api/admin/tokens",
             "/api/admin/accounts", "/api/admin/export", "/api/admin/log"]

    def act(self):
        chance = self.chance.random()
        if chance < 0.05:
            answer = self.ask("PUT", "/api/admin/log", {"level": self.chance.choice(["debug", "info", "notice"])})
            assert answer.status in (200, 404, 503), answer
        elif chance < 0.08:
            with contextlib.suppress(ProcessLookupError):
                if self.soak.parley.address:                     # before that it would end the program
                    os.kill(self.soak.parley.pid, signal.SIGHUP)
                    self.soak.count("SIGHUP")
        else:
            path = self.chance.choice(self.paths)
            answer = self.ask("GET", path)
            assert answer.status in (200, 404, 503), f"{path}: {answer}"
            self.soak.count("reads by admins")
            if answer.status == 404:
                self.soak.missing.add(path)


class Keeper(Actor):
    """Makes backups by the API, restores them beside the running program, and looks at what is in them."""

    pause_seconds = 15.0

    def act(self):
        known = self.soak.known()
        made, _ = self.insist("POST", "/api/admin/backups")
        if made.status == 404:
            path = self.by_command()
        else:
            assert made.status in (202, 409), made
            path = made.status == 202 and self.by_api(made.json["name"])
        if not path:
            self.soak.count("backups cut short")
            return
        self.soak.count("backups")
        place = self.soak.folder / f"restored-{self.turn}"
        place.mkdir(mode=0o700)
        shutil.copy(path, place / "parley.sqlite")
        try:
            self.look(place, known)
        finally:
            shutil.rmtree(place)

    def by_command(self):
        path = self.soak.folder / f"backup-{self.turn}.sqlite"
        made = run("backup", "--data", str(self.soak.parley.folder), str(path), within=BACKUP_SECONDS)
        assert made.returncode == 0, made
        return path

    def by_api(self, name):
        """Where it lies once it is good; None if the program was killed meanwhile."""
        until = time.monotonic() + BACKUP_SECONDS
        while time.monotonic() < until:
            shown, _ = self.insist("GET", f"/api/admin/backups/{name}")
            if shown.status == 404 or shown.json["state"] in ("unverified", "failed"):
                return None
            if shown.json["state"] == "good":
                return self.soak.parley.folder / "backups" / name
            assert shown.json["state"] == "making", shown
            self.rest(0.1)
        raise AssertionError(f"{name} is not done within {BACKUP_SECONDS} s")

    def look(self, place, known):
        checked = run("check", "--data", str(place), within=BACKUP_SECONDS)
        assert checked.returncode == 0 and "sound" in checked.stdout, checked
        texts, messages = known
        with contextlib.closing(sqlite3.connect(place / "parley.sqlite")) as database, database:
            said = {text for (text,) in database.execute("SELECT said FROM survey_turn WHERE said IS NOT NULL")}
            stored = {identifier for (identifier,) in database.execute("SELECT id FROM message")}
            # Or it would deliver a second time what waits in it, and run the bridge's calls.
            database.execute("UPDATE channel SET paused = 1")
        assert texts <= said, f"a backup lacks {len(texts - said)} acknowledged answers: {list(texts - said)[:3]}"
        assert messages <= stored, f"a backup lacks {len(messages - stored)} accepted messages"
        second = Parley(place, {"PARLEY_BRIDGE_ENABLED": "false"}, program=self.soak.parley.program)
        try:
            second.start()
            assert second.get("/readyz").status == 200
            assert second.get("/api/surveys/soak/analytics").status == 200
            assert second.stop() == 0
        finally:
            second.end()
        self.soak.count("restores")
