"""What a proxy and an orchestrator ask: ready or not and why, while it starts, works, fails and stops."""

import contextlib
import signal
import sqlite3
import threading
import time

import pytest

from eventually import eventually
from fake_http import FakeHTTP, answer
from fake_service import free_port
from parley import Client, Parley, run


def codes(answer, part="reasons"):
    return [finding["code"] for finding in answer.json[part]]


def ask(address, path="/readyz", method="GET"):
    """An answer, or None where nobody listens."""
    client = Client(address, timeout=3)
    try:
        return client.request(method, path)
    except OSError:
        return None
    finally:
        client.close()


@pytest.fixture
def fixed(tmp_path, closing):
    """Parley on a port that is known before it listens."""
    address = f"127.0.0.1:{free_port()}"

    def start(**environment):
        parley = Parley(tmp_path / "data", environment, listen=address)
        closing.callback(parley.end)
        return parley
    return start


def test_everything_that_is_wrong_is_said_at_once(launch):
    parley = launch(PARLEY_DISK_FREE_MIN="1048576G,50%")
    ready = parley.get("/readyz", token=None)
    assert ready.status == 503 and ready.json["status"] == "unavailable" and "disk.full" in codes(ready)
    assert all(finding["detail"].endswith(".") for finding in ready.json["reasons"])
    assert parley.get("/healthz", token=None).status == 200, "it is alive, and must not be killed for that"
    assert parley.send("sales")
    metrics = parley.metrics()
    assert metrics["parley_ready"] == 0 and metrics['parley_ready_reason{code="disk.full"}'] == 1
    live = run("check", "--live", environment={"PARLEY_LISTEN": parley.address})
    assert live.returncode == 1 and "not ready: disk.full: " in live.stderr, live


def test_a_channel_that_is_held_is_a_warning_and_no_reason(launch, http_fake):
    parley = launch()
    gone = http_fake()
    gone.usual = answer(410, b"gone")
    parley.webhook("gone", gone.url, topic="gone")
    parley.send("gone")
    eventually(lambda: parley.metrics().get('parley_channel_held{channel="gone"}'), what="held")
    ready = eventually(lambda: "channel.held" in codes(one := parley.get("/readyz"), "warnings") and one, 10)
    assert ready.status == 200 and "gone" in ready.body.decode()
    live = run("check", "--live", environment={"PARLEY_LISTEN": parley.address})
    assert (live.returncode, live.stdout) == (0, "ready\n") and "warning: channel.held" in live.stderr


def test_many_who_ask_cost_one_write_a_second(parley):
    before, began = parley.metrics()["parley_commits_total"], time.monotonic()

    def often():
        client = parley.client(token=None)
        for _ in range(50):
            assert client.request("GET", "/readyz").status == 200
        client.close()
    threads = [threading.Thread(target=often) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # What else a new program writes by itself is in it.
    assert parley.metrics()["parley_commits_total"] - before < 60 + time.monotonic() - began


def test_while_the_data_is_opened_it_says_so(fixed):
    """Somebody else is writing: its own first write has to wait, as everything does during an upgrade."""
    parley = fixed().start()
    parley.send("sales", "before")
    assert parley.stop() == 0
    for _ in range(5):                                           # it waits a second for the lock, and we for it to ask
        holder = sqlite3.connect(parley.folder / "parley.sqlite", isolation_level=None, check_same_thread=False)
        holder.execute("BEGIN IMMEDIATE")
        parley.spawn()
        try:
            alive = eventually(lambda: ask(parley.listen, "/healthz"), 5)
            ready, post = ask(parley.listen), ask(parley.listen, "/api/messages", "POST")
        finally:
            holder.close()
        assert alive.status == 200 and alive.json == {"status": "ok"}
        assert ready.status == 503 and codes(ready) == ["starting"], ready
        assert post.is_problem(503, "starting") and post.headers["retry-after"] == "1"
        with contextlib.suppress(AssertionError):
            eventually(lambda: parley.address, 20)
            break
        assert parley.process.poll() == 1
    assert ask(parley.listen).status == 200
    assert [one["description"] for one in parley.every_message()] == ["before"]


def test_who_is_told_to_stop_is_not_ready_and_works_until_the_time_is_over(fixed):
    parley = fixed(PARLEY_DRAIN_SECONDS="2").start()
    client = parley.client()
    assert client.request("GET", "/readyz").status == 200
    began = time.monotonic()
    parley.process.send_signal(signal.SIGTERM)
    eventually(lambda: (one := client.request("GET", "/readyz")).status == 503 and codes(one) == ["stopping"], 2)
    fresh = ask(parley.listen)
    assert fresh and fresh.status == 503, "new connections are still taken"
    assert parley.send("sales")
    assert parley.process.wait(20) == 0 and time.monotonic() - began >= 2
    assert ask(parley.listen) is None


def test_a_second_process_waits_for_the_folder_if_told_to(fixed, tmp_path, closing):
    first = fixed().start()
    first.send("sales", "from the first")
    ended = run("serve", "--data", str(first.folder), "--listen", "127.0.0.1:0")
    assert ended.returncode == 3 and str(first.pid) in ended.stderr
    began = time.monotonic()
    ended = run("serve", "--data", str(first.folder), "--listen", "127.0.0.1:0", "--wait-seconds", "1")
    assert ended.returncode == 3 and time.monotonic() - began >= 1
    second = Parley(first.folder, {"PARLEY_WAIT_SECONDS": "30"}, listen=first.listen)
    closing.callback(second.end)
    second.spawn()
    waiting = eventually(lambda: second.events("waiting for the data folder"), 10)
    assert waiting[0]["process"] == first.pid and first.get("/readyz").status == 200
    assert first.stop() == 0
    eventually(lambda: second.address, 10, "the second took over")
    assert [one["description"] for one in second.every_message()] == ["from the first"]


def test_a_process_that_waits_for_the_folder_can_be_stopped(fixed, closing):
    first = fixed().start()
    second = Parley(first.folder, {"PARLEY_WAIT_SECONDS": "300"})
    closing.callback(second.end)
    second.spawn()
    eventually(lambda: second.events("waiting for the data folder"), 10)
    second.process.send_signal(signal.SIGTERM)
    assert second.process.wait(5) == -signal.SIGTERM
    assert first.get("/readyz").status == 200
