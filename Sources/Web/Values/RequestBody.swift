/// The body of a request in pieces, as the client sends them.
///
/// The client is not read further than 64 KiB ahead of who iterates. Iterate once; breaking off is allowed: what is
/// left is skipped if it is little, otherwise the connection closes after the answer.
public struct RequestBody: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    public typealias Failure = BodyFault

    enum Source: Sendable {
        case bytes([UInt8])
        case connection(Connection, serial: Int)
    }

    private let source: Source

    init(_ source: Source) { self.source = source }

    public func makeAsyncIterator() -> Iterator { Iterator(source) }

    public struct Iterator: AsyncIteratorProtocol {
        private var source: Source

        init(_ source: Source) { self.source = source }

        /// The next piece, never empty; nil when the body is complete.
        ///
        /// - Throws: `BodyFault` when no more can come; the answer, if any, is the handler's to give.
        public mutating func next(isolation: isolated (any Actor)? = #isolation) async throws(BodyFault) -> [UInt8]? {
            switch source {
            case .bytes(let bytes):
                source = .bytes([])
                return bytes.isEmpty ? nil : bytes
            case .connection(let connection, let serial):
                return try await connection.nextPiece(of: serial)
            }
        }
    }

    /// The whole body in one array.
    ///
    /// - Parameter limit: the most bytes to take.
    /// - Throws: `.tooLarge` past `limit`, or what iterating throws.
    public func collect(upTo limit: Int) async throws(BodyFault) -> [UInt8] {
        var collected: [UInt8] = []
        var iterator = makeAsyncIterator()
        while let piece = try await iterator.next() {
            guard collected.count + piece.count <= limit else { throw .tooLarge(limit: limit) }
            collected += piece
        }
        return collected
    }
}

/// Why a streamed body ended before its end, in either direction.
public enum BodyFault: Error, Hashable, Sendable {
    /// The other side closed or broke the connection.
    case clientGone
    /// The client was slower than `bodyProgressBytesMin` in `bodyProgressWindow`.
    case tooSlow
    /// More bytes came than the route takes.
    case tooLarge(limit: Int)
    /// The bytes are not what their framing promised.
    case malformed(MalformedRequest)

    /// The answer that tells the client.
    public var problem: Problem {
        switch self {
        case .clientGone: Problem(.badRequest, "http.body_incomplete", "The body ended before its announced length.")
        case .tooSlow: Problem(.requestTimeout, "http.body_timeout", "The body arrived too slowly.")
        case .tooLarge(let limit): .bodyTooLarge(limit: limit)
        case .malformed(let error): error.problem
        }
    }
}
