/// What a player said, as the row of the answer holds it: `"b"`, `["a","c"]`, `true`, `42.5`, `"colour"`.
enum StoredSaid {
    /// Nil for what no answer is stored as.
    ///
    /// A decoder of any JSON costs twenty times as much, and an export reads two million.
    static func read(_ json: String) -> JSONValue? {
        let bytes = json.utf8
        guard let first = bytes.first, !bytes.contains(UInt8(ascii: "\\")) else { return JSONValue(Array(bytes)) }
        switch first {
        case UInt8(ascii: "\"") where bytes.count >= 2 && bytes.last == first:
            return .text(String(json.dropFirst().dropLast()))
        case UInt8(ascii: "["):
            // Ids have neither quotes nor commas: what stands between every second pair of quotes is one.
            let parts = json.split(separator: "\"", omittingEmptySubsequences: false)
            return .list(stride(from: 1, to: parts.count, by: 2).map { .text(String(parts[$0])) })
        case UInt8(ascii: "t"): return .truth(true)
        case UInt8(ascii: "f"): return .truth(false)
        default: return Double(json).map(JSONValue.number)
        }
    }
}

extension QuizQuestion {
    /// What an answer counts as: ids of options, `true`, `false`, or a text. What is no longer understood counts as it
    /// was said.
    func counted(_ stored: String) -> [String] {
        guard let value = StoredSaid.read(stored) else { return [stored] }
        if let (said, _) = understand(value) { return said.counted }
        switch value {
        case .text(let text): return [text]
        case .list(let list): return list.map(\.shown)
        case .truth, .number, .null, .object: return [value.shown]
        }
    }

    /// What was said as people read it: labels rather than ids, with commas between them.
    func shown(_ stored: String) -> String {
        guard let value = StoredSaid.read(stored) else { return stored }
        guard !options.isEmpty else { return value.shown }
        func label(_ id: String) -> String { options.first { $0.id == id }?.label ?? id }
        guard case .list(let list) = value else { return label(value.shown) }
        return list.map { label($0.shown) }.joined(separator: ", ")
    }
}

extension JSONValue {
    fileprivate var shown: String {
        switch self {
        case .text(let text): text
        case .number(let number): Scalar.shown(number)
        case .truth(let truth): truth ? "true" : "false"
        case .null: ""
        case .list, .object: JSON.text(self)
        }
    }
}
