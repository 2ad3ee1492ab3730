/// JSON that is looked at where it stands: a part is found by its name, and nothing else is decoded.
///
/// A load hears tens of thousands of frames a second, of most of which it needs one word. Bytes that are no JSON have
/// no parts, or some; what must be whole is decoded besides.
struct JSONGlance: Sendable {
    private let bytes: [UInt8]
    private let range: Range<Int>

    init(_ bytes: [UInt8]) { self.init(bytes, bytes.indices) }

    private init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        self.range = range
    }

    /// A member of an object; nil when there is none, or this is no object.
    subscript(name: StaticString) -> JSONGlance? {
        var index = skippingSpace(from: range.lowerBound)
        guard byte(at: index) == UInt8(ascii: "{") else { return nil }
        index = skippingSpace(from: index + 1)
        while byte(at: index) == UInt8(ascii: "\""), let nameEnd = end(ofValueAt: index) {
            let colon = skippingSpace(from: nameEnd)
            let value = skippingSpace(from: colon + 1)
            guard byte(at: colon) == UInt8(ascii: ":"), let valueEnd = end(ofValueAt: value) else { return nil }
            if equals(index + 1..<nameEnd - 1, name) { return JSONGlance(bytes, value..<valueEnd) }
            index = skippingSpace(from: valueEnd)
            guard byte(at: index) == UInt8(ascii: ",") else { return nil }
            index = skippingSpace(from: index + 1)
        }
        return nil
    }

    /// Of a list; nil when this is none.
    var elements: [JSONGlance]? {
        var index = skippingSpace(from: range.lowerBound)
        guard byte(at: index) == UInt8(ascii: "[") else { return nil }
        var found: [JSONGlance] = []
        index = skippingSpace(from: index + 1)
        while byte(at: index) != UInt8(ascii: "]") {
            guard let valueEnd = end(ofValueAt: index) else { return nil }
            found.append(JSONGlance(bytes, index..<valueEnd))
            index = skippingSpace(from: valueEnd)
            if byte(at: index) == UInt8(ascii: ",") { index = skippingSpace(from: index + 1) }
        }
        return found
    }

    var text: String? {
        let slice = bytes[range]
        guard slice.count >= 2, slice.first == UInt8(ascii: "\""), slice.last == UInt8(ascii: "\"") else { return nil }
        guard slice.contains(UInt8(ascii: "\\")) else {
            return String(decoding: slice.dropFirst().dropLast(), as: UTF8.self)
        }
        guard case .text(let text)? = JSONValue(Array(slice)) else { return nil }
        return text
    }

    /// A whole number.
    var number: Int? {
        let digits = String(decoding: bytes[range], as: UTF8.self)
        return Int(digits) ?? Double(digits).flatMap { Int(exactly: $0) }
    }

    var truth: Bool? {
        if equals(range, "true") { return true }
        return equals(range, "false") ? false : nil
    }

    var isNull: Bool { equals(range, "null") }

    /// The same, decoded.
    var value: JSONValue? { JSONValue(Array(bytes[range])) }

    /// 0 behind the end: no value begins with it.
    private func byte(at index: Int) -> UInt8 { index < range.upperBound ? bytes[index] : 0 }

    private func skippingSpace(from start: Int) -> Int {
        var index = start
        while [0x20, 0x0a, 0x0d, 0x09].contains(byte(at: index)) { index += 1 }
        return index
    }

    private func end(ofValueAt start: Int) -> Int? {
        var (index, depth) = (start, 0)
        while index < range.upperBound {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                guard let after = end(ofTextAt: index) else { return nil }
                index = after
                if depth == 0 { return index }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // The end of what a number or a word stands in.
                guard depth > 0 else { return index > start ? index : nil }
                depth -= 1
                index += 1
                if depth == 0 { return index }
            case UInt8(ascii: ","), 0x20, 0x0a, 0x0d, 0x09:
                guard depth > 0 else { return index > start ? index : nil }
                index += 1
            default:
                index += 1
            }
        }
        return depth == 0 && index > start ? index : nil
    }

    private func end(ofTextAt start: Int) -> Int? {
        var index = start + 1
        while index < range.upperBound {
            switch bytes[index] {
            case UInt8(ascii: "\""): return index + 1
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return nil
    }

    private func equals(_ part: Range<Int>, _ word: StaticString) -> Bool {
        word.withUTF8Buffer { word in part.count == word.count && bytes[part].elementsEqual(word) }
    }
}
