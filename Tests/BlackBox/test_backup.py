"""A backup taken while clients post: whole, verified, and good to start from."""

import sqlite3
import threading

from parley import Parley, run

POSTERS = 2


def test_a_backup_under_load_is_whole(launch, tmp_path, closing):
    parley = launch(PARLEY_RATE_LIMIT="0")
    before = {parley.send("sales", "before")["id"] for _ in range(200)}
    stopping, posted, faults = threading.Event(), [], []

    def post():
        client = parley.client()
        while not stopping.is_set():
            answer = client.request("POST", "/api/messages", {"topic": "sales", "description": "during"})
            (posted if answer.status == 201 else faults).append(answer)

    posters = [threading.Thread(target=post) for _ in range(POSTERS)]
    for poster in posters:
        poster.start()
    copy = tmp_path / "copy.sqlite"
    try:
        made = run("backup", "--data", str(parley.folder), str(copy), within=60)
    finally:
        stopping.set()
        for poster in posters:
            poster.join()
    assert made.returncode == 0, made
    assert not faults and posted, "posting went on"
    with sqlite3.connect(copy) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()

    folder = tmp_path / "restored"
    folder.mkdir(mode=0o700)
    copy.rename(folder / "parley.sqlite")
    restored = Parley(folder)
    closing.callback(restored.end)
    restored.start()
    held = {message["id"] for message in restored.every_message()}
    after = {message["id"] for message in parley.every_message()}
    assert before <= held <= after


def test_a_backup_never_overwrites(parley, tmp_path):
    taken = tmp_path / "taken.sqlite"
    taken.write_text("precious")
    refused = run("backup", "--data", str(parley.folder), str(taken))
    assert refused.returncode > 0 and taken.read_text() == "precious"
    assert "already" in refused.stderr


def test_a_backup_of_a_stopped_folder(parley, tmp_path):
    message = parley.send("sales")
    parley.stop()
    copy = tmp_path / "copy.sqlite"
    assert run("backup", "--data", str(parley.folder), str(copy)).returncode == 0
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT count(*) FROM message WHERE id = ?", (message["id"],)).fetchone() == (1,)
    connection.close()


def test_a_backup_of_nothing_is_refused(tmp_path):
    refused = run("backup", "--data", str(tmp_path / "nowhere"), str(tmp_path / "copy.sqlite"))
    assert refused.returncode > 0 and not (tmp_path / "copy.sqlite").exists()
