/// Header fields in the order they were given; repeats are kept, names compare without regard to case.
///
/// One byte buffer and one table of ranges into it, whatever the number of fields: reading a field of a request
/// makes a `String` only then. Lookups are linear, which for the fields real requests have is faster than hashing.
public struct Headers: Sendable, ExpressibleByDictionaryLiteral {
    /// Where one field is in the buffer.
    struct Field: Sendable {
        var nameStart: UInt32
        var nameCount: UInt32
        var valueStart: UInt32
        var valueCount: UInt32
    }

    /// The head of a parsed request, or `name: value` lines ready for the wire.
    private(set) var bytes: [UInt8]
    private(set) var fields: [Field]

    /// The buffer holds nothing but this value's own lines, so that a response is written by copying it whole.
    private(set) var isWireForm: Bool

    /// Some field is of those the listener writes itself.
    private(set) var holdsReserved = false

    public init() {
        bytes = []
        fields = []
        isWireForm = true
    }

    public init(dictionaryLiteral elements: (String, String)...) {
        self.init()
        for (name, value) in elements { add(name, value) }
    }

    /// The fields of a parsed head, as ranges into its bytes.
    init(parsed bytes: [UInt8], fields: [Field]) {
        self.bytes = bytes
        self.fields = fields
        isWireForm = false
    }

    /// How many fields there are, repeats counted.
    public var count: Int { fields.count }
    public var isEmpty: Bool { fields.isEmpty }

    /// The value of the first field of that name; nil when there is none. Setting replaces every one of that name.
    ///
    /// Bytes that are not UTF-8 arrive as U+FFFD.
    public subscript(name: String) -> String? {
        get { index(of: name).map { text(valueStart: $0) } }
        set {
            remove(name)
            if let newValue { add(name, newValue) }
        }
    }

    /// The values of all fields of that name, in order.
    public subscript(all name: String) -> [String] {
        fields.indices.filter { isNamed(name, at: $0) }.map { text(valueStart: $0) }
    }

    public func contains(_ name: String) -> Bool { index(of: name) != nil }

    /// Adds a field behind the others, beside any of the same name.
    ///
    /// A control byte in `value` becomes a space: a value made of what a client sent must not be able to end its
    /// line and begin another (RFC 9110 §5.5).
    ///
    /// - Precondition: `name` is a token (RFC 9110 §5.6.2).
    public mutating func add(_ name: String, _ value: String) {
        precondition(!name.isEmpty && name.utf8.allSatisfy(ByteSet.token.contains), "a field name is a token")
        let nameStart = bytes.count
        bytes.append(contentsOf: name.utf8)
        bytes.append(0x3A)
        bytes.append(.space)
        let valueStart = bytes.count
        for byte in value.utf8 { bytes.append(byte < 0x20 && byte != .tab || byte == 0x7F ? .space : byte) }
        fields.append(
            Field(
                nameStart: UInt32(nameStart), nameCount: UInt32(valueStart - 2 - nameStart),
                valueStart: UInt32(valueStart), valueCount: UInt32(bytes.count - valueStart)))
        bytes.append(.carriageReturn)
        bytes.append(.lineFeed)
        if isReserved(at: fields.count - 1) { holdsReserved = true }
    }

    /// These fields, and `others` behind them.
    func adding(_ others: Headers) -> Headers {
        var all = self
        for (name, value) in others { all.add(name, value) }
        return all
    }

    /// Removes every field of that name.
    public mutating func remove(_ name: String) {
        guard contains(name) else { return }
        var kept = Headers()
        for (field, value) in self where !field.equalsIgnoringCase(name) { kept.add(field, value) }
        self = kept
    }

    func index(of name: String) -> Int? {
        fields.indices.first { isNamed(name, at: $0) }
    }

    /// The bytes of the value of field `index`.
    func value(at index: Int) -> ArraySlice<UInt8> {
        let start = Int(fields[index].valueStart)
        return bytes[start..<start + Int(fields[index].valueCount)]
    }

    /// The bytes of the name of field `index`.
    func name(at index: Int) -> ArraySlice<UInt8> {
        let start = Int(fields[index].nameStart)
        return bytes[start..<start + Int(fields[index].nameCount)]
    }

    /// Whether the listener writes field `index` itself, and leaves out that of a response.
    func isReserved(at index: Int) -> Bool {
        switch fields[index].nameCount {
        case 4: isNamed("date", at: index)
        case 10: isNamed("connection", at: index)
        case 12: isNamed("x-request-id", at: index)
        case 14: isNamed("content-length", at: index)
        case 17: isNamed("transfer-encoding", at: index)
        default: false
        }
    }

    private func text(valueStart index: Int) -> String { String(decoding: value(at: index), as: UTF8.self) }

    func isNamed(_ name: String, at index: Int) -> Bool {
        let expected = name.utf8
        guard expected.count == Int(fields[index].nameCount) else { return false }
        var position = Int(fields[index].nameStart)
        for byte in expected {
            guard bytes[position].lowercased == byte.lowercased else { return false }
            position += 1
        }
        return true
    }
}

extension Headers: Sequence {
    /// Goes through the fields as they were given: `for (name, value) in headers`.
    public struct Iterator: IteratorProtocol {
        let headers: Headers
        var position = 0

        public mutating func next() -> (name: String, value: String)? {
            guard position < headers.count else { return nil }
            defer { position += 1 }
            return (
                String(decoding: headers.name(at: position), as: UTF8.self),
                String(decoding: headers.value(at: position), as: UTF8.self)
            )
        }
    }

    public func makeIterator() -> Iterator { Iterator(headers: self) }
}

extension Headers: Equatable {
    /// The same fields with the same values in the same order; names without regard to case.
    public static func == (left: Headers, right: Headers) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy { $0.name.equalsIgnoringCase($1.name) && $0.value == $1.value }
    }
}

extension String {
    func equalsIgnoringCase(_ other: String) -> Bool {
        utf8.count == other.utf8.count && zip(utf8, other.utf8).allSatisfy { $0.lowercased == $1.lowercased }
    }
}
