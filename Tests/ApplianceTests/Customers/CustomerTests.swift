import Outbound
import Testing

@testable import Appliance

@Suite struct CustomerTests {
    @Test(
        "what can name a customer",
        arguments: [
            ("john", true), ("j", true), ("john@example.com", true), ("John Doe", true), ("客户-7", true),
            ("import", true), ("...", true), (String(repeating: "x", count: 128), true),
            (String(repeating: "💎", count: 128), true),
            ("", false), (".", false), ("..", false), ("a/b", false), ("a\\b", false), (" john", false),
            ("john ", false), ("a\nb", false), ("a\u{0}b", false), ("a\u{7F}b", false), ("a\u{202E}b", false),
            ("a\u{200B}b", false), ("a\u{2028}b", false), (String(repeating: "x", count: 129), false),
            (String(repeating: "👨‍👩‍👧‍👦", count: 30), false),
            ("a" + String(repeating: "\u{301}", count: 300), false),
        ])
    func ids(_ id: String, isValid: Bool) { #expect(Customer.isValid(id: id) == isValid) }

    @Test(
        "what can name an attribute",
        arguments: [
            ("name", true), ("a", true), ("a_1", true), (String(repeating: "a", count: 32), true),
            ("", false), ("1a", false), ("_a", false), ("Name", false), ("a-b", false), ("a.b", false),
            ("größe", false),
            (String(repeating: "a", count: 33), false),
        ])
    func names(_ name: String, isValid: Bool) { #expect(Identifier.isValid(name) == isValid) }

    @Test("a thousand characters and fifty attributes are enough")
    func limits() {
        #expect(Customer.problem(with: "a", .text(String(repeating: "é", count: 1_000))) == nil)
        #expect(Customer.problem(with: "a", .text(String(repeating: "é", count: 1_001))) != nil)
        #expect(Customer.problem(with: "a", .text("a\u{0}b")) != nil)
        func attributes(_ count: Int) -> [String: Scalar] {
            Dictionary(uniqueKeysWithValues: (0..<count).map { ("a\($0)", .truth(true)) })
        }
        #expect(Customer.problem(with: attributes(50)) == nil)
        #expect(Customer.problem(with: attributes(51)) != nil)
    }

    @Test("what the team wrote wins, and each value says where it came from")
    func merged() {
        let lookup = CustomerLookup(
            attributes: ["name": .text("John"), "vip": .truth(false)],
            fetched: ["vip": .truth(true), "age": .number(7)], from: .cache)
        #expect(
            lookup.customer == [
                "name": Sourced(value: .text("John"), source: .table),
                "vip": Sourced(value: .truth(false), source: .table),
                "age": Sourced(value: .number(7), source: .cache),
            ])
        #expect(lookup.values == ["name": .text("John"), "vip": .truth(false), "age": .number(7)])
    }

    @Test("whoever has no attributes may be known all the same")
    func known() {
        #expect(CustomerLookup(attributes: [:], fetched: nil, from: .directory).isKnown)
        #expect(CustomerLookup(attributes: nil, fetched: [:], from: .directory).isKnown)
        #expect(!CustomerLookup(attributes: nil, fetched: nil, from: .directory).isKnown)
    }

    @Test("a value is kept with its source as the wire names it")
    func wire() {
        let values = ["a": Sourced(value: .number(3), source: .lastKnown)]
        #expect(JSON.text(values) == #"{"a":{"source":"last_known","value":3}}"#)
    }

    @Test(
        "of what the directory says, what can be used is taken",
        arguments: [
            (.result(.null), .nobody),
            (.result(.object([:])), .customer([:])),
            (
                .result(
                    .object([
                        "name": .text("John"), "age": .number(7), "vip": .truth(true), "tags": .list([]),
                        "Upper": .null, "camelCase": .text("x"), "gone": .null, "at": .object([:]),
                        "long": .text(String(repeating: "x", count: 1_001)),
                    ])), .customer(["name": .text("John"), "age": .number(7), "vip": .truth(true)])
            ),
            (.result(.text("John")), .failed), (.result(.list([])), .failed),
            (.error(.init(code: -32_602, message: "")), .refused), (.error(.init(code: 404, message: "")), .refused),
            (.error(.init(code: -32_603, message: "")), .failed), (.error(.init(code: -32_601, message: "")), .failed),
            (.failed(.unreadable), .failed), (.failed(.status(503)), .failed),
        ] as [(JSONRPCAnswer<JSONValue>, DirectoryAnswer)])
    func answers(_ answer: JSONRPCAnswer<JSONValue>, _ expected: DirectoryAnswer) {
        #expect(DirectoryAnswer(answer) == expected)
    }

    @Test("of more than fifty attributes the first by name are taken")
    func many() {
        let object = Dictionary(uniqueKeysWithValues: (100..<200).map { ("a\($0)", JSONValue.truth(true)) })
        let expected = Dictionary(uniqueKeysWithValues: (100..<150).map { ("a\($0)", Scalar.truth(true)) })
        #expect(DirectoryAnswer(.result(.object(object))) == .customer(expected))
    }
}
