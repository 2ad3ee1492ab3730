/// Appends JSON to one byte buffer, for the few places that every accepted request or answer passes through.
///
/// Foundation's encoder takes 40,000 instructions for the answer to a message, this 4,000; everything else is encoded
/// and decoded by Foundation.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    public init(capacity: Int) { bytes.reserveCapacity(capacity) }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    public mutating func open() {
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
    }

    public mutating func close() {
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// What follows is the value: an object or a list to open.
    public mutating func name(_ name: String) {
        separate()
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Opens an object that stands in a list.
    public mutating func item() {
        separate()
        open()
    }

    public mutating func openList() {
        bytes.append(UInt8(ascii: "["))
        needsComma = false
    }

    public mutating func closeList() {
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    public mutating func field(_ name: String, _ number: Int) {
        self.name(name)
        value(number)
    }

    public mutating func field(_ name: String, _ truth: Bool) {
        self.name(name)
        value(truth)
    }

    /// A text, or null.
    public mutating func field(_ name: String, _ text: String?) {
        self.name(name)
        if let text { value(text) } else { null() }
    }

    /// A value behind a name, or one more of a list.
    public mutating func value(_ text: String) {
        separate()
        string(text)
        needsComma = true
    }

    public mutating func value(_ number: Int) {
        separate()
        raw(String(number))
    }

    /// A finite number, whole ones without a point.
    public mutating func value(_ number: Double) {
        separate()
        raw(Int64(exactly: number).map(String.init) ?? "\(number)")
    }

    public mutating func value(_ truth: Bool) {
        separate()
        raw(truth ? "true" : "false")
    }

    /// What is JSON already.
    public mutating func field(_ name: String, json: [UInt8]) {
        self.name(name)
        bytes.append(contentsOf: json)
        needsComma = true
    }

    public mutating func null() {
        separate()
        raw("null")
    }

    /// An object of texts, in the order of their names, so that equal values have equal texts.
    public mutating func field(_ name: String, _ texts: [String: String]) {
        self.name(name)
        open()
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) { field(name, text) }
        close()
    }

    /// A text as it stands in JSON, quotes included.
    public static func quoted(_ text: String) -> String {
        var writer = JSONWriter(capacity: text.utf8.count + 2)
        writer.string(text)
        return writer.text
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func raw(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    private mutating func string(_ text: String) {
        var text = text
        text.withUTF8 { Self.append($0, to: &bytes) }
    }

    /// Appends a text in quotes, escaped where it must be. Its bytes are UTF-8 and stay so.
    public static func append(_ source: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var clean = 0, index = 0
        while index < source.count {
            let byte = source[index]
            if byte < 0x20 || byte == 0x22 || byte == 0x5c {
                bytes.append(contentsOf: source[clean..<index])
                escape(byte, to: &bytes)
                clean = index + 1
            }
            index += 1
        }
        bytes.append(contentsOf: source[clean...])
        bytes.append(UInt8(ascii: "\""))
    }

    private static func escape(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x22, 0x5c: bytes.append(byte)
        case 0x0a: bytes.append(UInt8(ascii: "n"))
        case 0x0d: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        }
    }
}
