internal import Glibc

/// How much room a disk has.
public struct DiskRoom: Sendable, Equatable {
    /// What a program without privileges may still take, and all there is.
    public var freeBytes: Int64
    public var totalBytes: Int64

    public init(freeBytes: Int64, totalBytes: Int64) {
        self.freeBytes = freeBytes
        self.totalBytes = totalBytes
    }

    /// Looks at the disk that a folder is on, blocking: for as long as one that is stuck stays so.
    ///
    /// - Throws: `.inputOutput`.
    public init(of folder: String) throws(StorageError) {
        var disk = statvfs()
        guard statvfs(folder, &disk) == 0 else { throw .inputOutput }
        freeBytes = Int64(disk.f_bavail) * Int64(disk.f_frsize)
        totalBytes = Int64(disk.f_blocks) * Int64(disk.f_frsize)
    }

    /// 0 to 100.
    public var freePercent: Double { totalBytes > 0 ? 100 * Double(freeBytes) / Double(totalBytes) : 0 }
}
