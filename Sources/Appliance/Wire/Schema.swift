/// The part of JSON Schema (2020-12) in which the API describes its fields; it appears as such in `/openapi.json`.
struct Schema: Encodable, Equatable, Sendable {
    enum Kind: String, Encodable, Sendable { case string, number, integer, boolean, array, object }

    var type: Kind
    var description: String?
    var minLength: Int?
    var maxLength: Int?
    var minimum: Double?
    var maximum: Double?
    var pattern: String?
    var values: [String]?
    var items: [Schema]?               // an array holds its one element: a struct cannot hold itself
    var minItems: Int?
    var maxItems: Int?
    var properties: [String: Schema]?
    var required: [String]?
    var additionalProperties: Bool?

    init(_ type: Kind, _ description: String? = nil) {
        self.type = type
        self.description = description
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(type, forKey: .type)
        try container.encodeIfPresent(description, forKey: .description)
        try container.encodeIfPresent(minLength, forKey: .minLength)
        try container.encodeIfPresent(maxLength, forKey: .maxLength)
        try container.encodeIfPresent(minimum, forKey: .minimum)
        try container.encodeIfPresent(maximum, forKey: .maximum)
        try container.encodeIfPresent(pattern, forKey: .pattern)
        try container.encodeIfPresent(values, forKey: .values)
        try container.encodeIfPresent(items?.first, forKey: .items)
        try container.encodeIfPresent(minItems, forKey: .minItems)
        try container.encodeIfPresent(maxItems, forKey: .maxItems)
        try container.encodeIfPresent(properties, forKey: .properties)
        try container.encodeIfPresent(required, forKey: .required)
        try container.encodeIfPresent(additionalProperties, forKey: .additionalProperties)
    }

    private enum Key: String, CodingKey {
        case type, description, minLength, maxLength, minimum, maximum, pattern
        case values = "enum"
        case items, minItems, maxItems, properties, required, additionalProperties
    }
}
