/// One conversation on its way into OurAPI: what is wanted, what is there, and what to do next.
///
/// Pure: `next` says what to do, `heard` takes the answer. Whoever runs it performs the calls one after the other and
/// stores the report at the end, whatever the end was: the report holds at any moment, but for a call that was begun
/// and whose answer was not `heard`. A run ends after a bounded number of calls, whatever the answers are.
///
/// The order of things: where in doubt, what OurAPI has; the chat; what it lacks of what it had confirmed; the events.
struct Lane: Sendable {
    enum Next: Hashable, Sendable {
        case call(OurAPICall)
        /// Every event of the conversation is needed, not only what is pending: call `load(made:)` and ask again.
        case loadMade
        case ended(End)
    }

    enum End: Hashable, Sendable {
        /// All events that were given are settled.
        case done
        /// BigChat has to be asked who this advisor is.
        case waits(advisor: Int64)
        /// It may go better later. `mayHaveArrived`: the next run has to verify.
        case failed(OurAPIAnswer.Failure)
        /// It will not go better by itself: nothing of this conversation can be made.
        case refused(code: String, detail: String)
    }

    /// What a call is for.
    private enum Purpose: Hashable {
        case looking
        case making(LanePlan)
        case mending(LanePlan)
        case listing
        case reposting(StoredEvent)
        case applying(StoredEvent, for: BridgeAdvisor.Person?)
        case searching(BridgeAdvisor.Person)
        case enrolling(BridgeAdvisor.Person)
    }

    /// Failures that are met at once. An OurAPI that fails more often is left alone for a while.
    static let failuresMax = 2
    /// Calls of a run, besides those for its events.
    static let callsBesides = 64
    /// A transfer can take five: two searches, the creation, a failure, the transfer.
    static let callsPerEvent = 4

    private(set) var report: LaneReport

    private let conversation: BridgeConversation
    private let advisors: [Int64: BridgeAdvisor]
    private let eventCount: Int
    private var pending: ArraySlice<StoredEvent>
    private var messages: LaneMessages
    private var agents: LaneAgents

    private var upcoming = Next.ended(.done)
    private var purpose = Purpose.looking
    private var end: End?
    private var calls = 0
    private var failures = 0

    /// OurAPI has to be asked for the chat.
    private var isChatInDoubt: Bool
    /// The chat as OurAPI has it, while it has not been brought to how it should be.
    private var found: OurAPIAnswer.Chat?
    /// What OurAPI said when it would not make the chat as there is one already.
    private var duplicate: String?
    /// OurAPI has to be asked for the messages.
    private var areMessagesInDoubt = false
    /// An update may have arrived, or not.
    private var isUpdateInDoubt = false
    /// Made or compared in this run: the chat, its messages.
    private var isChatKnown = false
    private var areMessagesKnown = false
    /// The chat came into being in this run.
    private var isNew = false

    /// - Parameters:
    ///   - pending: in any order.
    ///   - made: messages that OurAPI is said to have; nil: not loaded. What is not `made` is passed over.
    ///   - mustVerify: whether OurAPI may hold more or less than our record says.
    ///   - advisors: of the conversation and of its transfers, as far as BigChat was asked.
    ///   - agents: of those advisors and of the chat, by e-mail address.
    init(
        _ conversation: BridgeConversation, pending: [StoredEvent], made: [StoredEvent]?, mustVerify: Bool,
        advisors: [Int64: BridgeAdvisor], agents: [String: BridgeAgent]
    ) {
        self.conversation = conversation
        self.pending = pending.sorted()[...]
        self.advisors = advisors
        self.agents = LaneAgents(agents)
        eventCount = pending.count
        // A chat that was never made has no messages.
        messages = LaneMessages(made ?? (conversation.made.wasMade ? nil : []))
        isChatInDoubt = mustVerify && (conversation.made.wasMade || !pending.isEmpty)
        report = LaneReport(conversation: conversation.id, standing: conversation.made)
        advance()
    }

    func next() -> Next { upcoming }

    mutating func load(made: [StoredEvent]) {
        messages.load(made)
        advance()
    }

    mutating func heard(_ answer: OurAPIAnswer, to call: OurAPICall) {
        calls += 1
        if upcoming == .call(call) {
            switch answer {
            case .failed(let failure): missed(failure)
            case .refused(let status, let detail): refused(status, detail)
            default: take(answer)
            }
        }
        advance()
    }
}

// What comes next.
extension Lane {
    private mutating func advance() {
        upcoming = decided()
        if case .call = upcoming, calls >= eventCount * Self.callsPerEvent + messages.earlierCount + Self.callsBesides {
            stop(
                .init(
                    code: "calls_exceeded", detail: "OurAPI's answers lead nowhere.", mayHaveArrived: false,
                    wasAnswered: true))
            upcoming = decided()
        }
        tell()
    }

    private mutating func decided() -> Next {
        if let end { return .ended(end) }
        if isChatInDoubt { return call(.findChats(externalID: String(conversation.id)), .looking) }
        if standing.chat == nil || found != nil {
            guard standing.wasMade || !pending.isEmpty else { return .ended(.done) }
            guard messages.isLoaded else { return .loadMade }
            if let next = nextForChat() { return next }
        }
        guard let chat = standing.chat else { return .ended(.done) }
        if areMessagesInDoubt {
            return messages.isLoaded ? call(.listMessages(chat: chat), .listing) : .loadMade
        }
        if let event = messages.missing.first, case .message(let text) = event.event.content {
            return call(.postMessage(chat: chat, sentAt: event.event.at, text: text), .reposting(event))
        }
        while let event = pending.first {
            if let next = next(for: event, in: chat) { return next }
        }
        return .ended(.done)
    }

    /// What it takes to have the chat, and to have it right; nil: nothing.
    private mutating func nextForChat() -> Next? {
        var plan = LanePlan(
            standing, of: conversation, pending: pending, firstMessageAt: messages.firstAt, advisors, agents)
        if case .unknown(let advisor) = plan.wish { return wait(for: advisor) }
        if case .person(let person, _) = plan.wish {
            switch agents.way(to: person) {
            case .known(let id): plan.agent = id
            case .search(let search): return call(search, .searching(person))
            case .creation(let creation): return call(creation, .enrolling(person))
            case .refused(_, let detail):
                plan.wish = .nobody("OurAPI will not have the advisor as an agent: \(detail)")
            case .failed(let failure):
                stop(failure)
                return decided()
            }
        }
        guard let found else {
            return call(
                .createChat(
                    externalID: String(conversation.id), startedAt: plan.startedAt, agent: plan.agent,
                    endedAt: plan.endedAt),
                .making(plan))
        }
        if let update = plan.update(of: found, isOurs: found.id == standing.chat) {
            return call(update, .mending(plan))
        }
        adopt(found, as: plan)
        return nil
    }

    /// The call for an event; nil: it took none, and is settled.
    private mutating func next(for event: StoredEvent, in chat: String) -> Next? {
        let at = event.event.at
        switch event.event.content {
        case .start:
            guard at != standing.startedAt else {
                settle(event, isNew ? .made : .unneeded, isNew ? nil : "same_start")
                return nil
            }
            return call(.updateChat(chat, startedAt: at, agent: nil, endedAt: nil), .applying(event, for: nil))
        case .message(let text):
            return call(.postMessage(chat: chat, sentAt: at, text: text), .applying(event, for: nil))
        case .end:
            // One that is heard of late may be the first of them all the same.
            guard standing.endedAt.map({ at < $0 }) ?? true else {
                settle(event, .unneeded, "second_end")
                return nil
            }
            return call(.updateChat(chat, startedAt: nil, agent: nil, endedAt: at), .applying(event, for: nil))
        case .transfer(_, let advisor): return next(for: event, to: advisor, in: chat)
        }
    }

    private mutating func next(for event: StoredEvent, to advisor: Int64, in chat: String) -> Next? {
        if let transferAt = standing.transferAt, event.event.at < transferAt {
            settle(event, .unneeded, "superseded")  // heard of late: somebody else has had it since
            return nil
        }
        guard let known = advisors[advisor] else { return wait(for: advisor) }
        guard let person = known.person else {
            if advisor == standing.advisor {
                settle(event, .unneeded, "same_advisor")
            } else {
                settle(event, .refused, "advisor_unknown", "BigChat knows no advisor \(advisor).")
            }
            return nil
        }
        // By the person: the number may mean somebody else than it did when the chat was given to it.
        guard person.email != standing.agent else {
            report.standing.advisor = advisor
            report.standing.transferAt = event.event.at
            settle(event, .unneeded, "same_advisor")
            return nil
        }
        switch agents.way(to: person) {
        case .known(let agent):
            return call(
                .updateChat(chat, startedAt: nil, agent: agent, endedAt: nil), .applying(event, for: person))
        case .search(let search): return call(search, .searching(person))
        case .creation(let creation): return call(creation, .enrolling(person))
        case .refused(let code, let detail):
            settle(event, .refused, code, detail)
            return nil
        case .failed(let failure):
            stop(failure)
            return decided()
        }
    }

    private mutating func call(_ call: OurAPICall, _ purpose: Purpose) -> Next {
        self.purpose = purpose
        return .call(call)
    }

    private mutating func wait(for advisor: Int64) -> Next {
        end = .waits(advisor: advisor)
        report.waitsFor = advisor
        return .ended(.waits(advisor: advisor))
    }
}

// What an answer means.
extension Lane {
    private mutating func take(_ answer: OurAPIAnswer) {
        switch (purpose, answer) {
        case (.looking, .chats(let chats)): found(chats)
        case (.making(let plan), .created(let id)): made(id, as: plan)
        case (.mending(let plan), .done):
            isUpdateInDoubt = false
            if let found { adopt(found, as: plan) }
        case (.listing, .messages(let list)): compare(list)
        case (.reposting, .done):
            messages.repeated()
            report.tally.reposted += 1
        case (.applying(let event, let person), .done): applied(event, person)
        case (.searching(let person), .agents(let list)): agents.heard(agents: list, for: person)
        case (.enrolling(let person), .created(let id)): agents.heard(created: id, for: person)
        default:
            missed(
                .init(
                    code: "unexpected_answer", detail: "This is no answer to what was asked.", mayHaveArrived: true,
                    wasAnswered: true))
        }
    }

    /// What OurAPI says of a call that it will never take: 422, or too long.
    private static let unfit: Set<Int> = [413, 422]

    private mutating func refused(_ status: Int, _ detail: String) {
        let failure = OurAPIAnswer.Failure(refusal: status, detail)
        switch (purpose, status) {
        case (.mending, 404), (.listing, 404), (.reposting, 404), (.applying, 404): forget()
        case (.making, 404):
            duplicate = detail
            isChatInDoubt = true
        case (.making(let plan), 400) where plan.agent != nil: lose(plan.person, failure)
        case (.mending(let plan), 400) where plan.agent != nil: lose(plan.person, failure)
        case (.applying(_, .some(let person)), 400): lose(person, failure)
        // Neither unknown nor unfit: somebody in front of OurAPI says no to everybody, and that may pass.
        case _ where !Self.unfit.contains(status): stop(failure)
        case (.making, _):
            end = .refused(code: String(status), detail: detail)
            report.trouble = .init(code: String(status), detail: detail, event: nil)
        case (.mending(let plan), _):
            // Nothing better can be done, and the messages shall not wait for it.
            report.notes.append("OurAPI will not have the chat put right: \(status) \(detail)")
            if let found { adopt(found, as: plan, isRight: false) }
        case (.reposting(let event), _):
            // It had it once. What it will not take again must not be missing for ever.
            report.settled.removeAll { $0.number == event.number }
            report.settled.append(
                .init(number: event.number, fate: .refused, code: String(status), detail: detail))
            messages.giveUp(event)
        case (.applying(let event, _), _): settle(event, .refused, String(status), detail)
        // An address that OurAPI does not take for one is nobody's.
        case (.searching(let person), _): agents.heard(agents: [], for: person)
        case (.enrolling(let person), _): agents.heard(creationRefused: status, detail, for: person)
        case (.looking, _), (.listing, _): stop(failure)
        }
    }

    /// No answer, or none that tells anything.
    private mutating func missed(_ failure: OurAPIAnswer.Failure) {
        failures += 1
        switch purpose {
        case .looking, .listing, .searching: break
        case .making: isChatInDoubt = failure.mayHaveArrived
        case .mending: isUpdateInDoubt = failure.mayHaveArrived || isUpdateInDoubt
        case .reposting: areMessagesInDoubt = failure.mayHaveArrived
        case .applying(let event, _):
            if event.event.kind == .message {
                areMessagesInDoubt = failure.mayHaveArrived
            } else {
                isUpdateInDoubt = failure.mayHaveArrived || isUpdateInDoubt
            }
        case .enrolling(let person): agents.heard(creationFailed: failure, for: person)
        }
        if !failure.wasAnswered || failures > Self.failuresMax { stop(failure) }
    }

    private mutating func stop(_ failure: OurAPIAnswer.Failure) {
        end = .failed(failure)
        report.trouble = .init(code: failure.code, detail: failure.detail, event: eventAtHand)
    }

    private mutating func found(_ chats: [OurAPIAnswer.Chat]) {
        isChatInDoubt = false
        if chats.count > 1 { report.notes.append("OurAPI has \(chats.count) chats of this conversation.") }
        if let chat = chats.first(where: { $0.id == standing.chat }) ?? chats.min(by: { $0.id < $1.id }) {
            // Somebody made another one, or a run whose report was lost: ours is gone.
            if let ours = standing.chat, ours != chat.id { report.hasForgotten = true }
            found = chat
        } else if let duplicate {
            stop(.init(refusal: 404, duplicate))
        } else if standing.chat != nil {
            forget()
        }
    }

    private mutating func made(_ id: String, as plan: LanePlan) {
        if standing.wasMade { report.tally.remade += 1 }
        hold(id, as: plan)
        isNew = true
        isChatKnown = true
        areMessagesKnown = true
        messages.repeatAll()
    }

    private mutating func adopt(_ chat: OurAPIAnswer.Chat, as plan: LanePlan, isRight: Bool = true) {
        if chat.id != standing.chat { report.tally.adopted += 1 }
        isNew = isNew || !standing.wasMade
        hold(chat.id, as: plan)
        found = nil
        isChatKnown = isRight
        areMessagesKnown = false
        areMessagesInDoubt = true
    }

    private mutating func hold(_ id: String, as plan: LanePlan) {
        if case .nobody(let note?) = plan.wish { report.notes.append(note) }
        duplicate = nil
        report.standing = .init(
            chat: id, wasMade: true, startedAt: plan.startedAt, advisor: plan.advisor, agent: plan.person?.email,
            // The plan keeps the agent of a chat that was made before, and so the time of that transfer.
            transferAt: standing.wasMade ? standing.transferAt : nil, endedAt: plan.endedAt)
    }

    private mutating func compare(_ list: [OurAPIAnswer.Message]) {
        let wasComplete = messages.missing.isEmpty
        let (arrived, surplus) = messages.compare(list, pending: pending)
        areMessagesInDoubt = false
        areMessagesKnown = true
        if wasComplete, !messages.missing.isEmpty { report.hasForgotten = true }
        if surplus > 0 { report.notes.append("OurAPI has \(surplus) messages that BigChat did not tell of.") }
        report.tally.found += arrived.count
        report.settled += arrived.map { .init(number: $0.number, fate: .made, code: "found") }
        let numbers = Set(arrived.map(\.number))
        pending.removeAll { numbers.contains($0.number) }
    }

    private mutating func applied(_ event: StoredEvent, _ person: BridgeAdvisor.Person?) {
        switch event.event.content {
        case .start: report.standing.startedAt = event.event.at
        case .end: report.standing.endedAt = event.event.at
        case .transfer(_, let advisor):
            report.standing.advisor = advisor
            report.standing.agent = person?.email
            report.standing.transferAt = event.event.at
        case .message: messages.confirm(event)
        }
        if event.event.kind != .message { isUpdateInDoubt = false }
        settle(event, .made)
    }

    /// The event at hand is settled.
    private mutating func settle(
        _ event: StoredEvent, _ fate: EventFate, _ code: String? = nil, _ detail: String? = nil
    ) {
        report.settled.append(.init(number: event.number, fate: fate, code: code, detail: detail))
        pending = pending.dropFirst()
    }

    /// OurAPI does not know the chat any more.
    private mutating func forget() {
        if standing.wasMade { report.hasForgotten = true }
        report.standing.chat = nil
        found = nil
        messages.forgetMissing()
        areMessagesInDoubt = false
        isUpdateInDoubt = false
        isChatKnown = false
        areMessagesKnown = false
    }

    /// OurAPI does not know the agent any more.
    private mutating func lose(_ person: BridgeAdvisor.Person?, _ failure: OurAPIAnswer.Failure) {
        guard let person else { return stop(failure) }
        report.hasForgotten = true
        if !agents.lose(person) { stop(failure) }
    }
}

// What is told of it.
extension Lane {
    private var standing: ChatStanding { report.standing }

    /// The event that the call is about; nil: the chat itself.
    private var eventAtHand: Int64? {
        switch purpose {
        case .applying(let event, _), .reposting(let event): event.number
        case .searching, .enrolling: standing.chat != nil && found == nil ? pending.first?.number : nil
        // Whoever gives up what it hangs on gives up one event, and not all that wait behind it.
        case .looking where standing.wasMade, .listing: pending.first?.number
        default: nil
        }
    }

    /// Keeps the report true after every step.
    private mutating func tell() {
        report.mustVerify =
            isChatInDoubt || found != nil || areMessagesInDoubt || isUpdateInDoubt || !messages.missing.isEmpty
            || (standing.wasMade && standing.chat == nil)
        report.wasVerified = isChatKnown && areMessagesKnown && !report.mustVerify
        report.agents = agents.changed
        report.notes += agents.takeNotes()
        report.tally.agentsAdopted = agents.adopted
        report.tally.agentsMade = agents.made
    }
}

extension OurAPIAnswer.Failure {
    /// A refusal that says nothing about what was asked.
    fileprivate init(refusal status: Int, _ detail: String) {
        self.init(code: String(status), detail: detail, mayHaveArrived: false, wasAnswered: true)
    }
}
