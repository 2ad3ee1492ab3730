/// Text with placeholders: `{name}` is replaced by a value, `{name|fallback}` by the fallback where there is none.
///
/// A doubled brace is a brace: `{{` and `}}`. Values are put in as they are and never read as a template again.
struct Template: Equatable, Sendable {
    enum Piece: Equatable, Sendable {
        case text(String)
        case placeholder(name: String, fallback: String?)
    }

    let pieces: [Piece]

    /// - Throws: `Refusal` that says where a brace is left open, left over, or a name is missing.
    init(_ source: String) throws(Refusal) {
        // Bytes, not characters: braces are ASCII, and finding where characters end costs ten times as much.
        var pieces: [Piece] = []
        var text: [UInt8] = []
        var rest = Array(source.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case Self.open where rest.first == Self.open, Self.close where rest.first == Self.close:
                text.append(byte)
                rest.removeFirst()
            case Self.open:
                if !text.isEmpty { pieces.append(.text(String(decoding: text, as: UTF8.self))) }
                text.removeAll(keepingCapacity: true)
                pieces.append(try Self.placeholder(from: &rest))
            case Self.close:
                throw Refusal(detail: "'}' without '{'; write '}}' for a brace.")
            default:
                text.append(byte)
            }
        }
        if !text.isEmpty { pieces.append(.text(String(decoding: text, as: UTF8.self))) }
        self.pieces = pieces
    }

    private static let open = UInt8(ascii: "{")
    private static let close = UInt8(ascii: "}")

    /// Names of all placeholders, in order, repeats kept.
    var names: [String] {
        pieces.compactMap { piece in
            guard case .placeholder(let name, _) = piece else { return nil }
            return name
        }
    }

    /// The text with `value(name)` in each place; nil or empty counts as "none".
    func filled(_ value: (String) -> String?) -> String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let part): text += part
            case .placeholder(let name, let fallback):
                let value = value(name) ?? ""
                text += value.isEmpty ? fallback ?? "" : value
            }
        }
        return text
    }

    private static func placeholder(from rest: inout ArraySlice<UInt8>) throws(Refusal) -> Piece {
        guard let end = rest.firstIndex(of: close) else {
            throw Refusal(detail: "'{' without '}'; write '{{' for a brace.")
        }
        let inside = rest[..<end]
        rest = rest[(end + 1)...]
        let bar = inside.firstIndex(of: UInt8(ascii: "|"))
        let name = String(decoding: inside[..<(bar ?? inside.endIndex)], as: UTF8.self)
        let fallback = bar.map { String(decoding: inside[($0 + 1)...], as: UTF8.self) }
        guard !name.isEmpty, name.utf8.allSatisfy(isPartOfName) else {
            let shown = String(decoding: inside, as: UTF8.self).prefix(40)
            throw Refusal(detail: "'{\(shown)' is not a placeholder such as {description} or {contact|nobody}.")
        }
        return .placeholder(name: name, fallback: fallback)
    }

    private static func isPartOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
