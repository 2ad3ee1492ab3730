import Testing

@testable import Appliance
@testable import Web

/// A conversation whose connection breaks off: wherever that is, nobody can tell afterwards.
@Suite(.timeLimit(.minutes(5))) struct ChatCutTests {
    /// How somebody comes back after a cut.
    enum Return: CaseIterable, Sendable {
        case sameProgram
        /// The program was ended and started again meanwhile.
        case newProgram
        /// Over HTTP, and then by a WebSocket again.
        case http
    }

    @Test(
        "cut after every frame, taken up again: the same response, transcript and figures",
        arguments: Return.allCases)
    func everywhere(_ back: Return) async throws {
        try await withParlour { parlour in
            await parlour.publish("tour", Definition.tour)
            let whole = try await Traveller.travel(parlour, cutAfter: [], back)
            let expected = try await parlour.record(whole.token)
            let figures = try await parlour.tallied("tour")
            #expect(expected.answers == Definition.tourStored && expected.feedback == ["5", "lovely"])
            #expect(expected.status == "completed" && expected.transcript.count == Definition.tourAnswers.count + 1)
            let last = 2 * Definition.tourAnswers.count + 1
            for cut in 0...last {
                let traveller = try await Traveller.travel(parlour, cutAfter: [cut], back)
                try await traveller.expect(expected, "cut after \(cut)")
            }
            let torn = try await Traveller.travel(parlour, cutAfter: Set(0...last), back)
            try await torn.expect(expected, "cut everywhere")
            #expect(try await parlour.tallied("tour") == figures.mapValues { $0 * (last + 3) })
            #expect(try await parlour.recounted("tour") == figures.mapValues { $0 * (last + 3) })
        }
    }

    @Test("over HTTP, every answer sent twice because its reply was lost", arguments: [false, true])
    func lostReplies(_ restarts: Bool) async throws {
        try await withParlour { parlour in
            await parlour.publish("tour", Definition.tour)
            let whole = try await Traveller.travel(parlour, cutAfter: [], .http)
            let client = try await PostClient(parlour, "tour")
            for (index, text) in Definition.tourAnswers.enumerated() {
                let first = await client.say(text, key: "k\(index)")
                if restarts { try await parlour.restart() }
                let second = await client.say(text, key: "k\(index)")
                #expect(first.status == .ok && first.text == second.text)
                #expect(await client.read(since: index + 1)["messages"] == first.parsed["messages"])
            }
            #expect(try await parlour.record(client.token) == parlour.record(whole.token))
        }
    }

    @Test("the same key says the same however late, and another text under it is not taken")
    func lateRepeat() async throws {
        try await withParlour { parlour in
            let chat = try await parlour.chat("ice-cream")
            _ = await chat.next()
            await chat.send("2", key: "k")
            let reply = await chat.next()
            await chat.send("1", key: "k")
            #expect(await chat.next()["text"] == reply["text"])
            #expect(await chat.say("no")["type"].text == "end")
            let late = await PostClient(parlour, token: chat.token).say("3", key: "k").parsed
            #expect(late["messages"][0]["text"] == reply["text"] && late["status"].text == "completed")
            #expect(try await parlour.record(chat.token).answers == ["flavour": "chocolate", "why": nil])
        }
    }

    @Test("two sessions may use the same key")
    func keysAreTheSessions() async throws {
        try await withParlour { parlour in
            for option in ["1", "2"] {
                let client = try await PostClient(parlour, "ice-cream")
                #expect(await client.say(option, key: "k").parsed["seq"].number == 2)
            }
        }
    }
}

/// Somebody who goes through `Definition.tour` and whose connection breaks off, with a program that does what the
/// documentation says: it keeps the token and the last number, and sends again what was not answered.
private struct Traveller {
    let parlour: Parlour
    let back: ChatCutTests.Return
    let cuts: Set<Int>
    var token = ""
    private var chat: ChatClient
    private var seen: [ParsedJSON] = []
    private var answered: Set<String> = []
    private var sentAgain: Set<String> = []

    /// - Parameter cuts: behind which moments the connection breaks off: 0 is the welcome, 1 the first message, and
    ///   from there on each sending and each reply is one.
    static func travel(
        _ parlour: Parlour, cutAfter cuts: Set<Int>, _ back: ChatCutTests.Return
    ) async throws -> Traveller {
        var traveller = Traveller(
            parlour: parlour, back: back, cuts: cuts, chat: try await parlour.chat("tour"))
        traveller.token = traveller.chat.token
        try await traveller.passed(0)
        await traveller.readAll()
        try await traveller.passed(1)
        for (index, text) in Definition.tourAnswers.enumerated() {
            let key = "k\(index)"
            await traveller.chat.send(text, key: key)
            if cuts.contains(2 * index + 2) {
                try await traveller.cut(owing: (text, key))
                if !traveller.answered.contains(key) {
                    traveller.sentAgain.insert(key)
                    await traveller.chat.send(text, key: key)
                }
            }
            while !traveller.answered.contains(key) {
                let frame = await traveller.chat.next()
                try #require(!frame.isNull, "no reply to \(text)")
                traveller.take(frame)
            }
            try await traveller.passed(2 * index + 3)
        }
        return traveller
    }

    private init(parlour: Parlour, back: ChatCutTests.Return, cuts: Set<Int>, chat: ChatClient) {
        self.parlour = parlour
        self.back = back
        self.cuts = cuts
        self.chat = chat
    }

    func expect(_ expected: SessionRecord, _ comment: Comment) async throws {
        #expect(try await parlour.record(token) == expected, comment)
        #expect(seen.map { $0["seq"].number } == Array(1...expected.transcript.count), comment)
    }

    private mutating func passed(_ point: Int) async throws {
        if cuts.contains(point) { try await cut(owing: nil) }
    }

    private mutating func cut(owing answer: (text: String, key: String)?) async throws {
        chat.vanish()
        switch back {
        case .sameProgram: break
        case .newProgram: try await parlour.restart()
        case .http:
            let client = PostClient(parlour, token: token)
            for message in await client.read(since: seen.count)["messages"].items { take(message) }
            if let (text, key) = answer, !answered.contains(key) {
                sentAgain.insert(key)
                for message in await client.say(text, key: key).parsed["messages"].items { take(message) }
            }
        }
        chat = try await parlour.chat("tour", "session=\(token)&since=\(seen.count)")
        await readAll()
    }

    /// Reads up to where the welcome says that the conversation is.
    private mutating func readAll() async {
        while seen.count < chat.welcome["seq"].number ?? 0 {
            let frame = await chat.next()
            guard !frame.isNull else { return }
            take(frame)
        }
    }

    private mutating func take(_ frame: ParsedJSON) {
        let key = frame["key"].text
        if let key { answered.insert(key) }
        guard let seq = frame["seq"].number, seq <= seen.count else { return seen.append(frame) }
        // Nothing comes twice, unless it was asked for twice.
        #expect(key.map(sentAgain.contains) == true, "\(frame) came twice")
        #expect(seen[seq - 1]["text"] == frame["text"])
    }
}
