import Storage
import Testing
import Web

@testable import Appliance

extension TestAppliance {
    /// Six conversations, one of each kind of trouble and one of none, the first with a history; three polls with what
    /// was kept aside; three advisors.
    func fillBridge() async throws {
        // Of today: what is old is forgotten.
        let now = Value.integer(systemClock())
        try await app.database.write { transaction throws(StorageError) in
            let states = ["parked", "queued", "waiting", "unknown", "parked", "idle"]
            for (index, state) in states.enumerated() {
                try transaction.addConversation(Int64(index + 1), state, at: 2_000)
            }
            try transaction.run("UPDATE bridge_conversation SET chat = 'c-1', parked_event = 3 WHERE id = 1")
            try transaction.run("UPDATE bridge_conversation SET confirmed_at = 3000, era = 0 WHERE id = 6")
            try transaction.run(
                """
                INSERT INTO bridge_event (conversation, number, kind, at, body, new_advisor, fingerprint, occurrence,
                    poll, page, received_at, fate, code, detail)
                VALUES (1, 1, 'START', 1, NULL, NULL, 'a', 1, 2, 0, 5, 'refused', '422', 'too short'),
                    (1, 2, 'TRANSFER', 2, NULL, 8, 'b', 1, 2, 0, 5, 'made', NULL, NULL),
                    (1, 3, 'MESSAGE', 3, 'x', NULL, 'c', 1, 2, 0, 5, 'pending', NULL, NULL),
                    (1, 4, 'END', 4, NULL, NULL, 'd', 1, 2, 0, 5, 'pending', NULL, NULL)
                """)
            try transaction.run(
                """
                INSERT INTO bridge_poll (poll, from_s, until_s, began_at, ended_at, pages, next_url, events, known,
                    aside, is_released, warning)
                VALUES (2, 10, 20, ?, 20001, 1, NULL, 4, 0, 2, 1, NULL),
                    (3, 20, 30, ?, 30001, 1, NULL, 0, 0, 0, 1, 'too many pages'),
                    (4, 30, 40, ?, NULL, 1, 'http://h/2', 0, 0, 1, 1, NULL)
                """, now, now, now)
            try transaction.run(
                """
                INSERT INTO bridge_aside (poll, page, position, conversation, reason, excerpt, received_at)
                VALUES (2, 0, 2, 17, 'why', '{}', ?), (2, 1, 7, 17, 'why', '{}', ?), (4, 0, 0, NULL, 'why', '{}', ?)
                """, now, now, now)
            try transaction.run(
                """
                INSERT INTO bridge_advisor (id, name, email, told_at, ask_at, asked, changed_at)
                VALUES (7, 'Ann', 'ann@example.com', 5, NULL, 0, 5), (8, NULL, NULL, NULL, 9, 1, 5),
                    (9, 'Bob', 'bob@example.com', 5, NULL, 0, 5)
                """)
            try transaction.run(
                """
                INSERT INTO bridge_agent (email, name, id, matches, era, changed_at)
                VALUES ('ann@example.com', 'Ann', 'a-1', 2, 0, 5)
                """)
            try transaction.run(
                """
                INSERT INTO bridge_tally (name, count)
                VALUES ('events.START', 5), ('events.MESSAGE', 40), ('fate.pending', 3), ('fate.made', 42), ('known', 9),
                    ('aside', 3), ('conversations', 6)
                """)
        }
    }

    /// Numbers of all items of a list, page by page.
    func allItems(_ path: String, _ field: String) async throws -> [Int] {
        var found: [Int] = [], page = path
        while true {
            let answer = await ask(.get, page)
            try #require(answer.status == .ok, "\(answer.text)")
            let part = try JSONTree(answer)
            found += part["items"].list.compactMap { $0[field].number.map { Int($0) } }
            guard let next = part["next"].text else { return found }
            page = "\(path)&after=\(next)"
        }
    }
}

extension Transaction {
    /// - Parameter at: Unix milliseconds, of what makes the state.
    borrowing func addConversation(_ id: Int64, _ state: String, at: Int64 = 2_000) throws(StorageError) {
        func only(_ wanted: String, _ value: Int64) -> Value { state == wanted ? .integer(value) : .null }
        try run(
            """
            INSERT INTO bridge_conversation (id, first_seen_at, events, poll, ask_at, asked, was_made,
                queued_at, waits_for, parked_at, parked_code, parked_detail)
            VALUES (?, 1000, 4, 2, ?, 0, 0, ?, ?, ?, ?, ?)
            """,
            .integer(id), only("unknown", at), only("queued", at), only("waiting", 8), only("parked", at),
            state == "parked" ? .text("500") : .null, state == "parked" ? .text("no") : .null)
    }
}

/// JSON by path: what is not there is null.
struct JSONTree: Equatable {
    private(set) var value: JSONValue

    init(_ answer: Answer) throws { try self.init(answer.text) }
    init(_ text: String) throws { value = try #require(JSONValue(Array(text.utf8)), "\(text)") }
    init(value: JSONValue) { self.value = value }

    subscript(name: String) -> JSONTree {
        get {
            guard case .object(let object) = value else { return JSONTree(value: .null) }
            return JSONTree(value: object[name] ?? .null)
        }
        set {
            guard case .object(var object) = value else { return }
            object[name] = newValue.value
            value = .object(object)
        }
    }

    var isNull: Bool { value == .null }
    var text: String? { if case .text(let text) = value { text } else { nil } }
    var number: Double? { if case .number(let number) = value { number } else { nil } }
    var truth: Bool? { if case .truth(let truth) = value { truth } else { nil } }
    var list: [JSONTree] {
        guard case .list(let list) = value else { return [] }
        return list.map { JSONTree(value: $0) }
    }

    /// Whether both have the same fields of the same kinds, whatever they hold; null may stand for anything, and the
    /// items of a list for one that has all their fields.
    func looksLike(_ other: JSONTree) -> Bool {
        switch (value, other.value) {
        case (.null, _), (_, .null), (.text, .text), (.number, .number), (.truth, .truth): return true
        case (.object(let left), .object(let right)):
            return left.keys.sorted() == right.keys.sorted()
                && left.keys.allSatisfy { self[$0].looksLike(other[$0]) }
        case (.list, .list): return whole.looksLike(other.whole)
        default: return false
        }
    }

    private var whole: JSONTree {
        var fields: [String: JSONValue] = [:]
        for case .object(let object) in list.map(\.value) {
            fields.merge(object) { before, after in before == .null ? after : before }
        }
        return JSONTree(value: fields.isEmpty ? list.first?.value ?? .null : .object(fields))
    }
}
