import Web

/// Reads the JSON of a definition, and notes by path what is wrong with it.
///
/// What cannot be read is replaced by a stand-in, so that the rest keeps its place and everything is told at once; the
/// value is thrown away then.
protocol DefinitionReader {
    var problems: [FieldProblem] { get set }
}

/// One object of a definition with its path; null counts as left out.
struct DefinitionObject {
    let path: String
    let values: [String: JSONValue]

    func has(_ key: String) -> Bool { values[key].map { $0 != .null } ?? false }
    func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}

extension DefinitionReader {
    typealias Object = DefinitionObject

    mutating func refuse(_ path: String, _ detail: String) { problems.append(FieldProblem(path, detail)) }

    /// - Parameter keys: what it may have; nil when that is not known.
    mutating func object(_ value: JSONValue, _ path: String, _ keys: [String]?) -> Object? {
        guard case .object(let values) = value else {
            refuse(path.isEmpty ? DefinitionText.root : path, "Must be an object.")
            return nil
        }
        let object = Object(path: path, values: values)
        if let keys {
            for key in values.keys.sorted() where !keys.contains(key) {
                let known = keys.joined(separator: ", ")
                refuse(object.path(of: String(key.prefix(64))), "There is no such field; known are: \(known).")
            }
        }
        return object
    }

    /// The value of `key`, or nil after noting that it is missing.
    mutating func required(_ object: Object, _ key: String) -> JSONValue? {
        guard object.has(key) else {
            refuse(object.path(of: key), "This field is required.")
            return nil
        }
        return object.values[key]
    }

    mutating func truth(_ object: Object, _ key: String) -> Bool? {
        guard object.has(key) else { return nil }
        guard case .truth(let truth)? = object.values[key] else {
            refuse(object.path(of: key), "Must be true or false.")
            return nil
        }
        return truth
    }

    mutating func number(_ object: Object, _ key: String, _ range: ClosedRange<Double>) -> Double? {
        guard object.has(key) else { return nil }
        guard case .number(let number)? = object.values[key], range.contains(number) else {
            let ends = "\(Scalar.shown(range.lowerBound)) to \(Scalar.shown(range.upperBound))"
            refuse(object.path(of: key), "Must be a number from \(ends).")
            return nil
        }
        return number
    }

    mutating func whole(_ object: Object, _ key: String, _ range: ClosedRange<Int>) -> Int? {
        guard object.has(key) else { return nil }
        guard case .number(let number)? = object.values[key], let whole = Int(exactly: number), range.contains(whole)
        else {
            refuse(object.path(of: key), "Must be a whole number from \(range.lowerBound) to \(range.upperBound).")
            return nil
        }
        return whole
    }

    /// A list of so many; more than that are not looked at.
    mutating func list(_ value: JSONValue, _ path: String, _ count: ClosedRange<Int>) -> [JSONValue] {
        guard case .list(let list) = value, count.contains(list.count) else {
            refuse(path, "Must be a list of \(count.lowerBound) to \(count.upperBound).")
            if case .list(let list) = value { return Array(list.prefix(count.upperBound)) }
            return []
        }
        return list
    }

    /// Text that people do not read, `wanted` in words.
    mutating func word(_ object: Object, _ key: String, _ wanted: String, _ isFine: (String) -> Bool) -> String? {
        guard object.has(key) else { return nil }
        guard case .text(let text)? = object.values[key], isFine(text) else {
            refuse(object.path(of: key), "Must be \(wanted).")
            return nil
        }
        return text
    }

    mutating func word<Word: RawRepresentable<String> & CaseIterable>(
        _ object: Object, _ key: String, as type: Word.Type
    ) -> Word? {
        let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
        return word(object, key, "one of: \(known)") { Word(rawValue: $0) != nil }.flatMap(Word.init)
    }

    mutating func time(_ object: Object, _ key: String) -> Timestamp? {
        word(object, key, "a time such as 2026-01-31T09:30:00Z") { Timestamp(iso8601: $0) != nil }
            .flatMap(Timestamp.init(iso8601:))
    }
}

extension DefinitionReader {
    /// An identifier, or as a stand-in what stands in its place, so that those who refer to it are not refused too.
    mutating func identifier(_ object: Object, _ key: String = "id") -> String {
        guard case .text(let text)? = required(object, key) else {
            if object.has(key) { refuse(object.path(of: key), "Must be text.") }
            return ""
        }
        if !Identifier.isValid(text) {
            refuse(
                object.path(of: key),
                "Must be a lower-case letter, then lower-case letters, digits and '_', at most 32.")
        }
        return text
    }

    /// Whether `text` is something for people to read; notes why it is not.
    ///
    /// - Parameter isLine: whether it must not have line ends.
    mutating func isReadable(_ text: String, _ path: String, charactersMax: Int, isLine: Bool) -> Bool {
        guard !text.allSatisfy(\.isWhitespace) else {
            refuse(path, "Must not be empty.")
            return false
        }
        guard text.utf8.count <= charactersMax || text.count <= charactersMax else {
            refuse(path, "Must have at most \(charactersMax) characters.")
            return false
        }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A && !isLine }) else {
            refuse(path, "Must not contain control characters\(isLine ? " or line ends" : " other than line ends").")
            return false
        }
        return true
    }
}
