/// The frame around the data of a chunked body, read byte by byte (RFC 9112 §7.1).
///
/// Extensions are allowed and ignored, but they and the trailer may hold no control bytes and only so many bytes:
/// both have been used to hide a second request. Trailer fields are checked and dropped, never merged into the head.
struct ChunkReader: Sendable {
    private enum Place: Sendable {
        case sizeStart, size, extensions, sizeEnd, data, dataLineFeed
        case trailerStart, trailerName, trailerValue, trailerEnd, lastLineFeed, complete
    }

    /// Of all chunks of a body together: nobody is known to need any.
    static let extensionBytesMax = 4 << 10
    static let trailerBytesMax = 8 << 10
    /// 60 bits; more digits can only be an attack.
    static let sizeDigitsMax = 15

    private var place = Place.sizeStart
    private var pendingSize = 0
    private var sizeDigits = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    /// Bytes of data that come next; while it is not 0, take them past this reader and call `skipData`.
    private(set) var dataRemaining = 0

    var isComplete: Bool { place == .complete }

    mutating func skipData(_ count: Int) { dataRemaining -= count }

    mutating func read(_ byte: UInt8) throws(MalformedRequest) {
        switch place {
        case .sizeStart, .size, .extensions, .sizeEnd: try readSizeLine(byte)
        case .data: try expect(byte, .carriageReturn, then: .dataLineFeed)
        case .dataLineFeed: try expect(byte, .lineFeed, then: .sizeStart)
        case .trailerStart, .trailerName, .trailerValue, .trailerEnd, .lastLineFeed: try readTrailer(byte)
        case .complete: preconditionFailure("the body is complete")
        }
    }

    private mutating func readSizeLine(_ byte: UInt8) throws(MalformedRequest) {
        switch place {
        case .sizeStart:
            guard let digit = byte.hexadecimalValue else { throw .chunkInvalid }
            pendingSize = Int(digit)
            sizeDigits = 1
            place = .size
        case .size:
            if let digit = byte.hexadecimalValue {
                sizeDigits += 1
                guard sizeDigits <= Self.sizeDigitsMax else { throw .chunkInvalid }
                pendingSize = pendingSize << 4 | Int(digit)
            } else if byte == 0x3B {
                place = .extensions
            } else {
                try expect(byte, .carriageReturn, then: .sizeEnd)
            }
        case .extensions:
            extensionBytes += 1
            guard extensionBytes <= Self.extensionBytesMax else { throw .chunkInvalid }
            if byte == .carriageReturn {
                place = .sizeEnd
            } else if !Self.isText(byte) {
                throw .chunkInvalid
            }
        default:
            try expect(byte, .lineFeed, then: pendingSize == 0 ? .trailerStart : .data)
            dataRemaining = pendingSize
        }
    }

    private mutating func readTrailer(_ byte: UInt8) throws(MalformedRequest) {
        trailerBytes += 1
        guard trailerBytes <= Self.trailerBytesMax else { throw .trailerTooLarge(limit: Self.trailerBytesMax) }
        switch place {
        case .trailerStart where byte == .carriageReturn: place = .lastLineFeed
        case .trailerStart where ByteSet.token.contains(byte): place = .trailerName
        case .trailerName where byte == 0x3A: place = .trailerValue
        case .trailerName where ByteSet.token.contains(byte): break
        case .trailerValue where byte == .carriageReturn: place = .trailerEnd
        case .trailerValue where Self.isText(byte): break
        case .trailerEnd where byte == .lineFeed: place = .trailerStart
        case .lastLineFeed where byte == .lineFeed: place = .complete
        default: throw .fieldInvalid
        }
    }

    private mutating func expect(_ byte: UInt8, _ expected: UInt8, then next: Place) throws(MalformedRequest) {
        guard byte == expected else { throw .chunkInvalid }
        place = next
    }

    private static func isText(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == .tab }
}
