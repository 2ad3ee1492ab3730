"""A bridge whose three parts are killed at any moment: at the end OurAPI holds what BigChat said."""

import collections
import os
import random
import sqlite3
import threading
import time

import pytest

from bridge import Bridge
from eventually import eventually

SECONDS = float(os.environ.get("PARLEY_BRIDGE_SECONDS", "40"))
SEED = int(os.environ["PARLEY_SEED"])
CATCH_UP_SECONDS = 120
BIG_CHAT = {"fail": 0.05, "lose": 0.05, "truncate": 0.03, "nonsense": 0.03, "drop": 0.02, "stall": 0.02, "odd": 0.2,
            "unseen": 0.2, "busy": 6}
# So slow that Parley is killed in the middle of a conversation more often than not.
OUR_API = {"fail": 0.01, "vanish": 0.005, "lose": 0.01, "drop": 0.01, "hang": 0.005, "garble": 0.005,
           "takes_seconds": 0.04}


@pytest.mark.timeout(int(SECONDS) + CATCH_UP_SECONDS + 60)
def test_kill_9_of_each_of_the_three(launch, closing, tmp_path, capsys):
    chance, kills, pause = random.Random(SEED), collections.Counter(), threading.Event()
    bridge = Bridge(launch, closing, tmp_path, SEED, apart=True, big_chat=BIG_CHAT, our_api=OUR_API)
    bridge.said(20)
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        pause.wait(chance.uniform(0.05, 2.5))
        victims = chance.choices(["parley", "big_chat", "our_api"], weights=[5, 2, 2], k=chance.choice([1, 1, 1, 2]))
        for victim in set(victims):
            getattr(bridge, victim).kill9()
            kills[victim] += 1
        pause.wait(chance.uniform(0, 0.8))
        for victim in set(victims):
            getattr(bridge, victim).start()
        if chance.random() < 0.3:
            bridge.try_at_once()
    bridge.calm()
    bridge.try_at_once()
    began = time.monotonic()
    try:
        model = bridge.settle(CATCH_UP_SECONDS, f"seed {SEED}, {dict(kills)}:")
    finally:
        pages, counting = bridge.ledger.pages(), bridge.ledger.counting()
        with capsys.disabled():
            print(f"\nbridge kill loop, seed {SEED}: {dict(kills)}; {len(pages)} pages asked for, of which "
                  f"{len(pages) - len(counting)} were lost; {len(bridge.ledger.events())} events that count; caught up "
                  f"in {time.monotonic() - began:.1f} s")
    assert len(kills) == 3, f"seed {SEED}"
    assert len(model) > 5 and bridge.state()["counts"]["parked"] == 0, f"seed {SEED}"
    content = bridge.our_api.content()
    assert content["bursts"] == 0 and content["most_in_flight"] == 1, f"seed {SEED}"
    assert bridge.big_chat.content()["most_in_flight"] == 1, f"seed {SEED}"
    with sqlite3.connect(f"file:{bridge.parley.folder}/parley.sqlite?mode=ro", uri=True) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_what_ourapi_forgot_in_silence_is_made_again(launch, closing, tmp_path):
    """Nobody says anything any more, and OurAPI begins anew, empty: the bridge finds out by itself."""
    bridge = Bridge(launch, closing, tmp_path, 21, apart=True, big_chat={"busy": 5})
    bridge.said(60)
    bridge.calm()
    model = bridge.settle()
    for _ in range(2):
        bridge.our_api.kill9()
        bridge.our_api.start()
        assert not bridge.our_api.content()["chats"]
        bridge.settle(40, "forgotten:")
    assert len(model) > 3

    def has_noticed():
        state = bridge.state()
        return state["sweep"] is None and state["counts"]["queued"] == 0
    eventually(has_noticed, 20, "no doubt is left")
    # Looked after again and again, it stays as it is.
    calls = bridge.our_api.content()["calls"]
    eventually(lambda: bridge.our_api.content()["calls"] > calls + 8, 30, "a patrol")
    assert not bridge.differences()


def test_an_advisor_that_became_somebody_else(launch, closing, tmp_path):
    """After a restart of BigChat's, its numbers are other people: nobody is mixed up who was named before."""
    bridge = Bridge(launch, closing, tmp_path, 22, apart=True, big_chat={"stable": False, "busy": 5})
    bridge.said(60)
    bridge.big_chat.set(quiet=True)
    before = bridge.settle()
    bridge.big_chat.kill9()
    bridge.big_chat.start()
    bridge.settle()
    agents = bridge.our_api.content()["agents"].values()
    assert len({agent["email"] for agent in agents}) == len(agents) > 2 and before


def test_a_stop_in_the_middle_leaves_nothing_half_done(launch, closing, tmp_path):
    """Stopped in good order while calls are under way, again and again."""
    chance = random.Random(SEED)
    bridge = Bridge(launch, closing, tmp_path, SEED, big_chat={"busy": 6})
    for _ in range(6):
        bridge.said(len(bridge.ledger.events()) + chance.randrange(5, 40))
        assert bridge.parley.stop() == 0
        bridge.parley.start()
    bridge.calm()
    bridge.settle(60, f"seed {SEED}:")
    assert bridge.our_api.bursts == 0


@pytest.mark.parametrize("seed", [SEED])
def test_kill_9_between_a_message_and_its_record(launch, closing, tmp_path, seed):
    """OurAPI has it and Parley did not write that down: it looks before it says anything a second time."""
    chance, pause = random.Random(seed), threading.Event()
    bridge = Bridge(launch, closing, tmp_path, seed, big_chat={"busy": 6}, our_api={"takes_seconds": 0.03})

    def posted():
        return sum(len(messages) for messages in list(bridge.our_api.messages.values()))
    for _ in range(20):
        before = posted()
        eventually(lambda: posted() > before + 1, 30, "a message arrives")
        pause.wait(chance.uniform(0, 0.05))
        bridge.parley.kill9()
        bridge.parley.start()
    bridge.calm()
    bridge.settle(40, f"seed {seed}:")
