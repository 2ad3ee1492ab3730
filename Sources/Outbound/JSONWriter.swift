/// Appends an object of texts to one byte buffer, for the few places that every accepted request passes through.
///
/// Foundation's encoder takes 40,000 instructions for the answer to a message, this 4,000; everything else is encoded
/// and decoded by Foundation.
public struct JSONWriter {
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

    public mutating func name(_ name: String) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = true
    }

    /// A text, or null.
    public mutating func field(_ name: String, _ text: String?) {
        self.name(name)
        if let text { string(text) } else { bytes.append(contentsOf: "null".utf8) }
    }

    /// An object of texts, in the order of their names, so that equal values have equal texts.
    public mutating func field(_ name: String, _ texts: [String: String]) {
        self.name(name)
        open()
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) { field(name, text) }
        close()
    }

    private mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { source in
            var clean = 0, index = 0
            while index < source.count {
                let byte = source[index]
                if byte < 0x20 || byte == 0x22 || byte == 0x5c {
                    bytes.append(contentsOf: source[clean..<index])
                    escape(byte)
                    clean = index + 1
                }
                index += 1
            }
            bytes.append(contentsOf: source[clean...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
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
