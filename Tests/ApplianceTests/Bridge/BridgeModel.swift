@testable import Appliance

/// What OurAPI should hold, from the pages that BigChat handed over: no bridge, no calls, no order of doing.
struct BridgeModel {
    struct Message: Hashable {
        /// Unix seconds.
        let at: Int64
        let text: String
        /// When its page was asked for, by the steady clock.
        let heardAt: Int64

        fileprivate var key: String { "\(at) \(text)" }
    }

    struct Chat {
        /// Unix seconds, of its START; nil where none was told of.
        var startedAt: Int64?
        /// Unix seconds, of the first END.
        var endedAt: Int64?
        /// To whom it was transferred last.
        var advisor: Int64?
        /// When the page with that transfer was asked for, by the steady clock.
        var transferredAt: Int64 = 0
        /// In order, without those that OurAPI refuses.
        var messages: [Message] = []
        var refused = 0
    }

    var chats: [Int64: Chat] = [:]
    /// What was no event.
    var aside = 0
    var events = 0

    init(_ pages: [FakeBigChat.HandedPage]) {
        var heard: [Int64: [(event: StoredEvent, at: Int64)]] = [:]
        var known: Set<String> = [], counts: [BridgeEvent: Int] = [:]
        for page in pages {
            aside += page.malformed
            if page.page == 0 { counts = [:] }
            for event in page.events {
                // Windows that overlap tell of the same things: known by content and number within the poll.
                counts[event, default: 0] += 1
                guard known.insert("\(event) \(counts[event, default: 0])").inserted else { continue }
                events += 1
                let number = Int64(heard[event.conversation]?.count ?? 0) + 1
                heard[event.conversation, default: []].append((StoredEvent(number: number, event: event), page.at))
            }
        }
        chats = heard.mapValues { Self.chat($0.sorted { $0.event < $1.event }) }
    }

    private static func chat(_ events: [(event: StoredEvent, at: Int64)]) -> Chat {
        var chat = Chat()
        for (stored, heardAt) in events {
            let at = stored.event.at
            switch stored.event.content {
            case .start: chat.startedAt = chat.startedAt ?? at
            case .end: chat.endedAt = chat.endedAt ?? at
            case .transfer(_, let to): (chat.advisor, chat.transferredAt) = (to, heardAt)
            case .message(let text):
                let text = trimmed(text)
                if text.unicodeScalars.count < 2 {
                    chat.refused += 1
                } else {
                    chat.messages.append(.init(at: at, text: text, heardAt: heardAt))
                }
            }
        }
        return chat
    }

    static func trimmed(_ text: String) -> String {
        let isSpace: (Character) -> Bool = \.isWhitespace
        return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}

extension BridgeModel {
    /// Messages that one was given more often than the other.
    private static func surplus(_ left: [Message], over right: [Message]) -> [String] {
        var count: [String: Int] = [:]
        for message in right { count[message.key, default: 0] += 1 }
        return left.compactMap { message in
            count[message.key, default: 0] -= 1
            return count[message.key, default: 0] < 0 ? message.key : nil
        }
    }

    /// Every difference between what is there and what should be there; empty when OurAPI is as it should be.
    ///
    /// - Parameters:
    ///   - startedAt: when a conversation began, as BigChat says, whose START was not told of.
    ///   - agents: who may have a chat: a name or an address among them will do, nobody where they are empty.
    func differences(
        from store: FakeOurAPI.Store, startedAt: (Int64) -> Int64?,
        agents: (Int64, Chat) -> [BridgeAdvisor.Person]
    ) -> [String] {
        var differences: [String] = []
        let known = Set(chats.keys.map(String.init))
        for chat in store.chats where !known.contains(chat.externalID) {
            differences.append("\(chat.externalID): nobody told of it")
        }
        if Set(store.agents.map(\.person.email)).count < store.agents.count {
            differences.append("an agent twice")
        }
        for (id, wanted) in chats.sorted(by: { $0.key < $1.key }) {
            guard let there = store.chats.first(where: { $0.externalID == "\(id)" }) else {
                differences.append("\(id): missing")
                continue
            }
            if there.startedAt != wanted.startedAt ?? startedAt(id) {
                differences.append("\(id): started at \(there.startedAt), not \(wanted.startedAt ?? startedAt(id) ?? -1)")
            }
            if there.endedAt != wanted.endedAt {
                differences.append("\(id): ended at \(there.endedAt ?? -1), not \(wanted.endedAt ?? -1)")
            }
            differences += agentDifferences(id, there, in: store, agents(id, wanted))
            differences += messageDifferences(id, there, wanted)
        }
        return differences
    }

    private func agentDifferences(
        _ id: Int64, _ there: FakeOurAPI.Chat, in store: FakeOurAPI.Store, _ wanted: [BridgeAdvisor.Person]
    ) -> [String] {
        let agent = there.agent.map { agent in store.agents.first { $0.id == agent } }
        switch agent {
        case nil: return wanted.isEmpty ? [] : ["\(id): nobody has it, not \(wanted.map(\.email))"]
        case .some(nil): return ["\(id): an agent who does not exist"]
        case .some(.some(let agent)):
            let isRight = wanted.contains { $0.email == agent.person.email || $0.name == agent.person.name }
            return isRight ? [] : ["\(id): \(agent.person.email) has it, not \(wanted.map(\.email))"]
        }
    }

    /// Messages are as they should be, and none stands before one that is older and was known when it was sent.
    private func messageDifferences(_ id: Int64, _ there: FakeOurAPI.Chat, _ wanted: Chat) -> [String] {
        let posted = there.messages.map { Message(at: $0.sentAt, text: $0.text, heardAt: $0.postedAt) }
        let missing = Self.surplus(wanted.messages, over: posted), surplus = Self.surplus(posted, over: wanted.messages)
        if !missing.isEmpty || !surplus.isEmpty { return ["\(id): lacks \(missing), has beyond them \(surplus)"] }
        var places: [String: [Int]] = [:]
        for (place, message) in wanted.messages.enumerated() { places[message.key, default: []].append(place) }
        let order = posted.map { places[$0.key]?.removeFirst() ?? 0 }
        for (index, later) in order.enumerated() {
            for earlier in order[(index + 1)...] where earlier < later {
                // What is posted was read from the tables some time before, at the beginning of its lane's run.
                if wanted.messages[earlier].heardAt + Self.runMs < posted[index].heardAt {
                    return ["\(id): \(posted[index].key) was sent before \(wanted.messages[earlier].key)"]
                }
            }
        }
        return []
    }

    /// Longer than a page takes to be stored, wait for the last page of its poll, and a lane to run. Milliseconds.
    private static let runMs: Int64 = 120_000
}
