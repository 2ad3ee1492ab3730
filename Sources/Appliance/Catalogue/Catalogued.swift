import Storage
import Web

/// One kind of definition that a team drafts, publishes and archives, such as surveys: what its catalogue has to know.
protocol Catalogued: SendableMetatype {
    /// What a definition says, once it was checked.
    associatedtype Content: Sendable
    /// A published version in the form in which it is used.
    associatedtype Edition: Sendable

    /// As in `There is no such survey.` and `survey.exists`.
    static var noun: String { get }
    /// As in `/api/surveys` and `docs/surveys.md`.
    static var plural: String { get }
    static var paths: CataloguePaths { get }
    /// What the audit log calls what is done here.
    static var actions: CatalogueActions { get }
    static var readScope: Scope { get }
    static var writeScope: Scope { get }
    /// What archiving does, for readers of the API.
    static var aboutArchive: String { get }
    static var statements: CatalogueStatements { get }
    /// An id and a definition that is sound, for readers of the API.
    static var example: (id: String, definition: String) { get }

    /// Reads and checks a definition; nil exactly if there are problems.
    static func content(of definition: [UInt8]) -> (Content?, [FieldProblem])
    static func edition(of content: Content) -> Edition
}

/// The routes of a catalogue; all but the first name one by `{id}`.
struct CataloguePaths: Sendable {
    let all: StaticString
    let one: StaticString
    let check: StaticString
    let publish: StaticString
    let archive: StaticString
}

/// Names of actions, such as `survey.created`.
struct CatalogueActions: Sendable {
    let created: StaticString
    let changed: StaticString
    let published: StaticString
    let archived: StaticString
}

/// The SQL of a catalogue: a table of heads with their drafts, and one of published versions.
struct CatalogueStatements: Sendable {
    /// id, status, version, created_at, changed_at of an id.
    let head: StaticString
    /// The same of all after an id, by id, so many.
    let heads: StaticString
    /// The draft of an id.
    let draft: StaticString
    /// The definition of an id and a version.
    let definition: StaticString
    /// Takes id, status, version, draft, created_at, changed_at.
    let insert: StaticString
    /// Takes status, version, changed_at for an id.
    let update: StaticString
    /// Takes a draft for an id.
    let updateDraft: StaticString
    /// Takes id, version, definition, published_at.
    let insertVersion: StaticString
}
