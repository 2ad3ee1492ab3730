/// What was said between libcurl and a mail server: which command was refused, and for which recipient.
struct SMTPDialogue: Sendable, Equatable {
    enum Step: Sendable, Equatable {
        case greeting, hello, startTLS, login, sender, recipient(String), data, message, farewell
    }

    struct Reply: Sendable, Equatable {
        var step: Step
        var code: Int
        var text: String
    }

    /// Characters kept of one reply; servers write an explanation and a link.
    private static let textMax = 300

    private(set) var step = Step.greeting
    /// The last complete reply but that to a farewell.
    private(set) var last: Reply?
    /// Recipients that the server took, in order.
    private(set) var accepted: [String] = []
    /// Its replies to recipients that it did not take.
    private(set) var refused: [Reply] = []
    /// The server asked for the message (354): from here on it may have taken it.
    private(set) var messageStarted = false

    mutating func sent(_ bytes: some Collection<UInt8>) {
        let line = String(decoding: bytes.prefix(while: { $0 != 0x0d && $0 != 0x0a }), as: UTF8.self)
        let verb = line.prefix { $0 != " " }.uppercased()
        switch verb {
        case "EHLO", "HELO": step = .hello
        case "STARTTLS": step = .startTLS
        case "AUTH": step = .login
        case "MAIL": step = .sender
        case "RCPT": step = .recipient(Self.address(in: line))
        case "DATA": step = .data
        case "QUIT", "RSET": step = .farewell
        default: break  // the answers of a login, which is still the same step
        }
    }

    mutating func received(_ bytes: some Collection<UInt8>) {
        for line in bytes.split(separator: 0x0a) {
            let text = String(decoding: line.prefix { $0 != 0x0d }, as: UTF8.self)
            guard text.utf8.count >= 3, let code = Int(text.prefix(3)), (200...599).contains(code) else { continue }
            guard text.dropFirst(3).first != "-" else { continue }
            hear(Reply(step: step, code: code, text: String(text.prefix(Self.textMax))))
        }
    }

    private mutating func hear(_ reply: Reply) {
        if reply.step == .farewell { return }  // says nothing about the mail
        last = reply
        switch (reply.step, reply.code) {
        case (.recipient(let address), 200..<300): accepted.append(address)
        case (.recipient, 400...): refused.append(reply)
        case (.data, 354):
            messageStarted = true
            step = .message
        default: break
        }
    }

    /// The reply for which nothing was sent; nil when the server refused nothing, or took at least one recipient.
    var refusal: Reply? {
        guard accepted.isEmpty || last?.step == .data || last?.step == .message else { return nil }
        if !refused.isEmpty, accepted.isEmpty { return refused.first { $0.code < 500 } ?? refused[0] }
        return last.flatMap { $0.code >= 400 ? $0 : nil }
    }

    private static func address(in line: String) -> String {
        guard let open = line.firstIndex(of: "<"), let close = line.lastIndex(of: ">"), open < close else {
            return line
        }
        return String(line[line.index(after: open)..<close])
    }
}
