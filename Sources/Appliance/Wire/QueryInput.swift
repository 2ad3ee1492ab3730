import Web

/// A query string on its way to becoming a filter: hands out the parameters its route declares, collects what is wrong
/// with them, and refuses names that are not declared.
struct QueryInput {
    private let query: Query
    private let declared: [FieldDescription]
    private var problems: [FieldProblem] = []

    init(_ query: Query, _ declared: [FieldDescription]) {
        self.query = query
        self.declared = declared
    }

    /// - Precondition: the route declares it: what is read is what `/openapi.json` says.
    mutating func text(_ name: String) -> String? {
        precondition(declared.contains { $0.name == name }, "the route does not declare \(name)")
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

    /// A whole number within the limits that are declared for it.
    mutating func whole(_ name: String) -> Int? {
        guard let text = text(name) else { return nil }
        let schema = declared.first { $0.name == name }?.schema
        let least = schema?.minimum.map { Int($0) } ?? 0, most = schema?.maximum.map { Int($0) } ?? .max
        guard let number = Int(text), least <= number, number <= most else {
            let end = most < .max ? " to \(most)" : ""
            problems.append(FieldProblem(name, "Must be a whole number from \(least)\(end)."))
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
        let limit = whole("limit") ?? Page.limitDefault
        let after = text("after")
        if let after, after.isEmpty || after.utf8.count > Page.cursorBytesMax {
            problems.append(FieldProblem("after", "Must be the 'next' of an earlier answer."))
        }
        return Page(limit: limit, after: after)
    }

    /// Call last: refuses what was wrong and what is not declared.
    mutating func finish() throws(Problem) {
        let known = declared.map(\.name)
        let which = known.isEmpty ? "this takes none" : "known are: \(known.joined(separator: ", "))"
        problems += Set(query.names).subtracting(known).sorted().prefix(Input.unknownMax).map { name in
            FieldProblem(String(name.prefix(64)), "There is no such parameter; \(which).")
        }
        guard problems.isEmpty else { throw .invalid(problems) }
    }
}

/// Parameters as routes declare them.
extension FieldDescription {
    static func word<Word: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ words: Word.Type, _ about: String
    ) -> FieldDescription {
        var schema = Schema(.string, about)
        schema.values = words.allCases.map(\.rawValue)
        return FieldDescription(name: name, schema: schema, isRequired: false)
    }

    /// Some of a few words, commas between them.
    static func words<Word: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ words: Word.Type, _ about: String
    ) -> FieldDescription {
        let word = "(\(words.allCases.map(\.rawValue).joined(separator: "|")))"
        var schema = Schema(.string, about)
        schema.pattern = "^\(word)(,\(word))*$"
        return FieldDescription(name: name, schema: schema, isRequired: false)
    }

    static func text(_ name: String, _ about: String) -> FieldDescription {
        FieldDescription(name: name, schema: Schema(.string, about), isRequired: false)
    }

    static func time(_ name: String, _ about: String) -> FieldDescription {
        var schema = Schema(.string, about)
        schema.format = "date-time"
        return FieldDescription(name: name, schema: schema, isRequired: false)
    }

    static func day(_ name: String, _ about: String) -> FieldDescription {
        var schema = Schema(.string, about)
        schema.format = "date"
        return FieldDescription(name: name, schema: schema, isRequired: false)
    }

    static func whole(_ name: String, from least: Int, to most: Int? = nil, _ about: String) -> FieldDescription {
        var schema = Schema(.integer, about)
        schema.minimum = Double(least)
        schema.maximum = most.map(Double.init)
        return FieldDescription(name: name, schema: schema, isRequired: false)
    }
}

extension [FieldDescription] {
    /// Of every list.
    static let page: [FieldDescription] = [
        .whole(
            "limit", from: Page.limits.lowerBound, to: Page.limits.upperBound,
            "How many at most; \(Page.limitDefault) when left out."),
        .text("after", "The 'next' of an earlier answer: goes on behind it."),
    ]
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

    /// A part whose end only the list itself can tell.
    init(items: [Item], next: String?) {
        self.items = items
        self.next = next
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(items, forKey: .items)
        try container.encode(next, forKey: .next)
    }

    private enum Key: CodingKey { case items, next }
}

extension Items: Sendable where Item: Sendable {}

extension Items: Exemplified where Item: Exemplified {
    static var examples: [Items] { [Items(Array(Item.examples.prefix(1)), Page()) { _ in "" }] }
}
