import Web

/// Customers on their way from a CSV file into the table.
///
/// The first line names the columns: `id`, and attributes as `name`, `age:number` or `vip:truth`. What comes under a
/// plain name stays text, since `0049` and `true` may well be texts; an empty value leaves the attribute out.
struct CustomerImport: Sendable {
    static let bytesMax = 10 << 20
    /// Rows of one write: a few milliseconds' work, so that other writes do not wait longer.
    static let batchMax = 500
    static let refusedShownMax = 100

    struct Row: Equatable, Sendable {
        let id: String
        let attributes: [String: Scalar]
    }

    /// What became of the lines behind the first.
    struct Report: Equatable, Sendable {
        var imported = 0
        /// The first of them.
        var refused: [RefusedLine] = []
        var refusedCount = 0
    }

    struct RefusedLine: Equatable, Encodable, Sendable {
        let line: Int
        let detail: String
    }

    private enum Column: Equatable {
        case id
        case attribute(String, Kind)
    }

    private enum Kind: String, CaseIterable { case text, number, truth }

    private(set) var report = Report()
    private var reader = CSVReader()
    private var columns: [Column] = []
    private var records: [CSVReader.Record] = []

    /// Takes the next bytes of the file.
    ///
    /// - Throws: `Problem` 422 when the first line is no header: nothing was taken then.
    mutating func read(_ bytes: [UInt8]) throws(Problem) { try take(reader.read(bytes)) }

    /// Takes what is left at the end of the file.
    ///
    /// - Throws: as `read`, and when there was no line at all.
    mutating func finish() throws(Problem) {
        try take(reader.finish())
        guard !columns.isEmpty else { throw Self.headerInvalid("There is no line; the first must name the columns.") }
    }

    /// The next rows to be written, at most `batchMax`; nil when there are no more for now.
    ///
    /// - Parameter isLast: hands out less than a full batch, too.
    mutating func batch(isLast: Bool = false) -> [Row]? {
        guard records.count >= Self.batchMax || isLast && !records.isEmpty else { return nil }
        let next = records.prefix(Self.batchMax)
        records.removeFirst(next.count)
        return next.compactMap { record in
            switch record.content.flatMap(row) {
            case .success(let row): return row
            case .failure(let refusal):
                refuse(record.line, refusal)
                return nil
            }
        }
    }

    /// Notes that so many rows are on disk.
    mutating func wrote(_ count: Int) { report.imported += count }

    private mutating func refuse(_ line: Int, _ refusal: Refusal) {
        report.refusedCount += 1
        guard report.refused.count < Self.refusedShownMax else { return }
        report.refused.append(RefusedLine(line: line, detail: refusal.detail))
    }

    private mutating func take(_ found: [CSVReader.Record]) throws(Problem) {
        var found = found[...]
        if columns.isEmpty, let header = found.popFirst() { columns = try Self.columns(header) }
        records += found
    }

    private func row(_ values: [String]) -> Result<Row, Refusal> {
        guard values.count == columns.count else {
            return .failure(Refusal(detail: "There are \(values.count) values for \(columns.count) columns."))
        }
        var id = "", attributes: [String: Scalar] = [:]
        for (column, value) in zip(columns, values) {
            switch column {
            case .id: id = value
            case .attribute(let name, let kind) where !value.isEmpty:
                guard let scalar = Self.scalar(value, kind) else {
                    let wanted = kind == .number ? "a number" : "true or false"
                    return .failure(Refusal(detail: "'\(name)' must be \(wanted)."))
                }
                attributes[name] = scalar
            case .attribute: break
            }
        }
        guard Customer.isValid(id: id) else { return .failure(Refusal(detail: "'id': \(Customer.idExplanation)")) }
        if let problem = Customer.problem(with: attributes) { return .failure(Refusal(detail: problem)) }
        return .success(Row(id: id, attributes: attributes))
    }

    private static func scalar(_ text: String, _ kind: Kind) -> Scalar? {
        switch kind {
        case .text: .text(text)
        case .number: number(text).map(Scalar.number)
        case .truth: truths[text.lowercased()].map(Scalar.truth)
        }
    }

    private static let truths = ["true": true, "yes": true, "1": true, "false": false, "no": false, "0": false]

    /// Decimal numbers alone: `0x10`, `nan` and `infinity` are numbers to Swift and a mistake in a table of customers.
    private static func number(_ text: String) -> Double? {
        guard text.utf8.allSatisfy("+-.0123456789eE".utf8.contains), let number = Double(text), number.isFinite
        else { return nil }
        return number
    }

    private static func columns(_ header: CSVReader.Record) throws(Problem) -> [Column] {
        let names: [String]
        switch header.content {
        case .success(let found): names = found
        case .failure(let refusal): throw headerInvalid(refusal.detail)
        }
        var columns: [Column] = [], seen: Set<String> = []
        for name in names {
            let column = try column(name)
            let plain = if case .attribute(let name, _) = column { name } else { "id" }
            guard seen.insert(plain).inserted else { throw headerInvalid("'\(plain)' is named twice.") }
            columns.append(column)
        }
        guard columns.contains(.id) else { throw headerInvalid("One of the columns must be 'id'.") }
        guard columns.count <= Customer.attributesMax + 1 else {
            throw headerInvalid("There can be at most \(Customer.attributesMax) attributes.")
        }
        return columns
    }

    private static func column(_ header: String) throws(Problem) -> Column {
        if header == "id" { return .id }
        let parts = header.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let kind = parts.count == 1 ? .text : Kind(rawValue: parts[1]) else {
            let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw headerInvalid("'\(header.prefix(64))': behind the colon stands one of \(kinds).")
        }
        if let problem = Customer.problem(with: parts[0], .truth(true)) { throw headerInvalid(problem) }
        return .attribute(parts[0], kind)
    }

    private static func headerInvalid(_ detail: String) -> Problem { .invalid([FieldProblem("header", detail)]) }
}

extension CustomerImport.Report: Exemplified {
    static let examples = [
        CustomerImport.Report(
            imported: 998, refused: [.init(line: 17, detail: "'age' must be a number.")], refusedCount: 1)
    ]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(imported, forKey: .imported)
        try container.encode(refused, forKey: .refused)
        try container.encode(refusedCount, forKey: .refusedCount)
    }

    private enum Key: String, CodingKey {
        case imported, refused
        case refusedCount = "refused_count"
    }
}
