/// The backups in one folder, as `Database.backup(to:)` leaves them. Every call blocks.
public struct BackupFolder: Sendable {
    /// One file, and what its manifest says. It got its name and its manifest only after it was verified.
    public struct Entry: Sendable, Equatable {
        public var name: String
        public var bytes: Int64
        /// Nil for a file whose making was interrupted at the last moment, or whose manifest is gone.
        public var report: BackupReport?

        public init(name: String, bytes: Int64, report: BackupReport?) {
            self.name = name
            self.bytes = bytes
            self.report = report
        }
    }

    static let prefix = "parley-"
    static let suffix = ".sqlite"

    public let path: String

    public init(_ path: String) { self.path = path }

    /// The name of a backup that is made now: `parley-20260131T093000.250Z.sqlite`. Names sort by time.
    public static func name(at unixMilliseconds: Int64) -> String {
        prefix + UpgradeCopies.stamp(unixMilliseconds) + suffix
    }

    /// Whether a name is one that `name(at:)` gives: others' files are never listed and never removed.
    public static func isName(_ name: String) -> Bool {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return false }
        let pattern = "00000000T000000.000Z"
        let stamp = name.dropFirst(prefix.count).dropLast(suffix.count)
        return stamp.utf8.count == pattern.utf8.count
            && zip(stamp.utf8, pattern.utf8).allSatisfy { $1 == 0x30 ? (0x30...0x39).contains($0) : $0 == $1 }
    }

    public func path(of name: String) -> String { "\(path)/\(name)" }

    public static func manifest(of name: String) -> String { BackupFile.manifest(of: name) }

    /// Oldest first. None when there is no such folder yet.
    ///
    /// - Throws: when the folder or a manifest cannot be read just now, `.backupFailed(.unreadable)` or a disk's fault:
    ///   a good backup would be taken for none.
    public func entries() throws(StorageError) -> [Entry] {
        do throws(StorageError) {
            var entries: [Entry] = []
            for name in try DiskFile.names(in: path, beginningWith: Self.prefix) where Self.isName(name) {
                guard try DiskFile.isFile(path(of: name)) else { continue }
                let bytes = (try? DiskFile.bytes(of: path(of: name))) ?? 0
                entries.append(Entry(name: name, bytes: bytes, report: try report(of: name)))
            }
            return entries
        } catch .cannotOpen {
            throw .backupFailed(.unreadable)
        }
    }

    private func report(of name: String) throws(StorageError) -> BackupReport? {
        do throws(StorageError) {
            return try BackupFile.report(of: path(of: name))
        } catch .backupFailed {
            return nil
        }
    }

    /// Makes the folder, and removes what earlier work left unfinished. Not while any is under way.
    ///
    /// The folder of a drill that was cut short stays, empty, and tells the next drill.
    public func prepare() throws(StorageError) {
        try DiskFile.makeFolder(path)
        for name in try DiskFile.names(in: path, beginningWith: Self.prefix) where Self.isUnfinished(name) {
            DiskFile.remove(path(of: name))
        }
        DiskFile.emptyFolder(drill)
    }

    /// Where a drill is held.
    public var drill: String { "\(path)/parley-drill" }

    /// Whether a name is that of a backup or a manifest that was not finished, or of a journal beside one.
    static func isUnfinished(_ name: String) -> Bool {
        let backup = name.prefix(Self.name(at: 0).count), rest = name.dropFirst(backup.count)
        return isName(String(backup)) && (rest.hasPrefix(".unfinished") || rest.hasPrefix(".json.unfinished"))
    }

    /// The file first: one that cannot be removed stays what it is, a good backup.
    ///
    /// - Throws: `.backupFailed(.notRemoved)` when it is still there.
    public func remove(_ name: String) throws(StorageError) {
        precondition(Self.isName(name))
        DiskFile.remove(path(of: name))
        guard try !DiskFile.exists(path(of: name)) else { throw .backupFailed(.notRemoved) }
        DiskFile.remove(path(of: Self.manifest(of: name)))
    }
}
