import Glibc

/// Keeps a long copy out of the way of commits.
///
/// Left to itself a copy fills the page cache with what the disk has not got yet; the kernel then writes all of it at
/// once, and an fsync of the write-ahead log waits behind that. So every few megabytes are waited for, dropped from the
/// page cache, and followed by a rest as long as the wait: a disk that is busy gets fewer of them by itself.
struct Pacer: ~Copyable {
    /// Bytes between two waits.
    static let stepBytes: Int64 = 4 << 20
    /// The longest rest: a disk that took longer over 4 MiB is stuck, and resting does not help it.
    static let restSecondsMax = 0.25

    private let descriptor: Int32
    private var waiting: Int64 = 0

    /// - Parameter path: a file of ours that no connection of SQLite has locked: closing a second descriptor would
    ///   take those locks away.
    init(_ path: String) throws(StorageError) {
        descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen }
    }

    deinit { close(descriptor) }

    /// Called after so many bytes were written.
    mutating func wrote(_ bytes: Int64) throws(StorageError) {
        waiting += bytes
        guard waiting >= Self.stepBytes else { return }
        waiting = 0
        let began = monotonicSeconds()
        guard fdatasync(descriptor) == 0 else { throw errno == ENOSPC ? .full : .inputOutput }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
        usleep(UInt32(min(Self.restSecondsMax, monotonicSeconds() - began) * 1e6))
    }
}
