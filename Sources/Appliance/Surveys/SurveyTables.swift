import Storage

enum SurveyTables {
    static let migrations = [
        Migration(
            feature: "surveys", version: 1,
            """
            CREATE TABLE survey (
                id         TEXT    NOT NULL PRIMARY KEY,
                status     TEXT    NOT NULL,                -- draft, published, archived
                version    INTEGER NOT NULL,                -- the newest one published, 0 for none
                draft      TEXT    NOT NULL,                -- JSON, the definition that is being worked on
                created_at INTEGER NOT NULL,                -- Unix milliseconds, UTC, as all times
                changed_at INTEGER NOT NULL
            ) STRICT
            """,
            """
            CREATE TABLE survey_version (
                survey       TEXT    NOT NULL,
                version      INTEGER NOT NULL,              -- from 1
                definition   TEXT    NOT NULL,              -- JSON, never changed
                published_at INTEGER NOT NULL,
                PRIMARY KEY (survey, version)
            ) STRICT
            """,
            """
            CREATE TABLE survey_session (
                id         TEXT    NOT NULL PRIMARY KEY,    -- UUIDv7: the order of beginning
                survey     TEXT    NOT NULL,
                version    INTEGER NOT NULL,
                customer   TEXT,
                opening    TEXT    NOT NULL,                -- anonymous, named, invited
                language   TEXT    NOT NULL,
                status     TEXT    NOT NULL,                -- active, completed, abandoned
                place      TEXT    NOT NULL,                -- question:<id>, rating, comment, completed
                path       TEXT    NOT NULL,                -- question ids, spaces between
                misses     INTEGER NOT NULL,
                aside      TEXT,
                turns      INTEGER NOT NULL,
                started_at INTEGER NOT NULL,
                last_at    INTEGER NOT NULL,
                ended_at   INTEGER,
                idle_at    INTEGER,                         -- when to look whether it is abandoned; NULL once it ended
                message    TEXT                             -- the message that announced its completion
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX survey_session_by_survey ON survey_session (survey, id)",
            """
            CREATE INDEX survey_session_by_customer ON survey_session (customer, survey, id)
            WHERE customer IS NOT NULL
            """,
            "CREATE INDEX survey_session_idle ON survey_session (idle_at) WHERE idle_at IS NOT NULL",
            """
            CREATE TABLE survey_person (
                session    TEXT NOT NULL PRIMARY KEY,
                attributes TEXT NOT NULL                    -- JSON: name to {"value", "source"}, as at the start
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE survey_answer (
                session     TEXT    NOT NULL,
                question    TEXT    NOT NULL,
                value       TEXT,                           -- NULL: skipped
                answered_at INTEGER NOT NULL,
                PRIMARY KEY (session, question)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE survey_turn (
                session TEXT    NOT NULL,
                seq     INTEGER NOT NULL,                   -- of the bot's message, from 1
                said    TEXT,                               -- what the customer said before it; NULL for the first
                key     TEXT,                               -- the client's name for that answer
                kind    TEXT    NOT NULL,                   -- of the bot's message
                text    TEXT    NOT NULL,
                at      INTEGER NOT NULL,
                PRIMARY KEY (session, seq)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE survey_feedback (
                session  TEXT NOT NULL PRIMARY KEY,
                rating   INTEGER,                           -- 1 to 5
                comment  TEXT,
                given_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE survey_tally (
                survey   TEXT    NOT NULL,
                version  INTEGER NOT NULL,
                language TEXT    NOT NULL,
                day      INTEGER NOT NULL,                  -- of the session's start: days since 1970, UTC
                measure  TEXT    NOT NULL,
                question TEXT    NOT NULL,                  -- empty for measures of the survey as a whole
                value    TEXT    NOT NULL,                  -- empty for measures without
                count    INTEGER NOT NULL,
                total    REAL    NOT NULL,                  -- the sum of the values, where they are numbers
                PRIMARY KEY (survey, version, language, day, measure, question, value)
            ) STRICT, WITHOUT ROWID
            """)
    ]
}

extension Snapshot {
    /// Responses that are complete, over all versions: of the tallies, which are exact.
    borrowing func completedCount(of survey: String) throws(StorageError) -> Int {
        try first(
            "SELECT SUM(count) FROM survey_tally WHERE survey = ? AND measure = ?", .text(survey),
            .text(TallyCount.Measure.completed.rawValue), as: { Int($0.optionalInteger(0) ?? 0) }) ?? 0
    }
}
