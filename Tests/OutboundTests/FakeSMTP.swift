import Synchronization

/// A mail server on loopback that answers by a closure, and keeps what it was sent.
final class FakeSMTP: Sendable {
    /// What to do about a command.
    enum Reply: Sendable {
        case say(String)
        case hangUp
    }

    struct Letter: Sendable {
        var commands: [String]
        var message: String
    }

    private let server: FakeServer
    private let log: Recorder<Letter>

    /// - Parameters:
    ///   - extensions: what EHLO offers.
    ///   - reply: for each command, and for `<message>` once the message is there; nil for the usual answer.
    init(extensions: [String] = [], _ reply: @escaping @Sendable (String) -> Reply? = { _ in nil }) {
        let log = Recorder<Letter>()
        self.log = log
        server = FakeServer { connection in
            var commands: [String] = []
            guard case .say(let greeting) = reply("<greeting>") ?? .say("220 fake") else { return }
            connection.write(greeting + "\r\n")
            while let line = connection.read(until: "\r\n")?.dropLast(1) {
                let command = String(line)
                commands.append(command)
                switch reply(command) {
                case .hangUp?: return
                case .say(let text)?:
                    connection.write(text + "\r\n")
                    guard text.hasPrefix("354") else { continue }
                case nil: connection.write(Self.usual(command, extensions) + "\r\n")
                }
                guard command == "DATA" else { continue }
                guard let message = connection.read(until: "\r\n.\r\n") else { return }
                log.add(Letter(commands: commands, message: message))
                commands = []
                guard case .say(let end) = reply("<message>") ?? .say("250 queued") else { return }
                connection.write(end + "\r\n")
            }
        }
    }

    private static func usual(_ command: String, _ extensions: [String]) -> String {
        switch command.prefix(4) {
        case "EHLO": (["250-fake"] + extensions.map { "250-\($0)" } + ["250 HELP"]).joined(separator: "\r\n")
        case "DATA": "354 go on"
        case "AUTH": "334 "
        case "MAIL", "RCPT", "RSET": "250 ok"
        case "QUIT": "221 bye"
        default: "235 welcome"  // what follows AUTH
        }
    }

    var url: String { "smtp://127.0.0.1:\(server.port)" }
    var connections: Int { server.accepted }
    var letters: [Letter] { log.items }
}
