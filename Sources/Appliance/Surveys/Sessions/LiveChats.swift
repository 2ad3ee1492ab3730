import Synchronization
import Web

/// The WebSocket that shows each conversation: at most one, the newest.
final class LiveChats: Sendable {
    private let chats = Mutex<[String: LiveChat]>([:])

    /// Makes `chat` the one that shows its session. The one before it is told and closed.
    func enter(_ chat: LiveChat) {
        let before = chats.withLock { $0.updateValue(chat, forKey: chat.right.session) }
        before?.yield()
    }

    func leave(_ chat: LiveChat) {
        chats.withLock { chats in
            if chats[chat.right.session] === chat { chats[chat.right.session] = nil }
        }
    }

    func chat(showing session: String) -> LiveChat? { chats.withLock { $0[session] } }

    var count: Int { chats.withLock { $0.count } }
}

/// One WebSocket that shows a conversation.
final class LiveChat: Sendable {
    let right: SessionRight
    let socket: WebSocket
    let format: ChatFormat
    /// Said when another connection takes the conversation over.
    private let farewell: String
    /// The last message this socket was sent; nil until it has been told where the conversation is.
    private let shown = Mutex<Int?>(nil)

    init(right: SessionRight, socket: WebSocket, format: ChatFormat, farewell: String) {
        self.right = right
        self.socket = socket
        self.format = format
        self.farewell = farewell
    }

    /// Sends those messages that this socket has not seen, and ends it behind the last one of the conversation.
    ///
    /// - Returns: false, and nothing is sent, when messages before these are missing.
    func show(_ standing: Standing) -> Bool {
        shown.withLock { shown in
            // What happens before it begins is what it begins with, or catches up on.
            guard let last = shown else { return true }
            if leaveOut(unless: standing.session.right) { return true }
            let news = standing.turns.filter { $0.seq > last }
            guard let first = news.first, let newest = news.last else { return true }
            guard first.seq == last + 1 else { return false }
            for turn in news { socket.push(format.message(turn, of: standing)) }
            shown = newest.seq
            if newest.message.kind != .question { socket.close() }
            return true
        }
    }

    /// Sends once more what was said to an answer that came again: its number tells the client that it is none of a
    /// kind, and who asks twice wants to hear it twice.
    ///
    /// - Returns: false, and nothing is sent, when this socket has not had it yet.
    func showAgain(_ standing: Standing) -> Bool {
        guard let newest = standing.turns.last, newest.seq <= seq else { return false }
        for turn in standing.turns { socket.push(format.message(turn, of: standing)) }
        return true
    }

    /// Number of the last message that was sent here.
    var seq: Int { shown.withLock { $0 ?? 0 } }

    /// Sends what is no part of the conversation.
    func say(_ type: String, code: String, _ text: String) { socket.push(format.notice(type, code: code, text)) }

    /// Sends what whoever comes in asks for, part by part, as fast as they read.
    ///
    /// - Parameter more: the part after a number.
    func begin(
        _ standing: Standing, token: String, more: (_ seq: Int) async throws -> Standing
    ) async throws {
        if let welcome = format.welcome(standing, token: token) { await socket.send(welcome) }
        var standing = standing
        for turn in standing.turns { await socket.send(format.message(turn, of: standing)) }
        while standing.isCut, let last = standing.turns.last {
            standing = try await more(last.seq)
            for turn in standing.turns { await socket.send(format.message(turn, of: standing)) }
        }
        let seq = standing.turns.last?.seq ?? standing.session.turns
        shown.withLock { $0 = seq }
    }

    /// Ends if it was opened by less than what the conversation needs by now.
    ///
    /// - Returns: whether it does.
    @discardableResult
    func leaveOut(unless right: SessionRight) -> Bool {
        guard right != self.right else { return false }
        socket.close(.policyViolation, "session.unknown")
        return true
    }

    /// Ends because another connection shows the conversation now.
    fileprivate func yield() {
        socket.push(format.notice("taken_over", farewell))
        socket.close(.takenOver, "taken over by another connection")
    }
}
