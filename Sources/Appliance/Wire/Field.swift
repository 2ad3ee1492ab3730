import FoundationEssentials
import Glibc

/// One field of a JSON object: its name, how it is described, and how its value is read and judged.
struct Field<Value: Sendable>: Sendable {
    let name: String
    let description: FieldDescription
    let standIn: Value
    let read: @Sendable (KeyedDecodingContainer<AnyKey>) -> Result<Value, Refusal>
}

/// What a field is to a reader of the API: enough for a JSON Schema.
struct FieldDescription: Sendable {
    let name: String
    let schema: Schema
    let isRequired: Bool
}

/// Why a field's value is not accepted, in words for the client.
struct Refusal: Error, Equatable, Sendable {
    let detail: String
}

extension Field {
    /// A field that must be there. `wanted` completes the sentence "must be …".
    init<Raw: Decodable & SendableMetatype>(
        required name: String, _ schema: Schema, wanted: String, standIn: Value,
        judge: @escaping @Sendable (Raw) -> Result<Value, Refusal>
    ) {
        self.init(
            name: name, description: FieldDescription(name: name, schema: schema, isRequired: true), standIn: standIn
        ) { container in
            let key = AnyKey(name)
            if let raw = try? container.decode(Raw.self, forKey: key) { return judge(raw) }
            let isMissing = !container.contains(key)
            return .failure(Refusal(detail: isMissing ? "This field is required." : "Must be \(wanted)."))
        }
    }

    /// This field, but nil when it is left out or null.
    var optional: Field<Value?> {
        Field<Value?>(
            name: name, description: FieldDescription(name: name, schema: description.schema.orNull, isRequired: false),
            standIn: nil
        ) { container in
            let key = AnyKey(name)
            guard container.contains(key), (try? container.decodeNil(forKey: key)) == false else {
                return .success(nil)
            }
            return read(container).map(Optional.some)
        }
    }

    /// This field, but `value` when it is left out. Null is refused as before.
    func defaulting(to value: Value) -> Field {
        Field(
            name: name, description: FieldDescription(name: name, schema: description.schema, isRequired: false),
            standIn: value
        ) { container in
            container.contains(AnyKey(name)) ? read(container) : .success(value)
        }
    }
}

extension Field where Value == String {
    /// Text of so many characters (extended grapheme clusters), none of them NUL.
    ///
    /// Blank text counts as empty: a request of nothing but spaces tells nobody anything.
    ///
    /// - Parameter bytesMax: a character can be of any size, so there is a limit on bytes as well: more than any real
    ///   text has, unless another is given.
    static func text(
        _ name: String, _ length: ClosedRange<Int>, _ about: String, bytesMax: Int? = nil
    ) -> Field {
        let bytesMax = bytesMax ?? 32 * length.upperBound + 64
        var schema = Schema(.string, about)
        schema.minLength = length.lowerBound
        schema.maxLength = length.upperBound
        return Field(required: name, schema, wanted: "text", standIn: "") { (text: String) in
            let tooLong = Refusal(detail: "Must have at most \(length.upperBound) characters.")
            guard text.utf8.count <= bytesMax else { return .failure(tooLong) }
            guard !text.containsNUL else { return .failure(Refusal(detail: "Must not contain the NUL character.")) }
            guard length.lowerBound == 0 || !text.allSatisfy(\.isWhitespace)
            else { return .failure(Refusal(detail: "Must not be empty.")) }
            guard text.utf8.count >= length.lowerBound,
                text.utf8.count <= length.upperBound || text.count <= length.upperBound
            else { return .failure(tooLong) }
            return .success(text)
        }
    }

    /// A name that stands in paths and logs: lower-case letters, digits, `.`, `_` and `-`, 1 to 64 of them.
    static func name(_ name: String, _ about: String) -> Field {
        var schema = Schema(.string, about)
        schema.pattern = "^[a-z0-9][a-z0-9._-]{0,63}$"
        return Field(required: name, schema, wanted: "text", standIn: "") { (text: String) in
            Name.isValid(text)
                ? .success(text)
                : .failure(
                    Refusal(
                        detail:
                            "Must be 1 to 64 lower-case letters, digits, '.', '_' or '-', the first a letter or digit.")
                )
        }
    }

    /// One of a few words.
    static func word(_ name: String, _ words: [String], _ about: String) -> Field {
        var schema = Schema(.string, about)
        schema.values = words
        let choice = "one of: \(words.joined(separator: ", "))"
        return Field(required: name, schema, wanted: choice, standIn: "") { (text: String) in
            words.contains(text) ? .success(text) : .failure(Refusal(detail: "Must be \(choice)."))
        }
    }
}

extension Field where Value == Bool {
    static func truth(_ name: String, _ about: String) -> Field {
        Field(required: name, Schema(.boolean, about), wanted: "true or false", standIn: false) { (truth: Bool) in
            .success(truth)
        }
    }
}

extension Field where Value == [String] {
    /// A list of names, none twice.
    static func names(_ name: String, _ count: ClosedRange<Int>, _ about: String) -> Field {
        var schema = Schema(.array, about)
        schema.items = [Field<String>.name(name, "").description.schema]
        schema.minItems = count.lowerBound
        schema.maxItems = count.upperBound
        schema.uniqueItems = true
        return Field(required: name, schema, wanted: "a list of names", standIn: []) { (names: [String]) in
            guard count.contains(names.count)
            else { return .failure(Refusal(detail: "Must name \(count.lowerBound) to \(count.upperBound).")) }
            if let wrong = names.first(where: { !Name.isValid($0) }) {
                return .failure(Refusal(detail: "'\(wrong.prefix(64))' is not a name."))
            }
            guard Set(names).count == names.count else { return .failure(Refusal(detail: "Must not name one twice.")) }
            return .success(names)
        }
    }
}

extension Field where Value == Timestamp {
    static func time(_ name: String, _ about: String) -> Field {
        let wanted = "a time such as 2026-01-31T09:30:00Z"
        return Field(required: name, .time(about), wanted: wanted, standIn: Timestamp(0)) { (text: String) in
            Timestamp(iso8601: text).map(Result.success) ?? .failure(Refusal(detail: "Must be \(wanted)."))
        }
    }
}

extension Field where Value == Int {
    static func whole(_ name: String, _ range: ClosedRange<Int>, _ about: String) -> Field {
        var schema = Schema(.integer, about)
        schema.minimum = Double(range.lowerBound)
        schema.maximum = Double(range.upperBound)
        let wanted = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return Field(required: name, schema, wanted: wanted, standIn: range.lowerBound) { (number: Int) in
            range.contains(number) ? .success(number) : .failure(Refusal(detail: "Must be \(wanted)."))
        }
    }
}

extension Field where Value == JSONValue {
    /// An object of any shape: whoever reads it says what is wrong with it.
    static func object(_ name: String, _ about: String) -> Field {
        Field(required: name, Schema(.object, about), wanted: "an object", standIn: .null) { (value: JSONValue) in
            guard case .object = value else { return .failure(Refusal(detail: "Must be an object.")) }
            return .success(value)
        }
    }
}

/// Names of topics, channels and tokens.
enum Name {
    static let lengthMax = 64

    static func isValid(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= lengthMax, isLetterOrDigit(first) else { return false }
        return text.utf8.allSatisfy {
            isLetterOrDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

extension String {
    /// By its bytes at once: going through them one by one costs as much as decoding the JSON around them.
    fileprivate var containsNUL: Bool {
        utf8.withContiguousStorageIfAvailable { bytes in
            bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false
        } ?? utf8.contains(0)
    }
}
