import Storage

enum BridgeTables {
    static let migrations = [
        Migration(
            feature: "bridge", version: 1,
            """
            CREATE TABLE bridge (
                id           INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
                source       TEXT,
                interval_s   INTEGER NOT NULL,
                look_back_s  INTEGER NOT NULL,
                is_enabled   INTEGER NOT NULL,
                cursor       INTEGER,                  -- Unix seconds: BigChat was asked for all before; NULL: never
                revision     INTEGER NOT NULL,         -- rises with settings that end the window under way
                polls        INTEGER NOT NULL,         -- polls begun, which numbers them
                -- Counts how often OurAPI turned out to have forgotten something: what it confirmed in an earlier era
                -- is in doubt. Not a time: clocks are set back.
                era          INTEGER NOT NULL,
                doubted_at   INTEGER,                  -- since when what is left of the earlier eras is verified
                replay_poll  INTEGER,                  -- the poll whose pages are read anew next; NULL: none
                replay_until INTEGER                   -- the last one
            ) STRICT
            """,
            """
            CREATE TABLE bridge_poll (
                poll        INTEGER NOT NULL PRIMARY KEY,
                from_s      INTEGER NOT NULL,          -- Unix seconds
                until_s     INTEGER NOT NULL,          -- Unix seconds, exclusive
                began_at    INTEGER NOT NULL,          -- Unix milliseconds, UTC, as all times but those in seconds
                ended_at    INTEGER,
                pages       INTEGER NOT NULL,          -- understood
                next_url    TEXT,                      -- of the page to ask for next, while it has not ended
                events      INTEGER NOT NULL,          -- new ones
                known       INTEGER NOT NULL,          -- events that were known already
                aside       INTEGER NOT NULL,
                is_released INTEGER NOT NULL,          -- what came in it may be applied
                warning     TEXT                       -- why it ended before the last page
            ) STRICT
            """,
            """
            CREATE TABLE bridge_page (
                poll        INTEGER NOT NULL,
                page        INTEGER NOT NULL,          -- from 0
                url         TEXT    NOT NULL,
                received_at INTEGER NOT NULL,
                state       TEXT    NOT NULL,          -- raw, taken, unreadable
                body        BLOB    NOT NULL,
                PRIMARY KEY (poll, page)
            ) STRICT
            """,
            """
            CREATE TABLE bridge_aside (
                poll         INTEGER NOT NULL,
                page         INTEGER NOT NULL,
                position     INTEGER NOT NULL,         -- in the page's list, from 0
                conversation INTEGER,
                reason       TEXT    NOT NULL,
                excerpt      TEXT    NOT NULL,
                received_at  INTEGER NOT NULL,
                PRIMARY KEY (poll, page, position)
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX bridge_aside_by_age ON bridge_aside (received_at)",
            "CREATE INDEX bridge_poll_held ON bridge_poll (poll) WHERE is_released = 0",
            """
            CREATE TABLE bridge_conversation (
                id              INTEGER NOT NULL PRIMARY KEY,  -- BigChat's
                first_seen_at   INTEGER NOT NULL,
                events          INTEGER NOT NULL,              -- heard of so far, which numbers them
                poll            INTEGER NOT NULL,              -- in which the newest of them came
                started_at      INTEGER,                       -- Unix seconds, as BigChat says
                advisor         INTEGER,                       -- likewise
                -- BigChat is asked about it at this time; NULL: that is done.
                ask_at          INTEGER,
                asked           INTEGER NOT NULL,              -- failures in a row
                chat            TEXT,                          -- OurAPI's id; NULL: not made, or forgotten there
                was_made        INTEGER NOT NULL,
                made_started_at INTEGER,                       -- Unix seconds, as OurAPI has it
                made_advisor    INTEGER,
                made_agent      TEXT,                          -- e-mail address
                made_transfer_at INTEGER,                      -- Unix seconds, of the transfer to that agent
                made_ended_at   INTEGER,                       -- Unix seconds
                confirmed_at    INTEGER,                       -- when OurAPI last had all of it
                era             INTEGER,                       -- in which that was
                must_verify     INTEGER,                       -- doubts so far about what OurAPI has of it; NULL: none
                queued_at       INTEGER,                       -- a delivery of it is on its way; NULL: none is
                waits_for       INTEGER,                       -- the advisor whom BigChat has to name first
                parked_at       INTEGER,
                parked_code     TEXT,
                parked_detail   TEXT,
                parked_event    INTEGER                        -- the event it hangs on; NULL: the chat itself
            ) STRICT
            """,
            "CREATE INDEX bridge_conversation_to_ask ON bridge_conversation (ask_at, id) WHERE ask_at IS NOT NULL",
            "CREATE INDEX bridge_conversation_queued ON bridge_conversation (queued_at) WHERE queued_at IS NOT NULL",
            "CREATE INDEX bridge_conversation_waiting ON bridge_conversation (waits_for) WHERE waits_for IS NOT NULL",
            "CREATE INDEX bridge_conversation_parked ON bridge_conversation (id) WHERE parked_at IS NOT NULL",
            """
            CREATE INDEX bridge_conversation_by_confirmation ON bridge_conversation (era, confirmed_at)
            WHERE confirmed_at IS NOT NULL AND must_verify IS NULL AND parked_at IS NULL
            """,
            """
            CREATE TABLE bridge_event (
                conversation INTEGER NOT NULL,
                number       INTEGER NOT NULL,         -- in the order they were heard of, from 1
                kind         TEXT    NOT NULL,
                at           INTEGER NOT NULL,         -- Unix seconds
                body         TEXT,                     -- of a MESSAGE
                old_advisor  INTEGER,                  -- of a TRANSFER
                new_advisor  INTEGER,
                fingerprint  TEXT    NOT NULL,
                occurrence   INTEGER NOT NULL,         -- among equal events of one poll, from 1
                poll         INTEGER NOT NULL,
                page         INTEGER NOT NULL,
                received_at  INTEGER NOT NULL,
                fate         TEXT    NOT NULL,
                code         TEXT,
                detail       TEXT,
                settled_at   INTEGER,
                PRIMARY KEY (conversation, number),
                UNIQUE (conversation, fingerprint, occurrence)
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX bridge_event_pending ON bridge_event (conversation, fate, at) WHERE fate = 'pending'",
            "CREATE INDEX bridge_event_by_poll ON bridge_event (poll, conversation)",
            """
            CREATE TABLE bridge_advisor (
                id         INTEGER NOT NULL PRIMARY KEY,   -- BigChat's
                name       TEXT,
                email      TEXT,                           -- NULL: BigChat knows nobody, or was not asked
                told_at    INTEGER,                        -- when BigChat said so; NULL: not yet
                ask_at     INTEGER,                        -- BigChat is asked at this time; NULL: it need not be
                asked      INTEGER NOT NULL,               -- failures in a row
                changed_at INTEGER NOT NULL                -- when it became another person
            ) STRICT
            """,
            "CREATE INDEX bridge_advisor_to_ask ON bridge_advisor (ask_at, id) WHERE ask_at IS NOT NULL",
            """
            CREATE TABLE bridge_agent (
                email      TEXT    NOT NULL PRIMARY KEY,
                name       TEXT    NOT NULL,
                id         TEXT,                           -- OurAPI's; NULL: not known, or forgotten there
                matches    INTEGER NOT NULL,
                era        INTEGER NOT NULL,               -- in which OurAPI confirmed it
                changed_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID
            """,
            // Counted where it changes: counting a million events takes longer than anybody waits.
            """
            CREATE TABLE bridge_tally (
                name  TEXT    NOT NULL PRIMARY KEY,
                count INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID
            """)
    ]
}
