import Storage

/// The answers of one response on their way into its row, by column.
struct ExportCells {
    enum Cell: Equatable {
        /// The question was not asked, or its answer is not known yet.
        case none
        case skipped
        /// Where in `bytes` the answer is.
        case answered(Range<Int>)
    }

    let columns: [ExportColumn]
    private(set) var cells: [Cell]
    private(set) var bytes: [UInt8] = []
    /// Where the next answer is looked for first: they mostly come in the order of `order`.
    private var next = 0
    /// Columns by the bytes of their ids, as the table of answers has them.
    private let order: [Int]

    init(_ columns: [ExportColumn]) {
        self.columns = columns
        cells = Array(repeating: .none, count: columns.count)
        order = columns.indices.sorted { columns[$0].id.lexicographicallyPrecedes(columns[$1].id) }
    }

    mutating func removeAll() {
        for index in cells.indices { cells[index] = .none }
        bytes.removeAll(keepingCapacity: true)
        next = 0
    }

    /// Takes the columns `question` and `question + 1` of `row`: a question's id, and its answer or NULL.
    mutating func take(_ row: borrowing Row, _ question: Int) {
        var found: Int?
        row.withUTF8(question) { found = column($0) }
        guard let found else { return }
        guard !row.isNull(question + 1) else {
            cells[found] = .skipped
            return
        }
        let start = bytes.count
        row.withUTF8(question + 1) { bytes.append(contentsOf: $0) }
        cells[found] = .answered(start..<bytes.count)
    }

    private mutating func column(_ id: UnsafeBufferPointer<UInt8>) -> Int? {
        for _ in order.indices {
            let column = order[next]
            next = next + 1 == order.count ? 0 : next + 1
            if columns[column].id.elementsEqual(id) { return column }
        }
        return nil
    }
}
