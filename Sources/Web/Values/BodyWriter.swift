internal import Synchronization

/// Where a streamed response puts its bytes.
public struct BodyWriter: Sendable {
    enum Sink: Sendable {
        case connection(Connection, serial: Int)
        case collector(Collector)
    }

    private let sink: Sink

    init(_ sink: Sink) { self.sink = sink }

    /// Sends `bytes`, or queues them behind what was written before; suspends while more than 64 KiB are queued.
    ///
    /// What is written without suspending in between leaves together.
    ///
    /// - Throws: `.clientGone` when nobody reads any more: stop producing.
    public func write(_ bytes: [UInt8]) async throws(BodyFault) {
        switch sink {
        case .connection(let connection, let serial): try await connection.writePiece(bytes, of: serial)
        case .collector(let collector): try collector.append(bytes)
        }
    }

    public func write(_ text: String) async throws(BodyFault) { try await write(Array(text.utf8)) }
}

/// Takes a streamed response into memory.
final class Collector: Sendable {
    private let collected = Mutex<[UInt8]>([])
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    var bytes: [UInt8] { collected.withLock { $0 } }

    func append(_ bytes: [UInt8]) throws(BodyFault) {
        let fits = collected.withLock { collected in
            guard collected.count + bytes.count <= limit else { return false }
            collected += bytes
            return true
        }
        guard fits else { throw .tooLarge(limit: limit) }
    }
}

extension Response {
    /// The whole body, whichever kind it is: for tests, and for answers that are passed on.
    ///
    /// - Throws: `BodyFault.tooLarge` when a stream exceeds `limit` bytes, or what the producer throws.
    public func collect(upTo limit: Int) async throws -> [UInt8] {
        switch body {
        case .bytes(let bytes):
            return bytes
        case .webSocket:
            return []
        case .stream(_, let produce):
            let collector = Collector(limit: limit)
            try await produce(BodyWriter(.collector(collector)))
            return collector.bytes
        }
    }
}
