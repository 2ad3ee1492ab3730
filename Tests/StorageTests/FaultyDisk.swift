import CSQLite
import Synchronization

/// A file system below SQLite that fails or waits on demand; everything else is the real one's work.
final class FaultyDisk: Sendable {
    enum Operation: Hashable, Sendable { case read, write, sync }
    enum File: Hashable, Sendable { case log, main }
    struct Place: Hashable, Sendable {
        var operation: Operation
        var file: File
    }

    /// Give this to `Configuration.vfs`.
    let name: String
    private let faults = Mutex<[Place: Int32]>([:])
    private let gates = Mutex<[Place: Gate]>([:])
    private static let count = Atomic(0)
    private static let disks = Mutex<[UInt: FaultyDisk]>([:])
    private static let files = Mutex<[UInt: OpenFile]>([:])

    /// An open file: whose it is, and the functions it really has.
    ///
    /// `@unchecked Sendable` is safe because SQLite's tables of functions are constants.
    private struct OpenFile: @unchecked Sendable {
        let disk: FaultyDisk
        let kind: File
        let methods: UnsafePointer<sqlite3_io_methods>
    }

    init() {
        name = "faulty-\(Self.count.add(1, ordering: .relaxed).newValue)"
        // Neither is ever freed: SQLite holds on to a registered file system.
        let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        let nameBytes = Array(name.utf8CString)
        let nameCopy = UnsafeMutablePointer<CChar>.allocate(capacity: nameBytes.count)
        nameCopy.initialize(from: nameBytes, count: nameBytes.count)
        vfs.initialize(to: sqlite3_vfs_find("unix").pointee)
        vfs.pointee.zName = UnsafePointer(nameCopy)
        vfs.pointee.xOpen = { vfs, path, file, flags, outFlags in
            guard let vfs, let file else { return SQLITE_MISUSE }
            let code = sqlite3_vfs_find("unix").pointee.xOpen(vfs, path, file, flags, outFlags)
            if code == SQLITE_OK { FaultyDisk.opened(file, on: vfs, flags) }
            return code
        }
        Self.disks.withLock { $0[UInt(bitPattern: vfs)] = self }
        sqlite3_vfs_register(vfs, 0)
    }

    /// From now on the operation fails with this SQLite result code.
    func fail(_ operation: Operation, on file: File, with code: Int32) {
        faults.withLock { $0[Place(operation: operation, file: file)] = code }
    }

    /// From now on who wants to do this waits at the gate.
    func hold(_ operation: Operation, on file: File, at gate: Gate) {
        gates.withLock { $0[Place(operation: operation, file: file)] = gate }
    }

    func repair() { faults.withLock { $0.removeAll() } }

    /// Puts our functions for write and sync in the place of the file's own.
    private static func opened(
        _ file: UnsafeMutablePointer<sqlite3_file>, on vfs: UnsafeMutablePointer<sqlite3_vfs>, _ flags: Int32
    ) {
        let kind: File? = flags & SQLITE_OPEN_WAL != 0 ? .log : flags & SQLITE_OPEN_MAIN_DB != 0 ? .main : nil
        guard let kind, let methods = file.pointee.pMethods, let disk = disks.withLock({ $0[UInt(bitPattern: vfs)] })
        else { return }
        files.withLock { $0[UInt(bitPattern: file)] = OpenFile(disk: disk, kind: kind, methods: methods) }
        let faulty = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        faulty.initialize(to: methods.pointee)
        faulty.pointee.xRead = { file, bytes, count, offset in
            FaultyDisk.perform(.read, file) { $0.xRead(file, bytes, count, offset) }
        }
        faulty.pointee.xWrite = { file, bytes, count, offset in
            FaultyDisk.perform(.write, file) { $0.xWrite(file, bytes, count, offset) }
        }
        faulty.pointee.xSync = { file, flags in
            FaultyDisk.perform(.sync, file) { $0.xSync(file, flags) }
        }
        file.pointee.pMethods = UnsafePointer(faulty)
    }

    private static func perform(
        _ operation: Operation, _ file: UnsafeMutablePointer<sqlite3_file>?, _ real: (sqlite3_io_methods) -> Int32
    ) -> Int32 {
        guard let open = files.withLock({ $0[UInt(bitPattern: file)] }) else { return SQLITE_MISUSE }
        let place = Place(operation: operation, file: open.kind)
        open.disk.gates.withLock { $0[place] }?.pass()
        let fault = open.disk.faults.withLock { $0[place] }
        return fault ?? real(open.methods.pointee)
    }
}
