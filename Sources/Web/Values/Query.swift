/// The parameters behind the question mark of a target, decoded when they are asked for.
///
/// `a=1&b=x+y&a=2`: pairs in order, `+` is a space, `%XX` is UTF-8; a name without `=` has an empty value.
public struct Query: Sendable {
    private let bytes: [UInt8]
    private let range: Range<Int>

    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        self.range = range
    }

    /// The value of the first parameter of that name; nil when there is none.
    public subscript(name: String) -> String? { first { $0.name == name }?.value }

    /// The values of every parameter of that name, in order.
    public func all(_ name: String) -> [String] { filter { $0.name == name }.map(\.value) }

    /// The names in order, repeats kept: to refuse those a route does not know.
    public var names: [String] { map(\.name) }

    public var isEmpty: Bool { range.isEmpty }

    /// The decoded text; nil when an escape is not two hexadecimal digits or the result is not UTF-8.
    static func decode(_ encoded: ArraySlice<UInt8>) -> String? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(encoded.count)
        var position = encoded.startIndex
        while position < encoded.endIndex {
            let byte = encoded[position]
            position += 1
            if byte == .percent {
                guard position + 2 <= encoded.endIndex, let high = encoded[position].hexadecimalValue,
                    let low = encoded[position + 1].hexadecimalValue
                else { return nil }
                decoded.append(high << 4 | low)
                position += 2
            } else {
                decoded.append(byte == 0x2B ? .space : byte)
            }
        }
        return String(validating: decoded, as: UTF8.self)
    }
}

extension Query: Sequence {
    public struct Iterator: IteratorProtocol {
        let bytes: [UInt8]
        var rest: Range<Int>

        public mutating func next() -> (name: String, value: String)? {
            while !rest.isEmpty {
                let end = bytes[rest].firstIndex(of: 0x26) ?? rest.upperBound
                let pair = bytes[rest.lowerBound..<end]
                rest = Swift.min(end + 1, rest.upperBound)..<rest.upperBound
                guard !pair.isEmpty else { continue }
                let equals = pair.firstIndex(of: 0x3D) ?? pair.endIndex
                guard let name = Query.decode(pair[..<equals]), let value = Query.decode(pair[equals...].dropFirst())
                else { continue }
                return (name, value)
            }
            return nil
        }
    }

    public func makeIterator() -> Iterator { Iterator(bytes: bytes, rest: range) }
}
