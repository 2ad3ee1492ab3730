"""Conversations that are cut, killed, taken over and attacked: they go on where they were, and nothing counts twice."""

import contextlib
import os
import random
import socket
import subprocess
import threading

import pytest
from websockets.exceptions import ConnectionClosed

from conversation import ICE_CREAM, ICE_CREAM_ANSWERS, Chat, answer, begin, look, publish, steps
from eventually import eventually
from parley import binary, clean_environment

KILLS = int(os.environ.get("PARLEY_KILLS", "20"))
SEED = int(os.environ.get("PARLEY_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
QUESTIONS = 100
VERSION_CUSTOMERS = 100


def responses(parley, survey):
    """All completed responses, page by page."""
    items, after = [], ""
    while True:
        page = parley.get(f"/api/surveys/{survey}/responses?limit=100{after}")
        assert page.status == 200, page
        items += page.json["items"]
        if not page.json["next"]:
            return items
        after = f"&after={page.json['next']}"


def test_the_socket_is_cut_after_every_frame(parley):
    """And each time the one that comes back hears the rest, no message twice and none missing."""
    client = Chat(parley, "ice-cream", customer="john")
    heard = [client.bot()]
    for index, said in enumerate(ICE_CREAM_ANSWERS):
        token, key = client.token, f"k{index}"
        client.cut()                                             # after a question
        client = Chat(parley, "ice-cream", session=token, since=heard[-1]["seq"])
        client.say(said, key=key).cut()                          # after an answer, heard or not
        client = Chat(parley, "ice-cream", session=token, since=heard[-1]["seq"])
        heard.append(client.say(said, key=key).bot())
    assert [one["text"] for one in heard] == ICE_CREAM
    assert [one["seq"] for one in heard] == [1, 2, 3]
    assert client.closed() == 1000
    [response] = responses(parley, "ice-cream")
    assert response["customer"] == "john"


def test_who_comes_back_hears_what_was_missed(parley):
    publish(parley, "steps", steps(4))
    with Chat(parley, "steps") as client:
        client.bot()
        for number in range(2):
            client.say(f"answer {number}").bot()
        token = client.token
    for since in range(4):
        with Chat(parley, "steps", session=token, since=since) as back:
            missed = [back.bot() for _ in range(3 - since)]
            assert [one["seq"] for one in missed] == list(range(since + 1, 4))
            # Nothing else comes: the next frame is the answer to what was unknown.
            assert back.send("{\"type\":\"?\"}").error()["code"] == "frame.unknown"
    with Chat(parley, "steps", session=token) as new:
        assert new.bot()["question"]["id"] == "q3"


def test_a_second_connection_takes_over(parley):
    with Chat(parley, "ice-cream", customer="john") as first:
        first.bot()
        with Chat(parley, "ice-cream", session=first.token) as second:
            assert second.bot()["text"] == ICE_CREAM[0]
            told = first.frame("taken_over")
            assert told["text"]
            assert first.closed() == 4001
            assert second.say("2").bot()["text"] == ICE_CREAM[1]


def test_the_same_answer_counts_once(parley):
    publish(parley, "steps", steps(3))
    with Chat(parley, "steps") as client:
        client.bot()
        replies = [client.say("once", key="a").bot() for _ in range(3)]
        assert [(one["seq"], one["text"]) for one in replies] == [(2, "Question 2 of version 1?")] * 3
        over_http = answer(parley, client.token, "once", key="a")
        assert [one["seq"] for one in over_http.json["messages"]] == [2]
        assert look(parley, client.token)["seq"] == 2


def test_an_answer_to_a_question_that_has_passed_is_refused(parley):
    publish(parley, "steps", steps(3))
    state = begin(parley, "steps")
    assert answer(parley, state["session"], "a", question="q1").status == 200
    assert answer(parley, state["session"], "b", question="q1").is_problem(409, "answer.question_passed")
    assert look(parley, state["session"])["question"]["id"] == "q2"


HOSTILE = {
    "binary": b"\x00\xff", "no JSON": '{"type', "unknown type": '{"type":"quit"}', "no text": '{"type":"answer"}',
    "text is a number": '{"type":"answer","text":2}', "too long": "x" * 100_000,
    "key too long": '{"type":"answer","text":"2","key":"%s"}' % ("k" * 65),
    "deep": '{"":' + "[" * 10_000, "other question": '{"type":"answer","text":"2","question":"why"}',
}


@pytest.mark.parametrize("frame", HOSTILE.values(), ids=HOSTILE)
def test_a_frame_that_is_no_answer_is_an_error_and_the_conversation_lives(parley, frame):
    with Chat(parley, "ice-cream", customer="john") as client:
        client.bot()
        refused = client.send(frame).error()
        assert refused["code"] and refused["text"]
        assert client.say("2").bot()["text"] == ICE_CREAM[1]


def test_a_message_past_every_limit_ends_the_socket_and_not_the_conversation(parley):
    with Chat(parley, "ice-cream", customer="john") as client:
        client.bot()
        client.send("x" * (1 << 20))
        assert client.closed() in (1009, 1006)
        token = client.token
    with Chat(parley, "ice-cream", session=token) as back:
        assert back.bot()["text"] == ICE_CREAM[0]
        assert back.say("2").bot()["text"] == ICE_CREAM[1]


def test_any_text_is_kept_as_it_was_said(parley):
    said = ["{no JSON}", "=1+1", "žluťoučký kůň 🐎", "'; DROP TABLE survey_session; --"]
    publish(parley, "steps", steps(len(said)))
    with Chat(parley, "steps") as client:
        client.bot()
        for text in said:
            client.send(text)
            client.bot()
        assert client.closed() == 1000
    [response] = responses(parley, "steps")
    shown = parley.get(f"/api/surveys/steps/responses/{response['id']}")
    assert shown.status == 200 and all(text in shown.body.decode() or text in str(shown.json) for text in said), shown


def test_running_sessions_end_on_their_version(parley):
    assert publish(parley, "steps", steps(2)) == 1
    tokens = [begin(parley, "steps")["session"] for _ in range(VERSION_CUSTOMERS)]
    for token in tokens[::2]:
        assert answer(parley, token, "before").json["question"]["id"] == "q2"
    assert publish(parley, "steps", steps(3, version=2)) == 2
    ends = []
    for index, token in enumerate(tokens):
        if index % 2:
            assert answer(parley, token, "after").json["messages"][0]["text"] == "Question 2 of version 1?"
        ends.append(answer(parley, token, "last").json)
    assert {(one["status"], one["version"], one["messages"][-1]["text"]) for one in ends} == \
        {("completed", 1, "Version 1 is done.")}
    new = begin(parley, "steps")
    assert new["version"] == 2 and new["messages"][0]["text"] == "Question 1 of version 2?"
    done = responses(parley, "steps")
    assert len(done) == VERSION_CUSTOMERS and {one["version"] for one in done} == {1}


class Customer:
    """Takes the survey whatever happens: connects again, asks for what was missed, says again under the same key."""

    def __init__(self, parley, survey, chance):
        self.parley, self.survey, self.chance = parley, survey, chance
        self.token, self.seq, self.acknowledged, self.repeats, self.odd = None, 0, {}, 0, []
        self.is_done, self.stopping = False, threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        pending = None                                           # (question, text, key) that nobody has answered yet
        while not self.is_done and not self.stopping.is_set():
            client = None
            try:
                more = {"session": self.token, "since": self.seq} if self.token else {}
                client = Chat(self.parley, self.survey, **more)
                self.token = client.token
                if pending:                                      # taken or not: under its key it counts once
                    self.repeats += 1
                    client.say(pending[1], key=pending[2])
                while not self.is_done:
                    heard = client.bot()
                    if heard["seq"] <= self.seq:                 # the reply to what was said twice
                        continue
                    pending = self._take(heard, pending)
                    if pending:
                        client.say(pending[1], key=pending[2])
                        if self.chance.random() < 0.05:
                            client.cut()
            except (OSError, ConnectionClosed, TimeoutError, EOFError, ValueError):
                self.stopping.wait(0.005)
            except Exception as other:                           # a refusal: told by the test, not by a dead thread
                if type(other).__name__ not in ("InvalidStatus", "InvalidHandshake", "InvalidMessage"):
                    self.odd.append(repr(other))
                    return
                self.stopping.wait(0.005)
            finally:
                if client:
                    client.cut()

    def _take(self, heard, pending):
        """What to say to a message of the bot's; notes what it acknowledges."""
        if heard["seq"] != self.seq + 1:
            self.odd.append(f"after {self.seq} came {heard}")
        self.seq = heard["seq"]
        if pending:
            self.acknowledged[pending[0]] = pending[1]
        if heard["type"] == "end":
            self.is_done = True
            return None
        question = heard["question"]["id"]
        return question, f"{question} by {self.token[:8]} {self.chance.randrange(1 << 30)}", f"key-{self.seq}"


@pytest.mark.timeout(600)
def test_kill_9_in_mid_conversation(launch, capsys):
    chance = random.Random(SEED)
    parley = launch(PARLEY_RATE_LIMIT="0")
    publish(parley, "steps", steps(QUESTIONS))
    customers = [Customer(parley, "steps", random.Random(SEED + number)) for number in range(4)]
    for one in customers:
        one.thread.start()
    kills = 0
    try:
        while kills < KILLS and not all(one.is_done for one in customers):
            eventually(lambda: parley.address, within=20, what="listening")
            heard = sum(one.seq for one in customers)
            eventually(lambda: sum(one.seq for one in customers) > heard or all(one.is_done for one in customers),
                       within=20, what="progress after a restart")
            customers[0].stopping.wait(chance.uniform(0, 0.03))
            parley.kill9()
            parley.spawn()
            kills += 1
        eventually(lambda: parley.address, within=20, what="listening")
        eventually(lambda: all(one.is_done or one.odd for one in customers), within=120, what="all at the end")
    finally:
        for one in customers:
            one.stopping.set()
        for one in customers:
            one.thread.join(30)
            assert not one.thread.is_alive()
    assert not [one.odd for one in customers if one.odd], f"seed {SEED}: {[one.odd for one in customers]}"
    assert len(responses(parley, "steps")) == len(customers), f"seed {SEED}"
    for one in customers:
        seen = look(parley, one.token)
        said = [turn["said"] for turn in seen["messages"] if turn.get("said")]
        assert seen["status"] == "completed" and len(one.acknowledged) == QUESTIONS, f"seed {SEED}"
        assert said == [one.acknowledged[f"q{number}"] for number in range(1, QUESTIONS + 1)], f"seed {SEED}"
    with capsys.disabled():
        print(f"\nsurvey kill loop, seed {SEED}: {kills} kills, {len(customers) * QUESTIONS} answers acknowledged, all "
              f"stored once; {sum(one.repeats for one in customers)} said again")


class Relay:
    """A fixed address in front of a program that comes and goes on addresses of its own."""

    def __init__(self, parley):
        self.parley, self.pairs = parley, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near = self.listener.accept()[0]
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.parley.port))
            except (OSError, AttributeError):
                near.close()
                continue
            self.pairs.append((near, far))
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    @staticmethod
    def _pass(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def cut(self):
        """Breaks off all connections there are."""
        for pair in self.pairs:
            for one in pair:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
        self.pairs = []

    def close(self):
        self.listener.close()
        self.cut()


def test_the_terminal_outlives_lost_connections_and_kill_9(parley, closing):
    publish(parley, "steps", steps(5))
    relay = Relay(parley)
    closing.callback(relay.close)
    terminal = subprocess.Popen([binary(), "chat", "steps", "--url", relay.url], text=True, bufsize=1,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=clean_environment())
    closing.callback(terminal.wait, 10)
    closing.callback(terminal.kill)
    shown = []

    def heard(line):
        shown.append(terminal.stdout.readline())
        assert shown[-1] == line, (shown, terminal.poll() is not None and terminal.stderr.read())

    def say(line):
        terminal.stdin.write(line + "\n")
        heard(f"USER: {line}\n")

    heard("BOT:  Question 1 of version 1?\n")
    relay.cut()                                                   # while nothing is under way
    say("one")
    heard("BOT:  Question 2 of version 1?\n")
    say("two")
    heard("BOT:  Question 3 of version 1?\n")
    parley.kill9()
    terminal.stdin.write("three\n")                               # while nobody listens
    parley.start()
    heard("USER: three\n")
    heard("BOT:  Question 4 of version 1?\n")
    parley.restart()
    say("four")
    heard("BOT:  Question 5 of version 1?\n")
    say("five")
    heard("BOT:  Version 1 is done.\n")
    assert terminal.wait(10) == 0
    told = terminal.stderr.read()
    assert "the connection was lost" in told, told
    assert len(responses(parley, "steps")) == 1
