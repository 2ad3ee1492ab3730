"""Data folders of other ages and other owners."""

import contextlib
import hashlib
import os
import sqlite3
import stat

import pytest

import fixtures
from parley import Parley, run

# What a start itself adds to: its token, its heartbeat and its keys.
ADDED_TO = {"storage_schema", "heartbeat", "token", "secret"}


def database(folder):
    return folder / "parley.sqlite"


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def version_table(connection):
    """The table in which each feature's version stands."""
    for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        if "version" in columns and "feature" in columns:
            return table
    raise AssertionError("no table of versions")


def test_a_newer_file_is_refused_and_left_alone(parley):
    parley.send("sales", "from the future")
    assert parley.stop() == 0
    with sqlite3.connect(database(parley.folder)) as connection:
        connection.execute(f"UPDATE {version_table(connection)} SET version = version + 1 WHERE feature = 'messages'")
    connection.close()
    before = digest(database(parley.folder))
    ended = run("serve", "--data", str(parley.folder), "--listen", "127.0.0.1:0")
    assert ended.returncode == 4, ended
    assert "newer" in ended.stderr and "messages" in ended.stderr
    assert digest(database(parley.folder)) == before
    with sqlite3.connect(database(parley.folder)) as connection:
        connection.execute(f"UPDATE {version_table(connection)} SET version = version - 1 WHERE feature = 'messages'")
    connection.close()
    parley.start()
    assert [one["description"] for one in parley.every_message()] == ["from the future"]


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    database(folder).write_bytes(b"not a database, but somebody's letters\n" * 200)
    before = digest(database(folder))
    ended = run("serve", "--data", str(folder), "--listen", "127.0.0.1:0")
    assert ended.returncode > 0 and "Fatal error" not in ended.stderr, ended
    assert digest(database(folder)) == before


def test_the_folder_is_the_owner_s_alone(parley):
    parley.send("sales")
    assert stat.S_IMODE(os.stat(parley.folder).st_mode) == 0o700
    for file in parley.folder.rglob("*"):
        assert stat.S_IMODE(file.stat().st_mode) == (0o700 if file.is_dir() else 0o600), file


def test_a_clean_stop_leaves_one_whole_file(parley):
    message = parley.send("sales")
    assert parley.stop() == 0
    assert not (parley.folder / "parley.sqlite-wal").exists()
    with sqlite3.connect(f"file:{database(parley.folder)}?mode=ro", uri=True) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM message WHERE id = ?", (message["id"],)).fetchone() == (1,)
    connection.close()


def sound(path):
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """The database of a first start of today's program."""
    folder = tmp_path_factory.mktemp("fresh")
    parley = Parley(folder)
    try:
        parley.start().stop()
    finally:
        parley.end()
    return database(folder)


@pytest.mark.parametrize("fixture", fixtures.every(), ids=lambda path: path.stem)
def test_a_database_of_an_earlier_version_is_upgraded_with_all_that_is_in_it(fixture, fresh, tmp_path, launch):
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    fixtures.load(fixture, database(folder))
    before, held = fixtures.counts(database(folder)), fixtures.versions(database(folder))
    parley = launch(folder=folder, PARLEY_BRIDGE_ENABLED="false")
    texts = {one["description"] for one in parley.every_message()}
    assert {"Out of vanilla.", "Ünïcode: 🍦", "line\nbreak", "This one waits."} <= texts
    assert parley.get("/api/channels/nowhere").json["paused"] is True
    assert {one["name"] for one in parley.get("/api/admin/tokens").json["items"]} >= {"admin", "reader"}
    if "surveys" in held:
        assert parley.get("/api/customers/ann").json["attributes"]["name"] == "Ann Example"
        responses = parley.get("/api/surveys/ice-cream/responses").json["items"]
        assert {one["customer"] for one in responses} >= {"ann"}, responses
    if "games" in held:
        games = parley.get("/api/games").json["items"]
        assert sorted(one["phase"] for one in games) == ["finished", "lobby"], games
        finished = next(one for one in games if one["phase"] == "finished")
        board = parley.get(f"/api/games/{finished['id']}/leaderboard").json["items"]
        assert [one["name"] for one in board] == ["Ann", "Bob"], board
    if "bridge" in held:
        assert parley.get("/api/bridge").json["counts"]["conversations"] > 0
    assert parley.stop() == 0

    sound(database(folder))
    assert fixtures.versions(database(folder)) == fixtures.versions(fresh)
    after = fixtures.counts(database(folder))
    assert {table: after.get(table) for table in before if table not in ADDED_TO} == {
        table: count for table, count in before.items() if table not in ADDED_TO}
    assert fixtures.shape(database(folder)) == fixtures.shape(fresh), "as if it had been made today"
    copies = list(folder.glob("parley.sqlite.before-*"))
    assert len(copies) == (held != fixtures.versions(fresh))
    for copy in copies:
        sound(copy)
        assert fixtures.versions(copy) == held and fixtures.counts(copy) == before


def test_every_earlier_version_of_a_table_has_a_fixture(fresh, tmp_path):
    kept = set()
    for number, fixture in enumerate(fixtures.every()):
        fixtures.load(fixture, tmp_path / f"{number}.sqlite")
        kept |= set(fixtures.versions(tmp_path / f"{number}.sqlite").items())
    wanted = {(feature, earlier) for feature, version in fixtures.versions(fresh).items()
              for earlier in range(1, version)}
    assert wanted <= kept, (
        f"no fixture holds {sorted(wanted - kept)}: build the program of the commit before that migration and run "
        "`python Tests/BlackBox/make_fixture.py NAME PROGRAM`")


def test_an_upgrade_that_finds_no_room_leaves_the_old_file_byte_for_byte(tmp_path, disk):
    folder = disk / "data"
    folder.mkdir(mode=0o700)
    fixtures.load(fixtures.every()[0], database(folder))
    before = digest(database(folder))
    with open(disk / "ballast", "wb", buffering=0) as ballast, contextlib.suppress(OSError):
        while ballast.write(b"x" * 512):
            pass
    ended = run("serve", "--data", str(folder), "--listen", "127.0.0.1:0")
    assert ended.returncode == 1 and "full" in ended.stderr, ended
    assert digest(database(folder)) == before
    (disk / "ballast").unlink()
    parley = Parley(folder)
    try:
        parley.start()
        assert "Out of vanilla." in {one["description"] for one in parley.every_message()}
    finally:
        parley.end()
