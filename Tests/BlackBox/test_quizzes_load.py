"""Thousands of players at once: every verdict, board and result adds up, in the file as well."""

import json
import resource
import sqlite3

import pytest

from parley import ADMIN_TOKEN, run

pytestmark = pytest.mark.alone

PLAYERS, GAMES, QUESTIONS = 2_000, 2, 2
SPARE_DESCRIPTORS = 500
WITHIN_SECONDS = 100.0


def load(parley, *arguments, within=WITHIN_SECONDS):
    """Runs `parley load quiz`, and returns what it saw once it says that everything adds up."""
    ended = run("load", "quiz", *arguments, "--json", "--url", f"http://{parley.address}", within=within,
                environment={"PARLEY_ADMIN_TOKEN": ADMIN_TOKEN})
    assert ended.returncode == 0, (ended.stdout[-2_000:], ended.stderr[-500:])
    saw = json.loads(ended.stdout)
    assert (saw["failed"], saw["errors"]) == (0, {}), saw
    return saw


def sums(parley):
    """By game's id, each player's name with the points and bonuses of all their rows, read from the file."""
    with sqlite3.connect(f"file:{parley.folder}/parley.sqlite?mode=ro", uri=True) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = {}
        for game, name, score, answers in database.execute(
                "SELECT game.id, game_player.name, COALESCE(SUM(points + bonus), 0), COUNT(question) FROM game"
                " JOIN game_player ON game_player.game = game.number"
                " LEFT JOIN game_answer ON game_answer.game = game.number AND game_answer.player = game_player.player"
                " GROUP BY game.number, game_player.player"):
            found.setdefault(game, {})[name] = (score, answers)
        return found


def board(parley, game):
    """By player's name, the score of the leaderboard, whose places are in order."""
    items, after, client = [], "", parley.client()
    while True:
        page = client.request("GET", f"/api/games/{game}/leaderboard?limit=200{after}").json
        items += page["items"]
        if not page["next"]:
            break
        after = f"&after={page['next']}"
    assert [row["rank"] for row in items] == list(range(1, page["players"] + 1))
    scores = [row["score"] for row in items]
    assert scores == sorted(scores, reverse=True)
    return {row["name"]: row["score"] for row in items}


def adds_up(parley, players, games, questions):
    """Whether file, boards and metrics agree that all of these players answered all of these questions."""
    stored = sums(parley)
    assert len(stored) == games
    for game, rows in stored.items():
        assert board(parley, game) == {name: score for name, (score, _) in rows.items()}
        assert len(rows) == players and {answers for _, answers in rows.values()} == {questions}
    metrics = parley.metrics()
    assert metrics["parley_game_answers_total"] == players * games * questions
    assert metrics["parley_game_players_joined_total"] == players * games
    assert metrics["parley_games"] == 0 and metrics["parley_games_finished_total"] == games
    return True


@pytest.mark.timeout(150)
def test_four_thousand_players_in_two_games(launch, capsys):
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if allowed != resource.RLIM_INFINITY and allowed < PLAYERS * GAMES + SPARE_DESCRIPTORS:
        pytest.skip(f"{PLAYERS * GAMES} connections need more descriptors than the {allowed} allowed here (ulimit -Hn)")
    parley = launch(PARLEY_RATE_LIMIT="0")
    saw = load(parley, "--players", str(PLAYERS), "--games", str(GAMES), "--questions", str(QUESTIONS))
    assert (saw["connected"], saw["answers"]) == (PLAYERS * GAMES, PLAYERS * GAMES * QUESTIONS)
    assert adds_up(parley, PLAYERS, GAMES, QUESTIONS)
    parley.kill9()
    parley.start()
    assert sum(len(rows) for rows in sums(parley).values()) == PLAYERS * GAMES
    with capsys.disabled():
        print(f"\nquiz load: {PLAYERS} players in each of {GAMES} games, {saw['answers']} answers in "
              f"{saw['seconds']:.1f} s, verdicts p99 {saw['verdict_ms']['p99']:.0f} ms, boards p99 "
              f"{saw['board_ms']['p99']:.0f} ms")


@pytest.mark.parametrize("pace, players, games, questions", [("self_paced", 100, 2, 5), ("hosted", 60, 3, 5)])
def test_smaller_games_of_every_kind_of_question(launch, pace, players, games, questions):
    parley = launch(PARLEY_RATE_LIMIT="0")
    saw = load(parley, "--pace", pace, "--players", str(players), "--games", str(games), "--questions", str(questions))
    assert saw["answers"] == players * games * questions and adds_up(parley, players, games, questions)


def test_the_sample_can_be_played_by_the_load(launch):
    parley = launch(PARLEY_RATE_LIMIT="0")
    saw = load(parley, "vocabulary", "--players", "20")
    assert saw["connected"] == 20 and saw["answers"] == 200 and adds_up(parley, 20, 1, 10)


def test_a_load_that_is_refused_says_why(parley):
    unknown = run("load", "quiz", "nothing", "--url", f"http://{parley.address}", within=60,
                  environment={"PARLEY_ADMIN_TOKEN": ADMIN_TOKEN})
    assert unknown.returncode == 1 and "There is no such quiz" in unknown.stdout + unknown.stderr, unknown
    stranger = run("load", "quiz", "--players", "2", "--url", f"http://{parley.address}", within=60,
                   environment={"PARLEY_ADMIN_TOKEN": "somebody-elses-token-0123"})
    assert stranger.returncode == 1 and "token" in stranger.stdout + stranger.stderr, stranger
