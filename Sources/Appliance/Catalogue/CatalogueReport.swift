import Web

/// What a client sends to make a survey, say.
struct CatalogueDraft<Kind: Catalogued>: InputShape {
    private static var id: Field<String> {
        .name("id", "Stands in links: lower-case letters, digits, '.', '_' and '-'.")
    }

    static var fields: [FieldDescription] { [id.description, DefinitionDraft<Kind>.definition.description] }
    static var example: String { #"{"id":"\#(Kind.example.id)","definition":\#(Kind.example.definition)}"# }

    let id: String
    let definition: JSONValue

    init(_ input: inout Input) {
        id = input.take(Self.id)
        definition = input.take(DefinitionDraft<Kind>.definition)
    }
}

/// What a client sends to replace a draft. It need not be sound yet: publishing checks it.
struct DefinitionDraft<Kind: Catalogued>: InputShape {
    static var definition: Field<JSONValue> {
        .object("definition", "The \(Kind.noun), as docs/\(Kind.plural).md describes it.")
    }

    static var fields: [FieldDescription] { [definition.description] }
    static var example: String { #"{"definition":\#(Kind.example.definition)}"# }

    let definition: JSONValue

    init(_ input: inout Input) { definition = input.take(Self.definition) }
}

/// A head with a definition, as the team sees it.
struct CatalogueReport<Kind: Catalogued>: Encodable, Sendable {
    let head: CatalogueHead
    let definition: JSONValue
    /// Which version the definition is; nil for the draft.
    let version: Int?

    init(_ head: CatalogueHead, definition: JSONValue, version: Int?) {
        self.head = head
        self.definition = definition
        self.version = version
    }

    func encode(to encoder: any Encoder) throws {
        try head.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(definition, forKey: .definition)
        try container.encode(version, forKey: .definitionVersion)
    }

    private enum Key: String, CodingKey {
        case definition
        case definitionVersion = "definition_version"
    }
}

extension CatalogueReport: Exemplified {
    static var examples: [CatalogueReport] {
        let (id, definition) = Kind.example
        return CatalogueHead.examples.map { example in
            let head = CatalogueHead(
                id: id, status: example.status, version: example.version, createdAt: example.createdAt,
                changedAt: example.changedAt)
            let version = head.version == 0 ? nil : head.version
            return CatalogueReport(head, definition: JSONValue(Array(definition.utf8)) ?? .null, version: version)
        }
    }
}

/// What the checker found.
struct CheckReport: Encodable, Sendable {
    let problems: [FieldProblem]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(problems.isEmpty, forKey: .isSound)
        try container.encode(problems.map { ["field": $0.field, "detail": $0.detail] }, forKey: .problems)
    }

    private enum Key: String, CodingKey {
        case problems
        case isSound = "sound"
    }
}

extension CheckReport: Exemplified {
    static let examples = [
        CheckReport(problems: [FieldProblem("questions[0].options", "Must be a list of 2 to 50.")]),
        CheckReport(problems: []),
    ]
}
