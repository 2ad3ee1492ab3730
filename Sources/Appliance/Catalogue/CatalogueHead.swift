/// What is in a catalogue, without its definition: its name, and which version of it people get.
struct CatalogueHead: Equatable, Sendable {
    let id: String
    var status: Status
    /// The newest published; 0 for none.
    var version: Int
    let createdAt: Timestamp
    var changedAt: Timestamp

    enum Status: String, CaseIterable, Codable, Sendable {
        case draft, published, archived
    }
}

extension CatalogueHead: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        try container.encode(status, forKey: .status)
        try container.encode(version, forKey: .version)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(changedAt, forKey: .changedAt)
    }

    private enum Key: String, CodingKey {
        case id, status, version
        case createdAt = "created_at"
        case changedAt = "changed_at"
    }
}

extension CatalogueHead: Exemplified {
    static let examples = [
        CatalogueHead(id: "ice-cream", status: .published, version: 1, createdAt: .example, changedAt: .example),
        CatalogueHead(id: "lunch", status: .draft, version: 0, createdAt: .example, changedAt: .example),
    ]
}
