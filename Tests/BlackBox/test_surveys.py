"""Surveys as customers meet them: word for word, over every way in, and from the terminal."""

import json
import subprocess

import pytest

from conversation import (ICE_CREAM, ICE_CREAM_ANSWERS, WAIT_SECONDS, Chat, answer, begin, look, publish, steps)
from parley import binary, clean_environment, run

TERMINAL = """\
BOT:  Hello John Doe!
      We are interested to know which flavour of ice cream you prefer. Here are your options:
      1 - Vanilla
      2 - Chocolate
      3 - Strawberry

      Please reply with the number corresponding to your choice.
USER: 2
BOT:  Great choice! Chocolate is a classic favorite.
      Would you like to provide feedback on why you selected this flavor?
USER: No, thank you.
BOT:  Thank you for your time, John Doe!
      Your response has been recorded. Have a wonderful day!
"""


def chat(parley, *arguments, says="", within=WAIT_SECONDS):
    """Runs `parley chat` with these lines as its input."""
    return subprocess.run([binary(), "chat", *arguments, "--url", f"http://{parley.address}"], input=says, text=True,
                          capture_output=True, timeout=within, env=clean_environment())


def test_any_websocket_tool_holds_the_conversation(parley):
    with Chat(parley, "ice-cream", customer="john", format="text") as tool:
        heard = [tool.bot()]
        for said in ICE_CREAM_ANSWERS:
            heard.append(tool.send(said).bot())
        assert heard == ICE_CREAM
        assert tool.closed() == 1000


def test_the_terminal_shows_the_conversation(parley):
    ended = chat(parley, "ice-cream", "--customer", "john", says="2\nNo, thank you.\n")
    assert (ended.stdout, ended.stderr, ended.returncode) == (TERMINAL, "", 0)


def test_http_holds_the_same_conversation(parley):
    state = begin(parley, "ice-cream", customer="john")
    assert state["survey"] == "ice-cream" and state["status"] == "active" and state["version"] == 1
    heard, token = [one["text"] for one in state["messages"]], state["session"]
    assert state["question"]["id"] == "flavour"
    assert [option["label"] for option in state["question"]["options"]] == ["Vanilla", "Chocolate", "Strawberry"]
    for said in ICE_CREAM_ANSWERS:
        answered = answer(parley, token, said)
        assert answered.status == 200, answered
        heard += [one["text"] for one in answered.json["messages"]]
    assert heard == ICE_CREAM
    seen = look(parley, token)
    assert seen["status"] == "completed" and seen["question"] is None
    assert [one["text"] for one in seen["messages"]] == ICE_CREAM


def test_frames_say_what_is_asked(parley):
    with Chat(parley, "ice-cream") as client:
        assert client.session["survey"] == "ice-cream" and client.session["language"] == "en"
        first = client.bot()
        assert (first["type"], first["seq"]) == ("question", 1)
        assert first["question"] == {
            "id": "flavour", "kind": "choice", "required": True, "number": 1, "count": 2,
            "options": [{"number": 1, "id": "vanilla", "label": "Vanilla"},
                        {"number": 2, "id": "chocolate", "label": "Chocolate"},
                        {"number": 3, "id": "strawberry", "label": "Strawberry"}]}
        second = client.say("choclate").bot()
        assert second["question"]["id"] == "why" and second["question"]["required"] is False
        end = client.say("skip").bot()
        assert (end["type"], end["seq"]) == ("end", 3) and "question" not in end
        assert client.closed() == 1000


def test_one_conversation_goes_on_from_way_to_way(parley):
    """WebSocket, then HTTP, then the terminal: the session is what matters."""
    publish(parley, "steps", steps(3))
    with Chat(parley, "steps") as client:
        client.bot()
        client.say("over WebSocket").bot()
        token = client.token
    answered = answer(parley, token, "over HTTP")
    assert answered.json["messages"][0]["text"].startswith("Question 3")
    ended = chat(parley, "steps", "--session", token, says="in the terminal\n")
    assert ended.returncode == 0 and ended.stdout.endswith("BOT:  Version 1 is done.\n"), ended
    assert look(parley, token)["status"] == "completed"


def test_leaving_the_terminal_says_how_to_come_back(parley):
    left = chat(parley, "ice-cream", says="2\n")
    assert left.returncode == 0 and "--session " in left.stderr, left
    token = left.stderr.split("--session ")[1].split()[0]
    back = chat(parley, "ice-cream", "--session", token, says="No, thank you.\n")
    assert back.returncode == 0 and "Thank you for your time" in back.stdout and not back.stderr, back


def test_a_completed_survey_is_not_begun_again(parley):
    chat(parley, "ice-cream", "--customer", "john", says="2\nNo, thank you.\n")
    again = chat(parley, "ice-cream", "--customer", "john", says="1\n")
    assert again.returncode == 0 and "USER" not in again.stdout and again.stdout.startswith("BOT:  "), again


@pytest.mark.parametrize("arguments, told", [
    (["nothing"], "There is no such survey"), (["ice-cream", "--session", "x"], "There is no such session"),
    (["ice-cream", "--invitation", "x"], "invitation"),
])
def test_a_refusal_is_told_in_the_servers_words(parley, arguments, told):
    refused = chat(parley, *arguments)
    assert refused.returncode == 1 and told in refused.stderr and refused.stdout == "", refused


def test_nobody_there_is_told(parley):
    parley.stop()
    refused = chat(parley, "ice-cream")
    assert refused.returncode == 1 and "connection" in refused.stderr, refused


@pytest.mark.parametrize("arguments", [["chat"], ["chat", "a", "b"], ["chat", "A!"], ["chat", "a", "--url", "ftp://x"],
                                       ["load"], ["load", "quiz"], ["load", "survey", "--customers", "0"]])
def test_a_command_line_that_cannot_be_used(arguments):
    refused = run(*arguments)
    assert refused.returncode == 2 and refused.stderr.startswith("parley: "), refused


def test_load_plays_whole_conversations(parley):
    ended = run("load", "survey", "--customers", "50", "--concurrent", "10", "--json", "--url",
                f"http://{parley.address}", within=60)
    assert ended.returncode == 0, ended
    saw = json.loads(ended.stdout)
    assert (saw["completed"], saw["failed"], saw["answers"], saw["errors"]) == (50, 0, 100, {})
    paced = run("load", "survey", "--customers", "4", "--rate", "4", "--url", f"http://{parley.address}", within=60)
    assert paced.returncode == 0 and "4 completed" in paced.stdout, paced
    refused = run("load", "survey", "nothing", "--url", f"http://{parley.address}", within=60)
    assert refused.returncode == 1 and "404: There is no such survey" in refused.stdout, refused


SOUND = {"title": "T", "languages": ["en"], "questions": [{"id": "a", "kind": "text", "text": "A?"}]}
UNSOUND = {
    "unknown target": (SOUND | {"questions": [{"id": "a", "kind": "text", "text": "A?", "next": [{"go_to": "z"}]}]},
                       "questions[0].next[0].go_to"),
    "no fallback": (SOUND | {"greeting": "Hello {customer.name}"}, "greeting"),
    "twice": (SOUND | {"questions": SOUND["questions"] * 2}, "questions[1].id"),
    "missing translation": (SOUND | {"languages": ["en", "de"]}, "title"),
}


def test_survey_check_passes_a_sound_file(tmp_path):
    file = tmp_path / "survey.json"
    file.write_text(json.dumps(SOUND))
    assert run("survey", "check", str(file)).returncode == 0


@pytest.mark.parametrize("definition, path", UNSOUND.values(), ids=UNSOUND)
def test_survey_check_names_the_path(tmp_path, parley, definition, path):
    file = tmp_path / "survey.json"
    file.write_text(json.dumps(definition))
    refused = run("survey", "check", str(file))
    assert refused.returncode == 1 and path in refused.stdout + refused.stderr, refused
    assert parley.post("/api/surveys", {"id": "unsound", "definition": definition}).status == 201
    unpublished = parley.post("/api/surveys/unsound/publish")
    assert unpublished.is_problem(422) and path in unpublished.fields, unpublished


def test_survey_check_explains_a_file_that_is_none(tmp_path):
    missing = run("survey", "check", str(tmp_path / "none.json"))
    assert missing.returncode == 1 and "none.json" in missing.stderr, missing
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    assert run("survey", "check", str(broken)).returncode == 1
