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
    borrowing func surveyHead(_ id: String) throws(StorageError) -> SurveyHead? {
        try first(
            "SELECT id, status, version, created_at, changed_at FROM survey WHERE id = ?", .text(id),
            as: SurveyHead.init)
    }

    /// Surveys by id, one more than the page holds if there are more.
    borrowing func surveyHeads(_ page: Page) throws(StorageError) -> [SurveyHead] {
        try all(
            "SELECT id, status, version, created_at, changed_at FROM survey WHERE id > ? ORDER BY id LIMIT ?",
            .text(page.after ?? ""), .integer(page.limit + 1), as: SurveyHead.init)
    }

    /// The JSON of one version, or of the draft.
    borrowing func definition(of survey: String, version: Int?) throws(StorageError) -> String? {
        guard let version else {
            return try first("SELECT draft FROM survey WHERE id = ?", .text(survey), as: { $0.text(0) })
        }
        return try first(
            "SELECT definition FROM survey_version WHERE survey = ? AND version = ?", .text(survey),
            .integer(version), as: { $0.text(0) })
    }

    /// Responses that are complete, over all versions: of the tallies, which are exact.
    borrowing func completedCount(of survey: String) throws(StorageError) -> Int {
        try first(
            "SELECT SUM(count) FROM survey_tally WHERE survey = ? AND measure = ?", .text(survey),
            .text(TallyCount.Measure.completed.rawValue), as: { Int($0.optionalInteger(0) ?? 0) }) ?? 0
    }
}

extension Transaction {
    borrowing func insert(_ head: SurveyHead, draft: String) throws(StorageError) {
        try run(
            "INSERT INTO survey (id, status, version, draft, created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?)",
            .text(head.id), .text(head.status.rawValue), .integer(head.version), .text(draft),
            .integer(head.createdAt.milliseconds), .integer(head.changedAt.milliseconds))
    }

    borrowing func update(_ head: SurveyHead) throws(StorageError) {
        try run(
            "UPDATE survey SET status = ?, version = ?, changed_at = ? WHERE id = ?", .text(head.status.rawValue),
            .integer(head.version), .integer(head.changedAt.milliseconds), .text(head.id))
    }

    borrowing func update(_ head: SurveyHead, draft: String) throws(StorageError) {
        try update(head)
        try run("UPDATE survey SET draft = ? WHERE id = ?", .text(draft), .text(head.id))
    }

    borrowing func insert(_ definition: String, asVersion version: Int, of survey: String, at now: Int64)
        throws(StorageError)
    {
        try run(
            "INSERT INTO survey_version (survey, version, definition, published_at) VALUES (?, ?, ?, ?)",
            .text(survey), .integer(version), .text(definition), .integer(now))
    }
}

extension SurveyHead {
    fileprivate init(_ row: borrowing Row) {
        self.init(
            id: row.text(0), status: Status(rawValue: row.text(1)) ?? .draft, version: Int(row.integer(2)),
            createdAt: Timestamp(row.integer(3)), changedAt: Timestamp(row.integer(4)))
    }
}
