"""kill -9 in a loop while clients post: what was answered 201 is stored, and delivered under one id."""

import collections
import http.client
import json
import os
import random
import threading
import time

import pytest

from eventually import eventually
from parley import Client

KILLS = int(os.environ.get("PARLEY_KILLS", "40"))
SEED = int(os.environ.get("PARLEY_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
CLIENTS = 4
DRAIN_SECONDS = 120.0


class Bots:
    """Client threads that post, and post again with the same key until they hear an answer."""

    def __init__(self, parley):
        self.parley, self.stopping = parley, threading.Event()
        self.acknowledged, self.refused, self.repeats = {}, [], 0
        self._news = threading.Condition()
        self._threads = [threading.Thread(target=self._post, args=(index,)) for index in range(CLIENTS)]

    def start(self):
        for thread in self._threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive()

    def _post(self, index):
        client, number, again = None, 0, 0
        while not self.stopping.is_set():
            key = f"bot{index}-{number}"
            try:
                client = client or Client(self.parley.address or "127.0.0.1:9", timeout=5)
                answer = client.request("POST", "/api/messages", {"topic": "kill", "description": key},
                                        {"Idempotency-Key": key})
            except (OSError, http.client.HTTPException):
                client, again = None, again + 1
                self.stopping.wait(0.002)
                continue
            with self._news:
                if answer.status == 201:
                    self.acknowledged[key] = answer.json["id"]
                else:
                    self.refused.append(answer)
                self.repeats += again > 0
                self._news.notify_all()
            number, again = number + 1, 0

    def wait_for_one_more(self, within):
        """Whether somebody heard an answer."""
        with self._news:
            before = len(self.acknowledged)
            return self._news.wait_for(lambda: len(self.acknowledged) > before or self.refused, within)


@pytest.mark.timeout(600)
def test_nothing_acknowledged_is_lost(launch, hook, capsys):
    chance = random.Random(SEED)
    parley = launch(PARLEY_RATE_LIMIT="0")
    parley.webhook("kill", hook.url, topic="kill")
    bots = Bots(parley)
    bots.start()
    began, moments = time.monotonic(), collections.Counter()
    try:
        for _ in range(KILLS):
            if chance.random() < 0.15:                      # while it starts: recovery itself is cut short
                moments["starting"] += 1
                bots.stopping.wait(chance.uniform(0, 0.03))
            else:
                moments["serving"] += 1
                eventually(lambda: parley.address, within=20, what="listening")
                assert bots.wait_for_one_more(within=20), "no progress after a restart"
                bots.stopping.wait(chance.uniform(0, 0.04))
            parley.kill9()
            parley.spawn()
        eventually(lambda: parley.address, within=20, what="listening")
        assert bots.wait_for_one_more(within=20)
        took = time.monotonic() - began
    finally:
        bots.stop()
    assert not bots.refused, f"seed {SEED}: {bots.refused[:3]}"

    stored = {message["id"]: message for message in parley.every_message("&topic=kill")}
    keys = collections.Counter(message["description"] for message in stored.values())
    lost = {key: one for key, one in bots.acknowledged.items()
            if one not in stored or stored[one]["description"] != key}
    assert not lost, f"seed {SEED}: acknowledged but not stored: {lost}"
    doubled = [key for key, count in keys.items() if count > 1]
    assert not doubled, f"seed {SEED}: stored twice under one key: {doubled}"

    eventually(lambda: parley.get("/api/messages?topic=kill&status=pending&limit=1").json["items"] == []
               and parley.get("/api/messages?topic=kill&status=queued&limit=1").json["items"] == [],
               within=DRAIN_SECONDS, what="everything delivered")
    final = collections.Counter(message["status"] for message in parley.every_message("&topic=kill"))
    assert set(final) == {"sent"}, f"seed {SEED}: {final}"
    heard = collections.defaultdict(collections.Counter)
    for received in hook.received:
        heard[described(received)][received.headers["webhook-id"]] += 1
    assert set(heard) == set(keys), f"seed {SEED}: delivered {len(heard)} of {len(keys)}"
    several = {key: ids for key, ids in heard.items() if len(ids) > 1}
    assert not several, f"seed {SEED}: one message under several ids: {several}"
    assert hook.unsigned == 0
    repeated = sum(ids.total() - 1 for ids in heard.values())
    with capsys.disabled():
        print(f"\nkill loop, seed {SEED}: {KILLS} kills in {took:.1f} s ({dict(moments)}); {len(bots.acknowledged)} "
              f"acknowledged, {len(stored)} stored, {len(heard)} delivered, 0 lost, 0 doubled; "
              f"{bots.repeats} posts asked again; {repeated} deliveries repeated under their id")


def test_a_stop_under_load_loses_nothing_either(launch, hook):
    parley = launch(PARLEY_RATE_LIMIT="0")
    parley.webhook("kill", hook.url, topic="kill")
    bots = Bots(parley)
    bots.start()
    try:
        assert bots.wait_for_one_more(within=20)
        assert parley.stop() == 0
        parley.start()
        assert bots.wait_for_one_more(within=20)
    finally:
        bots.stop()
    assert not [one for one in bots.refused if one.status != 503], "a program that stops may only say so"
    stored = {message["id"] for message in parley.every_message("&topic=kill")}
    assert set(bots.acknowledged.values()) <= stored


def described(received):
    """The description a webhook carried."""
    return next(word for word in json.dumps(json.loads(received.body)).replace('"', " ").split()
                if word.startswith("bot") and "-" in word)
