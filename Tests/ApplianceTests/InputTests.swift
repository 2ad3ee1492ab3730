import Testing
import Web

@testable import Appliance

@Suite struct InputTests {
    private func read(_ json: String) throws(Problem) -> MessageDraft {
        try Input.read(Array(json.utf8), as: MessageDraft.self)
    }

    @Test("a whole body becomes a value")
    func whole() throws {
        let draft = try read(#"{"topic":"sales","description":"Help","contact":"kari@example.com"}"#)
        #expect(draft.topic == "sales" && draft.description == "Help" && draft.contact == "kari@example.com")
    }

    @Test("left out and null are the same for what is optional", arguments: ["", #","contact":null"#])
    func optional(_ rest: String) throws {
        #expect(try read(#"{"topic":"a","description":"b"\#(rest)}"#).contact == nil)
    }

    @Test(
        "what is wrong is named, all of it at once",
        arguments: [
            (#"{}"#, ["topic", "description"]),
            (#"{"topic":1,"description":true}"#, ["topic", "description"]),
            (#"{"topic":null,"description":"b"}"#, ["topic"]),
            (#"{"topic":"a","description":""}"#, ["description"]),
            (#"{"topic":"a","description":" \n\t"}"#, ["description"]),
            (#"{"topic":"a","description":["b"]}"#, ["description"]),
            (#"{"topic":"a","description":"b","contact":7}"#, ["contact"]),
            (#"{"topic":"a","description":"b\u0000c"}"#, ["description"]),
            (#"{"topic":"a","description":"b","urgency":"high"}"#, ["urgency"]),
            (#"{"subject":"x"}"#, ["subject", "topic", "description"]),
        ])
    func problems(_ json: String, _ fields: [String]) {
        let problem = #expect(throws: Problem.self) { try read(json) }
        #expect(problem?.status == .unprocessable)
        #expect(problem?.errors.map(\.field) == fields)
    }

    @Test(
        "what is not one JSON object is malformed",
        arguments: ["", "{", "[]", "1", "null", #""text""#, "{}{}", #"{"topic":}"#])
    func malformed(_ json: String) {
        let problem = #expect(throws: Problem.self) { try read(json) }
        #expect(problem?.status == .badRequest && problem?.code == "json.malformed")
    }

    @Test("length is counted in characters as people see them, at the limit and one past it")
    func length() throws {
        let family = "👨‍👩‍👧‍👦"  // one character, 25 bytes
        let limit = Message.descriptionCharactersMax
        _ = try read(#"{"topic":"a","description":"\#(String(repeating: family, count: limit))"}"#)
        #expect(throws: Problem.self) {
            try read(#"{"topic":"a","description":"\#(String(repeating: "x", count: limit + 1))"}"#)
        }
    }

    @Test("text in UTF-16 or UTF-32 is not looked into: brackets could hide in it", arguments: [2, 4])
    func otherEncodings(_ width: Int) {
        let text = #"{"x":"\u{2200}","y":\#(String(repeating: "[", count: 400))"#
        let bytes = text.utf16.flatMap { unit in
            [UInt8(unit & 0xFF), UInt8(unit >> 8)] + Array(repeating: 0, count: width - 2)
        }
        #expect(!JSONValue.isShallow(bytes) && JSONValue(bytes) == nil)
    }

    @Test("an address that somebody signs in with has bytes at most, not characters of any size")
    func addressBytes() {
        let email = "a" + String(repeating: "\u{301}", count: 500)
        let body = Array(#"{"email":"\#(email)","password":"x"}"#.utf8)
        #expect(throws: Problem.self) { try Input.read(body, as: SignInDraft.self) }
    }
}
