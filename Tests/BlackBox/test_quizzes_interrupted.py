"""Games that are killed, stopped and starved of disk: what was acknowledged counts, once, and the game goes on."""

import collections
import os
import random
import sqlite3
import threading
import time

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from eventually import eventually
from quiz import Game, Seat, publish, quiz
from test_disk_full import BALLAST_BYTES, fill
from wire import Wire

KILLS = int(os.environ.get("PARLEY_KILLS", "14"))
SEED = int(os.environ.get("PARLEY_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
CROWD = 24
QUESTIONS = 100
RUNS = 20
STREAK = {"step": 10, "max": 50}
SECONDS = 60
AWAY = (OSError, ConnectionClosed, TimeoutError, EOFError, InvalidHandshake, InvalidMessage)


class Visitor:
    """Somebody who comes back with their token whatever happens, until the game is over."""

    way, harmless = "play", ("game.stopping",)

    def __init__(self, parley, code, token, chance):
        self.parley, self.code, self.token, self.chance = parley, code, token, chance
        self.odd, self.finish, self.came, self.seat = [], None, 0, None
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run)

    @property
    def is_done(self):
        return self.finish is not None or bool(self.odd)

    def stop(self):
        self.stopping.set()
        if self.seat:
            self.seat.cut()

    def _run(self):
        query = {"player" if self.way == "play" else "host": self.token}
        while not self.is_done and not self.stopping.is_set():
            try:
                if self.parley.address:
                    self.seat = seat = Seat(self.parley, self.way, self.code, **query)
                    self.came += 1
                    self.take(seat, seat.welcome)
                    while not self.is_done:
                        self.take(seat, seat.hear())
            except AWAY:
                pass
            except Exception as other:                           # told by the test, not by a dead thread
                self.odd.append(repr(other))
            finally:
                if self.seat:
                    self.seat.cut()
                    self.seat.close()
            self.stopping.wait(0.01)

    def take(self, seat, frame):
        if frame["type"] == "error" and frame["code"] not in self.harmless:
            self.odd.append(frame)
        elif frame["type"] == "finish":
            self.finish = frame
        else:
            self.heard(seat, frame)

    def heard(self, seat, frame):
        raise NotImplementedError


class Contestant(Visitor):
    """Answers once to each question, again if no verdict came; half of the time with something else then."""

    harmless = ("game.stopping", "game.paused", "answer.late", "question.none")

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.said, self.verdicts, self.repeats, self.open = collections.defaultdict(list), {}, 0, None

    def heard(self, seat, frame):
        if frame["type"] == "verdict":
            self.note(frame)
        elif frame["type"] == "welcome":
            if frame["verdict"]:
                self.note(frame["verdict"])
            if frame["you"]["answered"] < len(self.verdicts):
                self.odd.append(f"{len(self.verdicts)} answers were acknowledged; of them are left {frame['you']}")
            self.asked(seat, frame["question"])
        elif frame["type"] == "question":
            self.asked(seat, frame["question"])

    def note(self, verdict):
        known = self.verdicts.setdefault(verdict["question"], verdict)
        same = ("right", "points", "bonus", "late")
        if any(known[name] != verdict[name] for name in same):
            self.odd.append(f"{known}, then {verdict}")

    def asked(self, seat, question):
        if not question or question["paused"]:
            return
        if question["id"] in self.verdicts:
            if type(self) is Runner:
                self.odd.append(f"asked again what was answered: {question}")
            return
        self.stopping.wait(self.chance.uniform(0, 0.06))         # thinks
        said = self.said[question["id"]]
        self.repeats += bool(said)
        said.append(self.chance.choice("abc") if not said or self.chance.random() < 0.5 else said[-1])
        seat.say("answer", question=question["id"], answer=said[-1])


class Runner(Contestant):
    """Runs through a self-paced game: after each verdict comes the next question."""

    def heard(self, seat, frame):
        super().heard(seat, frame)
        if frame["type"] == "verdict" or frame["type"] == "welcome" and not frame["question"]:
            seat.say("next")


class Host(Visitor):
    """Moves on as soon as everybody has answered."""

    way, harmless = "host", ("game.stopping", "question.none", "game.not_begun", "question.open")

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.question, self.phase = None, None

    def heard(self, seat, frame):
        kind = frame["type"]
        if kind == "welcome":
            self.phase = frame["game"]["phase"]
            self.question = frame["question"] and frame["question"]["id"]
            if self.phase == "reveal":
                seat.say("next")
        elif kind == "question":
            self.phase, self.question = "question", frame["question"]["id"]
        elif kind == "reveal":
            self.phase = "reveal"
            seat.say("next")
        if kind in ("welcome", "board") and self.phase == "question" and frame["answered"] == CROWD:
            self.phase = None
            seat.say("skip")


def classic(milliseconds, points=1_000):
    """Points of a right answer, as docs/quiz-scoring.md has it."""
    milliseconds, limit = min(milliseconds, SECONDS * 1_000), SECONDS * 1_000
    return points if milliseconds < 500 else (2 * points * (2 * limit - milliseconds) + 2 * limit) // (4 * limit)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("pace, kind", [("hosted", Contestant), ("self_paced", Runner)])
def test_kill_9_in_mid_question(launch, capsys, pace, kind):
    chance = random.Random(SEED)
    parley = launch(PARLEY_RATE_LIMIT="0")
    definition = quiz(QUESTIONS, SECONDS, scoring="classic", streak_bonus=STREAK, pace=pace)
    game = Game(parley, publish(parley, "kill", definition))
    crowd = [kind(parley, game.code, game.join(f"Player {number}"), random.Random(SEED + number))
             for number in range(1, CROWD + 1)]
    host = Host(parley, game.code, game.token, chance)
    if pace == "hosted":
        with game.host() as first:
            first.command("start")
    began, moments = time.monotonic(), collections.Counter()
    everybody = [host, *crowd]

    def told():
        return sum(len(one.verdicts) for one in crowd)
    for one in everybody:
        one.thread.start()
    try:
        for end in range(KILLS if pace == "hosted" else min(KILLS, RUNS)):
            eventually(lambda: parley.address, within=20, what="listening")
            heard = told()
            eventually(lambda: told() > heard or any(one.is_done for one in everybody), within=30,
                       what="a verdict after a restart")
            odd = [one.odd for one in everybody if one.is_done]
            assert not odd, f"seed {SEED}: {odd}"
            host.stopping.wait(chance.uniform(0, 0.08))
            part = told() % CROWD
            moments["some had answered" if part else "between two"] += 1
            if end % 7 == 6:
                assert parley.stop() == 0                        # in good order, in the middle of it all
                moments["stopped"] += 1
            else:
                parley.kill9()
            parley.spawn()
        eventually(lambda: parley.address, within=20, what="listening")
        heard = told()
        eventually(lambda: told() >= heard + CROWD or any(one.odd for one in everybody), within=30,
                   what="a question after the last restart")
        took = time.monotonic() - began
        with game.host(parley.post(f"/api/games/{game.code}/hosts", {"name": "Ender"}).json["host"]) as last:
            last.command("end")
        eventually(lambda: all(one.is_done for one in everybody), within=30, what="all at the end")
    finally:
        for one in everybody:
            one.stop()
        for one in everybody:
            one.thread.join(30)
            assert not one.thread.is_alive()
    assert not [one.odd for one in everybody if one.odd], f"seed {SEED}: {[one.odd for one in everybody]}"

    rows = collections.defaultdict(dict)
    for row in game.results("answers"):
        assert row["question"] not in rows[row["number"]], f"seed {SEED}: twice: {row}"
        rows[row["number"]][row["question"]] = row
    for number, one in enumerate(crowd, 1):
        lost = one.verdicts.keys() - rows[number].keys()
        assert not lost, f"seed {SEED}: acknowledged but not stored: {lost}"
        for question, verdict in one.verdicts.items():
            row = rows[number][question]
            assert (row["right"], row["points"], row["bonus"]) == (
                verdict["right"], verdict["points"], verdict["bonus"]), f"seed {SEED}: {row} {verdict}"
        check_player(number, one, rows[number])
    scores = {row["player"]: row["score"] for row in game.board()}
    assert scores == {number: one.finish["you"]["score"] for number, one in enumerate(crowd, 1)}
    with contents(parley) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with capsys.disabled():
        print(f"\nquiz kill loop, {pace}, seed {SEED}: {end + 1} ends in {took:.1f} s ({dict(moments)}); "
              f"{CROWD} players, {told()} verdicts heard, {sum(len(one) for one in rows.values())} rows, none lost; "
              f"{sum(one.repeats for one in crowd)} answers sent again over {sum(one.came for one in everybody)} "
              f"connections")


def check_player(number, player, rows):
    """Every row is worth what the documents say, in its place, and all together what the player was told at last."""
    streak, score = 0, 0
    for place in range(1, QUESTIONS + 1):
        row = rows.get(f"q{place}")
        if not row:
            streak = 0
            continue
        letter = (row["said"] or "-")[-1]
        if letter == "-":
            assert (row["right"], row["points"], row["bonus"]) == (False, 0, 0), f"seed {SEED}: {row}"
            streak = 0
            continue
        assert letter in player.said[f"q{place}"], f"seed {SEED}: {row}, said {player.said[f'q{place}']}"
        assert row["right"] == (letter == "b")
        streak = streak + 1 if row["right"] else 0
        worth = classic(round(row["seconds"] * 1_000)) if row["right"] else 0
        bonus = min(STREAK["max"], STREAK["step"] * max(0, streak - 1))
        assert (row["points"], row["bonus"]) == (worth, bonus), f"seed {SEED}: {number}: {row}"
        score += worth + bonus
    assert player.finish["you"]["score"] == score and player.finish["you"]["answered"] == len(rows), f"seed {SEED}"


def contents(parley):
    """The database, to read only."""
    return sqlite3.connect(f"file:{parley.folder}/parley.sqlite?mode=ro", uri=True)


def test_the_clock_stands_while_nobody_serves(launch, closing):
    """A stop in good order notes where the clock was; the question waits for its players, then it goes on."""
    parley = launch()
    game = Game(parley, publish(parley, "clock", quiz(1, seconds=300)), closing)
    ann, bob, host = game.play("Ann"), game.play("Bob"), game.host()
    host.command("start")
    left = ann.question("q1")["remaining_ms"]
    for _ in range(2):
        def later():
            with game.host() as looking:
                return looking.welcome["question"]["remaining_ms"] <= left - 300
        eventually(later, what="some of the time is gone")
        seen, at = game.host().welcome["question"], time.monotonic()
        assert not seen["paused"] and seen["remaining_ms"] <= left - 300
        left = seen["remaining_ms"]
        assert parley.stop() == 0
        latest = left - (time.monotonic() - at) * 1_000 - 50     # the clock has not gone beyond the stop
        parley.start()
        host = game.host()
        stands = host.welcome["question"]
        assert stands["paused"] and stands["deadline"] is None
        assert latest <= stands["remaining_ms"] <= left, (latest, stands, left)
        left = stands["remaining_ms"]
        back = game.back(ann.token)
        assert back.welcome["question"]["paused"] and back.welcome["question"]["remaining_ms"] == left
        assert back.refused("answer", answer="b") == "game.paused"
        began = time.monotonic()
        bob = game.back(bob.token)                               # everybody is back: it goes on
        gone_on = back.question("q1", paused=False)
        assert left - (time.monotonic() - began) * 1_000 - 50 <= gone_on["remaining_ms"] <= left
        assert gone_on["deadline"] and host.question("q1", paused=False)
        left = gone_on["remaining_ms"]
    assert back.answer("b")["right"] and bob.answer("a")["points"] == 0
    most = 300 - left / 1_000 + time.monotonic() - began + 0.05
    assert all(0.3 <= row["seconds"] <= most for row in game.results("answers")), "nobody is charged what nobody served"


def test_a_client_that_does_not_hear_of_the_stop_costs_nobody_time(launch, closing):
    """The program waits 5 s for it to answer the close; the question's time stands meanwhile."""
    parley = launch()
    game = Game(parley, publish(parley, "deaf", quiz(1, seconds=300)), closing)
    game.play("Ann")
    host = game.host()
    host.command("start")
    deaf = Wire(parley.address).send(
        f"GET /api/games/{game.code}/watch HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n".encode())
    assert deaf.socket.recv(12) == b"HTTP/1.1 101"
    left = game.host().welcome["question"]["remaining_ms"]
    before = time.monotonic()
    assert parley.stop() == 0
    took = time.monotonic() - before
    parley.start()
    stands = game.host().welcome["question"]
    assert took > 4, "it was waited for"
    assert left - stands["remaining_ms"] < took * 1_000 - 2_000, (left, stands, took)


def test_a_question_waits_five_seconds_at_most_for_who_does_not_come_back(launch, closing):
    """And who comes back later still is not charged what they missed."""
    parley = launch()
    game = Game(parley, publish(parley, "wait", quiz(1, seconds=120)), closing)
    host, ann, bob, late = game.host(), game.play("Ann"), game.play("Bob"), game.play("Late")
    host.command("start")
    ann.question("q1")
    verdict = bob.answer("b", "q1")
    parley.kill9()
    parley.start()
    host = game.host()
    host.command("lock")
    assert host.wait("state", locked=True)["paused"] and game.watch().welcome["game"]["paused"]
    began = time.monotonic()
    ann = game.back(ann.token)
    stood = ann.welcome["question"]
    assert stood["paused"]
    ann.question("q1", paused=False)
    assert time.monotonic() - began >= 4.5, "first it waits"

    def later():
        with game.watch() as looking:
            return looking.welcome["question"]["remaining_ms"] <= stood["remaining_ms"] - 700
    eventually(later, what="some of the time is gone")
    came = time.monotonic()
    late = game.back(late.token)
    assert late.answer("b", "q1")["right"] and ann.answer("b", "q1")["right"]
    took = time.monotonic() - came
    bob = game.back(bob.token)
    assert bob.welcome["verdict"]["points"] == verdict["points"] and bob.welcome["you"]["score"] == verdict["score"]
    seconds = {row["name"]: row["seconds"] for row in game.results("answers")}
    played = 120 - stood["remaining_ms"] / 1_000
    assert seconds["Late"] <= played + took + 0.05 and seconds["Ann"] >= played + 0.7 - 0.15, (seconds, played, took)


def test_a_pause_a_lock_a_kick_and_a_reveal_outlive_kill_9(launch, closing):
    parley = launch()
    game = Game(parley, publish(parley, "state", quiz(2)), closing)
    host, ann, bob = game.host(), game.play("Ann"), game.play("Bob")
    brown = host.say("invite", name="Mr Brown").wait("invited")["host"]
    host.command("start")
    score = ann.answer("b")["score"]
    host.command("lock")
    host.command("kick", player=2)
    host.command("pause")
    parley.kill9()
    parley.start()
    host, ann, exile = game.host(brown), game.back(ann.token), game.back(bob.token)
    assert exile.wait("kicked") and exile.closed() == 4002
    shown = ann.welcome["game"]
    assert (shown["phase"], shown["paused"], shown["locked"], shown["players"]) == ("question", True, True, 1)
    assert ann.welcome["you"] == {"rank": 1, "score": score, "right": 1, "answered": 1}
    assert ann.welcome["question"]["paused"]
    host.command("resume")
    ann.question("q1", paused=False)
    host.command("skip")
    ann.wait("reveal", question="q1")
    parley.kill9()
    parley.start()
    host, ann = game.host(), game.back(ann.token)
    assert ann.welcome["reveal"]["question"] == "q1" and ann.welcome["question"] is None
    host.command("next")
    ann.question("q2")
    assert ann.answer("a")["score"] == score
    host.command("end")
    assert ann.wait("finish")["you"]["score"] == score


def test_self_paced_players_go_on_after_kill_9(launch, closing):
    parley = launch()
    game = Game(parley, publish(parley, "run", quiz(3, pace="self_paced")), closing)
    ann = game.play("Ann")
    ann.say("next").question("q1")
    ann.answer("b", "q1")
    ann.say("next").question("q2")
    parley.kill9()
    parley.start()
    ann = game.back(ann.token)
    assert ann.welcome["you"] == {"rank": 1, "score": 1_000, "right": 1, "answered": 1}
    assert ann.welcome["verdict"]["question"] == "q1"
    if not ann.welcome["question"]:
        ann.say("next").question("q2")
    assert ann.answer("b")["question"] == "q2"
    ann.say("next").question("q3")
    assert ann.answer("a")["done"] and [row["question"] for row in game.results("answers")] == ["q1", "q2", "q3"]


@pytest.fixture
def full(disk, launch):  # noqa: F811
    """Parley on a small disk. `full()` fills it to the last; `full.room()` makes room again."""
    return SmallDisk(disk, launch)


class SmallDisk:
    def __init__(self, place, launch):
        self.ballast, self.rest = place / "ballast", place / "rest"
        with open(self.ballast, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, BALLAST_BYTES)
        self.parley = launch(folder=place / "data", PARLEY_RATE_LIMIT="0")
        assert self.parley.patch("/api/channels/log", {"paused": True}).status == 200

    def __call__(self):
        fill(self.rest)
        post = self.parley.client()
        while post.request("POST", "/api/messages", {"topic": "sales", "description": "x" * 4_000}).status == 201:
            pass                                                 # what the log of the database had left

    def room(self):
        self.ballast.unlink()
        self.rest.unlink()


def reply(player):
    """The verdict or the error that comes of what was said."""
    return eventually(lambda: (one := player.hear())["type"] in ("verdict", "error") and one, what="a reply")


def test_a_full_disk_refuses_answers_and_counts_them_later(full, closing):
    """Nothing is acknowledged that is not stored; with room again the same answers count."""
    parley, count = full.parley, 40
    questions = [{"id": f"q{number}", "kind": "typed", "text": "?", "right": "no", "seconds": 300}
                 for number in range(1, count + 1)]
    game = Game(parley, publish(parley, "full", quiz() | {"questions": questions, "pace": "self_paced"}), closing)
    players = [game.play(f"Player {number}") for number in range(1, 9)]
    kept, refused = collections.Counter(), {}

    def go_on(number, player):
        """The next question and its answer, until one is refused."""
        if number in refused:
            return
        question = player.say("next").question()["id"]
        player.say("answer", question=question, answer="x" * 200)
        frame = reply(player)
        if frame["type"] == "error":
            assert frame["code"].startswith("storage.") and frame["question"] == question and frame["text"], frame
            refused[number] = question
        else:
            kept[number] += 1
    for number, player in enumerate(players, 1):
        go_on(number, player)
    assert kept.total() == len(players)
    full()
    for _ in range(count - 1):                                   # a small answer may fit where a message does not
        for number, player in enumerate(players, 1):
            go_on(number, player)
    assert len(refused) == len(players), f"still room: {kept}"
    assert collections.Counter(row["number"] for row in game.results("answers")) == kept
    late = parley.post(f"/api/games/{game.code}/players", {"name": "Late"}, token=None)
    assert late.is_problem(503, "storage.full") and game.shown()["players"] == len(players)
    assert {row["score"] for row in game.board()} == {0}

    full.room()

    def counts(number, player):
        player.say("answer", question=refused[number], answer="no")
        frame = reply(player)
        assert frame["type"] == "verdict" or frame["code"].startswith("storage."), frame
        return frame["type"] == "verdict" and frame
    for number, player in enumerate(players, 1):
        assert eventually(lambda: counts(number, player), what="room again")["points"] == 1_000
        kept[number] += 1
    parley.kill9()
    parley.start()
    assert collections.Counter(row["number"] for row in game.results("answers")) == kept
    assert [row["score"] for row in game.board()] == [1_000] * len(players)


def test_a_hosted_game_outlives_a_full_disk(full, closing):
    """Its question cannot end while the end cannot be stored; then it does, by itself."""
    parley = full.parley
    game = Game(parley, publish(parley, "full", quiz(2, seconds=2)), closing)
    host, ann = game.host(), game.play("Ann")
    host.command("start")
    ann.question("q1")
    full()
    codes = []

    def is_late():
        codes.append(ann.refused("answer", question="q1", answer="b"))
        return codes[-1] == "answer.late"
    eventually(is_late, within=20, what="the time is up")
    assert {code.split(".")[0] for code in codes[:-1]} == {"storage"}, codes
    assert host.refused("skip").startswith("storage.") and not any("reveal" in one.types for one in (host, ann))
    assert game.shown()["phase"] == "question"
    full.room()
    assert ann.wait("reveal", question="q1")["answers"] == 0
    eventually(lambda: host.say("next").hear()["type"] == "done", what="room again")
    ann.question("q2")
    assert ann.answer("b")["points"] == 1_000
    assert [row["question"] for row in game.results("answers")] == ["q2"]


def test_a_game_keeps_its_version_and_its_order(launch, closing):
    """A new version in the middle of a game, and kill -9: the game is of the old one, shuffled as before."""
    parley = launch()
    shuffled = quiz(6, shuffle_questions=True, shuffle_options=True, pace="self_paced")
    game = Game(parley, publish(parley, "order", shuffled), closing)
    names = [f"Player {number}" for number in range(1, 7)]
    tokens = {name: game.join(name) for name in names}

    def first():
        """What each player is shown first."""
        seats = {name: game.back(token) for name, token in tokens.items()}
        shown = {name: seat.say("next").question() for name, seat in seats.items()}
        return {name: (one["id"], [option["id"] for option in one["options"]]) for name, one in shown.items()}
    before = first()
    assert len({str(one) for one in before.values()}) > 1, "each has an order of their own"
    publish(parley, "order", quiz(2))
    assert Game(parley, "order").report["version"] == 2
    parley.kill9()
    parley.start()
    assert first() == before and game.shown()["version"] == 1
