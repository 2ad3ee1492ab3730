internal import Glibc

/// Bytes that the kernel did not take yet, in the pieces they came in: what many connections send is shared, not
/// copied.
struct Outbox {
    struct Piece {
        var bytes: [UInt8]
        /// Bytes may be added at its end: nobody else holds it, and it is no frame that may be taken back.
        var isOpen = false
        var push: Push?
    }

    /// A piece that was queued without waiting for room, and may be taken back as long as none of it has been sent.
    struct Push: Equatable {
        /// A later piece of the same key makes this one needless; 0 when each counts.
        let key: UInt64
    }

    /// A producer waits while there are this many bytes, and goes on below half.
    static let highWater = 64 << 10
    static let lowWater = highWater / 2
    /// Pieces that begin within these first bytes stay. A TLS record that was sealed and not taken must be offered
    /// again unchanged, and it holds 16 KiB at most.
    static let pinnedBytes = 16 << 10
    /// Pieces given to the kernel with one call.
    static let vectorsMax = 64
    /// Small writes are gathered in a piece of up to this size.
    private static let gatheredBytesMax = 4 << 10

    private(set) var pieces: [Piece] = []
    /// Position of the first piece that is not sent, and how much of it is.
    private var first = 0
    private var offset = 0
    private(set) var count = 0
    /// Bytes of pushed pieces, a begun one included.
    private(set) var pushedCount = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ more: UnsafeRawBufferPointer) {
        guard !gather(more) else { return }
        append(Piece(bytes: Array(more), isOpen: true))
    }

    mutating func append(_ more: [UInt8]) {
        guard more.count > Self.gatheredBytesMax || !more.withUnsafeBytes({ gather($0) }) else { return }
        append(Piece(bytes: more))
    }

    /// Takes over the rest of an array without copying it.
    mutating func append(_ more: [UInt8], from start: Int) {
        guard start < more.count else { return }
        if isEmpty {
            append(Piece(bytes: more))
            (offset, count) = (start, more.count - start)
        } else {
            append(Array(more[start...]))
        }
    }

    /// Queues a whole frame that its sender does not wait for; earlier ones with the same key are taken back. Returns
    /// how many those were.
    @discardableResult
    mutating func push(_ frame: [UInt8], key: UInt64) -> Int {
        let replaced = key == 0 ? 0 : takeBack { $0.key == key }
        append(Piece(bytes: frame, push: Push(key: key)))
        pushedCount += frame.count
        return replaced
    }

    /// As `push`, for a frame of which the kernel has taken the first `sent` bytes.
    ///
    /// - Precondition: the outbox is empty.
    mutating func push(_ frame: [UInt8], sent: Int) {
        append(Piece(bytes: frame, push: Push(key: 0)))
        pushedCount += frame.count
        (offset, count) = (sent, frame.count - sent)
    }

    /// Takes back pushed pieces that are not pinned, and returns how many.
    @discardableResult
    mutating func takeBack(where isNeedless: (Push) -> Bool) -> Int {
        guard pushedCount > 0 else { return 0 }
        var begin = -offset
        var kept = first
        for index in first..<pieces.count {
            let size = pieces[index].bytes.count
            if begin >= Self.pinnedBytes, let push = pieces[index].push, isNeedless(push) {
                count -= size
                pushedCount -= size
            } else {
                if kept < index { pieces.swapAt(kept, index) }
                kept += 1
            }
            begin += size
        }
        // No gaps stay: a reader that stands still while frames replace each other would collect them without end.
        let taken = pieces.count - kept
        pieces.removeLast(taken)
        return taken
    }

    mutating func removeFirst(_ sent: Int) {
        count -= sent
        offset += sent
        while first < pieces.count, offset >= pieces[first].bytes.count {
            let size = pieces[first].bytes.count
            offset -= size
            if pieces[first].push != nil { pushedCount -= size }
            pieces[first] = Piece(bytes: [])
            first += 1
        }
        if first == pieces.count {
            self = Outbox()
        } else if first > Self.vectorsMax, first > pieces.count / 2 {
            pieces.removeFirst(first)
            first = 0
        }
    }

    /// Passes on what comes first, as one or more pieces.
    func withVectors<Result>(_ body: (UnsafeMutableBufferPointer<iovec>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: Self.vectorsMax) { vectors in
            var used = 0
            var skip = offset
            var index = first
            while used < Self.vectorsMax, index < pieces.count {
                // Safe outside the closure because `pieces` holds the array, unchanged until `body` has returned.
                let bytes = pieces[index].bytes.withUnsafeBytes { $0 }
                index += 1
                guard let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress), !bytes.isEmpty
                else { continue }
                vectors.initializeElement(
                    at: used, to: iovec(iov_base: start + skip, iov_len: bytes.count - skip))
                skip = 0
                used += 1
            }
            return body(UnsafeMutableBufferPointer(rebasing: vectors[..<used]))
        }
    }

    private mutating func append(_ piece: Piece) {
        guard !piece.bytes.isEmpty else { return }
        pieces.append(piece)
        count += piece.bytes.count
    }

    /// Puts a small write behind the last one, if that is open and has room.
    private mutating func gather(_ more: UnsafeRawBufferPointer) -> Bool {
        guard let last = pieces.indices.last, pieces[last].isOpen,
            pieces[last].bytes.count + more.count <= Self.gatheredBytesMax
        else { return false }
        pieces[last].bytes.append(contentsOf: more)
        count += more.count
        return true
    }
}
