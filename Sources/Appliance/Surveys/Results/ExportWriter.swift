import Outbound
import Storage

/// Writes responses one after the other as bytes of a format, with the trailer of its `ExportSeal`.
///
/// Nothing is kept of a row once it is written: `take` what has come together as often as it is worth it.
struct ExportWriter: ~Copyable {
    /// What is told of each response besides its answers.
    static let fields = [
        "session", "version", "customer", "language", "status", "started_at", "ended_at", "seconds",
    ]

    private(set) var bytes: [UInt8] = []
    private let format: ExportFormat
    private var cells: ExportCells
    private let names: [[UInt8]]
    private var session: [UInt8] = []
    private var seal = ExportSeal()

    init(_ format: ExportFormat, of survey: String, _ columns: [ExportColumn]) {
        self.format = format
        cells = ExportCells(columns)
        names = columns.map(Self.name)
        switch format {
        case .csv:
            bytes += [0xEF, 0xBB, 0xBF]        // without it spreadsheets take UTF-8 for what their country used to have
            bytes += Self.fields.joined(separator: ",").utf8
            for name in names {
                bytes.append(UInt8(ascii: ","))
                bytes += name
            }
            bytes += "\r\n".utf8
        case .json: bytes += "{\"survey\":\"\(survey)\",\"responses\":[".utf8
        case .ndjson: break
        }
    }

    /// Takes a row of a session and one of its answers: id, version, customer, language, status, start and end in
    /// Unix milliseconds, question and answer; the latter two are NULL where there is none. Rows of a session follow
    /// each other.
    mutating func add(_ row: borrowing Row) {
        var isSame = false
        row.withUTF8(0) { isSame = session.elementsEqual($0) }
        if !isSame {
            finishRow()
            beginRow(row)
        }
        if !row.isNull(7) { cells.take(row, 7) }
    }

    /// The bytes since the last call; they count as written.
    mutating func take() -> [UInt8] { seal.take(&bytes) }

    /// Ends the last row and the text, and returns the bytes since the last `take`. Nothing may be added after.
    mutating func end() -> [UInt8] {
        finishRow()
        if format == .json { bytes += "\n]".utf8 }
        let (rows, digest) = seal.end(bytes)
        switch format {
        case .csv: return bytes + ExportSeal.csv(rows: rows, digest: digest)
        case .ndjson: return bytes + ExportSeal.line(rows: rows, digest: digest)
        case .json: return bytes + ",\"trailer\":{\"rows\":\(rows),\"sha256\":\"\(digest)\"}}\n".utf8
        }
    }

    /// A question's id, but where the response has a field of that name.
    private static func name(_ column: ExportColumn) -> [UInt8] {
        fields.contains(String(decoding: column.id, as: UTF8.self)) ? Array("answers.".utf8) + column.id : column.id
    }

    private mutating func beginRow(_ row: borrowing Row) {
        seal.rows += 1
        session.removeAll(keepingCapacity: true)
        row.withUTF8(0) { session.append(contentsOf: $0) }
        cells.removeAll()
        if format == .csv { beginLine(row) } else { beginObject(row) }
    }

    private mutating func finishRow() {
        guard seal.rows > 0 else { return }
        if format == .csv { endLine() } else { endObject() }
    }
}

/// A line of CSV as RFC 4180 has it.
extension ExportWriter {
    private mutating func beginLine(_ row: borrowing Row) {
        bytes.append(contentsOf: session)
        bytes.append(.comma)
        append(row.integer(1))
        bytes.append(.comma)
        if !row.isNull(2) { row.withUTF8(2) { CSVCell.append($0, to: &bytes) } }
        for column in 3...4 {
            bytes.append(.comma)
            row.withUTF8(column) { CSVCell.append($0, to: &bytes) }
        }
        bytes.append(.comma)
        append(time: row.integer(5))
        bytes.append(.comma)
        if !row.isNull(6) { append(time: row.integer(6)) }
        bytes.append(.comma)
        if !row.isNull(6) { append((row.integer(6) - row.integer(5)) / 1_000) }
    }

    private mutating func endLine() {
        cells.bytes.withUnsafeBufferPointer { answers in
            for (index, cell) in cells.cells.enumerated() {
                bytes.append(.comma)
                guard case .answered(let range) = cell else { continue }
                let answer = UnsafeBufferPointer(rebasing: answers[range])
                CSVCell.append(answer, isNumber: cells.columns[index].isNumber, to: &bytes)
            }
        }
        bytes.append(0x0D)
        bytes.append(0x0A)
    }
}

/// An object of JSON on a line of its own.
extension ExportWriter {
    private mutating func beginObject(_ row: borrowing Row) {
        if format == .json { append(seal.rows == 1 ? "\n" : ",\n") }
        append(#"{"session":""#)
        bytes.append(contentsOf: session)
        append(#"","version":"#)
        append(row.integer(1))
        append(#","customer":"#)
        if row.isNull(2) { append("null") } else { row.withUTF8(2) { JSONWriter.append($0, to: &bytes) } }
        append(#","language":"#)
        row.withUTF8(3) { JSONWriter.append($0, to: &bytes) }
        append(#","status":"#)
        row.withUTF8(4) { JSONWriter.append($0, to: &bytes) }
        append(#","started_at":""#)
        append(time: row.integer(5))
        append(#"","ended_at":"#)
        if row.isNull(6) {
            append(#"null,"seconds":null"#)
        } else {
            bytes.append(.quote)
            append(time: row.integer(6))
            append(#"","seconds":"#)
            append((row.integer(6) - row.integer(5)) / 1_000)
        }
        append(#","answers":{"#)
    }

    private mutating func endObject() {
        var isFirst = true
        cells.bytes.withUnsafeBufferPointer { answers in
            for (index, cell) in cells.cells.enumerated() where cell != .none {
                if !isFirst { bytes.append(.comma) }
                isFirst = false
                let column = cells.columns[index]
                bytes.append(.quote)
                bytes.append(contentsOf: column.id)
                append(#"":"#)
                guard case .answered(let range) = cell else {
                    append("null")
                    continue
                }
                let answer = UnsafeBufferPointer(rebasing: answers[range])
                if column.isNumber, CSVCell.isNumber(answer) {
                    bytes.append(contentsOf: answer)
                } else {
                    JSONWriter.append(answer, to: &bytes)
                }
            }
        }
        append(format == .ndjson ? "}}\n" : "}}")
    }

    private mutating func append(_ text: StaticString) { text.withUTF8Buffer { bytes.append(contentsOf: $0) } }

    private mutating func append(time: Int64) { CalendarTime(unixMilliseconds: time).appendISO8601(to: &bytes) }

    private mutating func append(_ number: Int64) {
        guard 0..<10 ~= number else { return bytes.append(contentsOf: String(number).utf8) }
        bytes.append(UInt8(ascii: "0") + UInt8(number))
    }
}

extension UInt8 {
    fileprivate static let comma = UInt8(ascii: ",")
    fileprivate static let quote = UInt8(ascii: "\"")
}
