import Outbound
import Testing

@testable import Appliance

extension BigChat.Answer: Equatable where Value: Equatable {
    static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.said(let left), .said(let right)): left == right
        case (.failed(let left), .failed(let right)): left == right
        case (.said, .failed), (.failed, .said): false
        }
    }
}

extension BigChat.Answer {
    var value: Value? { if case .said(let value) = self { value } else { nil } }
    var code: String? { if case .failed(let failure) = self { failure.code } else { nil } }
}

@Suite(.timeLimit(.minutes(1))) struct BigChatTests {
    @Test(
        "the next page is asked for at the source and nowhere else",
        arguments: [
            ("http://h:1/events?page=1", "http://h:1", "http://h:1/events?page=1"),
            ("http://H:1/events?page=1", "http://h:1", "http://H:1/events?page=1"),
            // Behind a proxy that speaks TLS, BigChat knows nothing of that.
            ("http://h/events?page=1", "https://h", "https://h/events?page=1"),
            ("http://h:8443/events?page=1", "https://h:8443", "https://h:8443/events?page=1"),
            ("https://h/events?page=1", "http://h", nil),
            ("http://h:2/events?page=1", "http://h:1", nil),
            ("http://h.evil/events?page=1", "https://h", nil),
            ("http://u:p@h/events?page=1", "https://h", nil),
            ("/events?page=1", "http://h", nil),
            ("http://h/../advisors/1", "http://h", nil),
            ("http://h/x/../events?page=1", "http://h", nil),
            ("file://h/etc/passwd", "http://h", nil),
        ] as [(String, String, String?)])
    func nextPage(_ next: String, base: String, expected: String?) {
        #expect(BigChat.page(next, at: base) == expected)
    }

    @Test("a window's first page is asked for in whole seconds of UTC")
    func window() {
        #expect(
            BigChat.eventsURL(base: "http://h:1/x", from: 1_769_851_800, until: 1_769_851_810)
                == "http://h:1/x/events?start_at=2026-01-31T09%3A30%3A00Z&end_at=2026-01-31T09%3A30%3A10Z&page=0")
    }

    @Test("a page comes as its bytes, asked for by the address as it is")
    func page() async throws {
        let server = ScriptedServer("200 OK", #"{"events":[],"nextPageUrl":null}"#)
        let answer = await BigChat.over(Transfers()).page("\(server.url)/events?a=%3A&page=3")
        #expect(answer == .said(Array(#"{"events":[],"nextPageUrl":null}"#.utf8)))
        #expect(server.asked.map(\.line) == ["GET /events?a=%3A&page=3"])
    }

    @Test(
        "what is no page's answer says why",
        arguments: [
            ("500 No", "oops\u{1}", "500", "oops"), ("404 No", "", "404", ""), ("204 No", "", "204", ""),
            ("302 Found\r\nLocation: /", "", "302", ""), ("502 Bad", "<html>", "502", "<html>"),
        ])
    func noPage(_ status: String, _ body: String, _ code: String, _ detail: String) async {
        let server = ScriptedServer(status, body)
        let answer = await BigChat.over(Transfers()).page("\(server.url)/")
        #expect(answer == .failed(.init(code: code, detail: detail)))
        #expect(server.asked.count == 1)
    }

    @Test("an answer that is cut, endless or none has failed")
    func noAnswer() async {
        let bigChat = BigChat.over(Transfers())
        let cut = ScriptedServer { _, _ in
            Array("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\n{}".utf8)
        }
        #expect(await bigChat.page(cut.url).code == "connection_lost")
        var url = ""
        do {
            let mute = ScriptedServer { _, _ in nil }
            url = mute.url
            #expect(await bigChat.page(mute.url).code == "connection_lost")
        }
        #expect(await bigChat.page(url).code == "connect_failed")
        #expect(await bigChat.page("http://a b/").code == "invalid_request")
        let long = ScriptedServer("200 OK", String(repeating: " ", count: BigChat.pageBytesMax + 1))
        #expect(await bigChat.page(long.url).code == "too_long")
        #expect(await bigChat.advisor(long.url, 1).code == "too_long")
    }

    private static func event(_ name: String, _ at: Int, in conversation: Int = 17) -> String {
        #"{"conversation_id":\#(conversation),"event_name":"\#(name)","event_at":\#(at),"data":null}"#
    }

    @Test(
        "a conversation is known by its advisor and its earliest START",
        arguments: [
            (#"{"conversation_id":17,"advisor_id":4,"events":[]}"#, nil, 4),
            (#"{"conversation_id":17,"advisor_id":null,"events":null}"#, nil, nil),
            (#"{"conversation_id":17}"#, nil, nil),
            (#"{"conversation_id":17,"advisor_id":4,"events":[\#(event("START", 9))]}"#, 9, 4),
            (
                #"{"conversation_id":17,"events":[7,\#(event("START", 9)),\#(event("START", 8)),"#
                    + #"\#(event("START", 7, in: 18)),\#(event("END", 6)),\#(event("START", -5))]}"#, 8, nil
            ),
        ] as [(String, Int64?, Int64?)])
    func conversation(_ json: String, _ startedAt: Int64?, _ advisor: Int64?) async {
        let server = ScriptedServer("200 OK", json)
        let answer = await BigChat.over(Transfers()).conversation(server.url, 17)
        #expect(answer == .said(.init(startedAt: startedAt, advisor: advisor)))
        #expect(server.asked.map(\.line) == ["GET /conversations/17"])
    }

    @Test(
        "a conversation that is not told as it should be",
        arguments: [
            ("404 No", "{}", nil), ("500 No", "{}", "500"), ("200 OK", "", "json_unreadable"),
            ("200 OK", "[]", "json_unreadable"),
            ("200 OK", #"{"conversation_id":18,"advisor_id":4}"#, "answers_another"),
            ("200 OK", #"{"advisor_id":4}"#, "json_unreadable"),
            ("200 OK", #"{"conversation_id":17,"advisor_id":"4"}"#, "json_unreadable"),
            ("200 OK", #"{"conversation_id":17,"events":7}"#, "json_unreadable"),
        ])
    func noConversation(_ status: String, _ body: String, _ code: String?) async {
        let server = ScriptedServer(status, body)
        let answer = await BigChat.over(Transfers()).conversation(server.url, 17)
        #expect(answer.code == code)
        #expect(code != nil || answer == .said(nil))
    }

    @Test("an advisor is a name and an address, as they are")
    func advisor() async {
        let json = #"{"advisor_id":4,"name":" K\u00e5re ","email_address":"Kare@X.example"}"#
        let server = ScriptedServer("200 OK", json)
        let answer = await BigChat.over(Transfers()).advisor(server.url, 4)
        #expect(answer == .said(.init(name: " Kåre ", email: "Kare@X.example")))
        #expect(server.asked.map(\.line) == ["GET /advisors/4"])
    }

    @Test(
        "an advisor that is not told as it should be",
        arguments: [
            ("404 No", "", nil), ("503 No", "", "503"),
            ("200 OK", #"{"advisor_id":5,"name":"K","email_address":"e"}"#, "answers_another"),
            ("200 OK", #"{"advisor_id":4,"name":"","email_address":"e"}"#, "json_unreadable"),
            ("200 OK", #"{"advisor_id":4,"name":"K","email_address":""}"#, "json_unreadable"),
            ("200 OK", #"{"advisor_id":4,"name":"K"}"#, "json_unreadable"),
            ("200 OK", #"{"advisor_id":4,"name":"K\u0000","email_address":"e"}"#, "json_unreadable"),
            ("200 OK", #"{"advisor_id":4,"name":["K"],"email_address":"e"}"#, "json_unreadable"),
        ])
    func noAdvisor(_ status: String, _ body: String, _ code: String?) async {
        let server = ScriptedServer(status, body)
        let answer = await BigChat.over(Transfers()).advisor(server.url, 4)
        #expect(answer.code == code)
        #expect(code != nil || answer == .said(nil))
    }
}
