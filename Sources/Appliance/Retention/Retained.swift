import Storage

/// One kind of data that is kept for a time: what is old, and how it goes. Each feature declares its own.
struct Retained: Sendable {
    /// As it stands in `/api/admin/retention`, such as `survey_sessions`.
    let kind: String
    let about: String
    /// Days it is kept unless somebody says otherwise; nil: for ever.
    let standard: Int?
    /// What may be set. A range of one is not to be set at all.
    let days: ClosedRange<Int>
    /// Finds what may go.
    let find: Find
    let purge: Purge

    /// Gives what is older than `before` (Unix milliseconds) and may go, in the order of keys, those after a key (empty
    /// for the beginning), while `take` answers that it wants more. Runs on a reader's thread, which may take its time.
    typealias Find =
        @Sendable (
            _ snapshot: borrowing Snapshot, _ before: Int64, _ after: String, _ take: (Old) -> Bool
        ) throws(StorageError) -> Void

    /// Deletes what belongs to a key, about `limit` rows of it at most, unless it may not go any more.
    ///
    /// What is found by goes last: a program that is killed between two writes finds the rest again.
    /// - Returns: how many rows; 0 when there is nothing left to delete, or nothing that may go.
    typealias Purge =
        @Sendable (
            _ transaction: borrowing Transaction, _ key: String, _ before: Int64, _ limit: Int
        ) throws(StorageError) -> Int

    /// Something that may go: what it is found by, and the time that its age is counted from.
    struct Old: Equatable, Sendable {
        let key: String
        /// Unix milliseconds.
        let since: Int64
    }

    /// Longer is for ever.
    static let daysMax = 36_500

    init(
        _ kind: String, _ about: String, standard: Int?, days: ClosedRange<Int> = 1...daysMax, find: @escaping Find,
        purge: @escaping Purge
    ) {
        self.kind = kind
        self.about = about
        self.standard = standard
        self.days = days
        self.find = find
        self.purge = purge
    }

    var isFixed: Bool { days.count == 1 }
}

/// Picks what is old from rows in the order of their ids. That is the order of time but where a clock was set back: behind
/// many that are too young, nothing old is looked for, so that a table need not be read to its end to find nothing.
struct OldestFirst {
    static let youngMax = 10_000

    private let before: Int64
    private var young = 0

    /// - Parameter before: Unix milliseconds.
    init(before: Int64) { self.before = before }

    /// - Parameter orderedBy: the time that ids come in the order of, where age is counted from another.
    /// - Returns: whether more is wanted.
    mutating func give(_ old: Retained.Old, orderedBy time: Int64? = nil, to take: (Retained.Old) -> Bool) -> Bool {
        if old.since < before { return take(old) }
        if time ?? old.since >= before { young += 1 }
        return young < Self.youngMax
    }
}
