"""Data folders of other ages and other owners."""

import hashlib
import os
import sqlite3
import stat

from parley import run


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
    for file in parley.folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_a_clean_stop_leaves_one_whole_file(parley):
    message = parley.send("sales")
    assert parley.stop() == 0
    assert not (parley.folder / "parley.sqlite-wal").exists()
    with sqlite3.connect(f"file:{database(parley.folder)}?mode=ro", uri=True) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM message WHERE id = ?", (message["id"],)).fetchone() == (1,)
    connection.close()
