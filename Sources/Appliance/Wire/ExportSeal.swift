import Storage

/// By which a file that was cut off is told from a whole one: how many rows there are, and the SHA-256 of all bytes
/// before the place that says so.
struct ExportSeal: ~Copyable {
    var rows = 0
    private var hash = SHA256()

    /// Takes the bytes that go out now and leaves room for the next piece.
    mutating func take(_ bytes: inout [UInt8]) -> [UInt8] {
        hash.update(bytes)
        defer {
            bytes = []
            bytes.reserveCapacity(ExportStream.pieceBytes + ExportStream.pieceBytes / 4)
        }
        return bytes
    }

    /// What the trailer says, `bytes` being the last before it. Nothing may be taken after.
    mutating func end(_ bytes: [UInt8]) -> (rows: Int, digest: String) {
        hash.update(bytes)
        var whole = SHA256()
        swap(&whole, &hash)
        return (rows, SHA256.hex(whole.finish()))
    }

    /// The last line of CSV.
    static func csv(rows: Int, digest: String) -> [UInt8] { Array("# rows: \(rows) sha256: \(digest)\r\n".utf8) }

    /// The last line of NDJSON.
    static func line(rows: Int, digest: String) -> [UInt8] {
        Array("{\"trailer\":{\"rows\":\(rows),\"sha256\":\"\(digest)\"}}\n".utf8)
    }
}
