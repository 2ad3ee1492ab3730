"""A program that is replaced while clients use it: who asks again loses nothing and gets nothing twice."""

import http.client
import itertools
import sqlite3
import threading
import time

import pytest

from conversation import publish, steps
from eventually import eventually
from fake_service import free_port
from parley import ADMIN_TOKEN, Client, Parley

CLIENTS, CUSTOMERS, REPLACEMENTS = 6, 4, 5
QUESTIONS = 5
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.01


class Retrying:
    """A keep-alive client that asks again, under the same key, until it is answered by a program that works."""

    def __init__(self, address):
        self.address, self.client = address, None
        self.again, self.longest = 0, 0.0

    def post(self, path, body, token=None, key=None):
        began = time.monotonic()
        while True:
            assert time.monotonic() - began < PATIENCE_SECONDS, f"nobody answers {path}"
            try:
                self.client = self.client or Client(self.address, None, timeout=30)
                headers = {"Idempotency-Key": key, "Authorization": f"Bearer {token}"} if token else {}
                answer = self.client.request("POST", path, body, headers)
                if answer.status != 503:
                    self.longest = max(self.longest, time.monotonic() - began)
                    return answer
            except (OSError, http.client.HTTPException):
                pass
            self.client, self.again = None, self.again + 1
            threading.Event().wait(PAUSE_SECONDS)


class Crowd:
    """Bots that post messages, and customers who take a survey again and again, until they are told to stop."""

    def __init__(self, address, token):
        self.token, self.stopping = token, threading.Event()
        self.wrong, self.posted, self.said, self.clients = [], {}, {}, []
        self.threads = [threading.Thread(target=self.run, args=(address, self.bot, number)) for number in range(CLIENTS)]
        self.threads += [threading.Thread(target=self.run, args=(address, self.customer, number))
                         for number in range(CUSTOMERS)]
        for thread in self.threads:
            thread.start()

    def run(self, address, act, number):
        client = Retrying(address)
        self.clients.append(client)
        try:
            for turn in itertools.count():
                if self.stopping.is_set():
                    return
                act(client, f"{number}-{turn}")
        except Exception as fault:                               # shown by whoever ends the crowd
            self.wrong.append(repr(fault))

    def bot(self, client, name):
        answer = client.post("/api/messages", {"topic": "roll", "description": name}, self.token, f"m{name}")
        assert answer.status == 201, answer
        self.posted[name] = answer.json["id"]

    def customer(self, client, name):
        begun = client.post("/api/surveys/roll/sessions", {})
        assert begun.status == 201, begun
        path = f"/api/sessions/{begun.json['session']}/answers"
        for number in range(1, QUESTIONS + 1):
            text = f"answer {number} of {name}"
            answer = client.post(path, {"text": text, "key": f"k{number}"})
            assert answer.status == 200, answer
            self.said[text] = name

    @property
    def count(self):
        return len(self.posted) + len(self.said)

    def end(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(PATIENCE_SECONDS)
        assert not self.wrong, self.wrong[:5]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("way", ["one after the other", "handing over"])
def test_replacing_the_program_loses_no_request(tmp_path, closing, capsys, hook, way):
    """`handing over`: the next one is there already, and waits for the folder and the address."""
    address = f"127.0.0.1:{free_port()}"

    def made():
        parley = Parley(tmp_path / "data", {"PARLEY_RATE_LIMIT": "0", "PARLEY_WAIT_SECONDS": "30"}, listen=address)
        closing.callback(parley.end)
        return parley
    parley = made().start()
    parley.webhook("roll", hook.url, topic="roll")
    publish(parley, "roll", steps(QUESTIONS))
    crowd = Crowd(address, ADMIN_TOKEN)
    closing.callback(crowd.stopping.set)
    for _ in range(REPLACEMENTS):
        before = crowd.count
        eventually(lambda: crowd.count > before + 40 or crowd.wrong, 60, "they get on")
        if way == "handing over":
            successor = made().spawn()
            eventually(lambda: successor.events("waiting for the data folder"), 20)
            assert parley.stop() == 0
            eventually(lambda: successor.address, 20, "the next one listens")
            parley = successor
        else:
            assert parley.stop() == 0
            parley.start()
    before = crowd.count
    eventually(lambda: crowd.count > before + 40 or crowd.wrong, 60, "they get on")
    crowd.end()

    stored = {one["id"]: one["description"] for one in parley.every_message("&topic=roll")}
    assert {name: key for key, name in stored.items()} == crowd.posted, "each is there, and once"
    assert len(stored) == len(crowd.posted)
    eventually(lambda: {one["status"] for one in parley.every_message("&topic=roll")} == {"sent"}, 60, "all delivered")
    with sqlite3.connect(f"file:{parley.folder}/parley.sqlite?mode=ro", uri=True) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        said = [text for (text,) in database.execute("SELECT said FROM survey_turn WHERE said IS NOT NULL")]
    assert sorted(said) == sorted(crowd.said), "each answer is there, and once"
    longest = max(client.longest for client in crowd.clients)
    with capsys.disabled():
        print(f"\nreplaced {REPLACEMENTS} times, {way}: {len(crowd.posted)} messages and {len(crowd.said)} answers, "
              f"0 lost, 0 doubled, {sum(client.again for client in crowd.clients)} tries again; the longest that anybody "
              f"waited: {longest:.2f} s")
