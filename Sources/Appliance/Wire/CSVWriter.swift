import Outbound

/// A table as CSV (RFC 4180, UTF-8 with a byte order mark) on its way out, with the trailer of its `ExportSeal`.
///
/// Nothing is kept of a row once it is written: `take` what has come together as often as it is worth it.
struct CSVWriter: ~Copyable {
    // Without the mark spreadsheets take UTF-8 for what their country used to have.
    private(set) var bytes: [UInt8] = [0xEF, 0xBB, 0xBF]
    private var seal = ExportSeal()
    private var isFirst = true

    init(_ columns: [String]) {
        for column in columns { add(column) }
        endLine()
    }

    /// - Parameter isNumber: whether a text that is a number may stay one, with its sign.
    mutating func add(_ text: String?, isNumber: Bool = false) {
        separate()
        var text = text ?? ""
        text.withUTF8 { CSVCell.append($0, isNumber: isNumber, to: &bytes) }
    }

    /// A text as a row of the database holds it.
    mutating func add(utf8 text: UnsafeBufferPointer<UInt8>) {
        separate()
        CSVCell.append(text, to: &bytes)
    }

    mutating func add(_ number: Int?) {
        separate()
        if let number { bytes.append(contentsOf: String(number).utf8) }
    }

    mutating func add(_ number: Double?) {
        separate()
        if let number { bytes.append(contentsOf: Scalar.shown(number).utf8) }
    }

    mutating func add(_ truth: Bool) {
        separate()
        bytes.append(contentsOf: (truth ? "yes" : "no").utf8)
    }

    /// - Parameter time: Unix milliseconds.
    mutating func add(time: Int64) {
        separate()
        CalendarTime(unixMilliseconds: time).appendISO8601(to: &bytes)
    }

    mutating func endRow() {
        seal.rows += 1
        endLine()
    }

    /// The bytes since the last call; they count as written.
    mutating func take() -> [UInt8] { seal.take(&bytes) }

    /// The bytes since the last `take`, and the trailer. Nothing may be added after.
    mutating func end() -> [UInt8] {
        let (rows, digest) = seal.end(bytes)
        return bytes + ExportSeal.csv(rows: rows, digest: digest)
    }

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }

    private mutating func endLine() {
        bytes.append(0x0D)
        bytes.append(0x0A)
        isFirst = true
    }
}
