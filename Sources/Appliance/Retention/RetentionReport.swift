import Storage
import Web

/// How long one kind of data is kept, as the API shows it.
struct RetentionReport: Equatable, Sendable {
    /// What is counted of a kind; more are "at least".
    static let countMax = 100_000

    let kind: String
    let about: String
    let standing: RetentionStanding
    let standard: Int?
    let days: ClosedRange<Int>
    /// Things, such as sessions, that are over and could go one day.
    let count: Int
    let oldestAt: Int64?

    init(_ kind: Retained, _ standing: RetentionStanding, count: Int, oldestAt: Int64?) {
        self.kind = kind.kind
        about = kind.about
        self.standing = standing
        standard = kind.standard
        days = kind.days
        self.count = count
        self.oldestAt = oldestAt
    }
}

extension Snapshot {
    /// Counts what is older than a time and may go, up to a limit.
    borrowing func count(
        _ kind: Retained, before: Int64, upTo limit: Int
    ) throws(StorageError) -> (count: Int, oldestAt: Int64?) {
        var count = 0, oldest: Int64?
        try kind.find(self, before, "") { old in
            count += 1
            oldest = min(oldest ?? .max, old.since)
            return count < limit
        }
        return (count, oldest)
    }
}

extension RetentionReport: Exemplified {
    static let examples = [
        RetentionReport(
            .attempts, RetentionStanding(days: 90, ranAt: 1_767_225_600_000, deleted: 120), count: 4_000,
            oldestAt: 1_760_000_000_000),
        RetentionReport(.messages, RetentionStanding(), count: 0, oldestAt: nil),
    ]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(kind, forKey: .kind)
        try container.encode(about, forKey: .about)
        try container.encode(standing.days, forKey: .days)
        try container.encode(standard, forKey: .standard)
        try container.encode(days.lowerBound, forKey: .minimum)
        try container.encode(days.count == 1, forKey: .isFixed)
        try container.encode(count, forKey: .count)
        try container.encode(count >= Self.countMax, forKey: .isMore)
        try container.encode(oldestAt.map(Timestamp.init), forKey: .oldestAt)
        try container.encode(standing.ranAt.map(Timestamp.init), forKey: .ranAt)
        try container.encode(standing.deleted, forKey: .deleted)
    }

    private enum Key: String, CodingKey {
        case kind, about, days, minimum, count
        case standard = "default"
        case isFixed = "fixed"
        case isMore = "count_is_at_least"
        case oldestAt = "oldest_at"
        case ranAt = "last_run_at"
        case deleted = "rows_deleted"
    }
}

/// What a pass would delete of one kind now.
struct RetentionForecast: Equatable, Sendable, Exemplified {
    static let countMax = 1_000_000

    let kind: String
    let days: Int?
    let count: Int
    let oldestAt: Int64?

    static let examples = [
        RetentionForecast(kind: "delivery_attempts", days: 90, count: 17, oldestAt: 1_760_000_000_000),
        RetentionForecast(kind: "messages", days: nil, count: 0, oldestAt: nil),
    ]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(kind, forKey: .kind)
        try container.encode(days, forKey: .days)
        try container.encode(count, forKey: .count)
        try container.encode(count >= Self.countMax, forKey: .isMore)
        try container.encode(oldestAt.map(Timestamp.init), forKey: .oldestAt)
    }

    private enum Key: String, CodingKey {
        case kind, days, count
        case isMore = "count_is_at_least"
        case oldestAt = "oldest_at"
    }
}

/// What a client sends to keep kinds of data longer or shorter: only those that are to change.
struct RetentionChange: InputShape {
    private static let wishes = Retention.kinds.filter { !$0.isFixed }.map { ($0.kind, Field.wish($0)) }
    static let fields = wishes.map(\.1.description)

    /// Days by kind; nil: for ever.
    let days: [String: Int?]

    init(_ input: inout Input) {
        var days: [String: Int?] = [:]
        for (kind, field) in Self.wishes {
            switch input.take(field) {
            case .none: break
            case .forEver: days.updateValue(nil, forKey: kind)
            case .days(let count): days.updateValue(count, forKey: kind)
            }
        }
        self.days = days
    }
}

/// What somebody says of one kind.
private enum RetentionWish: Sendable {
    case none, forEver
    case days(Int)
}

extension Field where Value == RetentionWish {
    fileprivate static func wish(_ kind: Retained) -> Field {
        var schema = Schema(.integer, "\(kind.about) Days, or null for ever.")
        schema.minimum = Double(kind.days.lowerBound)
        schema.maximum = Double(kind.days.upperBound)
        let description = FieldDescription(name: kind.kind, schema: schema.orNull, isRequired: false)
        let wanted = "a whole number from \(kind.days.lowerBound) to \(kind.days.upperBound), or null for ever"
        return Field(name: kind.kind, description: description, standIn: .none) { container in
            let key = AnyKey(kind.kind)
            guard container.contains(key) else { return .success(.none) }
            if (try? container.decodeNil(forKey: key)) == true { return .success(.forEver) }
            guard let days = try? container.decode(Int.self, forKey: key), kind.days.contains(days)
            else { return .failure(Refusal(detail: "Must be \(wanted).")) }
            return .success(.days(days))
        }
    }
}
