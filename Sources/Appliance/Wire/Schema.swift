/// The part of JSON Schema (2020-12) in which the API describes what it takes and answers; it appears as such in
/// `/openapi.json`. One without anything is that of any value.
struct Schema: Encodable, Equatable, Sendable {
    enum Kind: String, Encodable, Sendable { case string, number, integer, boolean, array, object, null }

    /// What an object may hold besides its properties.
    indirect enum Others: Equatable, Sendable {
        case refused
        case each(Schema)
    }

    var type: Kind?
    /// Whether it may be null instead.
    var isNullable = false
    /// Name of a component that says everything else.
    var reference: String?
    var anyOf: [Schema]?
    var description: String?
    var minLength: Int?
    var maxLength: Int?
    var minimum: Double?
    var maximum: Double?
    var pattern: String?
    var format: String?
    var values: [String]?
    var items: [Schema]?               // an array holds its one element: a struct cannot hold itself
    var minItems: Int?
    var maxItems: Int?
    var uniqueItems: Bool?
    var properties: [String: Schema]?
    var required: [String]?
    var others: Others?

    init(_ type: Kind? = nil, _ description: String? = nil) {
        self.type = type
        self.description = description
    }

    static func reference(_ name: String) -> Schema {
        var schema = Schema()
        schema.reference = name
        return schema
    }

    static func time(_ description: String? = nil) -> Schema {
        var schema = Schema(.string, description)
        schema.format = "date-time"
        return schema
    }

    var orNull: Schema {
        var schema = self
        schema.isNullable = !isAnything && type != .null
        return schema
    }

    var isAnything: Bool { type == nil && reference == nil && anyOf == nil }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        guard !isNullable || type != nil else { return try encodeNullable(&container) }
        if let type {
            if isNullable {
                try container.encode([type, .null], forKey: .type)
            } else {
                try container.encode(type, forKey: .type)
            }
        }
        try container.encodeIfPresent(reference.map { "#/components/schemas/\($0)" }, forKey: .reference)
        try container.encodeIfPresent(anyOf, forKey: .anyOf)
        try container.encodeIfPresent(description, forKey: .description)
        try container.encodeIfPresent(minLength, forKey: .minLength)
        try container.encodeIfPresent(maxLength, forKey: .maxLength)
        try container.encodeIfPresent(minimum, forKey: .minimum)
        try container.encodeIfPresent(maximum, forKey: .maximum)
        try container.encodeIfPresent(pattern, forKey: .pattern)
        try container.encodeIfPresent(format, forKey: .format)
        // An enumeration is the whole of what is allowed: null has to be in it.
        if let values { try container.encode(values.map(Optional.some) + (isNullable ? [nil] : []), forKey: .values) }
        try container.encodeIfPresent(items?.first, forKey: .items)
        try container.encodeIfPresent(minItems, forKey: .minItems)
        try container.encodeIfPresent(maxItems, forKey: .maxItems)
        try container.encodeIfPresent(uniqueItems, forKey: .uniqueItems)
        try container.encodeIfPresent(properties, forKey: .properties)
        try container.encodeIfPresent(required, forKey: .required)
        switch others {
        case .refused: try container.encode(false, forKey: .others)
        case .each(let schema): try container.encode(schema, forKey: .others)
        case nil: break
        }
    }

    /// A component, or one of several, has no type to which null could be added.
    private func encodeNullable(_ container: inout KeyedEncodingContainer<Key>) throws {
        var plain = self
        plain.isNullable = false
        plain.description = nil
        try container.encode((plain.anyOf ?? [plain]) + [Schema(.null)], forKey: .anyOf)
        try container.encodeIfPresent(description, forKey: .description)
    }

    private enum Key: String, CodingKey {
        case type, anyOf, description, minLength, maxLength, minimum, maximum, pattern, format
        case reference = "$ref"
        case values = "enum"
        case items, minItems, maxItems, uniqueItems, properties, required
        case others = "additionalProperties"
    }
}

extension Schema {
    /// An object of these fields and no others.
    init(of fields: [FieldDescription]) {
        self.init(.object)
        properties = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.schema) })
        required = fields.filter(\.isRequired).map(\.name)
        others = .refused
    }

    /// Some value of this kind.
    var example: JSONValue {
        switch type {
        case .string: .text(values?.first ?? (format == "date-time" ? Timestamp.example.iso8601 : "example"))
        case .number, .integer: .number(minimum ?? 0)
        case .boolean: .truth(true)
        case .array: .list(items.map { $0.map(\.example) } ?? [])
        case .object: .object((properties ?? [:]).mapValues(\.example))
        case .null, nil: .null
        }
    }

    /// That of values of which each is one of these two: what both have in common stays, what one lacks is optional.
    func merged(with other: Schema) -> Schema {
        if self == other { return self }
        if isAnything || other.isAnything { return Schema() }
        if type == .null { return other.orNull }
        if other.type == .null { return orNull }
        var (left, right) = (self, other)
        left.isNullable = false
        right.isNullable = false
        let both = left.joined(with: right)
        return isNullable || other.isNullable ? both.orNull : both
    }

    private func joined(with other: Schema) -> Schema {
        if self == other { return self }
        switch (type, other.type) {
        case (.object, .object): return joinedObjects(with: other)
        case (.array, .array):
            var list = Schema(.array)
            list.items = (items ?? []) + (other.items ?? [])
            if let both = list.items, both.count == 2 { list.items = [both[0].merged(with: both[1])] }
            return list
        case (.integer, .number), (.number, .integer): return Schema(.number)
        case (.string, .string):
            var text = Schema(.string)
            if let values, let more = other.values { text.values = values + more.filter { !values.contains($0) } }
            return text
        default:
            var either = Schema()
            either.anyOf = anyOf ?? [self]
            for one in other.anyOf ?? [other] where either.anyOf?.contains(one) == false { either.anyOf?.append(one) }
            return either
        }
    }

    private func joinedObjects(with other: Schema) -> Schema {
        var object = Schema(.object)
        object.properties = (properties ?? [:]).merging(other.properties ?? [:]) { $0.merged(with: $1) }
        object.required = (required ?? []).filter { other.required?.contains($0) == true }
        object.others =
            switch (others, other.others) {
            case (.each(let left), .each(let right)): .each(left.merged(with: right))
            case (.each(let one), _), (_, .each(let one)): .each(one)
            default: .refused
            }
        return object
    }
}
