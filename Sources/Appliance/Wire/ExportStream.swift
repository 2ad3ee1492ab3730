import Glibc
import Storage
import Web

/// Pieces on their way from a thread that reads the database, which waits while nobody takes them, to a task.
///
/// `@unchecked Sendable` is safe because every field is read and changed under `mutex` alone.
final class ExportStream: @unchecked Sendable {
    /// Large enough that a hand-over costs nothing, small enough that a few do not count.
    static let pieceBytes = 256 << 10
    /// Pieces that wait to be taken.
    static let piecesMax = 2
    /// Within which each piece must be taken. The reader has one of few threads, and the write-ahead log grows as long
    /// as its snapshot is open: 4 KiB a second is no rate for that.
    static let pieceSecondsMax = 60
    /// Within which all of it must be.
    static let secondsMax = 30 * 60

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let room = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var pieces: [[UInt8]] = []
    private var waiting: CheckedContinuation<[UInt8]?, Never>?
    /// Nothing comes any more, or nobody takes it.
    private var isEnded = false
    private let pieceSecondsMax: Int
    private let end: timespec

    init(pieceSecondsMax: Int = ExportStream.pieceSecondsMax) {
        self.pieceSecondsMax = pieceSecondsMax
        end = Self.moment(in: Self.secondsMax)
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(room, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(room)
        pthread_mutex_destroy(mutex)
        room.deallocate()
        mutex.deallocate()
    }

    /// Hands a piece over, blocking the thread while `piecesMax` wait.
    ///
    /// - Returns: false when nobody takes pieces any more, or too slowly.
    func put(_ piece: [UInt8]) -> Bool {
        let taker: CheckedContinuation<[UInt8]?, Never>? = lock {
            var deadline = Self.moment(in: pieceSecondsMax)
            if (end.tv_sec, end.tv_nsec) < (deadline.tv_sec, deadline.tv_nsec) { deadline = end }
            while !isEnded, pieces.count >= Self.piecesMax {
                if pthread_cond_timedwait(room, mutex, &deadline) == ETIMEDOUT { isEnded = true }
            }
            guard !isEnded else { return nil }
            if waiting == nil { pieces.append(piece) }
            defer { waiting = nil }
            return waiting
        }
        taker?.resume(returning: piece)
        return lock { !isEnded }
    }

    /// Nothing comes any more, or nobody takes it.
    func close() {
        let taker: CheckedContinuation<[UInt8]?, Never>? = lock {
            isEnded = true
            pthread_cond_broadcast(room)
            defer { waiting = nil }
            return waiting
        }
        taker?.resume(returning: nil)
    }

    /// The next piece; nil when there will be none. One at a time may wait.
    func next() async -> [UInt8]? {
        await withCheckedContinuation { continuation in
            let (isDecided, piece): (Bool, [UInt8]?) = lock {
                if !pieces.isEmpty {
                    pthread_cond_signal(room)
                    return (true, pieces.removeFirst())
                }
                if isEnded { return (true, nil) }
                waiting = continuation
                return (false, nil)
            }
            if isDecided { continuation.resume(returning: piece) }
        }
    }

    private func lock<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    private static func moment(in seconds: Int) -> timespec {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        now.tv_sec += seconds
        return now
    }
}

extension ExportStream {
    /// Sends what `fill` puts into a stream; it answers whether that was all.
    ///
    /// - Throws: also when it was not all. Without its trailer the file must not end as if it were whole: throwing
    ///   breaks the connection off.
    static func send(
        to body: BodyWriter, fill: @escaping @Sendable (ExportStream) async throws(StorageError) -> Bool
    ) async throws {
        let stream = ExportStream()
        async let isWhole = stream.filled(by: fill)
        do {
            while let piece = await stream.next() { try await body.write(piece) }
        } catch {
            stream.close()
            throw error
        }
        guard try await isWhole else { throw BodyFault.tooSlow }
    }

    private func filled(
        by fill: @Sendable (ExportStream) async throws(StorageError) -> Bool
    ) async throws(StorageError) -> Bool {
        defer { close() }
        return try await fill(self)
    }
}
