import Storage

enum QuizTables {
    static let migrations = [
        Migration(
            feature: "quizzes", version: 1,
            """
            CREATE TABLE quiz (
                id         TEXT    NOT NULL PRIMARY KEY,
                status     TEXT    NOT NULL,                -- draft, published, archived
                version    INTEGER NOT NULL,                -- the newest one published, 0 for none
                draft      TEXT    NOT NULL,                -- JSON, the definition that is being worked on
                created_at INTEGER NOT NULL,                -- Unix milliseconds, UTC, as all times
                changed_at INTEGER NOT NULL
            ) STRICT
            """,
            """
            CREATE TABLE quiz_version (
                quiz         TEXT    NOT NULL,
                version      INTEGER NOT NULL,              -- from 1
                definition   TEXT    NOT NULL,              -- JSON, never changed
                published_at INTEGER NOT NULL,
                PRIMARY KEY (quiz, version)
            ) STRICT
            """)
    ]
}
