import Testing
import Web

@testable import Appliance

/// Who may begin, when, and in which language.
@Suite(.timeLimit(.minutes(5))) struct SessionAccessTests {
    private static func survey(_ settings: String) -> String {
        Definition.survey(settings, questions: Definition.choice("one"))
    }

    private func begin(_ parlour: Parlour, _ wish: String = "{}", headers: Headers = [:]) async -> Answer {
        await parlour.ask(.post, "/api/surveys/s/sessions", wish, headers: headers)
    }

    @Test("a survey for known customers is for those the team or the directory knows, and for whom it has invited")
    func known() async throws {
        try await withParlour { parlour in
            await parlour.publish("s", Self.survey(#""access":"known""#))
            for wish in ["{}", #"{"customer":"nobody"}"#] {
                let refused = await begin(parlour, wish)
                #expect(refused.status == .forbidden && refused.json["code"] == "customer.needed")
            }
            #expect(await begin(parlour, #"{"customer":"john"}"#).status == .created)
            let invitation = try await parlour.invitation(to: "s", for: "nobody")
            #expect(await begin(parlour, #"{"invitation":"\#(invitation)"}"#).status == .created)
            let count = try await parlour.sessionCount()
            #expect(count == 2)
        }
    }

    @Test("an open survey is for everybody, and each who names nobody begins anew")
    func open() async throws {
        try await withParlour { parlour in
            await parlour.publish("s", Self.survey(#""access":"open""#))
            let tokens = [await begin(parlour), await begin(parlour)].map { $0.json["session"] }
            #expect(tokens[0] != tokens[1] && tokens[0] != nil)
            #expect(await begin(parlour, #"{"customer":"nobody"}"#).status == .created)
            #expect(await begin(parlour, #"{"customer":"nobody"}"#).status == .ok)
            let count = try await parlour.sessionCount()
            #expect(count == 3)
        }
    }

    @Test("a token that was changed anywhere opens nothing")
    func forgedTokens() async throws {
        try await withParlour { parlour in
            await parlour.publish("s", Self.survey(#""access":"open""#))
            let token = try await PostClient(parlour, "s").token
            let other = try await PostClient(parlour, "s").token
            var forgeries = [String(token.dropLast()), token + "0", String(token.prefix(36)), token.uppercased()]
            forgeries.append(String(token.prefix(36)) + String(other.dropFirst(36)))
            for index in token.indices {
                var forgery = token
                forgery.replaceSubrange(index...index, with: token[index] == "0" ? "1" : "0")
                forgeries.append(forgery)
            }
            for forgery in forgeries {
                let client = PostClient(parlour, token: forgery)
                #expect(await client.read()["code"].text == "session.unknown")
                #expect(await client.say("1").json["code"] == "session.unknown")
                #expect(await parlour.refusal("s", "session=\(forgery)") == .notFound)
            }
            #expect(await parlour.refusal("ice-cream", "session=\(token)") == .notFound)
            #expect(try await parlour.record(token).transcript.count == 1)
        }
    }

    @Test("a completed response that is opened again gets a friendly end, wherever and however", arguments: [
        "customer=john", "customer=john&format=text", "session",
    ])
    func completed(_ query: String) async throws {
        try await withParlour { parlour in
            await parlour.publish("s", Self.survey(""))
            let client = try await PostClient(parlour, "s", #"{"customer":"john"}"#)
            await client.say("1")
            let before = try await parlour.rowCounts()
            let socket = try await parlour.socket("s", query == "session" ? "session=\(client.token)" : query)
            var texts: [String] = []
            for await message in socket.messages { texts.append(message.text) }
            #expect(await socket.closure?.code == .normal)
            let last = try #require(texts.last)
            if query.hasSuffix("text") {
                #expect(texts.count == 1 && !last.isEmpty && !last.hasPrefix("{"))
            } else {
                let frame = ParsedJSON(Array(last.utf8))
                #expect(frame["type"].text == "end" && frame["text"].text?.isEmpty == false)
            }
            #expect(await begin(parlour, #"{"customer":"john"}"#).parsed["status"].text == "completed")
            #expect(await client.say("2").parsed["messages"][0]["type"].text == "end")
            #expect(try await parlour.rowCounts() == before)
        }
    }

    @Test("where many responses are allowed, the next begins when one is completed, and not before")
    func many() async throws {
        try await withParlour { parlour in
            await parlour.publish("s", Self.survey(#""responses":"many""#))
            var tokens: [String] = []
            for _ in 0..<3 {
                let client = try await PostClient(parlour, "s", #"{"customer":"john"}"#)
                #expect(client.begun["seq"].number == 1)
                #expect(try await PostClient(parlour, "s", #"{"customer":"john"}"#).token == client.token)
                await client.say("1")
                tokens.append(client.token)
            }
            #expect(Set(tokens).count == 3)
        }
    }

    @Test("a quota lets nobody begin once it is full; who has begun may end")
    func quota() async throws {
        try await withParlour { parlour in
            await parlour.publish("s", Self.survey(#""quota":2"#))
            let late = try await PostClient(parlour, "s")
            for _ in 0..<2 { await (try PostClient(parlour, "s")).say("1") }
            let refused = await begin(parlour)
            #expect(refused.status == .ok && refused.parsed["session"].isNull)
            #expect(refused.parsed["status"].text == "full")
            #expect(refused.parsed["messages"][0]["type"].text == "end" && refused.parsed["seq"].number == 0)
            let chat = try await parlour.chat("s")
            #expect(chat.welcome["type"].text == "end" && chat.welcome["code"].text == "full")
            #expect(await chat.rest().code == .normal)
            #expect(await late.say("1").parsed["status"].text == "completed")
        }
    }

    @Test("before it opens and after it closes nobody begins; who has begun may end")
    func times() async throws {
        try await withParlour { parlour in
            await parlour.publish(
                "s", Self.survey(#""opens_at":"2026-01-01T13:00:00Z","closes_at":"2026-01-01T14:00:00Z""#))
            parlour.now += Timestamp.hours(1) - 1
            #expect(await begin(parlour).parsed["status"].text == "not_open_yet")
            parlour.now += 1
            let client = try await PostClient(parlour, "s")
            parlour.now += Timestamp.hours(1) - 1
            #expect(await begin(parlour).status == .created)
            parlour.now += 1
            #expect(await begin(parlour).parsed["status"].text == "closed")
            #expect(await client.say("1").parsed["status"].text == "completed")
        }
    }

    @Test("archived, nobody begins, who has begun may end, and publishing opens it again")
    func archived() async throws {
        try await withParlour { parlour in
            await parlour.publish("s", Self.survey(""))
            let client = try await PostClient(parlour, "s", #"{"customer":"john"}"#)
            #expect(await parlour.askTeam(.post, "/api/surveys/s/archive").json["status"] == "archived")
            #expect(await begin(parlour).parsed["status"].text == "closed")
            #expect(await begin(parlour, #"{"customer":"john"}"#).json["session"] == client.token)
            #expect(await client.say("1").parsed["status"].text == "completed")
            await parlour.askTeam(.post, "/api/surveys/s/publish")
            #expect(await begin(parlour).status == .created)
        }
    }

    @Test("what was never published is not there")
    func draft() async throws {
        try await withParlour { parlour in
            await parlour.askTeam(.post, "/api/surveys", #"{"id":"s","definition":\#(Self.survey(""))}"#)
            #expect(await begin(parlour).status == .notFound)
            #expect(await parlour.refusal("s") == .notFound)
        }
    }

    @Test(
        "the language is the one they ask for, else the customer's, else what their program prefers, else the first",
        arguments: [
            ("es", "john", "", "es"), (nil, "john", "", "en"), (nil, "juana", "de, en", "es"),
            ("en", "juana", "", "en"),
            (nil, nil, "es-MX,en;q=0.5", "es"), (nil, nil, "fr, en;q=0.1, es;q=0.9", "es"), (nil, nil, "", "en"),
            ("xx", nil, "es", "es"), (nil, nil, "es;q=0, *", "en"), (nil, nil, "es;q=nan,;q=,,=", "en"),
            (nil, nil, String(repeating: "xx,", count: 1_000) + "es", "en"), ("ES-mx", nil, "", "es"),
        ] as [(String?, String?, String, String)])
    func language(_ asked: String?, _ customer: String?, _ preferred: String, _ expected: String) async throws {
        try await withParlour { parlour in
            await parlour.askTeam(.put, "/api/customers/juana", #"{"attributes":{"language":"es"}}"#)
            let text = #"{"en":"Why?","es":"¿Por qué?"}"#
            await parlour.publish(
                "s",
                Definition.survey(
                    languages: #"["en","es"]"#, title: #"{"en":"T","es":"T"}"#,
                    questions: #"{"id":"why","kind":"text","text":\#(text)}"#))
            var wish: [String: String] = [:]
            wish["language"] = asked
            wish["customer"] = customer
            let headers: Headers = preferred.isEmpty ? [:] : ["accept-language": preferred]
            let client = try await PostClient(parlour, "s", JSON.text(wish), headers: headers)
            #expect(client.begun["language"].text == expected)
            #expect(client.begun["messages"][0]["text"].text?.hasPrefix(expected == "es" ? "¿" : "W") == true)
            let query = wish.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
            #expect(try await parlour.chat("s", query, headers: headers).welcome["language"].text == expected)
        }
    }
}
