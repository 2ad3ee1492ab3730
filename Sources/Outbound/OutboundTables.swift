public import Storage

/// The three tables of this module: where to, what, and what became of it.
public enum OutboundTables {
    public static let migrations: [Migration] = [
        Migration(
            feature: "outbound", version: 1,
            """
            CREATE TABLE channel (
                name          TEXT    NOT NULL PRIMARY KEY,
                kind          TEXT    NOT NULL,
                settings      TEXT    NOT NULL,               -- JSON object, secrets included
                paused        INTEGER NOT NULL,
                allow_private INTEGER NOT NULL,
                revision      INTEGER NOT NULL,               -- rises with every change by an admin
                held_until    INTEGER,                        -- the dispatcher's own pause; NULL for none
                held_class    TEXT,
                held_detail   TEXT,
                held_streak   INTEGER,
                created_at    INTEGER NOT NULL,               -- Unix milliseconds, UTC, as all times
                changed_at    INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE outbox (
                id            TEXT    NOT NULL PRIMARY KEY,   -- UUIDv7: the order of enqueuing
                channel       TEXT    NOT NULL,               -- no reference: history outlives its channel
                source        TEXT    NOT NULL,
                reference     TEXT    NOT NULL,
                lane          TEXT,
                payload       TEXT    NOT NULL,
                memo          TEXT,                           -- what the courier wants to know next time
                state         TEXT    NOT NULL,
                behind        INTEGER NOT NULL,               -- 1 while an earlier one of its lane has not ended
                due_at        INTEGER NOT NULL,
                attempts_used INTEGER NOT NULL,
                tries         INTEGER NOT NULL,
                enqueued_at   INTEGER NOT NULL,
                changed_at    INTEGER NOT NULL,
                -- OR rather than IN: for a list SQLite builds a temporary table at each insert.
                CHECK (state = 'waiting' OR state = 'in_flight' OR state = 'delivered' OR state = 'failed'
                    OR state = 'cancelled')
            ) STRICT                                          -- no WITHOUT ROWID: its rows spill at 1 KB, these at 4
            """,
            // What may go next, per channel, and nothing else: a claim costs the same behind a million rows.
            "CREATE INDEX outbox_due ON outbox (channel, due_at, id) WHERE state = 'waiting' AND behind = 0",
            "CREATE INDEX outbox_in_flight ON outbox (id) WHERE state = 'in_flight'",
            """
            CREATE INDEX outbox_lane ON outbox (channel, lane, behind, id)
            WHERE lane IS NOT NULL AND state IN ('waiting', 'in_flight')
            """,
            "CREATE INDEX outbox_failed ON outbox (channel, changed_at) WHERE state = 'failed'",
            "CREATE INDEX outbox_reference ON outbox (source, reference, id)",
            """
            CREATE TABLE attempt (
                delivery        TEXT    NOT NULL,
                number          INTEGER NOT NULL,
                started_at      INTEGER NOT NULL,
                duration_ms     INTEGER NOT NULL,
                class           TEXT    NOT NULL,
                code            TEXT    NOT NULL,
                excerpt         TEXT    NOT NULL,
                outcome_unknown INTEGER NOT NULL,
                PRIMARY KEY (delivery, number)
            ) STRICT, WITHOUT ROWID
            """),
        Migration(
            feature: "outbound", version: 2,
            // The x-request-id of the call that caused it; NULL where no call did.
            "ALTER TABLE outbox ADD COLUMN request TEXT",
            // Lists by state, the newest first, beside a million rows that were delivered.
            "CREATE INDEX outbox_waiting ON outbox (id) WHERE state = 'waiting'",
            "CREATE INDEX outbox_given_up ON outbox (state, id) WHERE state = 'failed' OR state = 'cancelled'"),
    ]
}

extension Signal {
    /// Something may be due.
    public static let outbox = Signal("outbound.outbox")
    /// A channel was saved, paused, resumed or deleted.
    public static let channels = Signal("outbound.channels")
}
