import Storage
import Web

/// The quizzes that are in use, by id and version.
typealias QuizShelf = Shelf<QuizDefinition>

extension QuizDefinition: Catalogued {
    static let noun = "quiz"
    static let plural = "quizzes"
    static let paths = CataloguePaths(
        all: "/api/quizzes", one: "/api/quizzes/{id}", check: "/api/quizzes/{id}/check",
        publish: "/api/quizzes/{id}/publish", archive: "/api/quizzes/{id}/archive")
    static let actions = CatalogueActions(
        created: "quiz.created", changed: "quiz.changed", published: "quiz.published",
        archived: "quiz.archived")
    static let readScope = Scope.quizzesRead
    static let writeScope = Scope.quizzesWrite
    static let aboutArchive = "Lets nobody make a game of it any more; games that there are go on."

    static let statements = CatalogueStatements(
        head: "SELECT id, status, version, created_at, changed_at FROM quiz WHERE id = ?",
        heads: "SELECT id, status, version, created_at, changed_at FROM quiz WHERE id > ? ORDER BY id LIMIT ?",
        draft: "SELECT draft FROM quiz WHERE id = ?",
        definition: "SELECT definition FROM quiz_version WHERE quiz = ? AND version = ?",
        insert: "INSERT INTO quiz (id, status, version, draft, created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?)",
        update: "UPDATE quiz SET status = ?, version = ?, changed_at = ? WHERE id = ?",
        updateDraft: "UPDATE quiz SET draft = ? WHERE id = ?",
        insertVersion: "INSERT INTO quiz_version (quiz, version, definition, published_at) VALUES (?, ?, ?, ?)")

    static let example = (
        id: SampleQuiz.id,
        definition: #"""
            {
              "title": "English vocabulary",
              "language": "en",
              "questions": [
                {
                  "id": "postpone",
                  "kind": "single",
                  "text": "Which word means “to move to a later time”?",
                  "options": [{"id": "postpone", "label": "postpone"}, {"id": "prevent", "label": "prevent"}],
                  "right": "postpone"
                },
                {"id": "crisis", "kind": "typed", "text": "What is the plural of “crisis”?", "right": "crises"}
              ]
            }
            """#
    )

    static func content(of definition: [UInt8]) -> (Quiz?, [FieldProblem]) { read(definition) }
    static func edition(of quiz: Quiz) -> Quiz { quiz }
}

extension Snapshot {
    /// Which version of a quiz is the newest, and whether games may be made of it.
    borrowing func quizHead(_ id: String) throws(StorageError) -> CatalogueHead? {
        try head(id, of: QuizDefinition.self)
    }
}

extension Quiz {
    /// What the example says, for readers of the API.
    static let example: Quiz = {
        guard let quiz = QuizDefinition.content(of: Array(QuizDefinition.example.definition.utf8)).0
        else { preconditionFailure("the example of a quiz is not sound") }
        return quiz
    }()
}
