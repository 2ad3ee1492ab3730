internal import Glibc

/// How much room the data takes, and how much there is for more.
public struct DiskRoom: Sendable, Equatable {
    /// Of the file system that the data folder is on: what a program without privileges may still take, and all.
    public var freeBytes: Int64
    public var totalBytes: Int64
    /// Of the database file, its write-ahead log left out.
    public var databaseBytes: Int64

    public init(freeBytes: Int64, totalBytes: Int64, databaseBytes: Int64) {
        self.freeBytes = freeBytes
        self.totalBytes = totalBytes
        self.databaseBytes = databaseBytes
    }

    /// Looks, blocking: for as long as a disk that is stuck stays so.
    ///
    /// - Throws: `.inputOutput`.
    public init(of folder: String) throws(StorageError) {
        var disk = statvfs()
        var file = stat()
        guard statvfs(folder, &disk) == 0, stat(DataFolder.database(in: folder), &file) == 0
        else { throw .inputOutput }
        freeBytes = Int64(disk.f_bavail) * Int64(disk.f_frsize)
        totalBytes = Int64(disk.f_blocks) * Int64(disk.f_frsize)
        databaseBytes = Int64(file.st_size)
    }

    /// 0 to 100.
    public var freePercent: Double { totalBytes > 0 ? 100 * Double(freeBytes) / Double(totalBytes) : 0 }
}
