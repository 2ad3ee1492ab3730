import Storage
import Synchronization
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(1))) struct CustomerRoutesTests {
    private static let john = #"{"attributes":{"name":"John Doe","age":42,"vip":true}}"#

    @Test("a customer is made, shown, replaced and deleted")
    func life() async throws {
        try await withNobodyKnown { parley in
            let made = await parley.ask(.put, "/api/customers/john", Self.john)
            #expect(made.status == .created)
            #expect(made.text.contains(#""attributes":{"age":42,"name":"John Doe","vip":true}"#))
            #expect(made.text.contains(#""directory":null"#) && made.json["id"] == "john")
            #expect(await parley.ask(.get, "/api/customers/john").text == made.text)
            let replaced = await parley.ask(.put, "/api/customers/john", #"{"attributes":{"name":"Jack"}}"#)
            #expect(replaced.status == .ok && replaced.text.contains(#""attributes":{"name":"Jack"}"#))
            #expect(replaced.json["created_at"] == made.json["created_at"])
            let deleted = await parley.ask(.delete, "/api/customers/john")
            #expect(deleted.status == .ok && deleted.text.contains(#""erased":{"customer":1}"#))
            #expect(await parley.ask(.get, "/api/customers/john").status == .notFound)
            #expect(await parley.ask(.delete, "/api/customers/john").status == .notFound)
        }
    }

    @Test(
        "names that need escapes, and the one of our own paths, are customers' names like others",
        arguments: [
            ("import", "import"), ("a%20b", "a b"), ("%E5%AE%A2", "客"), ("a%3Fb", "a?b"), ("%2e%2e%2e", "..."),
        ])
    func names(_ path: String, _ id: String) async throws {
        try await withNobodyKnown { parley in
            #expect(await parley.ask(.put, "/api/customers/\(path)", Self.john).json["id"] == id)
            #expect(await parley.ask(.get, "/api/customers/\(path)").json["id"] == id)
            #expect(await parley.ask(.delete, "/api/customers/\(path)").status == .ok)
        }
    }

    @Test(
        "what cannot be kept is named",
        arguments: [
            ("john", "{}", ["attributes"]),
            ("john", #"{"attributes":[]}"#, ["attributes"]),
            ("john", #"{"attributes":{"a":null}}"#, ["attributes"]),
            ("john", #"{"attributes":{"a":{"b":1}}}"#, ["attributes"]),
            ("john", #"{"attributes":{"Name":"x"}}"#, ["attributes"]),
            ("john", #"{"attributes":{"a":"\u0000"}}"#, ["attributes"]),
            ("john", #"{"attributes":{},"name":"x"}"#, ["name"]),
            ("john%20", #"{"attributes":{}}"#, ["id"]),
            (String(repeating: "x", count: 129), #"{"attributes":{}}"#, ["id"]),
        ])
    func refused(_ id: String, _ body: String, _ fields: [String]) async throws {
        try await withNobodyKnown { parley in
            let answer = await parley.ask(.put, "/api/customers/\(id)", body)
            #expect(answer.status == .unprocessable && answer.fields == fields)
            #expect(await parley.ask(.get, "/api/customers").ids.isEmpty)
        }
    }

    @Test("the list goes page by page, also past the longest of ids")
    func pages() async throws {
        try await withNobodyKnown { parley in
            let long = String(repeating: "%F0%9F%92%8E", count: 128)
            for id in ["b", "a", "c", long] { _ = await parley.ask(.put, "/api/customers/\(id)", Self.john) }
            let first = await parley.ask(.get, "/api/customers?limit=2")
            #expect(first.ids == ["a", "b"] && first.json["next"] == "b")
            let second = await parley.ask(.get, "/api/customers?limit=1&after=b")
            #expect(second.ids == ["c"])
            let last = await parley.ask(.get, "/api/customers?limit=2&after=\(second.json["next"] ?? "")")
            #expect(last.ids == [String(repeating: "💎", count: 128)] && last.text.contains(#""next":null"#))
            #expect(await parley.ask(.get, "/api/customers?after=\(long)").ids.isEmpty)
            #expect(await parley.ask(.get, "/api/customers?sort=name").fields == ["sort"])
        }
    }

    @Test("reading and writing are rights of their own")
    func scopes() async throws {
        try await withNobodyKnown { parley in
            let reader = try await parley.token("customers:read")
            let writer = try await parley.token("customers:write")
            let other = try await parley.token("messages:read", "messages:send")
            #expect(await parley.ask(.put, "/api/customers/john", Self.john, token: writer).status == .created)
            #expect(await parley.ask(.get, "/api/customers/john", token: reader).status == .ok)
            for token in [writer, other] {
                #expect(await parley.ask(.get, "/api/customers/john", token: token).status == .forbidden)
                #expect(await parley.ask(.get, "/api/customers", token: token).status == .forbidden)
            }
            for token in [reader, other] {
                #expect(await parley.ask(.put, "/api/customers/john", Self.john, token: token).status == .forbidden)
                #expect(await parley.ask(.delete, "/api/customers/john", token: token).status == .forbidden)
                #expect(await parley.ask(.post, "/api/customers/import", "id\n", token: token).status == .forbidden)
            }
            #expect(await parley.ask(.get, "/api/customers/john", token: nil).status == .unauthorized)
        }
    }

    @Test("deleting asks every feature, and the receipt says what was there")
    func erasers() async throws {
        try await withNobodyKnown { parley in
            let asked = Recorded<String>()
            let sessions = Eraser(name: "sessions") { _, subject throws(StorageError) in
                let isFirst = asked.add(subject.text) < 2
                return isFirst && subject != .customer("nobody") ? ["1", "2", "3"] : []
            } erase: { _, key throws(StorageError) in
                asked.add(key)
                return 1
            }
            let nothing = Eraser(name: "answers") { _, _ throws(StorageError) in [] } erase: { _, _ in 1 }
            let erasures = Erasures(
                database: parley.app.database, erasers: [sessions, nothing, .customers],
                forget: { subject in asked.add("forget \(subject.text)") }, now: systemClock)
            erasures.key.load([1])
            var routes = Routes(gate: parley.app.gate)
            CustomerRoutes(
                database: parley.app.database, directory: Directory(database: parley.app.database, call: nil),
                erase: { try await erasures.erase(.customer($0), by: $1) }, now: systemClock
            ).register(in: &routes)
            func delete(_ id: String) async -> Answer {
                let headers: Headers = ["authorization": "Bearer \(TestAppliance.adminToken)"]
                return Answer(
                    await routes.router.respond(to: Request(.delete, "/api/customers/\(id)", headers: headers)))
            }
            _ = await parley.ask(.put, "/api/customers/john", Self.john)
            #expect(await delete("john").text.contains(#""erased":{"customer":1,"sessions":3}"#))
            #expect(
                asked.all == [
                    "forget customer:john", "customer:john", "1", "2", "3", "forget customer:john", "customer:john",
                ])
            #expect(await delete("nobody").status == .notFound)
        }
    }
}

/// Collects what happens, from any thread.
final class Recorded<Item: Sendable>: Sendable {
    private let items = Mutex<[Item]>([])

    var all: [Item] { items.withLock { $0 } }

    /// - Returns: how many came before.
    @discardableResult
    func add(_ item: Item) -> Int {
        items.withLock { items in
            items.append(item)
            return items.count - 1
        }
    }
}
