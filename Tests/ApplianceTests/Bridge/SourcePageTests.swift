import Testing

@testable import Appliance

@Suite struct SourcePageTests {
    private func page(_ events: String, next: String = "null") -> SourcePage? {
        SourcePage(Array(#"{"nextPageUrl":\#(next),"events":[\#(events)]}"#.utf8))
    }

    private static func event(_ name: String, _ data: String, id: String = "17", at: String = "1800000000") -> String {
        #"{"conversation_id":\#(id),"event_name":"\#(name)","event_at":\#(at),"data":\#(data)}"#
    }

    @Test(
        "what is an event",
        arguments: [
            (event("START", "null"), .start), (event("END", "null"), .end),
            (event("START", #"{"message":1}"#), .start), (event("END", "[]"), .end),
            (event("MESSAGE", #"{"message":"Hi \u00e9\ud83d\ude00\n"}"#), .message("Hi é😀\n")),
            (event("MESSAGE", #"{"message":"","mood":{"a":[1]}}"#), .message("")),
            (event("MESSAGE", #"{"message":"a\ud83d"}"#), .message("a\u{fffd}")),
            (event("MESSAGE", #"{"message":"\ude00\ud83d\u0041\\ud83d\ud83d\ud83d\ude00"}"#),
                .message("\u{fffd}\u{fffd}A\\ud83d\u{fffd}😀")),
            (event("TRANSFER", #"{"old_advisor_id":4,"new_advisor_id":5}"#), .transfer(from: 4, to: 5)),
            (event("TRANSFER", #"{"old_advisor_id":null,"new_advisor_id":-5}"#), .transfer(from: nil, to: -5)),
            (event("TRANSFER", #"{"new_advisor_id":5.0}"#), .transfer(from: nil, to: 5)),
            (event("MESSAGE", "{\"message\":\"\(String(repeating: "x", count: 65_536))\"}"),
                .message(String(repeating: "x", count: 65_536))),
        ] as [(String, BridgeEvent.Content)])
    func understood(_ json: String, _ content: BridgeEvent.Content) throws {
        let read = try #require(page(json))
        #expect(read.aside == [])
        let event = BridgeEvent(conversation: 17, at: 1_800_000_000, content: content)
        #expect(read.events == [.init(position: 0, event: event)])
    }

    @Test(
        "what is kept aside, and why",
        arguments: [
            ("null", nil, "Is not an object."), ("7", nil, "Is not an object."), ("[{}]", nil, "Is not an object."),
            ("{}", nil, "conversation_id is missing"), (event("START", "null", id: "17.5"), nil, "conversation_id is"),
            (event("START", "null", id: "\"17\""), nil, "conversation_id is"),
            (event("START", "null", id: "true"), nil, "conversation_id is"),
            (event("START", "null", id: "9223372036854775808"), nil, "conversation_id is"),
            (event("START", "null", id: "17.05"), nil, "conversation_id is"),
            (event("DANCE", "null"), 17, "event_name is none that is known: DANCE"),
            (event("start", "null"), 17, "event_name is none"),
            (#"{"conversation_id":17,"event_at":1,"data":null}"#, 17, "event_name is missing"),
            (event("START", "null", at: "-1"), 17, "event_at is not within"),
            (event("START", "null", at: "253402300800"), 17, "event_at is not within"),
            (event("START", "null", at: "\"2026\""), 17, "event_at is missing"),
            (event("START", "null", at: "1.5"), 17, "event_at is missing"),
            (event("MESSAGE", "null"), 17, "The message has no text."),
            (event("MESSAGE", "[]"), 17, "The message has no text."),
            (event("MESSAGE", #"{"message":7}"#), 17, "The message has no text."),
            (event("MESSAGE", #"{"message":"a\u0000"}"#), 17, "The message contains a NUL"),
            (event("MESSAGE", "{\"message\":\"\(String(repeating: "x", count: 65_537))\"}"), 17, "The message is long"),
            (event("TRANSFER", "null"), 17, "new_advisor_id is missing"),
            (event("TRANSFER", #"{"old_advisor_id":4}"#), 17, "new_advisor_id is missing"),
            (event("TRANSFER", #"{"old_advisor_id":"4","new_advisor_id":5}"#), 17, "old_advisor_id is not"),
        ] as [(String, Int64?, String)])
    func keptAside(_ json: String, _ conversation: Int64?, _ reason: String) throws {
        let good = Self.event("END", "null")
        let read = try #require(page("\(good), \(json) ,\(good)"))
        #expect(read.events.map(\.position) == [0, 2])
        let aside = try #require(read.aside.first)
        #expect(read.aside.count == 1)
        #expect(aside.position == 1)
        #expect(aside.conversation == conversation)
        #expect(aside.reason.hasPrefix(reason))
        #expect(aside.excerpt == json.prefix(1_000))
    }

    @Test(
        "what an element of a list is, whatever stands around it",
        arguments: [
            (#"{"events":[]}"#, []), (#"{"events":[ ]}"#, []), (#"{"events":[1]}"#, ["1"]),
            (#"{"a":"events","b":[9],"events":["]\"[,",{"events":[1,2]} ,[3,4]],"c":[5]}"#,
                [#""]\"[,""#, #"{"events":[1,2]} "#, "[3,4]"]),
            (#"{"a":{"events":[1]},"b":["events",[2]]}"#, []), (#"{"events":{"a":[1]}}"#, []),
        ] as [(String, [String])])
    func places(_ json: String, _ elements: [String]) {
        let bytes = Array(json.utf8)
        let places = JSONListPlaces.places(of: "events", in: bytes)
        #expect(places.map { String(decoding: bytes[$0], as: UTF8.self) } == elements)
    }

    @Test(
        "numbers are exact up to the last one, with and without a point",
        arguments: [Int64.max, .min, 9_007_199_254_740_993, 17, 0], ["", ".0", ".000"])
    func exact(_ id: Int64, _ fraction: String) throws {
        let data = #"{"old_advisor_id":\#(id)\#(fraction),"new_advisor_id":\#(id)\#(fraction)}"#
        let read = try #require(page(Self.event("TRANSFER", data, id: "\(id)\(fraction)")))
        #expect(read.events.first?.event.conversation == id)
        #expect(read.events.first?.event.content == .transfer(from: id, to: id))
    }

    @Test(
        "what is mended, and what is left as it is",
        arguments: [
            ("[17.0,1.50,2.0]", "[17  ,1.50,2  ]"), ("[17.05,1.0e3,1.0E3]", "[17.05,1.0e3,1.0E3]"),
            (#"["17.0","\"17.0",1.0]"#, #"["17.0","\"17.0",1  ]"#), ("[.0,-.0,1.]", "[.0,-.0,1.]"),
            ("1.0", "1.0"), ("1.0.0]", "1  .0]"),
            (#""\ud83d""#, #""\ufffd""#), (#""\ud83d\ude00""#, #""\ud83d\ude00""#),
            (#""\\ud83d""#, #""\\ud83d""#), (#""\ud8"#, #""\ud8"#), (#""\"#, #""\"#), ("", ""),
        ])
    func mended(_ json: String, _ expected: String) {
        #expect(String(decoding: MendedJSON.mended(Array(json.utf8)), as: UTF8.self) == expected)
    }

    @Test(
        "the next page is told, and that there is none",
        arguments: [("null", nil), (#""http://a/events?page=1""#, "http://a/events?page=1")])
    func next(_ json: String, _ url: String?) throws {
        #expect(try #require(page("", next: json)).nextPageURL == url)
    }

    @Test("what is no address leads nowhere, and costs no event", arguments: ["7", "[]", "{}", "true"])
    func nextIsNoAddress(_ json: String) throws {
        let read = try #require(page(Self.event("START", "null"), next: json))
        #expect(read.events.count == 1)
        let next = try #require(read.nextPageURL)
        #expect(BigChat.page(next, at: "http://h") == nil)
    }

    @Test(
        "what is no page",
        arguments: [
            "", "[]", "null", "{}", "oops", #"{"events":null,"nextPageUrl":null}"#, #"{"events":{}}"#,
            #"{"events":[{"conversation_id":17,"#, #"{"events":[]} x"#,
            #"{"events":[\#(String(repeating: "[", count: 40))\#(String(repeating: "]", count: 40))]}"#,
        ])
    func unreadable(_ json: String) { #expect(SourcePage(Array(json.utf8)) == nil) }

    @Test("bytes that are no UTF-8 cost a character, not the page")
    func wrongBytes() throws {
        let json = #"{"nextPageUrl":null,"events":[\#(Self.event("MESSAGE", #"{"message":"a?b"}"#))]}"#
        let bytes = json.utf8.map { $0 == UInt8(ascii: "?") ? 0xE4 : $0 }
        #expect(SourcePage(bytes)?.events.first?.event.content == .message("a\u{fffd}b"))
    }

    @Test("cut anywhere, a page is no page and nothing breaks")
    func cut() throws {
        let message = #"{"message":"\ud83d\ude00 \ud83d"}"#
        let json = Array(#"{"nextPageUrl":"u","events":[\#(Self.event("MESSAGE", message)),7]}"#.utf8)
        for end in 0..<json.count { #expect(SourcePage(Array(json[..<end])) == nil) }
        #expect(SourcePage(json)?.events.count == 1)
    }

    @Test("a page of ten thousand events is read at once")
    func speed() throws {
        let text = String(repeating: "Takk for hjelpen! ", count: 4)
        let events = (0..<10_000).map { Self.event("MESSAGE", "{\"message\":\"\(text)\($0)\"}", id: "\($0)") }
        let bytes = Array(#"{"nextPageUrl":null,"events":[\#(events.joined(separator: ","))]}"#.utf8)
        let started = ContinuousClock.now
        let page = try #require(SourcePage(bytes))
        let taken = ContinuousClock.now - started
        #expect(page.events.count == 10_000 && page.aside.isEmpty)
        #expect(taken < .seconds(5), "a debug build on a busy machine; a release build takes a small part of it")
    }
}
