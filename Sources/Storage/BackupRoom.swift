import Glibc

/// Whether a disk has room for something large, and for the program's work beside it.
public struct BackupRoom: Sendable, Equatable {
    /// Bytes that must stay free whatever the size of the disk: below it, or below a twentieth, the program says that
    /// it is not ready.
    public static let reserveMin: Int64 = 200 << 20

    public var free: Int64
    public var total: Int64
    /// What the file would take.
    public var needed: Int64

    public init(free: Int64, total: Int64, needed: Int64) {
        self.free = free
        self.total = total
        self.needed = needed
    }

    public var reserve: Int64 { max(Self.reserveMin, total / 20) }

    public var isEnough: Bool { free - needed >= reserve }

    /// Looks at the disk that a folder is on, blocking.
    init(in folder: String, for needed: Int64) throws(StorageError) {
        var disk = statvfs()
        guard statvfs(folder, &disk) == 0 else { throw .cannotOpen }
        self.init(
            free: Int64(disk.f_bavail) * Int64(disk.f_frsize), total: Int64(disk.f_blocks) * Int64(disk.f_frsize),
            needed: needed)
    }
}
