"""Quizzes as players, hosts and screens meet them: what docs/games.md promises, message by message."""

import csv
import datetime
import hashlib
import io
import itertools
import json
import re
import socket

import pytest
from websockets.exceptions import InvalidStatus

from parley import run
from quiz import SAMPLE, Game, publish, quiz, refusal
from test_metrics import total

numbers = itertools.count(1)

GAME = {"id", "code", "title", "language", "pace", "scoring", "phase", "count", "place", "players", "paused", "locked",
        "board", "host"}
QUESTION = {"id", "number", "count", "kind", "text", "points", "seconds", "remaining_ms", "deadline", "paused"}
VERDICT = {"question", "right", "points", "bonus", "score", "rank", "late"}
# What docs/games.md says is in every message of a type.
PROMISED = {
    "welcome": {"game", "question", "reveal", "top"},
    "question": {"question"},
    "reveal": {"question", "answer", "answers", "right", "distribution", "seq"},
    "board": {"players", "answered", "present"},
    "state": {"phase", "paused", "locked", "players", "seq"},
    "finish": {"players", "top"},
    "error": {"code", "text"},
    "taken_over": set(), "kicked": set(),
    "verdict": VERDICT,
    "player": {"number", "name", "kicked"},
    "done": set(), "invited": {"name", "host"},
}


@pytest.fixture
def parley(module_parley):
    return module_parley


@pytest.fixture
def letters(parley):
    """A quiz of its own for the test: `letters(count, …)` publishes it and returns its id."""
    return lambda *arguments, **more: publish(parley, f"letters-{next(numbers)}", quiz(*arguments, **more))


def keeps_promises(*seats):
    """Whether every frame that was heard has the fields that its type promises."""
    for frame in (frame for seat in seats for frame in seat.heard):
        missing = PROMISED[frame["type"]] - frame.keys()
        assert not missing, (missing, frame)
        if frame["type"] == "welcome":
            assert GAME <= frame["game"].keys(), frame
        shown = frame.get("question")
        if isinstance(shown, dict):
            assert QUESTION <= shown.keys(), frame
            assert ("options" in shown) == (shown["kind"] in ("single", "several")), frame
            assert (shown["deadline"] is None) == shown["paused"], frame
    return True


def in_order(seat):
    """Whether the numbers of what everybody of a kind hears only rise."""
    told = [frame["seq"] for frame in seat.heard if "seq" in frame]
    return told == sorted(told)


def test_the_sample_is_there_and_a_game_of_it_goes_as_the_documents_say(parley, closing):
    listed = {one["id"]: one for one in parley.get("/api/quizzes").json["items"]}
    assert listed["vocabulary"]["status"] == "published" and listed["vocabulary"]["version"] == 1

    game = Game(parley, closing=closing, host_name="Ms Gray")
    assert re.fullmatch("[ACDEFGHJKLMNPQRTUVWXY34679]{6}", game.code) and game.location == f"/api/games/{game.code}"
    assert game.report["quiz"] == "vocabulary" and game.report["version"] == 1 and game.report["pace"] == "hosted"
    assert (game.report["phase"], game.report["host_name"]) == ("lobby", "Ms Gray")

    ann, screen, host = game.play("Ann"), game.watch(), game.host()
    bob = game.play("Bob")
    assert (ann.welcome["number"], ann.welcome["name"], bob.welcome["number"]) == (1, "Ann", 2)
    assert ann.welcome["game"]["host"] == "Ms Gray" and ann.welcome["game"]["count"] == len(SAMPLE)
    assert ann.welcome["game"]["place"] is None and ann.welcome["question"] is None
    assert host.wait("player")["name"] == "Bob"
    host.command("start")
    score, everybody = 0, (ann, bob, screen, host)
    for number, (identifier, (right, wrong)) in enumerate(SAMPLE.items(), 1):
        shown = [one.question(identifier) for one in everybody]
        assert {(one["number"], one["count"]) for one in shown} == {(number, len(SAMPLE))}
        assert not any({"answer", "explanation"} & one.keys() for one in shown[:3]), "told before the time"
        assert "answer" in shown[3] and "explanation" in shown[3]
        asked = shown[0]
        assert 0 < asked["remaining_ms"] <= asked["seconds"] * 1_000
        deadline = datetime.datetime.fromisoformat(asked["deadline"])
        assert abs((deadline - datetime.datetime.now(datetime.UTC)).total_seconds() - asked["seconds"]) < 10

        good = ann.answer(right, identifier)
        bonus = min(500, 100 * (number - 1))
        assert good["right"] and not good["late"] and good["bonus"] == bonus
        assert asked["points"] / 2 <= good["points"] <= asked["points"]
        score += good["points"] + bonus
        assert (good["score"], good["rank"]) == (score, 1)
        again = ann.answer(wrong, identifier)
        assert again == good, "an answer counts once"
        bad = bob.answer(wrong)
        assert {name: bad[name] for name in VERDICT} == {
            "question": identifier, "right": False, "points": 0, "bonus": 0, "score": 0, "rank": 2, "late": False}

        assert host.wait("board", answered=2)["players"] == 2
        host.command("skip")
        reveals = [one.wait("reveal") for one in everybody]
        assert all({key: one[key] for key in one if key != "seq"} == {key: reveals[0][key] for key in one
                                                                      if key != "seq"} for one in reveals)
        reveal = reveals[0]
        assert (reveal["question"], reveal["answers"], reveal["right"]) == (identifier, 2, 1)
        assert reveal["explanation"] == shown[3]["explanation"] and reveal["answer"] == shown[3]["answer"]
        assert sum(one["count"] for one in reveal["distribution"]) >= 2
        assert all(("text" if asked["kind"] in ("typed", "number") else "id") in one for one in reveal["distribution"])
        host.command("next")
    endings = [one.wait("finish") for one in everybody]
    assert [one.closed() for one in everybody] == [1000] * 4
    first = {"rank": 1, "player": 1, "name": "Ann", "score": score}
    assert all(one["players"] == 2 and one["top"][0] == first for one in endings)
    assert endings[0]["you"]["rank"] == 1 and endings[0]["you"]["score"] == score and endings[1]["you"]["rank"] == 2
    assert "you" not in endings[2] and "you" not in endings[3]

    assert keeps_promises(*everybody) and all(in_order(one) for one in everybody)
    assert {"welcome", "question", "verdict", "board", "reveal", "finish"} <= ann.types
    assert {"welcome", "question", "board", "reveal", "finish", "player", "done"} <= host.types
    assert {"welcome", "question", "board", "reveal", "finish"} <= screen.types
    assert not {"verdict", "player", "done"} & screen.types
    seen = game.shown()
    assert seen["phase"] == "finished" and not seen["can_join"] and seen["players"] == 2


def test_every_command_of_a_host(parley, letters, closing):
    game = Game(parley, letters(3), closing)
    host, ann, bob, screen = game.host(), game.play("Ann"), game.play("Bob"), game.watch()
    players = (ann, bob, screen)

    assert [host.refused(wrong) for wrong in ("next", "skip", "resume")] == [
        "game.not_begun", "game.not_begun", "game.not_paused"]
    host.command("lock")
    assert all(one.wait("state", locked=True)["phase"] == "lobby" for one in players)
    assert game.shown()["is_locked"] and not game.shown()["can_join"]
    assert refusal(parley, "play", game.code, name="Cid") == (403, "game.locked")
    host.command("unlock")
    assert all(one.wait("state", locked=False) for one in players) and game.shown()["can_join"]
    invited = host.say("invite", name="Mr Brown").wait("invited")
    assert invited["name"] == "Mr Brown"
    brown = game.host(invited["host"])

    host.command("start")
    opened = [one.question("q1", paused=False) for one in players]
    assert host.refused("start") == "game.not_in_lobby" and host.refused("next") == "question.open"
    brown.command("pause")
    paused = ann.question("q1", paused=True)
    assert paused["deadline"] is None and paused["remaining_ms"] <= opened[0]["remaining_ms"]
    assert screen.question("q1", paused=True) and host.refused("pause") == "game.paused"
    assert ann.refused("answer", answer="b") == "game.paused"
    assert game.host().welcome["question"]["remaining_ms"] == paused["remaining_ms"], "the clock stands"
    host = game.host()
    host.command("resume")
    resumed = ann.question("q1", paused=False)
    assert paused["remaining_ms"] - 1_000 < resumed["remaining_ms"] <= paused["remaining_ms"], "it goes on from there"
    host.command("extend", seconds=30)
    longer = ann.question("q1", paused=False)
    assert longer["remaining_ms"] > resumed["remaining_ms"] + 20_000 and longer["seconds"] == 60
    assert host.refused("extend", seconds=0) and host.refused("extend", seconds=301) and host.refused("extend")
    assert host.command("extend", seconds=300) and host.refused("extend", seconds=300) == "extension.too_long"

    assert ann.answer("b", "q1")["score"] == 1_000 and bob.answer("b", "q1")["rank"] == 2
    host.command("kick", player=1)
    assert ann.wait("kicked")["text"] and ann.closed() == 4002
    assert host.wait("player", number=1, kicked=True)["name"] == "Ann"
    assert bob.wait("board", lambda frame: frame["players"] == 1)["you"]["rank"] == 1
    assert [row["name"] for row in game.board()] == ["Bob"]
    away = game.back(ann.token)
    assert away.wait("kicked") and away.closed() == 4002
    host.command("unkick", player=1)
    ann = game.back(ann.token)
    assert ann.welcome["you"]["score"] == 1_000 and ann.welcome["verdict"]["points"] == 1_000
    assert host.refused("kick", player=99) == "player.unknown" and host.refused("kick")

    host.command("skip")
    assert bob.wait("reveal", question="q1")["answers"] == 2
    assert host.refused("skip") == "question.none"
    host.command("next")
    assert bob.question("q2")["number"] == 2
    brown.command("end")
    everybody = (ann, bob, screen, host, brown)
    assert all(one.wait("finish")["players"] == 2 for one in everybody)
    assert [one.closed() for one in everybody] == [1000] * 5 and keeps_promises(*everybody, away)


def test_every_reason_why_an_answer_is_not_taken(parley, letters, closing):
    game = Game(parley, letters(2), closing)
    host, ann = game.host(), game.play("Ann")
    assert ann.refused("answer", answer="b") == "question.none"
    host.command("start")
    ann.question("q1")
    for wrong in ("z", 7, True, ["a"], {}, ""):
        refused = ann.say("answer", question="q1", answer=wrong).error()
        assert (refused["code"], refused["question"]) == ("answer.invalid", "q1"), (wrong, refused)
    assert ann.refused("answer", question="q2", answer="b") == "question.unknown"
    assert ann.refused("answer", question="none", answer="b") == "question.unknown"
    host.command("pause")
    assert ann.refused("answer", answer="b") == "game.paused"
    host.command("resume")
    host.command("skip")
    ann.wait("reveal")
    assert ann.refused("answer", question="q1", answer="b") == "answer.late"
    assert ann.refused("answer", answer="b") == "question.none"
    host.command("next")
    ann.question("q2")
    assert ann.refused("answer", question="q1", answer="b") == "answer.late"
    assert ann.answer("b", "q2")["right"], "and still plays"
    assert [row["question"] for row in game.results("answers")] == ["q2"] and keeps_promises(ann)


def test_time_that_is_up_is_up(parley, closing):
    """A question ends by itself, and who did not answer has nothing."""
    game = Game(parley, publish(parley, f"quick-{next(numbers)}", quiz(2, seconds=1)), closing)
    host, ann = game.host(), game.play("Ann")
    host.command("start")
    assert ann.question("q1")["seconds"] == 1
    assert ann.wait("reveal", question="q1")["answers"] == 0
    assert ann.refused("answer", question="q1", answer="b") == "answer.late"
    host.command("next")
    assert ann.question("q2") and ann.wait("reveal", question="q2")
    host.command("next")
    assert ann.wait("finish")["you"] == {"rank": 1, "score": 0, "right": 0, "answered": 0}


@pytest.mark.parametrize("frame, code", [
    ("", "frame.malformed"), ("b", "frame.malformed"), ("[]", "frame.malformed"), ('{"answer":"b"}', "frame.malformed"),
    ('{"type":1}', "frame.malformed"), ('{"type":"answer"}', "frame.unknown"), ('{"type":"start"}', "frame.unknown"),
    ('{"type":"answer","answer":' + "[" * 2_000 + "]" * 2_000 + "}", "frame.malformed"), (b"\x00\xff", "frame.binary"),
], ids=["empty", "no JSON", "list", "no type", "type no text", "no answer", "host's", "deep", "binary"])
def test_a_frame_that_is_none_of_these(parley, closing, frame, code):
    game = Game(parley, closing=closing)
    host, ann = game.host(), game.play("Ann")
    assert ann.send(frame).error()["code"] == code
    if code != "frame.unknown":
        assert host.send(frame).error()["code"] == code
    assert host.refused("dance") == "frame.unknown" and host.refused("answer", answer="b") == "frame.unknown"
    host.command("start")
    ann.question("postpone")
    assert ann.answer("postpone")["right"] and keeps_promises(ann, host)


def test_a_frame_past_the_limit_costs_the_connection_and_nothing_else(parley, closing):
    game = Game(parley, closing=closing)
    ann = game.play("Ann")
    ann.say("answer", answer="x" * 4_097)
    assert ann.closed() == 1009
    assert game.back(ann.token).welcome["number"] == 1


def test_a_flood_of_answers_is_refused_and_the_first_counts(parley, letters, closing):
    game = Game(parley, letters(1), closing)
    host, ann = game.host(), game.play("Ann")
    host.command("start")
    ann.question("q1")
    wire = ann.socket.socket
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)      # all in one piece
    for _ in range(200):
        ann.say("answer", question="q1", answer="b")
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)
    heard = []
    while sum(one["type"] in ("verdict", "error") for one in heard) < 200:
        heard.append(ann.hear())
    assert {one["code"] for one in heard if one["type"] == "error"} == {"answer.flood"}
    verdicts = [one for one in heard if one["type"] == "verdict"]
    assert len(verdicts) >= 8 and {one["score"] for one in verdicts} == {1_000}
    assert ann.answer("a", "q1")["points"] == 1_000, "it goes on"
    [row] = game.results("answers")
    assert row["said"] == "Answer b"


NAMES_REFUSED = {
    "nothing": ("", 422, None), "spaces": ("   ", 422, None), "too long": ("x" * 25, 422, None),
    "line": ("a\nb", 422, None), "unseen": ("a\u200bb", 422, None), "turned": ("a\u202eb", 422, None),
    "role": ("Host", 422, "name.reserved"), "moderator": ("The Moderator", 422, "name.reserved"),
    "host": ("Ms Gray", 422, "name.reserved"), "close": ("ms  gray", 422, "name.reserved"),
    "alphabet": ("Мs Grаy", 422, "name.reserved"), "taken": ("Ann", 409, "name.taken"),
    "case": ("ANN", 409, "name.taken"), "wide": ("Ａｎｎ", 409, "name.taken"), "edges": ("  ann ", 409, "name.taken"),
}


@pytest.mark.parametrize("name, status, code", NAMES_REFUSED.values(), ids=NAMES_REFUSED)
def test_names_that_are_refused_by_both_ways_in(parley, closing, name, status, code):
    game = Game(parley, closing=closing, host_name="Ms Gray")
    game.join("Ann")
    over_http = parley.post(f"/api/games/{game.code}/players", {"name": name}, token=None)
    assert over_http.is_problem(status, code), over_http
    assert refusal(parley, "play", game.code, name=name) == (status, over_http.code)
    assert game.shown()["players"] == 1


def test_names_that_are_two(parley, closing):
    game = Game(parley, closing=closing)
    for name in ("José", "Jose", "李雷", "Zoë 🎈", "x" * 24, "O'Neill", "<b>", "=1+1"):
        assert game.play(name).welcome["name"] == name
    assert game.shown()["players"] == 8


def test_joining_over_http_and_coming_back(parley, letters, closing):
    game = Game(parley, letters(2), closing)
    host = game.host()
    joined = parley.post(f"/api/games/{game.code}/players", {"name": " Ann "}, token=None)
    assert joined.status == 201 and joined.json["name"] == "Ann" and joined.json["number"] == 1, joined
    assert host.wait("player")["number"] == 1
    ann = game.back(joined.json["player"])
    assert ann.welcome["name"] == "Ann" and ann.token == joined.json["player"]
    host.command("start")
    asked = ann.question("q1")
    verdict = ann.answer("b", "q1")
    ann.cut()
    back = game.back(ann.token).welcome
    assert back["number"] == 1 and back["question"]["id"] == "q1" and back["you"] == {
        "rank": 1, "score": 1_000, "right": 1, "answered": 1}
    assert back["question"]["remaining_ms"] <= asked["remaining_ms"]
    assert {name: back["verdict"][name] for name in VERDICT} == {name: verdict[name] for name in VERDICT}
    host.command("skip")
    host.wait("reveal")
    late = game.play("Late").welcome
    assert late["reveal"]["question"] == "q1" and late["question"] is None and late["verdict"] is None
    assert [row["name"] for row in late["top"]] == ["Ann", "Late"]
    host.command("end")
    host.closed()
    for way, token in (("play", {"player": ann.token}), ("host", {"host": game.token})):
        try:
            seat = game.seat(way, **token)                       # until it is forgotten one may look at how it ended
            assert seat.wait("finish") and seat.closed() == 1000
        except InvalidStatus as refused:
            assert refused.response.status_code == 410
    assert refusal(parley, "play", game.code, name="Eve") in ((409, "game.finished"), (404, "not_found"))


def test_the_newest_of_two_tabs_plays(parley, letters, closing):
    game = Game(parley, letters(1), closing)
    host, first = game.host(), game.play("Ann")
    second = game.back(first.token)
    assert first.wait("taken_over")["text"] and first.closed() == 4001
    host.command("start")
    second.question("q1")
    assert second.answer("b")["right"]
    other = game.host()
    assert host.wait("taken_over")["text"] and host.closed() == 4001
    other.command("skip")
    assert second.wait("reveal") and keeps_promises(first, second, host, other)


def test_codes_as_people_type_them(parley, closing):
    game = Game(parley, closing=closing)
    code = game.code
    for typed in (code.lower(), f"{code[:3]}-{code[3:]}", f" {code[:2]} {code[2:]}", "-".join(code.lower())):
        assert parley.get(f"/api/games/{typed.replace(' ', '%20')}", token=None).json["code"] == code, typed
        game.code = typed
        game.play(f"as {next(numbers)}").close()


def test_every_route_takes_the_id_as_well(parley, closing):
    game = Game(parley, closing=closing)
    by_id = f"/api/games/{game.id}"
    assert parley.post(f"{by_id}/players", {"name": "Ann"}, token=None).json["number"] == 1
    assert parley.post(f"{by_id}/hosts", {"name": "Bob"}).status == 201
    for path in ("", "/leaderboard", "/results"):
        assert parley.get(f"{by_id}{path}").json == parley.get(f"/api/games/{game.code}{path}").json, path
    assert parley.get(by_id, token=None).json["code"] == game.code


def test_a_code_that_is_not_there_is_404_everywhere(parley):
    for path in ("", "/leaderboard", "/results"):
        assert parley.get(f"/api/games/AAAAAA{path}").is_problem(404), path
    assert parley.post("/api/games/AAAAAA/players", {"name": "Ann"}, token=None).is_problem(404)
    assert parley.post("/api/games/AAAAAA/hosts", {"name": "Bob"}).is_problem(404)
    assert refusal(parley, "play", "AAAAAA", name="Ann")[0] == 404
    assert refusal(parley, "watch", "AAAAAA")[0] == 404
    assert refusal(parley, "play", "no code at all", name="Ann")[0] == 404


def test_who_guesses_codes_has_to_wait_and_who_plays_does_not(launch, closing):
    parley = launch()
    game = Game(parley, closing=closing)
    ann, client = game.play("Ann"), parley.client(token=None)
    answers = []
    while len(answers) < 600 and (not answers or answers[-1].status == 404):
        answers.append(client.request("GET", "/api/games/AAAAAA"))
    assert answers[-1].is_problem(429) and int(answers[-1].headers["retry-after"]) >= 1 and len(answers) > 60
    assert refusal(parley, "watch", "AAAAAA")[0] == 429
    host = game.host()
    ann = game.back(ann.token)
    host.command("start")
    ann.question("postpone")
    assert ann.answer("postpone")["right"]


def test_tokens_are_good_for_their_game_and_their_role(parley, closing):
    game, other = Game(parley, closing=closing), Game(parley, closing=closing)
    player = game.join("Ann")
    forged = player[:-1] + ("0" if player[-1] != "0" else "1")
    for token in ("", "x", forged, game.token, player.replace(".p1.", ".p2."), player + "0"):
        assert refusal(parley, "play", game.code, player=token) == (401, "player.unknown"), token
    for token in ("", "x", player, game.token.replace(".h1.", ".h2.")):
        assert refusal(parley, "host", game.code, host=token) == (401, "host.unknown"), token
    assert refusal(parley, "host", game.code) == (401, "host.unknown")
    for path in ("results", "results?part=players"):
        both = "&" if "?" in path else "?"
        assert parley.get(f"/api/games/{game.code}/{path}", token=None).is_problem(401)
        assert parley.get(f"/api/games/{game.code}/{path}{both}host={other.token}", token=None).is_problem(401)
        assert parley.get(f"/api/games/{game.code}/{path}{both}host={player}", token=None).is_problem(401)
        assert parley.get(f"/api/games/{game.code}/{path}{both}host={game.token}", token=None).status == 200
    # Whatever code stands in the address.
    assert other.seat("play", player=player).welcome["game"]["code"] == game.code


def test_a_lost_host_gets_a_new_token_over_http(parley, closing):
    game = Game(parley, closing=closing)
    assert parley.post(f"/api/games/{game.code}/hosts", {"name": "Bob"}, token=None).is_problem(401)
    made = parley.post(f"/api/games/{game.code}/hosts", {"name": "Bob"})
    assert made.status == 201 and made.json["name"] == "Bob", made
    bob = game.host(made.json["host"])
    game.join("Ann")
    bob.command("start")
    assert bob.question("postpone")["answer"] == "postpone"


CLOSED = {"full": ({"players_max": 1}, "game.full", 409), "begun": ({"late_join": False}, "game.begun", 403)}


@pytest.mark.parametrize("more, code, status", CLOSED.values(), ids=CLOSED)
def test_a_game_that_lets_nobody_in(parley, letters, closing, more, code, status):
    game = Game(parley, letters(1, **more), closing)
    host, _ = game.host(), game.play("Ann")
    host.command("start")
    host.question("q1")
    assert not game.shown()["can_join"] and refusal(parley, "play", game.code, name="Bob") == (status, code)


def test_a_self_paced_game(parley, letters, closing):
    game = Game(parley, letters(3, pace="self_paced", scoring="negative"), closing)
    host, ann, bob = game.host(), game.play("Ann"), game.play("Bob")
    assert ann.welcome["game"]["phase"] == "running" and ann.welcome["question"] is None
    assert ann.refused("answer", answer="b") == "question.none" and host.refused("pause") == "game.self_paced"
    score = 0
    for number, said in enumerate("bab", 1):
        shown = ann.say("next").question(f"q{number}")
        assert shown["number"] == number and "answer" not in shown
        verdict = ann.answer(said)
        score += verdict["points"]
        assert (verdict["points"], verdict["score"]) == (1_000 if said == "b" else -500, score)
        assert verdict["answer"] == "b" and verdict["explanation"] == f"Because of {number}."
        assert verdict["done"] == (number == 3)
    assert ann.say("next").wait("done")["you"] == {"rank": 1, "score": 1_500, "right": 2, "answered": 3}
    bob.say("next").question("q1")
    bob.answer("a")
    assert host.wait("board", answered=4)
    assert [(row["name"], row["score"]) for row in game.board()] == [("Ann", 1_500), ("Bob", -500)]
    host.command("end")
    assert bob.wait("finish")["you"]["score"] == -500 and bob.closed() == 1000 and ann.closed() == 1000
    assert keeps_promises(ann, bob, host)


def test_a_game_without_a_host_moves_by_itself(parley, letters, closing):
    """From the lobby to the end: each question has its second, each reveal too."""
    game = Game(parley, letters(2, seconds=1, lobby_seconds=1, reveal_seconds=1), closing)
    ann, screen = game.play("Ann"), game.watch()
    assert ann.welcome["game"]["phase"] == "lobby"
    for question in ("q1", "q2"):
        ann.question(question)
        assert ann.answer("b", question)["right"]
        assert ann.wait("reveal", question=question) and screen.wait("reveal", question=question)
    assert ann.wait("finish")["you"] == {"rank": 1, "score": 2_000, "right": 2, "answered": 2}
    assert ann.closed() == 1000 and screen.closed() == 1000


def test_a_host_who_leaves_is_waited_for_as_the_quiz_says(parley, letters, closing):
    game = Game(parley, letters(2, without_host_seconds=1, reveal_seconds=1), closing)
    host, ann = game.host(), game.play("Ann")
    host.command("start")
    host.command("skip")
    ann.wait("reveal", question="q1")
    host.close()
    assert ann.question("q2"), "it goes on alone"
    game.host().command("end")
    assert ann.wait("finish")


def test_games_are_listed_for_the_team_alone(parley, letters):
    name = letters(1)
    games = [Game(parley, name) for _ in range(3)]
    assert parley.get("/api/games", token=None).is_problem(401)
    seen, after = [], ""
    while after is not None:
        page = parley.get(f"/api/games?quiz={name}&limit=2{after and f'&after={after}'}").json
        seen, after = seen + page["items"], page["next"]
    assert [one["id"] for one in seen] == [game.id for game in reversed(games)]
    assert not any("host" in one or game.token in json.dumps(one) for one in seen for game in games)
    assert parley.post(f"/api/quizzes/{name}/games", {}, token=None).is_problem(401)
    assert parley.post("/api/quizzes/nothing/games", {}).is_problem(404)


def test_scopes_open_what_they_name(parley, letters):
    name = letters(1)
    secrets = {scope: parley.post("/api/admin/tokens", {"name": f"{name}-{index}", "scopes": [scope]}).json["secret"]
               for index, scope in enumerate(("games:host", "quizzes:read", "quizzes:write", "surveys:read"))}
    code = parley.post(f"/api/quizzes/{name}/games", {}, token=secrets["games:host"]).json["code"]
    for scope, secret in secrets.items():
        hosts, reads = scope == "games:host", scope == "quizzes:read"
        assert parley.post(f"/api/quizzes/{name}/games", {}, token=secret).status == (201 if hosts else 403), scope
        assert parley.post(f"/api/games/{code}/hosts", {"name": "Bob"}, token=secret).status == (201 if hosts else 403)
        for path in ("/api/games", f"/api/games/{code}/results", f"/api/quizzes/{name}"):
            assert parley.get(path, token=secret).status == (200 if reads else 403), (scope, path)
        assert parley.post(f"/api/quizzes/{name}/publish", token=secret).status == (
            200 if scope == "quizzes:write" else 403), scope


def test_a_request_that_is_no_websocket_takes_no_name(parley, closing):
    game = Game(parley, closing=closing)
    asked = parley.get(f"/api/games/{game.code}/play?name=Ann", token=None)
    assert asked.is_problem(426) and game.shown()["players"] == 0
    assert refusal(parley, "play", game.code)[0] == 422 and refusal(parley, "play", game.code, nam="Ann")[0] == 422
    assert game.play("Ann").welcome["number"] == 1


def test_whoever_was_kicked_has_not_answered(parley, letters, closing):
    """A host who moves on when all have answered would cut the others off."""
    game = Game(parley, letters(1), closing)
    host, ann, bob = game.host(), game.play("Ann"), game.play("Bob")
    host.command("start")
    ann.question("q1")
    ann.answer("b")
    assert host.wait("board", answered=1)["players"] == 2
    host.command("kick", player=1)
    assert host.wait("board", players=1)["answered"] == 0
    host.command("unkick", player=1)
    assert host.wait("board", lambda frame: frame["players"] == 2 and frame["answered"] == 1)
    assert bob.answer("b")["rank"] == 2


def answered(game, closing, crowd):
    """A game of three questions of which `crowd` have answered two, all right but the first player."""
    host = game.host()
    players = [game.play(f"Player {number}") for number in range(1, crowd + 1)]
    host.command("start")
    for question in ("q1", "q2"):
        for number, player in enumerate(players, 1):
            player.question(question)
            player.answer("a" if number == 1 else "b", question)
        if question == "q1":
            host.command("skip")
            host.command("next")
    return host, players


def test_results_while_it_runs_and_afterwards(parley, letters, closing):
    game = Game(parley, letters(3), closing)
    host, players = answered(game, closing, 4)
    while True:
        summary = parley.get(f"/api/games/{game.code}/results?host={game.token}", token=None).json
        is_over = summary["game"]["phase"] == "finished"
        assert (summary["players"], summary["kicked"], summary["asked"]) == (4, 0, 2)
        assert summary["hardest"] == ["q1", "q2"] and summary["game"]["code"] == game.code
        rows = game.results("players")
        assert [(row["rank"], row["number"], row["score"]) for row in rows] == [
            (1, 2, 2_000), (2, 3, 2_000), (3, 4, 2_000), (4, 1, 0)]
        assert all((row["right"] + row["wrong"], row["missed"]) == (2, 0) for row in rows)
        assert summary["top"] == rows
        asked = game.results("questions")
        assert [(one["id"], one["answers"], one["right"], one["asked"]) for one in asked] == [
            ("q1", 4, 3, True), ("q2", 4, 3, True), ("q3", 0, 0, False)]
        assert asked[0]["distribution"][1] == {"id": "b", "label": "Answer b", "count": 3}
        answers = game.results("answers")
        assert [(one["question"], one["number"], one["said"], one["points"]) for one in answers] == [
            (f"q{question}", number, "Answer a" if number == 1 else "Answer b", 0 if number == 1 else 1_000)
            for question in (1, 2) for number in (1, 2, 3, 4)]
        for part, expected in (("players", rows), ("questions", asked), ("answers", answers)):
            assert as_csv(game, part) == len(expected)
        if is_over:
            break
        host.command("end")
        host.closed()
    assert summary["game"]["finished_at"]
    assert parley.get(f"/api/games/{game.id}/results?format=csv").is_problem(422)
    newest = parley.get(f"/api/games?quiz={game.report['quiz']}&limit=1").json["items"][0]
    assert newest["id"] == game.id and newest["phase"] == "finished"


def as_csv(game, part):
    """How many rows a part has as a file, which is whole and looks as it should."""
    file = game.parley.get(f"/api/games/{game.id}/results?part={part}&format=csv")
    assert file.status == 200 and file.headers["content-type"] == "text/csv; charset=utf-8", file
    assert f"{game.code}-{part}.csv" in file.headers["content-disposition"]
    body, seal = file.body.rsplit(b"# rows: ", 1)
    count, digest = re.fullmatch(rb"(\d+) sha256: ([0-9a-f]{64})\r\n", seal).groups()
    assert hashlib.sha256(body).hexdigest() == digest.decode()
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert len(rows) == int(count) and all(None not in row.values() for row in rows)
    if part == "answers":
        assert {row["question"] for row in rows} == {"q1", "q2"} and {row["right"] for row in rows} == {"yes", "no"}
    return len(rows)


def test_the_leaderboard_page_by_page_and_around(parley, letters, closing):
    game = Game(parley, letters(1), closing)
    tokens = [game.join(f"Player {number}") for number in range(1, 26)]
    host, late = game.host(), game.back(tokens[24])
    host.command("start")
    late.question("q1")
    late.answer("b")
    board = game.board(limit=10)
    assert [row["rank"] for row in board] == list(range(1, 26))
    assert [row["player"] for row in board] == [25, *range(1, 25)] and board == game.board(limit=200)
    around = parley.get(f"/api/games/{game.code}/leaderboard?around=12&limit=5", token=None).json
    assert [row["rank"] for row in around["items"]] == [11, 12, 13, 14, 15] and around["players"] == 25
    assert around["items"][2]["player"] == 12
    assert parley.get(f"/api/games/{game.code}/leaderboard?around=99").is_problem(404)
    for wrong in ("after=x", "limit=0", "around=x"):
        assert parley.get(f"/api/games/{game.code}/leaderboard?{wrong}").is_problem(422), wrong
    host.command("end")
    host.closed()
    assert game.board(limit=7) == board
    assert parley.get(f"/api/games/{game.id}/leaderboard?around=12&limit=5").json == around


def test_a_board_that_is_hidden(parley, letters, closing):
    game = Game(parley, letters(1, board=False), closing)
    host, ann, screen = game.host(), game.play("Ann"), game.watch()
    host.command("start")
    ann.question("q1")
    assert "rank" not in ann.answer("b") and host.wait("board", answered=1)["top"][0]["name"] == "Ann"
    assert parley.get(f"/api/games/{game.code}/leaderboard", token=None).is_problem(401)
    assert parley.get(f"/api/games/{game.code}/leaderboard?host={game.token}", token=None).status == 200
    assert parley.get(f"/api/games/{game.code}/leaderboard").status == 200
    host.command("end")
    for one in (ann, screen):
        one.wait("finish")
        assert not any(frame.get("top") for frame in one.heard), "no scores of others"
        assert not any("rank" in (frame.get("you") or {}) for frame in one.heard)


def test_the_end_of_a_game_is_told_once(launch, hook, closing):
    parley = launch()
    parley.webhook("hook", hook.url, topic="quiz.finished")
    game = Game(parley, closing=closing)
    host, ann = game.host(), game.play("Ann")
    host.command("start")
    ann.question("postpone")
    score = ann.answer("postpone")["score"]
    host.command("end")
    host.closed()
    [told] = hook.wait_for(1)
    [message] = parley.get("/api/messages?topic=quiz.finished").json["items"]
    parley.settled(message["id"])
    for part in ("English vocabulary", game.code, f"1. Ann: {score}", "1 of 1 right"):
        assert part in message["description"] and part in json.dumps(json.loads(told.body), ensure_ascii=False), part
    parley.restart()
    assert len(parley.get("/api/messages?topic=quiz.finished").json["items"]) == 1 and len(hook.received) == 1
    assert parley.get(f"/api/games/{game.code}/leaderboard").json["items"][0]["score"] == score


def test_two_games_never_hear_each_other(parley, letters, closing):
    name = letters(2)
    games = [Game(parley, name, closing), Game(parley, name, closing)]
    sides = ("wolf", "bear")
    hosts = [game.host() for game in games]
    seats = [[game.play(f"{side} {number}") for number in range(3)] + [game.watch()]
             for game, side in zip(games, sides)]
    hosts[0].command("start")
    [one.question("q1") for one in seats[0]]
    assert games[1].shown()["phase"] == "lobby" and games[0].code != games[1].code
    hosts[1].command("start")
    [one.question("q1") for one in seats[1]]
    for number, player in enumerate(seats[0][:3]):
        player.answer("b")
        seats[1][number].answer("a")
    hosts[1].command("kick", player=1)
    hosts[1].command("end")
    assert [one.closed() for one in seats[1]] == [4002, 1000, 1000, 1000]
    hosts[0].wait("board", answered=3)
    hosts[0].command("skip")
    assert [one.wait("reveal")["right"] for one in seats[0]] == [3] * 4
    hosts[0].command("end")
    assert [one.closed() for one in seats[0]] == [1000] * 4
    for side, other in ((0, 1), (1, 0)):
        said = json.dumps([one.heard for one in [hosts[side], *seats[side]]])
        assert sides[side] in said and sides[other] not in said and games[other].code not in said
        assert games[other].id not in said


def test_numbers_of_games_move(launch, closing):
    parley = launch()
    before = parley.metrics()
    game = Game(parley, closing=closing)
    host, ann = game.host(), game.play("Ann")
    host.command("start")
    ann.question("postpone")
    ann.answer("postpone")
    ann.answer("postpone")
    assert ann.refused("answer", answer="none", question="crisis") == "question.unknown"
    ann.wait("board", lambda frame: frame["you"]["score"] > 0)
    during = parley.metrics()
    assert during["parley_games"] == 1 and during["parley_game_players"] == 1
    host.command("end")
    ann.closed()
    after = parley.metrics()

    def moved(name):
        return total(after, name) - total(before, name)
    assert after["parley_games"] == 0 and after["parley_game_players"] == 0
    for name, by in {"parley_games_begun_total": 1, "parley_games_finished_total": 1,
                     "parley_game_players_joined_total": 1, "parley_game_answers_total": 1,
                     "parley_game_answers_repeated_total": 1, "parley_game_refused_total": 1,
                     "parley_game_verdict_seconds_count": 1}.items():
        assert name in before and moved(name) == by, name
    assert moved("parley_game_boards_total") >= 1 and moved("parley_game_board_seconds_count") >= 1
    for name in ("parley_websocket_frames_conflated_total", "parley_websockets_slow_total"):
        assert name in after, name
    assert after["parley_commit_seconds_count"] > 0 and after["parley_commit_writes_count"] > 0
    assert "vocabulary" not in parley.get("/metrics").body.decode() and game.code not in str(after)


def test_secrets_never_reach_the_log(launch, closing):
    parley = launch(PARLEY_LOG_LEVEL="debug")
    game = Game(parley, closing=closing)
    ann, host = game.play("Ann"), game.host()
    back = game.back(ann.token)
    invited = parley.post(f"/api/games/{game.code}/hosts", {"name": "Bob"}).json["host"]
    game.host(invited).close()
    for path in ("results", "leaderboard"):
        assert parley.get(f"/api/games/{game.code}/{path}?host={game.token}", token=None).status == 200
    refusal(parley, "play", game.code, player=ann.token + "0")
    refusal(parley, "host", game.code, host=game.token + "0")
    host.send("{").error()
    back.send(b"\x00").error()
    host.command("end")
    assert back.closed() == 1000 and parley.stop() == 0
    requests = [line for line in parley.events("request") if "/games/" in line["path"]]
    assert {(line["method"], line["status"]) for line in requests} >= {("GET", 101), ("GET", 200), ("POST", 201),
                                                                       ("GET", 401)}
    said = json.dumps(parley.logs)
    for secret in (ann.token, game.token, invited):
        assert secret not in said and secret.rsplit(".", 1)[1] not in said


@pytest.mark.parametrize("change, path", [
    ({"scoring": "fair"}, "scoring"), ({"questions": []}, "questions"), ({"colour": "red"}, "colour"),
    ({"questions": quiz(1)["questions"] * 2}, "questions[1].id"),
    ({"questions": [quiz(1)["questions"][0] | {"right": "z"}]}, "questions[0].right")])
def test_quiz_check_names_the_path(tmp_path, parley, change, path):
    file = tmp_path / "quiz.json"
    file.write_text(json.dumps(quiz() | change))
    refused = run("quiz", "check", str(file))
    assert refused.returncode == 1 and path in refused.stdout + refused.stderr, refused
    identifier = f"unsound-{next(numbers)}"
    assert parley.post("/api/quizzes", {"id": identifier, "definition": quiz() | change}).status == 201
    unpublished = parley.post(f"/api/quizzes/{identifier}/publish")
    assert unpublished.is_problem(422) and path in unpublished.fields, unpublished
    assert parley.post(f"/api/quizzes/{identifier}/games").is_problem(409, "quiz.not_published")


def test_quiz_check_passes_a_sound_file_and_help_names_it(tmp_path):
    file = tmp_path / "quiz.json"
    file.write_text(json.dumps(quiz(3)))
    sound = run("quiz", "check", str(file))
    assert sound.returncode == 0 and "3 questions" in sound.stdout, sound
    assert run("quiz", "check", str(tmp_path / "none.json")).returncode == 1
    file.write_text("{")
    assert run("quiz", "check", str(file)).returncode == 1
    shown = run("help")
    assert shown.returncode == 0 and all(part in shown.stdout for part in ("quiz check FILE", "load quiz [ID]",
                                                                          "quizzes:read", "games:host"))


@pytest.mark.parametrize("arguments", [["quiz"], ["quiz", "check"], ["quiz", "chec", "a"], ["quiz", "check", "a", "b"],
                                       ["load", "quiz", "--players", "0"], ["load", "quiz", "--pace", "slow"]])
def test_a_command_line_about_quizzes_that_cannot_be_used(arguments):
    refused = run(*arguments)
    assert refused.returncode == 2 and refused.stderr.startswith("parley: "), refused
