import Outbound
import Storage

/// A dry run: what a window would cause, found by running the lanes against an OurAPI that agrees to everything.
///
/// BigChat is really asked, OurAPI is not: what it has is taken from our own record.
struct Rehearsal: Sendable {
    /// Pages of one rehearsal: somebody waits for it.
    static let pagesMax = 20
    /// Operations that are told, and those of one conversation more; what is beyond is only counted.
    static let operationsMax = 500

    /// Questions about conversations and advisors.
    static let questionsMax = 100

    let database: Database
    let bigChat: BigChat
    let source: String
    let now: WallClock

    func run(_ window: PollWindow) async throws(StorageError) -> DryRun {
        var result = DryRun()
        var lanes: [Int64: [IdentifiedPage.Entry]] = [:], order: [Int64] = []
        var occurrences = Occurrences(), seen: Set<String> = [], page = 0
        var url: String? = BigChat.eventsURL(base: source, from: window.from, until: window.until)
        while let asked = url {
            switch await read(asked) {
            case .failed(let failure):
                result.failure = .init(code: failure.code, detail: failure.detail, at: now())
                url = nil
            case .said(let content):
                let identified = IdentifiedPage(content, &occurrences)
                result.aside += identified.aside.count
                for entry in identified.entries {
                    if lanes[entry.event.conversation] == nil { order.append(entry.event.conversation) }
                    lanes[entry.event.conversation, default: []].append(entry)
                }
                seen.insert(asked)
                let ending = PageEnding.after(
                    next: content.nextPageURL, page: page, seen: seen, place: { BigChat.page($0, at: source) })
                page += 1
                url = if case .next(let next) = ending { next } else { nil }
                if url != nil, page >= Self.pagesMax {
                    result.failure = tooMuch
                    url = nil
                }
            }
        }
        var known = Known()
        for id in order {
            if result.failure == nil, result.operations.count >= Self.operationsMax { result.failure = tooMuch }
            try await rehearse(id, lanes[id] ?? [], &known, &result)
        }
        return result
    }

    /// What BigChat was asked on the way.
    private struct Known {
        var advisors: [Int64: BridgeAdvisor] = [:]
        var questions = 0
    }

    private var tooMuch: BridgeState.Failure {
        .init(
            code: "too_much", detail: "The window holds more than one dry run tells; ask for a part of it.", at: now())
    }

    /// Nil where there is no answer, which ends the rehearsal.
    private func ask<Value>(
        _ known: inout Known, _ result: inout DryRun, _ question: () async -> BigChat.Answer<Value>
    ) async -> Value? {
        known.questions += 1
        guard known.questions <= Self.questionsMax else {
            result.failure = tooMuch
            return nil
        }
        switch await question() {
        case .said(let value): return value
        case .failed(let failure):
            result.failure = .init(code: failure.code, detail: failure.detail, at: now())
            return nil
        }
    }

    private func read(_ url: String) async -> BigChat.Answer<SourcePage> {
        switch await bigChat.page(url) {
        case .failed(let failure): return .failed(failure)
        case .said(let bytes):
            guard let page = SourcePage(bytes) else {
                return .failed(.init(code: "json_unreadable", detail: "The answer is no page of events."))
            }
            return .said(page)
        }
    }

    private func rehearse(
        _ id: Int64, _ entries: [IdentifiedPage.Entry], _ known: inout Known, _ result: inout DryRun
    ) async throws(StorageError) {
        let (load, unknown) = try await database.read { snapshot throws(StorageError) in
            var unknown: [IdentifiedPage.Entry] = []
            for entry in entries where try !snapshot.isKnown(entry) { unknown.append(entry) }
            return (try snapshot.laneLoad(id), unknown)
        }
        result.events += unknown.count
        result.known += entries.count - unknown.count
        guard result.failure == nil, !unknown.isEmpty else { return }
        var conversation = load?.conversation ?? BridgeConversation(id: id)
        if load == nil {
            guard let said = await ask(&known, &result, { await bigChat.conversation(source, id) }) else { return }
            conversation.startedAt = said?.startedAt
            conversation.advisor = said?.advisor
        }
        for (id, advisor) in load?.advisors ?? [:] { known.advisors[id] = advisor }
        // Numbers far above those that are given, so that the order among the new ones is kept.
        let pending = unknown.enumerated().map { StoredEvent(number: .max / 2 + Int64($0), event: $1.event) }
        while true {
            var lane = Lane(
                conversation, pending: (load?.pending ?? []) + pending, made: [], mustVerify: false,
                advisors: known.advisors, agents: load?.agents ?? [:])
            var operations: [DryRun.Operation] = []
            guard case .waits(let advisor) = pretend(&lane, id, &operations), known.advisors[advisor] == nil else {
                result.operations += operations
                return
            }
            guard let person = await ask(&known, &result, { await bigChat.advisor(source, advisor) }) else { return }
            known.advisors[advisor] = BridgeAdvisor(id: advisor, person: person)
        }
    }

    /// Runs a lane against an OurAPI that has nothing but what we know of, and agrees to everything.
    private func pretend(_ lane: inout Lane, _ id: Int64, _ operations: inout [DryRun.Operation]) -> Lane.End {
        while true {
            switch lane.next() {
            case .loadMade: lane.load(made: [])
            case .ended(let end): return end
            case .call(let call):
                if let text = call.inWords {
                    operations.append(.init(conversation: id, operation: call.name, text: text))
                }
                lane.heard(call.agreement, to: call)
            }
        }
    }
}

extension Snapshot {
    fileprivate borrowing func isKnown(_ entry: IdentifiedPage.Entry) throws(StorageError) -> Bool {
        try first(
            "SELECT 1 FROM bridge_event WHERE conversation = ? AND fingerprint = ? AND occurrence = ?",
            .integer(entry.event.conversation), .text(entry.fingerprint), .integer(entry.occurrence)
        ) { _ in true } ?? false
    }
}

extension OurAPICall {
    /// What it changes, for people; nil: nothing.
    fileprivate var inWords: String? {
        switch self {
        case .findAgents, .findChats, .listMessages: nil
        case .createAgent(let person): "make the agent \(person.name) <\(person.email)>"
        case .createChat(let externalID, let startedAt, let agent, let endedAt):
            "make the chat of conversation \(externalID), begun \(time(startedAt))"
                + (agent.map { " with the agent \($0)" } ?? " without an agent")
                + (endedAt.map { ", ended \(time($0))" } ?? "")
        case .updateChat(let chat, let startedAt, let agent, let endedAt):
            "change the chat \(chat):"
                + (startedAt.map { " begun \(time($0))" } ?? "") + (agent.map { " agent \($0)" } ?? "")
                + (endedAt.map { " ended \(time($0))" } ?? "")
        case .postMessage(let chat, let sentAt, let text):
            "add to the chat \(chat) the message of \(time(sentAt)): \(text.prefix(100))"
        }
    }

    private func time(_ seconds: Int64) -> String { Timestamp(Timestamp.seconds(seconds)).iso8601 }

    /// What an OurAPI says that has nothing yet and does everything.
    fileprivate var agreement: OurAPIAnswer {
        switch self {
        case .findAgents: .agents([])
        case .findChats: .chats([])
        case .listMessages: .messages([])
        case .createAgent(let person): .created("(new: \(person.name))")
        case .createChat(let externalID, _, _, _): .created("(new: \(externalID))")
        case .updateChat, .postMessage: .done
        }
    }
}
