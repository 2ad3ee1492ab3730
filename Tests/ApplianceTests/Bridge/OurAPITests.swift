import Outbound
import Testing

@testable import Appliance

@Suite(.timeLimit(.minutes(1))) struct OurAPITests {
    private static let person = BridgeAdvisor.Person(name: "Kåre & Co", email: "a+b@x.example")
    private static let reading = OurAPICall.listMessages(chat: "c")
    private static let posting = OurAPICall.postMessage(chat: "c", sentAt: 0, text: "hello")

    private func failure(_ answer: OurAPIAnswer) -> OurAPIAnswer.Failure? {
        if case .failed(let failure) = answer { failure } else { nil }
    }

    @Test(
        "what is asked for, and with what",
        arguments: [
            (.findAgents(.email("a+b@x.example")), "GET /v1/agents?email=a%2Bb%40x.example", ""),
            (.findAgents(.name("Kåre & Co")), "GET /v1/agents?name=K%C3%A5re%20%26%20Co", ""),
            (.createAgent(person), "POST /v1/agents", #"{"name":"Kåre & Co","email":"a+b@x.example"}"#),
            (.findChats(externalID: "17"), "GET /v1/chats?external_id=17", ""),
            (
                .createChat(externalID: "17", startedAt: 1_769_851_800, agent: nil, endedAt: nil), "POST /v1/chats",
                #"{"external_id":"17","started_at":"2026-01-31T09:30:00Z"}"#
            ),
            (
                .createChat(externalID: "17", startedAt: 1_769_851_800, agent: "u-1", endedAt: 1_769_851_801),
                "POST /v1/chats",
                #"{"external_id":"17","started_at":"2026-01-31T09:30:00Z","agent_id":"u-1","#
                    + #""ended_at":"2026-01-31T09:30:01Z"}"#
            ),
            (
                .updateChat("c/1", startedAt: nil, agent: "u-1", endedAt: nil), "PATCH /v1/chats/c%2F1",
                #"{"agent_id":"u-1"}"#
            ),
            (
                .updateChat("c", startedAt: 0, agent: nil, endedAt: 1), "PATCH /v1/chats/c",
                #"{"started_at":"1970-01-01T00:00:00Z","ended_at":"1970-01-01T00:00:01Z"}"#
            ),
            (.listMessages(chat: "c"), "GET /v1/chats/c/messages", ""),
            (
                .postMessage(chat: "c", sentAt: 1_769_851_800, text: "say \"hi\"\n😀"), "POST /v1/chats/c/messages",
                #"{"sent_at":"2026-01-31T09:30:00Z","text":"say \"hi\"\n😀"}"#
            ),
        ] as [(OurAPICall, String, String)])
    func asked(_ call: OurAPICall, _ line: String, _ body: String) async {
        let server = ScriptedServer("500 No")
        _ = await ourAPI(over: Transfers())("\(server.url)/v1", call)
        #expect(server.asked == [.init(line: line, body: body, contentType: body.isEmpty ? nil : "application/json")])
    }

    @Test(
        "what is answered, and what it means",
        arguments: [
            (
                .findAgents(.email("k@x")),
                #"[{"agent_id":"1","name":"K","email":"k@x"},{"agent_id":"2","name":"K","email":"K@x"}]"#,
                .agents([.init(id: "1", name: "K", email: "k@x")])
            ),
            (
                .findAgents(.name("K")), #"[{"agent_id":"1","name":"Ka","email":"k@x"}]"#, .agents([])
            ),
            (.findAgents(.name("K")), "[]", .agents([])),
            (
                .findChats(externalID: "17"),
                """
                [{"chat_id":"c","external_id":17,"started_at":"2026-01-31T09:30:00.75","ended_at":null,"agent_id":null},
                {"chat_id":"d","external_id":"170"},
                {"chat_id":"e","external_id":"17","started_at":"soon","ended_at":"2026-01-31T10:30:00+01:00",
                "agent_id":"a"},{"chat_id":"f"}]
                """,
                .chats([
                    .init(id: "c", startedAt: 1_769_851_800, endedAt: nil, agent: nil),
                    .init(id: "e", startedAt: nil, endedAt: 1_769_851_800, agent: "a"),
                ])
            ),
            (
                .listMessages(chat: "c"),
                """
                [{"message_id":"m","chat_id":"c","agent_id":null,"sent_at":"2026-01-31T09:30:00","text":"a"},
                {"sent_at":"2026-01-31T09:30:00.123456Z","text":""},
                {"sent_at":"2026-01-31 08:30:00.9-01:00","text":"b"}]
                """,
                .messages([
                    .init(sentAt: 1_769_851_800, text: "a"), .init(sentAt: 1_769_851_800, text: ""),
                    .init(sentAt: 1_769_851_800, text: "b"),
                ])
            ),
            (.createAgent(person), #"{"agent_id":"1","name":"other"}"#, .created("1")),
            (
                .createChat(externalID: "17", startedAt: 0, agent: nil, endedAt: nil), #"{"chat_id":"c"}"#,
                .created("c")
            ),
            (posting, #"{"chat_id":"c","external_id":"17"}"#, .done),
            (.updateChat("c", startedAt: nil, agent: "a", endedAt: nil), #"{"chat_id":"c"}"#, .done),
        ] as [(OurAPICall, String, OurAPIAnswer)])
    func success(_ call: OurAPICall, _ body: String, _ expected: OurAPIAnswer) async {
        let server = ScriptedServer("200 OK", body)
        #expect(await ourAPI(over: Transfers())(server.url, call) == expected)
    }

    @Test(
        "a success that is not OurAPI's own may be one, and has to be looked into",
        arguments: ["", "{}", "[]", #""ok""#, "nonsense", "<html>Back soon</html>"])
    func notItsOwn(_ body: String) async throws {
        let update = OurAPICall.updateChat("c", startedAt: nil, agent: "a", endedAt: nil)
        for call in [Self.posting, update, .createAgent(Self.person)] {
            let server = ScriptedServer("200 OK", body)
            let left = try #require(failure(await ourAPI(over: Transfers())(server.url, call)))
            #expect(left.code == "unreadable_answer" && left.mayHaveArrived && left.wasAnswered)
        }
    }

    @Test("an empty 204 that names a type of content is heard, and the connection goes on")
    func noContent() async {
        let server = ScriptedServer { _, before in
            before == 0
                ? Array("HTTP/1.1 204 No Content\r\nContent-Type: application/json\r\n\r\n".utf8)
                : ScriptedServer.answer("200 OK", "[]")
        }
        let ourAPI = ourAPI(over: Transfers())
        #expect(await ourAPI(server.url, .updateChat("c", startedAt: nil, agent: nil, endedAt: 1)) == .done)
        #expect(await ourAPI(server.url, Self.reading) == .messages([]))
    }

    @Test(
        "a refusal, in its own words",
        arguments: [
            ("404 No", #"{"detail":"A chat with that external ID already exists."}"#, 404,
                "A chat with that external ID already exists."),
            ("400 No", #"{"detail":"That agent does not exist."}"#, 400, "That agent does not exist."),
            ("422 No", #"{"detail":[{"loc":["body","text"],"msg":"Too short","input":"x"},{"msg":"No"}]}"#, 422,
                "Too short; No"),
            ("400 No", #"{"detail":{"a":1}}"#, 400, ""), ("409 No", "your text was: hello", 409, ""),
            ("400 No", #"{"detail":"\#(String(repeating: "x", count: 400))\u0007"}"#, 400,
                String(repeating: "x", count: 300)),
        ])
    func refused(_ status: String, _ body: String, _ code: Int, _ detail: String) async {
        let server = ScriptedServer(status, body)
        for call in [Self.posting, Self.reading] {
            #expect(await ourAPI(over: Transfers())(server.url, call) == .refused(status: code, detail: detail))
        }
    }

    @Test(
        "what leaves open whether it was done",
        arguments: [
            ("500 No", "Internal Server Error", "500", true), ("502 No", "", "502", true), ("302 No", "", "302", true),
            ("408 No", "", "408", true), ("429 No", #"{"detail":"slow down"}"#, "429", false),
            ("425 No", "", "425", false),
        ])
    func open(_ status: String, _ body: String, _ code: String, _ mayHaveArrived: Bool) async throws {
        let server = ScriptedServer(status, body)
        let posted = try #require(failure(await ourAPI(over: Transfers())(server.url, Self.posting)))
        #expect(posted.code == code && posted.mayHaveArrived == mayHaveArrived && posted.wasAnswered)
        let read = try #require(failure(await ourAPI(over: Transfers())(server.url, Self.reading)))
        #expect(read.code == code && !read.mayHaveArrived && read.wasAnswered)
    }

    @Test(
        "an answer that cannot be read",
        arguments: [
            (.createAgent(person), "", true), (.createAgent(person), #"{"agent_id":7}"#, true),
            (.createAgent(person), #"{"agent_id":""}"#, true), (.createAgent(person), #"{"agent_id":".."}"#, true),
            (.createAgent(person), #"{"agent_id":"a b"}"#, true),
            (.createChat(externalID: "1", startedAt: 0, agent: nil, endedAt: nil), #"{"agent_id":"1"}"#, true),
            (reading, "{}", false), (reading, #"[{"text":"a"}]"#, false),
            (reading, #"[{"sent_at":"soon","text":"a"}]"#, false),
            (.findChats(externalID: "1"), #"[{"external_id":"1"}]"#, false), (.findAgents(.name("K")), "null", false),
            (.findAgents(.name("K")), String(repeating: "[", count: 100), false),
        ] as [(OurAPICall, String, Bool)])
    func unreadable(_ call: OurAPICall, _ body: String, _ mayHaveArrived: Bool) async throws {
        let server = ScriptedServer("201 Created", body)
        let left = try #require(failure(await ourAPI(over: Transfers())(server.url, call)))
        #expect(left.code == "unreadable_answer" && left.wasAnswered)
        #expect(left.mayHaveArrived == mayHaveArrived)
    }

    @Test("what is longer than is read has failed, a list of messages only much later")
    func long() async throws {
        let long = ScriptedServer("200 OK", "[\(String(repeating: " ", count: 70_000))]")
        let ourAPI = ourAPI(over: Transfers())
        #expect(failure(await ourAPI(long.url, .findChats(externalID: "1")))?.code == "too_long")
        #expect(await ourAPI(long.url, Self.reading) == .messages([]))
        #expect(failure(await ourAPI(long.url, .createAgent(Self.person)))?.code == "unreadable_answer")
        #expect(failure(await ourAPI(long.url, Self.posting))?.code == "unreadable_answer")
    }

    @Test("a kept connection that swallows a request: a message is sent once, a change of a chat again")
    func swallowed() async throws {
        for (call, count) in [
            (Self.posting, 2), (.createAgent(Self.person), 2),
            (.createChat(externalID: "1", startedAt: 0, agent: nil, endedAt: nil), 2),
            (.updateChat("c", startedAt: nil, agent: "a", endedAt: nil), 3), (Self.reading, 3),
        ] as [(OurAPICall, Int)] {
            let server = ScriptedServer { _, before in before == 1 ? nil : ScriptedServer.answer("200 OK", "[]") }
            let ourAPI = ourAPI(over: Transfers())
            #expect(await ourAPI(server.url, Self.reading) == .messages([]))
            let answer = await ourAPI(server.url, call)
            #expect(server.asked.count == count)
            if count == 2 {
                let left = try #require(failure(answer))
                #expect(left.code == "connection_lost" && left.mayHaveArrived && !left.wasAnswered)
            }
        }
    }

    @Test("nobody there: it cannot have arrived")
    func nobody() async throws {
        var url = ""
        do { url = ScriptedServer("200 OK").url }
        let left = try #require(failure(await ourAPI(over: Transfers())(url, Self.posting)))
        #expect(left.code == "connect_failed" && !left.mayHaveArrived && !left.wasAnswered)
    }
}
