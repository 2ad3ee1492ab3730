"""Which rows one message is in the server's database, so that the peers store the very same."""

import re
import sqlite3

IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


def counts(path):
    """Rows of every table, read beside the running server."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}
    finally:
        connection.close()


def copy(source, target):
    """A copy of the running server's database in one file."""
    read, write = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(target)
    try:
        read.backup(write)
    finally:
        read.close()
        write.close()


class Template:
    """The rows of one message as INSERT statements; ids and the text are places to fill in."""

    def __init__(self, connection, tables, description):
        self.inserts, self.identifiers, self.description = [], [], description
        for table in tables:
            row = connection.execute(f"SELECT * FROM {table} LIMIT 1").fetchone()
            self.inserts.append((f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row))
            self.identifiers += [value for value in row if isinstance(value, str) and IDENTIFIER.fullmatch(value)
                                 and value not in self.identifiers]

    def filled(self, identifiers, description):
        """The statements for a new message."""
        given = dict(zip(self.identifiers, identifiers)) | {self.description: description}
        return [(sql, [given.get(value, value) for value in row]) for sql, row in self.inserts]
