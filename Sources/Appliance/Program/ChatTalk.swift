import Outbound

/// A survey's conversation from the customer's side: what was heard, and what was said and not yet answered.
///
/// It decides, and does nothing: `ChatCommand` has the terminal and the network.
struct ChatTalk: Equatable, Sendable {
    enum Event: Equatable, Sendable {
        case heard(ChatFrame)
        /// A line of the customer's.
        case said(String)
        /// The customer has nothing more to say.
        case left
        /// The connection ended, and why.
        case lost(String)
        /// No connection could be made again, and why.
        case gaveUp(String)
    }

    enum Effect: Equatable, Sendable {
        /// The bot's words.
        case show(String)
        /// The program's own.
        case tell(String)
        /// Waits for a line; again while one is awaited only asks again.
        case ask
        /// Sent if there is a connection; if not, the talk sends it again once there is.
        case send(Said)
        case reconnect
        /// The end. `canReturn`: there is a session to come back to.
        case leave(ExitCode, canReturn: Bool)
    }

    /// An answer under way. The server counts a key once, however often it is sent.
    struct Said: Equatable, Sendable {
        let text: String
        let key: String
        /// What was asked when it was said.
        let question: String?

        var json: String {
            var writer = JSONWriter(capacity: text.utf8.count + 96)
            writer.open()
            writer.field("type", "answer")
            writer.field("text", text)
            writer.field("key", key)
            if let question { writer.field("question", question) }
            writer.close()
            return writer.text
        }
    }

    /// The token of the session, once the server has named it.
    private(set) var session: String?
    /// Number of the newest bot message that was shown.
    private(set) var seen = 0
    private(set) var unanswered: Said?
    private let keys: String
    private var count = 0
    private var question: String?
    private var isAsking = false

    /// - Parameter keys: what answers' keys begin with; new for each run, since a session outlives it.
    init(keys: String) { self.keys = keys }

    mutating func take(_ event: Event) -> [Effect] {
        switch event {
        case .heard(let frame): return hear(frame)
        case .said(let text):
            count += 1
            isAsking = false
            let said = Said(text: text, key: "\(keys)-\(count)", question: question)
            unanswered = said
            return [.send(said)]
        case .left: return [.leave(.done, canReturn: session != nil)]
        case .lost(let why):
            guard session != nil else { return [.tell(why), .leave(.failed, canReturn: false)] }
            return [.tell("the connection was lost: \(why)"), .reconnect]
        case .gaveUp(let why): return [.tell(why), .leave(.failed, canReturn: session != nil)]
        }
    }

    private mutating func hear(_ frame: ChatFrame) -> [Effect] {
        switch frame.type {
        case "session":
            session = frame.session ?? session
            // Numbered higher than what was shown, the reply to it is already on its way here.
            if let unanswered, frame.seq ?? 0 <= seen { return [.send(unanswered)] }
            return isAsking ? [.ask] : []
        case "question", "paused", "end":
            // An answer sent twice may be answered twice, by the same message.
            if let number = frame.seq {
                guard number > seen else { return [] }
                seen = number
            }
            unanswered = nil
            question = frame.question?.id
            isAsking = frame.type == "question"
            let shown = Effect.show(frame.text ?? "")
            return [shown, isAsking ? .ask : .leave(.done, canReturn: frame.type == "paused")]
        case "error":
            let told = Effect.tell(frame.text ?? frame.code ?? "the server reports an error")
            guard session != nil else { return [told, .leave(.failed, canReturn: false)] }
            guard unanswered != nil else { return [told] }
            unanswered = nil
            isAsking = true
            return [told, .ask]
        case "taken_over":
            return [.tell(frame.text ?? "the conversation goes on elsewhere"), .leave(.done, canReturn: false)]
        default:
            return []
        }
    }
}
