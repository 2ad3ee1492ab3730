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

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

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
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw fault(errno) }
            written += count
        }
        if fsync(descriptor) != 0 { throw fault(errno) }
    }

    /// Gives the file's bytes to `body`, piece by piece.
    static func read(_ path: String, _ body: (UnsafeRawBufferPointer) -> Void) throws(StorageError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw fault(errno) }
        defer { close(descriptor) }
        let pieceBytes = 256 << 10
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, pieceBytes)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw fault(errno) }
            if count == 0 { return }
            body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// The names in a folder that begin with `prefix`, sorted.
    static func names(in folder: String, beginningWith prefix: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix(prefix) { names.append(name) }
        }
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
