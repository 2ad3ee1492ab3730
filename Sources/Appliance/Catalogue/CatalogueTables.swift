import Storage

extension Snapshot {
    borrowing func head<Kind: Catalogued>(_ id: String, of kind: Kind.Type) throws(StorageError) -> CatalogueHead? {
        try first(kind.statements.head, .text(id), as: CatalogueHead.init)
    }

    /// Heads by id, one more than the page holds if there are more.
    borrowing func heads<Kind: Catalogued>(_ page: Page, of kind: Kind.Type) throws(StorageError) -> [CatalogueHead] {
        try all(
            kind.statements.heads, .text(page.after ?? ""), .integer(page.limit + 1), as: CatalogueHead.init)
    }

    /// The JSON of one version, or of the draft.
    borrowing func definition<Kind: Catalogued>(_ id: String, version: Int?, of kind: Kind.Type) throws(StorageError)
        -> String?
    {
        guard let version else { return try first(kind.statements.draft, .text(id), as: { $0.text(0) }) }
        return try first(kind.statements.definition, .text(id), .integer(version), as: { $0.text(0) })
    }
}

extension Transaction {
    borrowing func insert<Kind: Catalogued>(_ head: CatalogueHead, draft: String, of kind: Kind.Type)
        throws(StorageError)
    {
        try run(
            kind.statements.insert, .text(head.id), .text(head.status.rawValue), .integer(head.version), .text(draft),
            .integer(head.createdAt.milliseconds), .integer(head.changedAt.milliseconds))
    }

    borrowing func update<Kind: Catalogued>(_ head: CatalogueHead, of kind: Kind.Type) throws(StorageError) {
        try run(
            kind.statements.update, .text(head.status.rawValue), .integer(head.version),
            .integer(head.changedAt.milliseconds), .text(head.id))
    }

    borrowing func update<Kind: Catalogued>(_ head: CatalogueHead, draft: String, of kind: Kind.Type)
        throws(StorageError)
    {
        try update(head, of: kind)
        try run(kind.statements.updateDraft, .text(draft), .text(head.id))
    }

    borrowing func insert<Kind: Catalogued>(
        _ definition: String, asVersion version: Int, of id: String, _ kind: Kind.Type, at now: Int64
    ) throws(StorageError) {
        try run(kind.statements.insertVersion, .text(id), .integer(version), .text(definition), .integer(now))
    }

    /// Stores a definition that is known to be sound, published as version 1.
    borrowing func insertPublished<Kind: Catalogued>(
        _ id: String, _ definition: String, of kind: Kind.Type, at now: Int64
    ) throws(StorageError) {
        let head = CatalogueHead(
            id: id, status: .published, version: 1, createdAt: Timestamp(now), changedAt: Timestamp(now))
        try insert(head, draft: definition, of: kind)
        try insert(definition, asVersion: 1, of: id, kind, at: now)
    }
}

extension CatalogueHead {
    fileprivate init(_ row: borrowing Row) {
        self.init(
            id: row.text(0), status: Status(rawValue: row.text(1)) ?? .draft, version: Int(row.integer(2)),
            createdAt: Timestamp(row.integer(3)), changedAt: Timestamp(row.integer(4)))
    }
}
