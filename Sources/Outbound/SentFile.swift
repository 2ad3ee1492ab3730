internal import Glibc

/// A file on its way out, read piece by piece. Belongs to the curl thread.
final class SentFile {
    private let descriptor: Int32
    private let bytes: Int64
    private var offset: Int64 = 0

    init?(_ path: String, bytes: Int64) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        self.bytes = bytes
    }

    deinit { close(descriptor) }

    /// Fills the buffer with what comes next.
    ///
    /// - Returns: how many bytes, 0 at the end; nil when the file cannot be read, or has become shorter.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let wanted = Int(min(Int64(buffer.count), bytes - offset))
        guard wanted > 0 else { return 0 }
        let count = pread(descriptor, buffer.baseAddress, wanted, off_t(offset))
        guard count > 0 else { return nil }
        offset += Int64(count)
        return count
    }

    /// Goes on from there: libcurl sends a body again when a connection it had kept turns out to be dead.
    func goBack(to offset: Int64) { self.offset = offset }
}
