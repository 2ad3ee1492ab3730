import Storage
import Web

/// One thing of a catalogue on its way from one program to another: its draft and the version that people get. Versions
/// before that, and their numbers, stay where they are: they belong to answers that do not travel.
struct PortableDefinition: Equatable, Sendable {
    let id: String
    var status: CatalogueHead.Status
    /// JSON text, as is `published`.
    var draft: String
    /// Nil: it never was.
    var published: String?
}

/// What importing something did, or would do.
enum ImportOutcome: String, Sendable { case created, updated, unchanged }

extension Snapshot {
    /// Everything in a catalogue, by id.
    borrowing func portables<Kind: Catalogued>(of kind: Kind.Type) throws(StorageError) -> [PortableDefinition] {
        var found: [PortableDefinition] = []
        var page = Page(limit: Page.limits.upperBound)
        while true {
            let heads = try heads(page, of: kind)
            for head in heads.prefix(page.limit) { found.append(try portable(head, of: kind)) }
            guard heads.count > page.limit else { return found }
            page.after = heads[page.limit - 1].id
        }
    }

    borrowing func portable<Kind: Catalogued>(
        _ head: CatalogueHead, of kind: Kind.Type
    ) throws(StorageError) -> PortableDefinition {
        PortableDefinition(
            id: head.id, status: head.status, draft: try definition(head.id, version: nil, of: kind) ?? "{}",
            published: head.version > 0 ? try definition(head.id, version: head.version, of: kind) : nil)
    }

    /// What importing would do; `head` is what is here already.
    borrowing func outcome<Kind: Catalogued>(
        of definition: PortableDefinition, onto head: CatalogueHead?, of kind: Kind.Type
    ) throws(StorageError) -> ImportOutcome {
        guard let head else { return .created }
        return try definition.isSame(as: portable(head, of: kind)) ? .unchanged : .updated
    }
}

extension Transaction {
    /// Makes a thing of a catalogue, or brings the one of its id in step: draft, status, and a new version where what is
    /// published differs. What it says is known to be sound, and not to be here already.
    borrowing func bringIn<Kind: Catalogued>(
        _ definition: PortableDefinition, of kind: Kind.Type, at now: Int64
    ) throws(StorageError) {
        let before = try snapshot.head(definition.id, of: kind)
        var head =
            before
            ?? CatalogueHead(
                id: definition.id, status: .draft, version: 0, createdAt: Timestamp(now), changedAt: Timestamp(now))
        if before == nil { try insert(head, draft: definition.draft, of: kind) }
        if let published = definition.published {
            let current = head.version > 0 ? try snapshot.definition(head.id, version: head.version, of: kind) : nil
            if !JSONValue.isSame(published, current) {
                head.version += 1
                try insert(published, asVersion: head.version, of: head.id, kind, at: now)
            }
        }
        head.status = definition.status
        head.changedAt = Timestamp(now)
        try update(head, draft: definition.draft, of: kind)
    }
}

extension PortableDefinition {
    /// A version that is published here and of which the other says nothing stays.
    fileprivate func isSame(as here: PortableDefinition) -> Bool {
        status == here.status && JSONValue.isSame(draft, here.draft)
            && (published == nil || JSONValue.isSame(published, here.published))
    }
}

extension JSONValue {
    /// Whether two JSON texts say the same, however they are written.
    static func isSame(_ left: String?, _ right: String?) -> Bool {
        guard left != right else { return true }
        guard let left, let right else { return false }
        return JSONValue(Array(left.utf8)) == JSONValue(Array(right.utf8))
    }
}
