import Storage
import Testing

@testable import Appliance
@testable import Web

/// One conversation at a WebSocket, over HTTP, and at both.
@Suite(.timeLimit(.minutes(5))) struct ChatTests {
    private static let greeting = """
        Hello John Doe!
        We are interested to know which flavour of ice cream you prefer. Here are your options:
        1 - Vanilla
        2 - Chocolate
        3 - Strawberry

        Please reply with the number corresponding to your choice.
        """
    private static let reply = """
        Great choice! Chocolate is a classic favorite.
        Would you like to provide feedback on why you selected this flavor?
        """
    private static let goodbye = """
        Thank you for your time, John Doe!
        Your response has been recorded. Have a wonderful day!
        """

    @Test("the sample survey as text, word for word, and closed with 1000 behind the end")
    func text() async throws {
        try await withParlour { parlour in
            let socket = try await parlour.socket("ice-cream", "customer=john&format=text")
            var messages = socket.messages.makeAsyncIterator()
            #expect(await messages.next()?.text == Self.greeting)
            await socket.send("2")
            #expect(await messages.next()?.text == Self.reply)
            await socket.send("No, thank you.")
            #expect(await messages.next()?.text == Self.goodbye)
            #expect(await messages.next() == nil)
            #expect(await socket.closure == .init(code: .normal, reason: "", isRemote: true))
        }
    }

    @Test("the sample survey as JSON: who this is, numbered messages, and the open question with its options")
    func json() async throws {
        try await withParlour { parlour in
            let chat = try await parlour.chat("ice-cream", "customer=john")
            let welcome = chat.welcome
            #expect(welcome["type"].text == "session" && welcome["survey"].text == "ice-cream")
            #expect(welcome["version"].number == 1 && welcome["language"].text == "en")
            #expect(welcome["status"].text == "active" && welcome["seq"].number == 1)
            let first = await chat.next()
            #expect(first["type"].text == "question" && first["seq"].number == 1)
            #expect(first["text"].text == Self.greeting)
            let question = first["question"]
            #expect(question["id"].text == "flavour" && question["kind"].text == "choice")
            #expect(question["required"].value == .truth(true))
            #expect(question["number"].number == 1 && question["count"].number == 2)
            #expect(question["options"].items.map { $0["id"].text } == ["vanilla", "chocolate", "strawberry"])
            #expect(question["options"].items.map { $0["number"].number } == [1, 2, 3])
            #expect(question["options"][1]["label"].text == "Chocolate")
            let second = await chat.say("2")
            #expect(second["text"].text == Self.reply && second["seq"].number == 2 && second["said"].text == "2")
            #expect(second["question"]["id"].text == "why" && second["question"]["required"].value == .truth(false))
            let end = await chat.say("No, thank you.")
            #expect(end["type"].text == "end" && end["seq"].number == 3 && end["text"].text == Self.goodbye)
            let (frames, code) = await chat.rest()
            #expect(frames.isEmpty && code == .normal)
        }
    }

    @Test("the sample survey over HTTP")
    func http() async throws {
        try await withParlour { parlour in
            let begun = await parlour.ask(.post, "/api/surveys/ice-cream/sessions", #"{"customer":"john"}"#)
            #expect(begun.status == .created)
            #expect(begun.parsed["messages"].items.map { $0["text"].text } == [Self.greeting])
            #expect(begun.parsed["question"]["id"].text == "flavour" && begun.parsed["status"].text == "active")
            let client = PostClient(parlour, token: try #require(begun.parsed["session"].text))
            let second = await client.say("2")
            #expect(second.status == .ok && second.parsed["messages"].items.map { $0["text"].text } == [Self.reply])
            #expect(second.parsed["question"]["id"].text == "why" && second.parsed["seq"].number == 2)
            let end = await client.say("No, thank you.").parsed
            #expect(end["messages"].items.map { $0["text"].text } == [Self.goodbye])
            #expect(end["messages"][0]["type"].text == "end" && end["question"].isNull)
            #expect(end["status"].text == "completed")
            let whole = await client.read()
            #expect(whole["messages"].items.map { $0["text"].text } == [Self.greeting, Self.reply, Self.goodbye])
            #expect(await client.read(since: 3)["messages"].items.isEmpty)
            #expect(await client.read(since: .max)["messages"].items.isEmpty)
        }
    }

    @Test("begun at a WebSocket, answered over HTTP, which the WebSocket shows, and ended there")
    func both() async throws {
        try await withParlour { parlour in
            let chat = try await parlour.chat("ice-cream", "customer=john")
            #expect(await chat.next()["seq"].number == 1)
            let client = PostClient(parlour, token: chat.token)
            await client.say("2")
            let shown = await chat.next()
            #expect(shown["seq"].number == 2 && shown["text"].text == Self.reply && shown["said"].text == "2")
            #expect(await chat.say("No, thank you.")["text"].text == Self.goodbye)
            #expect(await client.read()["status"].text == "completed")
        }
    }

    @Test("ended over HTTP, it is shown and closed at the WebSocket; so is \"stop\"", arguments: ["no", "stop"])
    func endedElsewhere(_ last: String) async throws {
        try await withParlour { parlour in
            let chat = try await parlour.chat("ice-cream")
            _ = await chat.next()
            let client = PostClient(parlour, token: chat.token)
            await client.say("2")
            await client.say(last)
            let (frames, code) = await chat.rest()
            #expect(frames.map { $0["seq"].number } == [2, 3] && code == .normal)
            #expect(frames.last?["type"].text == (last == "no" ? "end" : "paused"))
        }
    }

    @Test("who stopped is asked again when they come back, and may send \"stop\" again under the same key")
    func stopped() async throws {
        try await withParlour { parlour in
            let chat = try await parlour.chat("ice-cream")
            _ = await chat.next()
            await chat.send("stop", key: "s")
            #expect(await chat.next()["type"].text == "paused")
            #expect(await chat.rest().code == .normal)
            let again = try await parlour.chat("ice-cream", "session=\(chat.token)&since=1")
            #expect(await again.next()["type"].text == "paused")
            let welcome = await again.next()
            #expect(welcome["type"].text == "question" && welcome["seq"].number == 3)
            #expect(welcome["question"]["id"].text == "flavour")
            await again.send("stop", key: "s")
            #expect(await again.next()["seq"].number == 2)
            #expect(await again.say("2")["question"]["id"].text == "why")
        }
    }

    @Test("a second connection takes over: the first is told and closed with 4001, the second goes on")
    func takenOver() async throws {
        try await withParlour { parlour in
            let first = try await parlour.chat("ice-cream", "customer=john")
            _ = await first.next()
            let second = try await parlour.chat("ice-cream", "customer=john&since=0")
            #expect(second.token == first.token)
            #expect(await second.next()["seq"].number == 1)
            let (frames, code) = await first.rest()
            #expect(frames.map { $0["type"].text } == ["taken_over"] && code == .takenOver)
            #expect(await second.say("2")["seq"].number == 2)
            #expect(await second.say("no")["type"].text == "end")
        }
    }

    @Test("what the first connection said last is shown at the second", arguments: 0..<20)
    func takenOverAmid(_ run: Int) async throws {
        try await withParlour { parlour in
            let first = try await parlour.chat("ice-cream", "customer=john")
            _ = await first.next()
            await first.send("2")
            // The answer is on its way while the second comes in: before, after, or in between.
            for _ in 0..<run { await Task.yield() }
            let second = try await parlour.chat("ice-cream", "session=\(first.token)&since=1")
            let shown = await second.next()
            #expect(shown["seq"].number == 2 && shown["text"].text == Self.reply)
            #expect(await second.say("no")["seq"].number == 3)
        }
    }

    @Test("who comes back with more messages behind them than fit a slow socket gets them all")
    func longReplay() async throws {
        try await withParlour { parlour in
            let text = String(repeating: "Which of them all? ", count: 100)
            await parlour.publish("long", Definition.survey(questions: Definition.choice("one", text: text)))
            let client = try await PostClient(parlour, "long")
            for _ in 1..<300 { await client.say("help") }
            for part in 0..<6 {
                let messages = await client.read(since: 50 * part)["messages"].items
                let seqs = messages.compactMap { $0["seq"].number }.map { Int($0) }
                #expect(seqs == Array(50 * part + 1...50 * part + Standing.turnsMax))
            }
            let chat = try await parlour.chat("long", "session=\(client.token)&since=0")
            var sizes = 0
            for seq in 1...300 {
                let frame = await chat.next()
                #expect(frame["seq"].number == seq)
                sizes += frame["text"].text?.utf8.count ?? 0
            }
            #expect(sizes > 2 * WebSocket.pushedBytesMax)
            #expect(await chat.say("1")["type"].text == "end")
        }
    }

    @Test("an answer to a question does not answer what is asked in between")
    func aside() async throws {
        try await withParlour { parlour in
            let client = try await PostClient(parlour, "ice-cream")
            await client.say("2")
            await client.say("restart")
            #expect(await client.say("yes", question: "why").json["code"] == "answer.question_passed")
            #expect(await client.say("no").parsed["question"]["id"].text == "why")
        }
    }

    @Test("where many responses are allowed, one that is not rated is no hindrance")
    func manyUnrated() async throws {
        try await withParlour { parlour in
            let settings = #""responses":"many","feedback":true"#
            await parlour.publish("often", Definition.survey(settings, questions: Definition.choice("one")))
            let first = try await PostClient(parlour, "often", #"{"customer":"bob"}"#)
            await first.say("1")
            let second = try await PostClient(parlour, "often", #"{"customer":"bob"}"#)
            #expect(second.token != first.token && second.begun["question"]["id"].text == "one")
            #expect(await first.say("5").parsed["status"].text == "completed", "it can still be rated")
        }
    }

    @Test(
        "frames that are no answers are refused by a frame, and the conversation goes on",
        arguments: [
            (#"{"type":"answer"}"#, "frame.unknown"), (#"{"type":"shout","text":"2"}"#, "frame.unknown"),
            (#"{"text":"2"}"#, "frame.malformed"), (#"{"type":"answer","text":7}"#, "frame.malformed"),
            (#"{"type":"answer","text":"2""#, "frame.malformed"), (#" { "type": "dance" }"#, "frame.unknown"),
            (#"{"type":"answer","text":"2","key":""}"#, "input.invalid"),
            (#"{"type":"answer","text":"2","key":"\#(String(repeating: "k", count: 65))"}"#, "input.invalid"),
            (#"{"type":"answer","text":"2","key":"a\u0000b"}"#, "input.invalid"),
            (#"{"type":"answer","text":"2","question":"why"}"#, "answer.question_passed"),
            (#"{"type":"answer","text":"2","question":"nobody"}"#, "answer.question_passed"),
            (String(repeating: "x", count: Saying.bytesMax + 1), "answer.too_long"),
            (
                #"{"type":"answer","text":"\#(String(repeating: #"\u0001"#, count: Saying.bytesMax + 1))"}"#,
                "answer.too_long"
            ),
        ])
    func hostile(_ frame: String, _ code: String) async throws {
        try await withParlour { parlour in
            let chat = try await parlour.chat("ice-cream")
            _ = await chat.next()
            let error = await chat.say(frame)
            #expect(error["type"].text == "error" && error["code"].text == code)
            #expect(error["text"].text?.isEmpty == false && error["seq"].isNull)
            await chat.socket.send(.binary([0, 1]))
            #expect(await chat.next()["code"].text == "frame.binary")
            #expect(await chat.say(#" { "type" : "answer", "text" : "2" } "#)["seq"].number == 2)
        }
    }

    @Test(
        "whatever is said is an answer to the bot, and comes back as it was",
        arguments: [
            "", " ", "{", "{}", "[1]", "a\u{0}b", "\u{202E}evil", "'; DROP TABLE survey; --", "{customer.name|x}",
            String(repeating: "🦀", count: Saying.bytesMax / 4), "\u{FEFF}{", "NaN", "1e999", "-0",
        ])
    func odd(_ text: String) async throws {
        try await withParlour { parlour in
            let chat = try await parlour.chat("ice-cream")
            _ = await chat.next()
            let reply = await chat.say(text)
            // As much of it as an answer may have.
            let text = String(text.prefix(Question.TextLimits.lengthMax))
            #expect(reply["type"].text == "question" && reply["seq"].number == 2 && reply["said"].text == text)
            #expect(await chat.say("2")["seq"].number == 3)
            #expect(await PostClient(parlour, token: chat.token).read(since: 1)["messages"][0]["said"].text == text)
        }
    }

    @Test("a frame larger than any answer closes with 1009, and the session is there to be gone on with")
    func tooLarge() async throws {
        try await withParlour { parlour in
            let chat = try await parlour.chat("ice-cream")
            _ = await chat.next()
            await chat.send(String(repeating: "x", count: ChatRoutes.messageBytesMax + 1))
            #expect(await chat.rest().code == .messageTooBig)
            let again = try await parlour.chat("ice-cream", "session=\(chat.token)")
            #expect(await again.next()["seq"].number == 1)
        }
    }

    @Test(
        "what cannot be is refused before anything is begun",
        arguments: [
            ("since=-1", 422), ("since=99999999999999999999", 422), ("since=x", 422), ("format=xml", 422),
            ("colour=red", 422), ("customer=", 422), ("customer=a%2Fb", 422), ("session=", 404), ("session=x.y", 404),
            ("invitation=", 403), ("session=%00", 400),
        ])
    func refused(_ query: String, _ status: Int) async throws {
        try await withParlour { parlour in
            #expect(await parlour.refusal("ice-cream", query)?.code == status)
            #expect(await parlour.refusal("nowhere", "") == .notFound)
            // Who asks for no WebSocket could not go on.
            _ = await parlour.ask(.get, "/api/surveys/ice-cream/chat")
            let count = try await parlour.sessionCount()
            #expect(count == 0)
        }
    }

    @Test("a `since` of days to come is taken for now")
    func sinceTomorrow() async throws {
        try await withParlour { parlour in
            let chat = try await parlour.chat("ice-cream")
            _ = await chat.next()
            let again = try await parlour.chat("ice-cream", "session=\(chat.token)&since=\(Int.max)")
            #expect(again.welcome["seq"].number == 1)
            #expect(await again.say("2")["seq"].number == 2)
        }
    }

    @Test("an answer that the disk has no room for is not taken and said so; with room the conversation goes on")
    func diskFull() async throws {
        try await withParlour { parlour in
            let chat = try await parlour.chat("ice-cream")
            _ = await chat.next()
            _ = await chat.say("2")
            try await parlour.limitDisk(isFull: true)
            let text = String(repeating: "because ", count: 4_000)
            await chat.send(text, key: "k")
            let error = await chat.next()
            #expect(error["type"].text == "error" && error["code"].text == "storage.full")
            let refused = await PostClient(parlour, token: chat.token).say(text)
            #expect(refused.status == .unavailable && refused.json["code"] == "storage.full")
            try await parlour.limitDisk(isFull: false)
            await chat.send(text, key: "k")
            #expect(await chat.next()["seq"].number == 3)
            #expect(await chat.say("no")["type"].text == "end")
        }
    }
}

extension Parlour {
    /// How many sessions are stored.
    func sessionCount() async throws -> Int { Int(try await rowCounts()["session"] ?? 0) }

    /// Lets the database's file grow no more, or as it likes.
    func limitDisk(isFull: Bool) async throws {
        try await app.database.write { transaction throws(StorageError) in
            if isFull {
                _ = try transaction.snapshot.first("PRAGMA max_page_count = 1") { $0.integer(0) }
            } else {
                _ = try transaction.snapshot.first("PRAGMA max_page_count = 1073741823") { $0.integer(0) }
            }
        }
    }
}
