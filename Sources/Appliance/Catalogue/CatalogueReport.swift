import Web

/// What a client sends to make a survey, say.
struct CatalogueDraft<Kind: Catalogued>: InputShape {
    private static var id: Field<String> {
        .name("id", "Stands in links: lower-case letters, digits, '.', '_' and '-'.")
    }

    static var fields: [FieldDescription] { [id.description, DefinitionDraft<Kind>.definition.description] }

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

    let definition: JSONValue

    init(_ input: inout Input) { definition = input.take(Self.definition) }
}

/// A head with a definition, as the team sees it.
struct CatalogueReport: Encodable, Sendable {
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
