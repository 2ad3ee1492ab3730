import Glibc
import Storage
import Web

/// `parley chat SURVEY`: takes a survey in the terminal.
enum ChatCommand {
    /// Opens the chat's WebSocket, for its first time or with the token of the session and the last message seen.
    typealias Dial = @Sendable (_ session: String?, _ since: Int?) async throws(ConnectFault) -> WebSocket

    /// Tries to connect again; with the pauses between them a minute and a half.
    static let attemptsMax = 15
    static let delayMax = Duration.seconds(8)

    private static let customer = Option(
        flag: "--customer", variable: "", placeholder: "ID", standard: "", about: "Who answers.")
    private static let invitation = Option(
        flag: "--invitation", variable: "", placeholder: "TOKEN", standard: "", about: "What lets them in.")
    private static let session = Option(
        flag: "--session", variable: "", placeholder: "TOKEN", standard: "", about: "The conversation to go on with.")
    private static let language = Option(
        flag: "--language", variable: "", placeholder: "TAG", standard: "", about: "Which language to talk in.")

    static func run(_ arguments: [String], _ environment: [String: String]) async throws(UsageError) -> ExitCode {
        let values = try OptionValues(
            arguments, environment: environment,
            options: [customer, invitation, session, language, ServerURL.option])
        guard values.operands.count == 1, Name.isValid(values.operands[0])
        else { throw UsageError(explanation: "chat: say the survey, such as 'parley chat ice-cream'") }
        let survey = values.operands[0]
        let url = try values.value(ServerURL.option, "an http or https URL", ServerURL.init)
        let client = WebSocketClient()
        let dial: Dial = { token, since throws(ConnectFault) in
            let destination = url.socket(
                "/api/surveys/\(survey)/chat",
                [
                    ("customer", values.given(customer)?.value), ("invitation", values.given(invitation)?.value),
                    ("session", token ?? values.given(session)?.value), ("since", since.map { "\($0)" }),
                    ("language", values.given(language)?.value),
                ])
            return try await client.connect(to: destination)
        }
        let (events, continuation) = AsyncStream.makeStream(of: ChatTalk.Event.self)
        do throws(StorageError) {
            let terminal = try ChatTerminal { line in continuation.yield(line.map { .said($0) } ?? .left) }
            let talk = ChatRun(terminal: terminal, dial: dial, events: events, continuation: continuation)
            let (code, token) = await talk.run()
            await client.stop()
            if let token {
                let place = values.given(ServerURL.option).map { " --url \($0.value)" } ?? ""
                OutputText.standardError.write(
                    "parley: to go on: parley chat \(survey) --session \(token)\(place)\n")
            }
            return code
        } catch {
            return Program.fail(error)
        }
    }
}

/// One run of `parley chat`: does what the talk decides.
struct ChatRun {
    let terminal: ChatTerminal
    let dial: ChatCommand.Dial
    let events: AsyncStream<ChatTalk.Event>
    let continuation: AsyncStream<ChatTalk.Event>.Continuation
    var pause: @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }

    /// Talks until the end; returns how it went, and the token to come back with if there is something to go on with.
    func run() async -> (ExitCode, String?) {
        var talk = ChatTalk(keys: String(UInt64.random(in: .min ... .max), radix: 36))
        var socket: WebSocket
        do throws(ConnectFault) {
            socket = try await dial(nil, nil)
        } catch {
            terminal.tell(error.told, atPrompt: false)
            return (.failed, nil)
        }
        listen(to: socket)
        var awaitsLine = false
        // Tries to connect since the bot last said something new: a connection that is lost at once is no success.
        var attempts = 0
        for await event in events {
            if case .said(let line) = event {
                terminal.took(line)
                awaitsLine = false
            } else if event == .left {
                terminal.took(nil)
            }
            let seen = talk.seen
            let effects = talk.take(event)
            if talk.seen > seen { attempts = 0 }
            for effect in effects {
                switch effect {
                case .show(let text): terminal.show(text)
                case .tell(let text): terminal.tell(text, atPrompt: awaitsLine)
                case .ask:
                    terminal.ask(again: awaitsLine)
                    awaitsLine = true
                case .send(let said): await socket.send(said.json)
                case .reconnect:
                    switch await reconnect(talk, &attempts) {
                    case .success(let next):
                        socket = next
                        listen(to: next)
                    case .failure(let fault): continuation.yield(.gaveUp(fault.told))
                    }
                case .leave(let code, let canReturn):
                    socket.close()
                    return (code, canReturn ? talk.session : nil)
                }
            }
        }
        return (.failed, talk.session)
    }

    private func listen(to socket: WebSocket) {
        Task { [continuation] in
            for await message in socket.messages {
                guard let frame = ChatFrame(message.bytes) else { continue }
                continuation.yield(.heard(frame))
            }
            let closure = await socket.closure
            let reason = closure?.reason ?? ""
            continuation.yield(.lost(reason.isEmpty ? "code \(closure?.code.rawValue ?? 1006)" : reason))
        }
    }

    /// Connects again with the session's token: at once, then after pauses that double from a quarter of a second.
    private func reconnect(_ talk: ChatTalk, _ attempts: inout Int) async -> Result<WebSocket, ConnectFault> {
        while true {
            attempts += 1
            if attempts > 1 {
                await pause(min(.milliseconds(250 << min(attempts - 2, 10)), ChatCommand.delayMax))
            }
            do throws(ConnectFault) {
                return .success(try await dial(talk.session, talk.seen))
            } catch {
                guard error.mayPass, attempts < ChatCommand.attemptsMax else { return .failure(error) }
            }
        }
    }
}

extension ConnectFault {
    /// Whether trying again may help: a server that is starting or busy, not one that refuses.
    fileprivate var mayPass: Bool {
        switch self {
        case .unreachable, .timedOut, .closed: true
        case .handshake(.refused(let status, _)): status.code == 429 || status.code >= 500
        case .hostUnknown, .trust, .tls, .stopped, .handshake: false
        }
    }
}
