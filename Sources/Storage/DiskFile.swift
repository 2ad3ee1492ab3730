import Glibc

/// What the module does with files beside SQLite's own work. Paths stay in here: no error carries one.
enum DiskFile {
    /// Makes a folder and its missing parents, for the owner alone.
    static func makeFolder(_ path: String) throws(StorageError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let parent = folder(of: path) else { throw fault(errno) }
        try makeFolder(parent)
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw fault(errno) }
    }

    /// Makes an empty file for the owner alone.
    ///
    /// - Returns: false when there is one of that name.
    static func create(_ path: String) throws(StorageError) -> Bool {
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { return false }
            throw fault(errno)
        }
        close(descriptor)
        return true
    }

    /// Takes away what group and others may do with the file.
    static func restrict(_ path: String) throws(StorageError) {
        if chmod(path, 0o600) != 0 { throw fault(errno) }
    }

    /// - Throws: when that cannot be told: what is not seen just now is not gone.
    static func exists(_ path: String) throws(StorageError) -> Bool { try status(of: path) != nil }

    static func remove(_ path: String) { unlink(path) }

    static func rename(_ path: String, to newPath: String) throws(StorageError) {
        if Glibc.rename(path, newPath) != 0 { throw fault(errno) }
    }

    /// Waits until a file's content, or a folder's names, are on disk.
    static func sync(_ path: String) throws(StorageError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw fault(errno) }
        defer { close(descriptor) }
        if fsync(descriptor) != 0 { throw fault(errno) }
    }

    /// Writes a new file and waits until it is on disk.
    static func write(_ bytes: [UInt8], to path: String) throws(StorageError) {
        let descriptor = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw fault(errno) }
        defer { close(descriptor) }
        try bytes.withUnsafeBytes { bytes in
            Result { () throws(StorageError) in try write(bytes, to: descriptor) }
        }.get()
        if fsync(descriptor) != 0 { throw fault(errno) }
    }

    /// Copies a file's bytes and waits until they are on disk; gives each piece to `body` once it was written.
    static func copy(
        _ path: String, to newPath: String, _ body: (UnsafeRawBufferPointer) throws(StorageError) -> Void
    ) throws(StorageError) {
        let descriptor = open(newPath, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw fault(errno) }
        defer { close(descriptor) }
        try read(path, while: { piece throws(StorageError) in
            try write(piece, to: descriptor)
            try body(piece)
            return true
        })
        if fsync(descriptor) != 0 { throw fault(errno) }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(StorageError) {
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw fault(errno) }
            written += count
        }
    }

    /// Gives a file a second name, which must be free.
    ///
    /// - Returns: false where the file system knows no such thing.
    static func link(_ path: String, to newPath: String) throws(StorageError) -> Bool {
        if Glibc.link(path, newPath) == 0 { return true }
        guard [EPERM, EOPNOTSUPP, ENOSYS].contains(errno) else { throw fault(errno) }
        return false
    }

    /// Tells a file from others, whatever it is called.
    struct Identity: Equatable {
        let disk: UInt
        let number: UInt
    }

    /// Nil when there is no such file.
    static func identity(of path: String) -> Identity? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return Identity(disk: UInt(status.st_dev), number: UInt(status.st_ino))
    }

    /// Whether it is a file with bytes in it, and no folder, pipe or device.
    ///
    /// - Throws: when that cannot be told.
    static func isFile(_ path: String) throws(StorageError) -> Bool {
        guard let status = try status(of: path) else { return false }
        return isFile(status)
    }

    private static func isFile(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFREG }

    static func bytes(of path: String) throws(StorageError) -> Int64 {
        guard let status = try status(of: path) else { throw .cannotOpen }
        return Int64(status.st_size)
    }

    /// Nil when there is nothing of that name.
    private static func status(of path: String) throws(StorageError) -> stat? {
        var status = stat()
        if stat(path, &status) == 0 { return status }
        guard errno == ENOENT || errno == ENOTDIR else { throw fault(errno) }
        return nil
    }

    /// Makes an empty folder for the owner alone.
    ///
    /// - Returns: false when there is something of that name.
    static func createFolder(_ path: String) throws(StorageError) -> Bool {
        if mkdir(path, 0o700) == 0 { return true }
        guard errno == EEXIST else { throw fault(errno) }
        return false
    }

    /// Removes the program's own files from a folder: others' stay, and so does all that a link in its place leads to.
    static func emptyFolder(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        guard let stream = fdopendir(descriptor) else {
            close(descriptor)
            return
        }
        defer { closedir(stream) }
        for name in (try? names(in: stream, beginningWith: "parley.")) ?? [] { unlinkat(descriptor, name, 0) }
    }

    /// Removes a folder of the program's own, unless there is something else in it.
    static func removeFolder(_ path: String) {
        emptyFolder(path)
        rmdir(path)
    }

    /// Gives the file's bytes to `body`, piece by piece.
    static func read(_ path: String, _ body: (UnsafeRawBufferPointer) -> Void) throws(StorageError) {
        try read(path, while: { piece in
            body(piece)
            return true
        })
    }

    /// Gives the file's bytes to `isMoreWanted`, piece by piece, until that answers false.
    ///
    /// - Throws: `.cannotOpen` also for what is no file: opening a pipe would wait for somebody to write to it.
    static func read(
        _ path: String, while isMoreWanted: (UnsafeRawBufferPointer) throws(StorageError) -> Bool
    ) throws(StorageError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw fault(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw fault(errno) }
        guard isFile(status) else { throw .cannotOpen }
        let pieceBytes = 256 << 10
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, pieceBytes)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw fault(errno) }
            guard count > 0, try isMoreWanted(UnsafeRawBufferPointer(rebasing: buffer[..<count])) else { return }
        }
    }

    /// The names in a folder that begin with `prefix`, sorted; none when there is no such folder.
    ///
    /// - Throws: when it cannot be read.
    static func names(in folder: String, beginningWith prefix: String) throws(StorageError) -> [String] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw fault(errno)
        }
        defer { closedir(stream) }
        return try names(in: stream, beginningWith: prefix)
    }

    private static func names(in stream: OpaquePointer, beginningWith prefix: String) throws(StorageError) -> [String] {
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix(prefix) { names.append(name) }
        }
        guard errno == 0 else { throw fault(errno) }
        return names.sorted()
    }

    /// The folder a path lies in; nil for the root.
    static func folder(of path: String) -> String? {
        let trimmed = path.count > 1 && path.last == "/" ? path.dropLast() : path[...]
        guard let slash = trimmed.lastIndex(of: "/") else { return path == "." ? nil : "." }
        if slash == trimmed.startIndex { return trimmed.count > 1 ? "/" : nil }
        return String(trimmed[..<slash])
    }

    private static func fault(_ error: Int32) -> StorageError {
        switch error {
        case ENOSPC, EDQUOT: .full
        case EIO: .inputOutput
        case EROFS: .readOnly
        case ENOMEM: .outOfMemory
        default: .cannotOpen
        }
    }
}
