import Storage
import Web

/// The surveys that are in use, by id and version.
typealias SurveyShelf = Shelf<SurveyDefinition>

extension SurveyDefinition: Catalogued {
    static let noun = "survey"
    static let plural = "surveys"
    static let paths = CataloguePaths(
        all: "/api/surveys", one: "/api/surveys/{id}", check: "/api/surveys/{id}/check",
        publish: "/api/surveys/{id}/publish", archive: "/api/surveys/{id}/archive")
    static let actions = CatalogueActions(
        created: "survey.created", changed: "survey.changed", published: "survey.published",
        archived: "survey.archived")
    static let readScope = Scope.surveysRead
    static let writeScope = Scope.surveysWrite
    static let aboutArchive = "Lets nobody begin any more; who has begun may end."

    static let statements = CatalogueStatements(
        head: "SELECT id, status, version, created_at, changed_at FROM survey WHERE id = ?",
        heads: "SELECT id, status, version, created_at, changed_at FROM survey WHERE id > ? ORDER BY id LIMIT ?",
        draft: "SELECT draft FROM survey WHERE id = ?",
        definition: "SELECT definition FROM survey_version WHERE survey = ? AND version = ?",
        insert: "INSERT INTO survey (id, status, version, draft, created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?)",
        update: "UPDATE survey SET status = ?, version = ?, changed_at = ? WHERE id = ?",
        updateDraft: "UPDATE survey SET draft = ? WHERE id = ?",
        insertVersion: "INSERT INTO survey_version (survey, version, definition, published_at) VALUES (?, ?, ?, ?)")

    static let example = (id: SampleSurvey.id, definition: SampleSurvey.definition)

    static func content(of definition: [UInt8]) -> (Survey?, [FieldProblem]) { read(definition) }
    static func edition(of survey: Survey) -> SurveyMap { SurveyMap(survey) }
}

extension Snapshot {
    borrowing func surveyHead(_ id: String) throws(StorageError) -> CatalogueHead? {
        try head(id, of: SurveyDefinition.self)
    }
}
