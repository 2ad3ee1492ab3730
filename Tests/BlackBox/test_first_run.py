"""What the README promises for the first minute, and how the program stops, refuses and explains."""

import json
import re
import signal
import socket
import subprocess
import time

import pytest

from fake_smtp import FakeSMTP
from parley import ADMIN_TOKEN, Parley, clean_environment, run


def test_a_message_goes_through_with_nothing_configured(parley):
    answer = parley.post("/api/messages", {"topic": "sales", "description": "Call me", "contact": "ann@example.org"})
    assert answer.status == 201, answer
    message = answer.json
    assert message["status"] == "pending"
    assert answer.headers["location"] == f"/api/messages/{message['id']}"
    shown = parley.settled(message["id"])
    assert (shown["topic"], shown["description"], shown["contact"]) == ("sales", "Call me", "ann@example.org")
    assert [one["channel"] for one in shown["deliveries"]] == ["log"]
    [attempt] = shown["deliveries"][0]["attempts"]
    assert attempt["class"] == "delivered" and attempt["duration_ms"] >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", shown["created_at"])


def test_the_samples_go_where_the_environment_says(launch, slack, closing):
    mail = closing.enter_context(FakeSMTP())
    parley = launch(PARLEY_SLACK_WEBHOOK_URL=slack.url, PARLEY_SMTP_URL=mail.url,
                    PARLEY_SMTP_FROM="parley@example.org", PARLEY_EMAIL_TO="team@example.org")
    sales, pricing = parley.send("sales", "A <b> & c"), parley.send("pricing", "How much is Bílá káva?")
    [told] = slack.wait_for(1)
    assert "A &lt;b&gt; &amp; c" in json.loads(told.body)["text"]
    [letter] = mail.wait_for(1)
    assert letter.recipients == ["team@example.org"]
    assert "How much is Bílá káva?" in letter.message.get_body().get_content()
    assert parley.settled(sales["id"])["deliveries"][0]["channel"] == "slack"
    assert parley.settled(pricing["id"])["deliveries"][0]["channel"] == "email"


def test_samples_are_made_once(launch):
    parley = launch()
    assert parley.delete("/api/topics/pricing").status == 204
    parley.restart()
    assert [topic["name"] for topic in parley.get("/api/topics").json["items"]] == ["sales"]


def test_a_message_outlives_a_restart(parley):
    message = parley.send("sales")
    parley.settled(message["id"])
    parley.restart()
    assert parley.message(message["id"])["status"] == "sent"


def test_a_second_process_on_the_folder_is_refused(parley):
    second = run("serve", "--data", str(parley.folder), "--listen", "127.0.0.1:0")
    assert second.returncode == 3, second
    assert str(parley.pid) in second.stderr and "folder" in second.stderr
    assert parley.get("/healthz").status == 200


def test_the_folder_is_free_again_after_kill_9(parley):
    parley.kill9()
    assert parley.start().get("/healthz").status == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_program_stops_at_once(parley, number):
    idle = parley.client()
    idle.request("GET", "/healthz")
    began = time.monotonic()
    parley.process.send_signal(number)
    assert parley.process.wait(10) == 0
    assert time.monotonic() - began < 1.0


def test_a_client_that_hangs_up_early_does_not_hurt(parley):
    for _ in range(50):
        host, port = parley.address.split(":")
        with socket.create_connection((host, int(port))) as early:
            early.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            early.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
    assert parley.get("/healthz").status == 200


def test_without_a_token_one_is_made_and_shown_once(tmp_path, closing):
    environment = clean_environment()
    process = subprocess.Popen(Parley(tmp_path / "data").command, env=environment, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    closing.callback(process.kill)
    shown = ""
    while '"listening"' not in shown:
        line = process.stderr.readline()
        assert line, shown
        shown += line
    process.terminate()
    out, err = process.communicate(timeout=10)
    tokens = set(re.findall(r"parley_[A-Za-z0-9_-]{20,}", shown + out + err))
    assert len(tokens) == 1, shown


def test_the_token_is_in_no_log_line(parley):
    parley.send("sales")
    parley.get("/api/messages", token="wrong-token-wrong-token")
    assert ADMIN_TOKEN not in str(parley.logs) and "wrong-token" not in str(parley.logs)


WRONG = {
    "--listen": (["serve", "--listen", "abc"], {}, ["--listen", "abc"]),
    "--listen port": (["serve", "--listen", "127.0.0.1:99999"], {}, ["--listen", "99999"]),
    "PARLEY_LISTEN": (["serve"], {"PARLEY_LISTEN": "nowhere"}, ["PARLEY_LISTEN", "nowhere"]),
    "PARLEY_LOOPS": (["serve"], {"PARLEY_LOOPS": "zero"}, ["PARLEY_LOOPS", "zero"]),
    "PARLEY_SLACK_WEBHOOK_URL": (["serve"], {"PARLEY_SLACK_WEBHOOK_URL": "ftp://x"}, ["PARLEY_SLACK_WEBHOOK_URL"]),
    "unknown flag": (["serve", "--lisen", "x:1"], {}, ["--lisen"]),
    "flag without its value": (["serve", "--listen"], {}, ["--listen"]),
    "unknown command": (["sevre"], {}, ["sevre"]),
}


@pytest.mark.parametrize("arguments, environment, named", WRONG.values(), ids=WRONG)
def test_wrong_configuration_is_explained(tmp_path, arguments, environment, named):
    data = ["--data", str(tmp_path / "data")] if arguments == ["serve"] else []
    ended = run(*arguments, *data, environment={"PARLEY_DATA": str(tmp_path / "data")} | environment)
    assert ended.returncode == 2, ended
    for word in named:
        assert word in ended.stderr
    assert "Fatal error" not in ended.stderr


def test_an_address_in_use_is_explained(parley, tmp_path):
    ended = run("serve", "--data", str(tmp_path / "other"), "--listen", parley.address)
    assert ended.returncode == 5 and parley.address in ended.stderr, ended


def test_help_lists_flags_and_environment():
    ended = run("help")
    assert ended.returncode == 0
    for word in ["serve", "check", "backup", "token", "version", "--data", "--listen", "PARLEY_ADMIN_TOKEN",
                 "PARLEY_SLACK_WEBHOOK_URL", "PARLEY_SMTP_URL", "127.0.0.1:8080"]:
        assert word in ended.stdout


def test_version_is_a_version():
    ended = run("version")
    assert ended.returncode == 0 and re.search(r"\d+\.\d+", ended.stdout)


def test_check_tells_good_settings_from_bad(tmp_path):
    assert run("check", "--data", str(tmp_path / "data")).returncode == 0
    bad = run("check", "--data", str(tmp_path / "data"), "--listen", "abc")
    assert bad.returncode == 2 and "--listen" in bad.stderr


def test_logs_are_json_lines_with_level_and_event(parley):
    parley.stop()
    assert parley.logs
    for _, line in parley.logs:
        assert {"time", "level", "event"} <= line.keys(), line
