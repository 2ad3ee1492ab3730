internal import Glibc
internal import Synchronization

/// The folder that holds all data, kept from other processes until it is unlocked.
///
/// The lock is the kernel's (`flock`), so it is gone with the process, however that ends; the file stays.
public final class DataFolder: Sendable {
    public let path: String
    private let lock: Mutex<Int32?>

    var database: String { Self.database(in: path) }

    static func database(in folder: String) -> String { "\(folder)/parley.sqlite" }

    /// Makes the folder if need be and locks it.
    ///
    /// - Throws: `.folderInUse` with the process id that the other process wrote in the lock file.
    public init(_ path: String) throws(StorageError) {
        try DiskFile.makeFolder(path)
        let descriptor = open("\(path)/parley.lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw errno == ENOSPC ? .full : .cannotOpen }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let process = Self.processID(in: descriptor)
            close(descriptor)
            throw isHeld ? .folderInUse(processID: process) : .cannotOpen
        }
        // On a full disk the number may be missing; the lock holds all the same.
        let number = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        pwrite(descriptor, number, number.count, 0)
        self.path = path
        lock = Mutex(descriptor)
        dropSecondNames()
    }

    deinit { unlock() }

    /// Lets another process have the folder. Later calls do nothing.
    func unlock() {
        lock.withLock { lock in
            if let descriptor = lock {
                // Explicitly: a child between fork and exec holds the descriptor too, and with it the lock.
                flock(descriptor, LOCK_UN)
                close(descriptor)
            }
            lock = nil
        }
    }

    private static func processID(in descriptor: Int32) -> Int32? {
        var digits = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &digits, digits.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: digits[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
    }
}
