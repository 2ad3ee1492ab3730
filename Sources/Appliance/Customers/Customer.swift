/// Somebody who may be talked with: what the team wrote about them, and what the directory said.
struct Customer: Equatable, Sendable {
    let id: String
    /// The team's own, by the API or by import; nil for somebody who is known from the directory alone.
    var attributes: [String: Scalar]?
    /// What the directory said last; nil when it was never asked or does not know them.
    var fetched: Fetched?
    let createdAt: Timestamp
    var changedAt: Timestamp

    struct Fetched: Equatable, Sendable {
        var attributes: [String: Scalar]
        var at: Timestamp
    }
}

extension Customer {
    static let idCharactersMax = 128
    /// 128 characters of four bytes; what looks like one character can be hundreds of bytes long.
    static let idBytesMax = 512
    static let attributesMax = 50
    static let textCharactersMax = 1_000

    /// Whether `id` can name a customer: 1 to 128 printable characters, no space at either end.
    ///
    /// A slash, a backslash, `.` and `..` cannot stand in a path (Web refuses them as ambiguous): whoever bore such a
    /// name could be neither shown nor deleted.
    static func isValid(id: String) -> Bool {
        guard (1...idBytesMax).contains(id.utf8.count), id.count <= idCharactersMax,
            id != ".", id != "..", id.first?.isWhitespace == false, id.last?.isWhitespace == false
        else { return false }
        return id.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
            default: scalar != "/" && scalar != "\\"
            }
        }
    }

    static let idExplanation =
        "Must be 1 to \(idCharactersMax) printable characters, none of them '/' or '\\', and no space at either end."

    /// What is wrong with one attribute, for whoever sent it; nil when it can be kept.
    static func problem(with name: String, _ value: Scalar) -> String? {
        guard Identifier.isValid(name) else {
            return "'\(name.prefix(40))' is not a name of lower-case letters, digits and '_', at most "
                + "\(Identifier.bytesMax), the first a letter."
        }
        guard case .text(let text) = value else { return nil }
        if text.utf8.contains(0) { return "'\(name)' must not contain the NUL character." }
        return text.utf8.count <= textCharactersMax || text.count <= textCharactersMax
            ? nil : "'\(name)' must have at most \(textCharactersMax) characters."
    }

    /// What is wrong with a customer's attributes as a whole; nil when they can be kept.
    static func problem(with attributes: [String: Scalar]) -> String? {
        guard attributes.count <= attributesMax else { return "Must be at most \(attributesMax) attributes." }
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
            if let problem = problem(with: name, value) { return problem }
        }
        return nil
    }
}

extension Customer: Exemplified {
    static let examples = [
        Customer(
            id: "ann", attributes: ["name": .text("Ann"), "vip": .truth(true)],
            fetched: Fetched(attributes: ["city": .text("Berlin")], at: .example), createdAt: .example,
            changedAt: .example)
    ]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        try container.encode(attributes, forKey: .attributes)
        try container.encode(fetched.map(Shown.init), forKey: .directory)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(changedAt, forKey: .changedAt)
    }

    private struct Shown: Encodable {
        let fetched: Fetched

        init(_ fetched: Fetched) { self.fetched = fetched }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(fetched.attributes, forKey: .attributes)
            try container.encode(fetched.at, forKey: .fetchedAt)
        }
    }

    private enum Key: String, CodingKey {
        case id, attributes, directory
        case createdAt = "created_at"
        case changedAt = "changed_at"
        case fetchedAt = "fetched_at"
    }
}
