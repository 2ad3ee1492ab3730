import Testing
import Web

@testable import Appliance

@Suite struct SchemaTests {
    enum Colour: String, CaseIterable, Encodable { case red, green }

    struct Inner: Exemplified {
        static let examples = [Inner(number: 1)]
        var number: Int?
    }

    struct Plain: Encodable { var share = 0.5 }

    /// One value under the key `it`, as `encode` writes it.
    struct One<Value: Encodable & Sendable>: Encodable, Sendable {
        var it: Value
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: AnyKey.self)
            try container.encode(it, forKey: AnyKey("it"))
        }
    }

    /// The same as `encodeIfPresent` writes it.
    struct Perhaps<Value: Encodable & Sendable>: Encodable, Sendable {
        var it: Value?
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: AnyKey.self)
            try container.encodeIfPresent(it, forKey: AnyKey("it"))
        }
    }

    @Test(
        "what a value encodes becomes its schema",
        arguments: [
            ([One(it: "a")], #"{"type":"string"}"#, true),
            ([One(it: 1)], #"{"type":"integer"}"#, true),
            ([One(it: 0.5)], #"{"type":"number"}"#, true),
            ([One(it: true)], #"{"type":"boolean"}"#, true),
            ([One(it: String?.none)], #"{"type":["string","null"]}"#, true),
            ([One(it: Colour.red)], #"{"enum":["red","green"],"type":"string"}"#, true),
            ([One(it: Colour?.none)], #"{"enum":["red","green",null],"type":["string","null"]}"#, true),
            ([One(it: Timestamp.example)], #"{"format":"date-time","type":"string"}"#, true),
            ([One(it: JSONValue.null)], "{}", true),
            ([One(it: [String]())], #"{"items":{"type":"string"},"type":"array"}"#, true),
            (
                [One(it: [Inner]())],
                ##"{"items":{"$ref":"#/components/schemas/SchemaTests.Inner"},"type":"array"}"##, true
            ),
            (
                [One(it: Inner?.none)],
                ##"{"anyOf":[{"$ref":"#/components/schemas/SchemaTests.Inner"},{"type":"null"}]}"##, true
            ),
            ([One(it: ["a": 1])], #"{"additionalProperties":{"type":"integer"},"type":"object"}"#, true),
            (
                [One(it: ["a": Plain()])],
                #"{"additionalProperties":{"additionalProperties":false,"properties":{"share":{"type":"number"}},"#
                    + #""required":["share"],"type":"object"},"type":"object"}"#, true
            ),
            ([Perhaps(it: "a")], #"{"type":"string"}"#, false),
            ([Perhaps<String>()], #"{"type":"string"}"#, false),
            ([Perhaps<Int>()], #"{"type":"integer"}"#, false),
            ([Perhaps<Timestamp>()], #"{"format":"date-time","type":"string"}"#, false),
            ([One(it: 1), One(it: 0.5)], #"{"type":"number"}"#, true),
            ([One(it: 1), One(it: "a")], #"{"anyOf":[{"type":"integer"},{"type":"string"}]}"#, true),
            ([One(it: Plain?.none), One(it: "a")], #"{"type":["string","null"]}"#, true),
        ] as [([any Encodable & Sendable], String, Bool)])
    func field(_ examples: [any Encodable & Sendable], _ schema: String, _ isRequired: Bool) {
        let all = JSON.text(SchemaBook().schema(ofExamples: examples))
        #expect(all.contains(#""properties":{"it":\#(schema)}"#), "\(all)")
        #expect(all.contains(#""required":["it"]"#) == isRequired, "\(all)")
    }

    @Test("objects are closed, so that a field which no example shows is found")
    func closed() {
        #expect(JSON.text(SchemaBook().schema(ofExamples: [Plain()])).contains(#""additionalProperties":false"#))
    }
}
