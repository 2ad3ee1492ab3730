import Web

/// A query string on its way to becoming a filter: hands out parameters, collects what is wrong with them, and
/// refuses names it was not asked for.
struct QueryInput {
    private let query: Query
    private var known: Set<String> = []
    private var problems: [FieldProblem] = []

    init(_ query: Query) { self.query = query }

    mutating func text(_ name: String) -> String? {
        known.insert(name)
        return query[name]
    }

    mutating func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String, as type: Word.Type) -> Word? {
        guard let text = text(name) else { return nil }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            problems.append(FieldProblem(name, "Must be one of: \(words)."))
            return nil
        }
        return word
    }

    mutating func time(_ name: String) -> Timestamp? {
        guard let text = text(name) else { return nil }
        guard let time = Timestamp(iso8601: text) else {
            problems.append(FieldProblem(name, "Must be a time such as 2026-01-31T09:30:00Z."))
            return nil
        }
        return time
    }

    /// A day in UTC, such as `2026-01-31`: the moment it begins.
    mutating func day(_ name: String) -> Timestamp? {
        guard let text = text(name) else { return nil }
        guard text.utf8.count == 10, let time = Timestamp(iso8601: text + "T00:00:00Z") else {
            problems.append(FieldProblem(name, "Must be a day such as 2026-01-31."))
            return nil
        }
        return time
    }

    /// A whole number from 1.
    mutating func number(_ name: String) -> Int? {
        guard let text = text(name) else { return nil }
        guard let number = Int(text), number > 0 else {
            problems.append(FieldProblem(name, "Must be a whole number from 1."))
            return nil
        }
        return number
    }

    /// A whole number from 0.
    mutating func count(_ name: String) -> Int? {
        guard let text = text(name) else { return nil }
        guard let number = Int(text), number >= 0 else {
            problems.append(FieldProblem(name, "Must be a whole number from 0."))
            return nil
        }
        return number
    }

    /// Some of a few words, commas between them.
    mutating func words<Word: RawRepresentable<String> & CaseIterable>(_ name: String, as type: Word.Type) -> [Word] {
        guard let text = text(name) else { return [] }
        let words = text.split(separator: ",", omittingEmptySubsequences: false).map { Word(rawValue: String($0)) }
        guard !words.contains(where: { $0 == nil }) else {
            let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
            problems.append(FieldProblem(name, "Must be some of: \(known)."))
            return []
        }
        return words.compactMap { $0 }
    }

    /// `limit` and `after` of a list.
    mutating func page() -> Page {
        let limit = text("limit")
        let number = limit.map { Int($0) } ?? Page.limitDefault
        if number.map(Page.limits.contains) != true {
            problems.append(
                FieldProblem("limit", "Must be a number from \(Page.limits.lowerBound) to \(Page.limits.upperBound)."))
        }
        let after = text("after")
        if let after, after.isEmpty || after.utf8.count > Page.cursorBytesMax {
            problems.append(FieldProblem("after", "Must be the 'next' of an earlier answer."))
        }
        return Page(limit: number ?? Page.limitDefault, after: after)
    }

    /// Call last: refuses what was wrong and what nobody asked for.
    mutating func finish() throws(Problem) {
        let unknown = Set(query.names).subtracting(known).sorted()
        problems += unknown.map { name in
            let names = known.sorted().joined(separator: ", ")
            return FieldProblem(String(name.prefix(64)), "There is no such parameter; known are: \(names).")
        }
        guard problems.isEmpty else { throw .invalid(problems) }
    }
}

/// A part of a list: so many items, those after a cursor.
struct Page: Equatable, Sendable {
    static let limitDefault = 50
    /// A page is built in memory: 200 of the longest messages are about a megabyte.
    static let limits = 1...200
    /// Cursors are names or ids; the longest are those that others gave to customers.
    static let cursorBytesMax = 512

    var limit = limitDefault
    var after: String?

    /// Items before this page, of a list whose cursor is a count; no list has a thousand million.
    func skipped() throws(Problem) -> Int {
        guard let after else { return 0 }
        guard let count = Int(after), (0...1_000_000_000).contains(count) else { throw .cursorUnknown }
        return count
    }
}

extension Problem {
    static let cursorUnknown = Problem.invalid([FieldProblem("after", "Must be the 'next' of an earlier answer.")])
}

/// A list as it goes out: `{"items": […], "next": cursor or null}`.
struct Items<Item: Encodable>: Encodable {
    let items: [Item]
    let next: String?

    /// Takes up to `page.limit` of `found`; one more than that tells that there is a next page.
    init(_ found: [Item], _ page: Page, cursor: (Item) -> String) {
        items = Array(found.prefix(page.limit))
        next = found.count > page.limit ? items.last.map(cursor) : nil
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(items, forKey: .items)
        try container.encode(next, forKey: .next)
    }

    private enum Key: CodingKey { case items, next }
}
