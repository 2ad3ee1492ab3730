"""Databases of earlier versions, as SQL text: made by the program of the time, read by the tests of upgrades."""

import pathlib
import re
import sqlite3

FOLDER = pathlib.Path(__file__).with_name("Fixtures")
APPLICATION_ID = 0x50524C59


def every():
    return sorted(FOLDER.glob("*.sql"))


def dump(database, fixture):
    """Writes a stopped program's database as text."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        lines = ["BEGIN;"]
        # Not `iterdump`: it puts the semicolon where a statement ends, which may be in a comment.
        for kind, name, sql in connection.execute(
                "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, rowid").fetchall():
            lines.append(f"{sql}\n;")
            if kind == "table":
                columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
                quoted = " || ',' || ".join(f'quote("{column}")' for column in columns)
                lines += [f'INSERT INTO "{name}" VALUES({row});'
                          for (row,) in connection.execute(f'SELECT {quoted} FROM "{name}"')]
        fixture.write_text("\n".join([*lines, "COMMIT;", ""]))
    connection.close()


def load(fixture, database):
    """Makes the database of a fixture, as the program would have left it."""
    with sqlite3.connect(database) as connection:
        connection.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA journal_mode = WAL;")
        connection.executescript(fixture.read_text())
    connection.close()
    database.chmod(0o600)


def versions(database):
    """Version by feature."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        found = dict(connection.execute("SELECT feature, version FROM storage_schema"))
    connection.close()
    return found


def counts(database):
    """Rows by table."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        found = {table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables}
    connection.close()
    return found


def shape(database):
    """Tables and indexes as the file has them, without comments."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        found = {(kind, name): " ".join(re.sub("--[^\\n]*", "", sql or "").split()) for kind, name, sql in
                 connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'")}
    connection.close()
    return found
