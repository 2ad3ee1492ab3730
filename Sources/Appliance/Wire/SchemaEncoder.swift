/// Makes schemas of what types show of themselves (`Exemplified`), by encoding their examples to nothing.
///
/// What a type says by its Swift types is taken from there: null where it encodes an optional, words where it encodes
/// an enumeration, a time where it encodes a `Timestamp`. What it shows only by its examples is whether a field is there
/// each time: one that `encode` writes in every example is required, one that `encodeIfPresent` writes is not.
/// Objects are closed, so that a field which no example shows is found by whoever holds answers to the document.
///
/// Exemplified types are components; those that are generic stand where they are used.
final class SchemaBook {
    private(set) var components: [String: Schema] = [:]
    private var names: [ObjectIdentifier: String] = [:]

    /// - Precondition: no other type has the same name; private ones of two files could.
    func schema<Value: Exemplified>(of type: Value.Type) -> Schema {
        if let name = names[ObjectIdentifier(type)] { return .reference(name) }
        guard let name = Self.name(of: type) else { return schema(ofExamples: type.examples) }
        precondition(components[name] == nil, "two types on the wire are called \(name)")
        names[ObjectIdentifier(type)] = name
        components[name] = Schema()                         // taken: what it is made of may refer to it
        components[name] = schema(ofExamples: type.examples)
        return .reference(name)
    }

    /// - Precondition: there is an example.
    func schema(ofExamples examples: [any Encodable]) -> Schema {
        let schemas = examples.map { walked($0) }
        return schemas.dropFirst().reduce(schemas[0]) { $0.merged(with: $1) }
    }

    /// `ChannelReport`, and `ChannelReport.Hold` of what is in it; nil of what is generic.
    private static func name<Value>(of type: Value.Type) -> String? {
        let path = String(reflecting: type)
        guard !path.contains("<") else { return nil }
        // What is private to a file stands there as `(Made in _4C0A…)`, and is in an `(unknown context at …)`.
        let parts = path.split(separator: ".").dropFirst().filter { !$0.hasPrefix("(unknown") }
        return parts.map { $0.drop { $0 == "(" }.prefix { $0 != " " } }.joined(separator: ".")
    }

    /// - Returns: nil when the type alone does not tell.
    fileprivate func schema(ofAny type: any Any.Type) -> Schema? {
        switch type {
        case let type as any Exemplified.Type: schema(of: type)
        case let type as any SchemaDeclaring.Type: type.schema(in: self)
        case let type as any CaseIterable.Type: words(type)
        default: nil
        }
    }

    private func words<Word: CaseIterable>(_ type: Word.Type) -> Schema? {
        let words = type.allCases.compactMap { ($0 as? any RawRepresentable<String>)?.rawValue }
        guard !words.isEmpty else { return nil }
        var schema = Schema(.string)
        schema.values = words
        return schema
    }

    fileprivate func schema<Value: Encodable>(of value: Value) -> Schema {
        schema(ofAny: Value.self) ?? walked(value)
    }

    private func walked<Value: Encodable>(_ value: Value) -> Schema {
        let place = SchemaPlace(self)
        do {
            try value.encode(to: SchemaEncoder(place: place))
        } catch {
            preconditionFailure("an example of \(Value.self) does not encode")
        }
        let schema = place.schema ?? Schema(.object)
        switch value {
        case is any KeyedByText: return schema.asMap
        case is any OptionalValue: return schema.orNull
        default: return schema
        }
    }
}

/// Where one value of an example stands, and what has been met there.
private final class SchemaPlace {
    let book: SchemaBook
    private(set) var schema: Schema?

    init(_ book: SchemaBook) { self.book = book }

    func open(_ kind: Schema.Kind) {
        guard schema == nil else { return }
        var empty = Schema(kind)
        if kind == .object {
            empty.properties = [:]
            empty.required = []
            empty.others = .refused
        }
        schema = empty
    }

    func note(_ found: Schema) { schema = schema?.merged(with: found) ?? found }

    /// - Parameter found: nil when nothing can be said of it this time.
    func note(_ key: any CodingKey, _ found: Schema?, isRequired: Bool) {
        if let found { schema?.properties?[key.stringValue] = found }
        if isRequired { schema?.required?.append(key.stringValue) }
    }
}

private struct SchemaEncoder: Encoder {
    let place: SchemaPlace
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        place.open(.object)
        return KeyedEncodingContainer(Fields(place: place))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        place.open(.array)
        return Elements(place: place)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(place: place) }

    private struct Fields<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let place: SchemaPlace
        var codingPath: [any CodingKey] { [] }

        func encodeNil(forKey key: Key) { place.note(key, Schema(.null), isRequired: true) }

        func encode<Value: Encodable>(_ value: Value, forKey key: Key) {
            place.note(key, place.book.schema(of: value), isRequired: true)
        }

        func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) {
            place.note(
                key, value.map { place.book.schema(of: $0) } ?? place.book.schema(ofAny: Value.self), isRequired: false)
        }

        // The library brings these itself where they are not written out, and they leave nil unmentioned.
        func encodeIfPresent(_ value: Bool?, forKey key: Key) { note(Bool.self, key) }
        func encodeIfPresent(_ value: String?, forKey key: Key) { note(String.self, key) }
        func encodeIfPresent(_ value: Double?, forKey key: Key) { note(Double.self, key) }
        func encodeIfPresent(_ value: Int?, forKey key: Key) { note(Int.self, key) }
        func encodeIfPresent(_ value: Int64?, forKey key: Key) { note(Int64.self, key) }

        private func note<Value: SchemaDeclaring>(_ type: Value.Type, _ key: Key) {
            place.note(key, type.schema(in: place.book), isRequired: false)
        }

        func nestedContainer<Nested>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
            notSupported()
        }
        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { notSupported() }
        func superEncoder() -> any Encoder { notSupported() }
        func superEncoder(forKey key: Key) -> any Encoder { notSupported() }
    }

    private struct Elements: UnkeyedEncodingContainer {
        let place: SchemaPlace
        private(set) var count = 0
        var codingPath: [any CodingKey] { [] }

        init(place: SchemaPlace) { self.place = place }

        mutating func encodeNil() { note(Schema(.null)) }
        mutating func encode<Value: Encodable>(_ value: Value) { note(place.book.schema(of: value)) }

        private mutating func note(_ schema: Schema) {
            var list = Schema(.array)
            list.items = [schema]
            place.note(list)
            count += 1
        }

        func nestedContainer<Nested>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> { notSupported() }
        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { notSupported() }
        func superEncoder() -> any Encoder { notSupported() }
    }

    private struct Single: SingleValueEncodingContainer {
        let place: SchemaPlace
        var codingPath: [any CodingKey] { [] }

        func encodeNil() { place.note(Schema(.null)) }
        func encode<Value: Encodable>(_ value: Value) { place.note(place.book.schema(of: value)) }
    }
}

/// What is on the wire are values within values: nobody encodes into containers of containers.
private func notSupported() -> Never { preconditionFailure("encode a value of its own there") }

extension Schema {
    /// An object whose names are not fields but keys.
    fileprivate var asMap: Schema {
        var map = Schema(.object)
        let values = (properties ?? [:]).sorted { $0.key < $1.key }.map(\.value)
        map.others = .each(values.dropFirst().reduce(values.first ?? Schema()) { $0.merged(with: $1) })
        return map
    }
}

/// A type that says itself how it comes out.
protocol SchemaDeclaring: Encodable {
    /// - Returns: nil when its values have to be looked at.
    static func schema(in book: SchemaBook) -> Schema?
}

private protocol KeyedByText {}
private protocol OptionalValue {}

extension Optional: OptionalValue {}
extension Dictionary: KeyedByText where Key == String {}

extension Optional: SchemaDeclaring where Wrapped: Encodable {
    static func schema(in book: SchemaBook) -> Schema? { book.schema(ofAny: Wrapped.self)?.orNull }
}

extension Array: SchemaDeclaring where Element: Encodable {
    static func schema(in book: SchemaBook) -> Schema? {
        book.schema(ofAny: Element.self).map { element in
            var list = Schema(.array)
            list.items = [element]
            return list
        }
    }
}

extension Dictionary: SchemaDeclaring where Key == String, Value: Encodable {
    static func schema(in book: SchemaBook) -> Schema? {
        book.schema(ofAny: Value.self).map { value in
            var map = Schema(.object)
            map.others = .each(value)
            return map
        }
    }
}

extension String: SchemaDeclaring { static func schema(in book: SchemaBook) -> Schema? { Schema(.string) } }
extension Bool: SchemaDeclaring { static func schema(in book: SchemaBook) -> Schema? { Schema(.boolean) } }
extension Double: SchemaDeclaring { static func schema(in book: SchemaBook) -> Schema? { Schema(.number) } }
extension Int: SchemaDeclaring { static func schema(in book: SchemaBook) -> Schema? { Schema(.integer) } }
extension Int64: SchemaDeclaring { static func schema(in book: SchemaBook) -> Schema? { Schema(.integer) } }
extension UInt64: SchemaDeclaring { static func schema(in book: SchemaBook) -> Schema? { Schema(.integer) } }
extension JSONValue: SchemaDeclaring { static func schema(in book: SchemaBook) -> Schema? { Schema() } }

extension Timestamp: SchemaDeclaring {
    static func schema(in book: SchemaBook) -> Schema? { .time() }
}
