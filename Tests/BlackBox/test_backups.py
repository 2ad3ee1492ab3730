"""Backups by the API, copies in a store, and restoring: by what is on the disk afterwards."""

import hashlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import time

import pytest

from eventually import eventually
from fake_s3 import FakeS3
from parley import binary, clean_environment, run

BACKUPS = "/api/admin/backups"
KILLS = 30


def done(parley, path):
    """The backup, once nothing runs on it any more."""
    def seen():
        answer = parley.get(path)
        return answer.status == 200 and "progress" not in answer.json and answer.json
    return eventually(seen, within=30, what=f"backup done: {parley.get(path)}")


def make(parley):
    begun = parley.post(BACKUPS)
    assert begun.status == 202 and begun.json["state"] == "making", begun
    backup = done(parley, begun.headers["location"])
    assert backup["state"] == "good", backup
    return backup


def file(parley, backup):
    return parley.folder / "backups" / backup["name"]


def rows(path):
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        descriptions = {one for (one,) in connection.execute("SELECT description FROM message")}
    connection.close()
    return descriptions


def restore(parley, *arguments):
    return run("restore", "--data", str(parley.folder), *arguments, within=60)


def test_a_backup_by_the_api_is_what_it_says(parley):
    parley.send("sales", "kept")
    backup = make(parley)
    content = file(parley, backup).read_bytes()
    assert backup["bytes"] == len(content) and backup["sha256"] == hashlib.sha256(content).hexdigest()
    assert rows(file(parley, backup)) == {"kept"}
    assert backup["tables"]["message"] == 1 and backup["rows"] == sum(backup["tables"].values())
    manifest = json.loads(file(parley, backup).with_name(backup["name"] + ".json").read_text())
    assert manifest["sha256"] == backup["sha256"] and manifest["schema"] == backup["schema"]
    assert [one["name"] for one in parley.get(BACKUPS).json["items"]] == [backup["name"]]
    metrics = parley.metrics()
    assert metrics["parley_backups"] == 1 and metrics['parley_backups_total{result="ok"}'] == 1
    assert 0 <= metrics["parley_backup_age_seconds"] < 60
    listed = run("backup", "list", "--data", str(parley.folder))
    assert listed.returncode == 0 and backup["name"] in listed.stdout
    assert run("backup", "verify", str(file(parley, backup))).returncode == 0


def test_a_damaged_backup_is_found_and_said(parley):
    backup = make(parley)
    path = file(parley, backup)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert parley.post(f"{BACKUPS}/{backup['name']}/verify").status == 202
    found = done(parley, f"{BACKUPS}/{backup['name']}")
    assert found["state"] == "damaged" and "SHA-256" in found["detail"], found
    assert parley.metrics()["parley_backups"] == 0
    refused = run("backup", "verify", str(path))
    assert refused.returncode == 1 and "SHA-256" in refused.stderr
    assert parley.delete(f"{BACKUPS}/{backup['name']}").status == 204 and not path.exists()


def test_a_pipe_among_the_backups_keeps_nobody_waiting(parley):
    backup = make(parley)
    path = file(parley, backup)
    os.mkfifo(path.with_name("parley-20200101T000000.000Z.sqlite"))
    manifest = path.with_name(path.name + ".json")
    manifest.unlink()
    os.mkfifo(manifest)
    assert [(one["name"], one["state"]) for one in parley.get(BACKUPS).json["items"]] == [(path.name, "unverified")]
    assert run("backup", "verify", str(path)).returncode == 1
    assert parley.stop() == 0


@pytest.mark.parametrize("name", ["..%2Fparley.sqlite", "parley.sqlite", "parley-20260131T093000.250Z.sqlite"])
def test_only_backups_are_found_by_name(parley, name):
    assert parley.delete(f"{BACKUPS}/{name}").status in (400, 404)
    assert parley.get(f"{BACKUPS}/{name}").status in (400, 404)
    assert (parley.folder / "parley.sqlite").exists()


def test_a_restore_brings_back_what_was_and_keeps_what_it_replaces(parley):
    parley.send("sales", "before")
    backup = make(parley)
    parley.send("sales", "after")
    busy = restore(parley, str(file(parley, backup)))
    assert busy.returncode == 3 and str(parley.pid) in busy.stderr, busy
    parley.stop()
    restored = restore(parley, str(file(parley, backup)), "--hold-deliveries")
    assert restored.returncode == 0, restored
    assert "copying 100 %" in restored.stderr and "paused" in restored.stdout
    kept = re.search(r"parley\.sqlite\.before-restore-\S+Z", restored.stdout).group()
    assert "whoever was erased" in restored.stdout
    assert rows(parley.folder / kept) == {"before", "after"}
    parley.start()
    assert [one["description"] for one in parley.every_message()] == ["before"]
    assert parley.get("/api/channels/log").json["paused"] is True
    with sqlite3.connect(f"file:{parley.folder / 'parley.sqlite'}?mode=ro", uri=True) as connection:
        actions = connection.execute("SELECT actor_kind, thing FROM audit WHERE action = 'backup.restored'").fetchall()
    connection.close()
    assert actions == [("program", backup["name"])]
    # The backups are still there, and what the restored database does not know of them is no obstacle.
    assert parley.get(f"{BACKUPS}/{backup['name']}").json["state"] == "good"


def test_nothing_is_replaced_under_a_program_that_has_it_open(parley):
    parley.send("sales", "mine")
    backup = make(parley)
    parley.send("sales", "later")
    parley.stop()
    stored = parley.folder / "parley.sqlite"
    with sqlite3.connect(stored) as connection:
        assert connection.execute("SELECT count(*) FROM message").fetchone() == (2,)
        refused = restore(parley, str(file(parley, backup)))
        assert refused.returncode == 3 and "open" in refused.stderr, refused
    connection.close()
    assert rows(stored) == {"mine", "later"} and not list(parley.folder.glob("*.before-restore-*"))


def test_what_is_no_backup_of_ours_is_refused(parley, tmp_path):
    parley.send("sales", "mine")
    backup = make(parley)
    parley.stop()
    stored = parley.folder / "parley.sqlite"
    before = hashlib.sha256(stored.read_bytes()).hexdigest()

    copy = tmp_path / "copy.sqlite"
    copy.write_bytes(file(parley, backup).read_bytes())
    refused = restore(parley, str(copy))
    assert refused.returncode == 1 and "manifest" in refused.stderr

    foreign = tmp_path / "foreign.sqlite"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE theirs (id INTEGER)")
    connection.close()
    assert restore(parley, str(foreign), "--without-manifest").returncode == 1
    assert restore(parley, str(tmp_path / "nowhere"), "--without-manifest").returncode == 1

    newer = tmp_path / "newer.sqlite"
    newer.write_bytes(copy.read_bytes())
    with sqlite3.connect(newer) as connection:
        connection.execute("UPDATE storage_schema SET version = version + 1 WHERE feature = 'messages'")
    connection.close()
    refused = restore(parley, str(newer), "--without-manifest")
    assert refused.returncode == 4 and "newer" in refused.stderr
    assert hashlib.sha256(stored.read_bytes()).hexdigest() == before
    assert not list(parley.folder.glob("*.restoring*"))

    assert restore(parley, str(copy), "--without-manifest").returncode == 0
    parley.start()
    assert [one["description"] for one in parley.every_message()] == ["mine"]


def test_a_restore_that_is_killed_leaves_the_old_or_the_new_whole(parley):
    with_old, with_new = {"old", "lost"}, {"old"}
    parley.send("sales", "old")
    backup = make(parley)
    parley.send("sales", "lost")
    parley.stop()
    stored = parley.folder / "parley.sqlite"
    command = [binary(), "restore", "--data", str(parley.folder), str(file(parley, backup))]
    began = time.monotonic()
    assert subprocess.run([*command[:-1], "/nowhere"], capture_output=True, env=clean_environment()).returncode == 1
    start = time.monotonic() - began
    original = stored.read_bytes()
    seen = set()
    for part in [*(step / 10 for step in range(KILLS)), None]:   # of the time that a start takes; the last one lives
        stored.write_bytes(original)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=clean_environment())
        try:
            process.wait(None if part is None else part * start)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        held = rows(stored)
        assert held in (with_old, with_new)
        seen.add("old" if held == with_old else "new")
        for kept in parley.folder.glob("parley.sqlite.before-restore-*"):
            assert rows(kept) == with_old
            kept.unlink()
    assert "old" in seen and "new" in seen, seen
    parley.start()
    assert parley.get("/readyz").status == 200


def test_a_copy_goes_to_the_store_signed_and_complete(launch, closing):
    store = closing.enter_context(FakeS3())
    store.objects["parley/backups/letters"] = b"not ours"
    store.objects["other/parley-20200101T000000.000Z.sqlite"] = b"not ours"
    parley = launch(PARLEY_BACKUP_KEEP="2", **store.environment())
    made = []
    for _ in range(3):
        parley.send("sales", "x" * 1_000)
        made.append(make(parley))
        sent = eventually(lambda: (one := parley.get(f"{BACKUPS}/{made[-1]['name']}").json)["upload"]["state"] == "done"
                          and one, within=20, what=f"sent: {store.log[-5:]} {store.refused}")
        assert sent["upload"]["tries"] == 1 and sent["upload"]["at"]
    names = [f"parley/backups/{one['name']}" for one in made]
    eventually(lambda: names[0] not in store.objects, what="the oldest is gone")
    wanted = {"parley/backups/letters", "other/parley-20200101T000000.000Z.sqlite"}
    for name, backup in zip(names[1:], made[1:]):
        wanted |= {name, name + ".json"}
        assert hashlib.sha256(store.objects[name]).hexdigest() == backup["sha256"]
        assert json.loads(store.objects[name + ".json"])["sha256"] == backup["sha256"]
    assert store.objects.keys() == wanted and not store.refused
    puts = [line for line in store.log if line.startswith("PUT")]
    assert [line.endswith(".json") for line in puts] == [False, True] * 3, "the manifest after its file"


@pytest.mark.parametrize("habit, reason", [("fail", "503 SlowDown"), ("cut", ""), ("wrong secret", "403 Signature")])
def test_an_upload_that_fails_says_why_and_is_tried_again(launch, closing, habit, reason):
    store = closing.enter_context(FakeS3(*([habit] if habit != "wrong secret" else [])))
    secret = {"secret": "another"} if habit == "wrong secret" else {}
    parley = launch(**store.environment(**secret))
    backup = make(parley)
    path = f"{BACKUPS}/{backup['name']}"
    failed = eventually(lambda: (one := parley.get(path).json)["upload"]["state"] == "failed" and one["upload"],
                        within=20, what="said")
    assert reason in failed["detail"] and failed["next_at"] and failed["tries"] == 1
    assert "another" not in json.dumps(failed) and "AKID" not in json.dumps(failed)
    assert parley.metrics()['parley_backup_uploads_total{result="failed"}'] == 1
    assert not store.objects and parley.get(path).json["state"] == "good"
    assert not [line for _, line in parley.logs if "another" in json.dumps(line) or "AKID" in json.dumps(line)]


def test_a_store_that_hangs_keeps_nobody_from_stopping(launch, closing):
    store = closing.enter_context(FakeS3("hang"))
    parley = launch(**store.environment())
    make(parley)
    eventually(lambda: store.log, what="the upload began")
    began = time.monotonic()
    assert parley.stop() == 0 and time.monotonic() - began < 10


@pytest.mark.parametrize("change", [
    {"PARLEY_S3_SECRET_KEY": ""}, {"PARLEY_S3_URL": "ftp://h/b"}, {"PARLEY_S3_URL": "https://user:hidden@h/b"},
    {"PARLEY_S3_URL": "https://h"}, {"PARLEY_BACKUP_KEEP": "0"}, {"PARLEY_BACKUP_HOURS": "soon"}])
def test_settings_that_cannot_be_used_are_refused(tmp_path, change):
    given = {"PARLEY_S3_URL": "https://h/b", "PARLEY_S3_ACCESS_KEY": "key", "PARLEY_S3_SECRET_KEY": "hidden"}
    refused = run("check", "--data", str(tmp_path / "data"), environment=given | change)
    assert refused.returncode == 2 and "hidden" not in refused.stderr + refused.stdout, refused
