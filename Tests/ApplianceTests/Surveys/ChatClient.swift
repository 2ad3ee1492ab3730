import Testing

@testable import Appliance
@testable import Web

/// A customer's program at a WebSocket, which keeps what it has been told.
struct ChatClient: Sendable {
    let socket: WebSocket
    /// The first frame: who this is and where they are.
    let welcome: ParsedJSON

    init(_ socket: WebSocket) async throws {
        self.socket = socket
        var messages = socket.messages.makeAsyncIterator()
        welcome = ParsedJSON(try #require(await messages.next()).bytes)
    }

    var token: String { welcome["session"].text ?? "" }

    func send(_ text: String) async { await socket.send(text) }

    func send(_ text: String, key: String? = nil, question: String? = nil) async {
        var frame = ["type": "answer", "text": text]
        frame["key"] = key
        frame["question"] = question
        await socket.send(JSON.text(frame))
    }

    /// The next frame; null when there is none any more.
    func next() async -> ParsedJSON {
        var messages = socket.messages.makeAsyncIterator()
        guard let message = await messages.next() else { return ParsedJSON(.null) }
        return ParsedJSON(message.bytes)
    }

    /// Says something and returns what is said to it.
    func say(_ text: String) async -> ParsedJSON {
        await send(text)
        return await next()
    }

    /// Says all of it, and returns the last that is said to it.
    func say(_ texts: [String]) async -> ParsedJSON {
        var last = ParsedJSON(.null)
        for text in texts { last = await say(text) }
        return last
    }

    /// The frames until the socket ends, and by which code that was.
    func rest() async -> (frames: [ParsedJSON], code: WebSocket.CloseCode?) {
        var frames: [ParsedJSON] = []
        for await message in socket.messages { frames.append(ParsedJSON(message.bytes)) }
        return (frames, await socket.closure?.code)
    }

    /// Is gone, as one whose battery is empty.
    func vanish() {
        let socket = socket
        socket.loop.perform { socket.breakOff() }
    }
}

/// The same over HTTP.
struct PostClient {
    let parlour: Parlour
    let token: String
    /// What beginning answered.
    let begun: ParsedJSON

    init(_ parlour: Parlour, _ survey: String, _ wish: String = "{}", headers: Headers = [:]) async throws {
        self.parlour = parlour
        let answer = await parlour.ask(.post, "/api/surveys/\(survey)/sessions", wish, headers: headers)
        begun = answer.parsed
        token = try #require(begun["session"].text, "\(answer.text)")
    }

    init(_ parlour: Parlour, token: String) {
        self.parlour = parlour
        self.token = token
        begun = ParsedJSON(.null)
    }

    @discardableResult
    func say(_ text: String, key: String? = nil, question: String? = nil) async -> Answer {
        var answer = ["text": text]
        answer["key"] = key
        answer["question"] = question
        return await parlour.ask(.post, "/api/sessions/\(token)/answers", JSON.text(answer))
    }

    func read(since seq: Int = 0) async -> ParsedJSON {
        await parlour.ask(.get, "/api/sessions/\(token)?since=\(seq)").parsed
    }
}
