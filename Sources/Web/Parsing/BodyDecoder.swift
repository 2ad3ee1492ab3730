/// Takes the body of a request out of the bytes that carry it, whatever way they are cut.
struct BodyDecoder: Sendable {
    private enum Framing: Sendable {
        case length(remaining: Int)
        case chunked(ChunkReader)
    }

    private var framing: Framing
    private let limit: Int
    private(set) var received = 0

    /// - Parameter limit: the most bytes the body may have.
    /// - Throws: `.tooLarge` when the announced length exceeds `limit`.
    init(_ framing: RequestHead.Framing, limit: Int) throws(BodyFault) {
        self.limit = limit
        switch framing {
        case .none: self.framing = .length(remaining: 0)
        case .length(let length):
            guard length <= limit else { throw .tooLarge(limit: limit) }
            self.framing = .length(remaining: length)
        case .chunked: self.framing = .chunked(ChunkReader())
        }
    }

    var isComplete: Bool {
        switch framing {
        case .length(let remaining): remaining == 0
        case .chunked(let reader): reader.isComplete
        }
    }

    /// Bytes still to come, when the head told.
    var remaining: Int? {
        guard case .length(let remaining) = framing else { return nil }
        return remaining
    }

    /// Appends what `bytes` hold of the body and returns how many of them were used. Stops at the end of the body.
    mutating func decode(_ bytes: Span<UInt8>, into body: inout [UInt8]) throws(BodyFault) -> Int {
        switch framing {
        case .length(let remaining):
            let count = min(remaining, bytes.count)
            body.append(copying: bytes.extracting(0..<count))
            framing = .length(remaining: remaining - count)
            received += count
            return count
        case .chunked(var reader):
            defer { framing = .chunked(reader) }
            var used = 0
            while used < bytes.count, !reader.isComplete {
                if reader.dataRemaining > 0 {
                    let count = min(reader.dataRemaining, bytes.count - used)
                    body.append(copying: bytes.extracting(used..<used + count))
                    reader.skipData(count)
                    received += count
                    used += count
                } else {
                    do throws(MalformedRequest) { try reader.read(bytes[used]) } catch { throw .malformed(error) }
                    used += 1
                    guard reader.dataRemaining <= limit - received else { throw .tooLarge(limit: limit) }
                }
            }
            return used
        }
    }
}
