/// One window that BigChat was asked for.
struct PollReport: Encodable {
    let row: PollRow

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(row.poll, forKey: .poll)
        try container.encode(Timestamp.unix(seconds: row.fromSeconds), forKey: .from)
        try container.encode(Timestamp.unix(seconds: row.untilSeconds), forKey: .until)
        try container.encode(Timestamp(row.beganAt), forKey: .beganAt)
        try container.encode(row.endedAt.map(Timestamp.init), forKey: .endedAt)
        try container.encode(row.result, forKey: .result)
        try container.encode(row.warning, forKey: .warning)
        try container.encode(row.pages, forKey: .pages)
        try container.encode(row.nextURL, forKey: .nextURL)
        try container.encode(row.events, forKey: .events)
        try container.encode(row.known, forKey: .known)
        try container.encode(row.aside, forKey: .aside)
    }

    private enum Key: String, CodingKey {
        case poll, from, until, result, warning, pages, events, known, aside
        case beganAt = "began_at"
        case endedAt = "ended_at"
        case nextURL = "next_url"
    }
}

/// A conversation, without what happened in it.
struct ConversationReport: Encodable {
    let row: ConversationRow

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(row.conversation.id, forKey: .id)
        try container.encode(row.state, forKey: .state)
        try container.encode(row.events, forKey: .events)
        try container.encode(Timestamp(row.firstSeenAt), forKey: .firstSeenAt)
        try container.encode(row.conversation.startedAt.map(Timestamp.unix(seconds:)), forKey: .startedAt)
        try container.encode(row.conversation.advisor, forKey: .advisor)
        try container.encode(Made(conversation: row.conversation), forKey: .made)
        try container.encode(row.confirmedAt.map(Timestamp.init), forKey: .confirmedAt)
        try container.encode(row.mustVerify, forKey: .mustVerify)
        try container.encode(row.askAt.map(Timestamp.init), forKey: .askAt)
        try container.encode(row.queuedAt.map(Timestamp.init), forKey: .queuedAt)
        try container.encode(row.waitsFor, forKey: .waitsFor)
        try container.encode(row.parked.map(Parked.init), forKey: .parked)
    }

    private enum Key: String, CodingKey {
        case id, state, events, advisor, made, parked
        case firstSeenAt = "first_seen_at"
        case startedAt = "started_at"
        case confirmedAt = "confirmed_at"
        case mustVerify = "must_verify"
        case askAt = "ask_at"
        case queuedAt = "queued_at"
        case waitsFor = "waits_for_advisor"
    }

    /// What OurAPI was brought to.
    private struct Made: Encodable {
        let conversation: BridgeConversation

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(conversation.made.chat, forKey: .chat)
            try container.encode(conversation.made.startedAt.map(Timestamp.unix(seconds:)), forKey: .startedAt)
            try container.encode(conversation.made.endedAt.map(Timestamp.unix(seconds:)), forKey: .endedAt)
            try container.encode(conversation.made.advisor, forKey: .advisor)
            try container.encode(conversation.made.agent, forKey: .agent)
        }

        private enum Key: String, CodingKey {
            case chat, advisor
            case startedAt = "started_at"
            case endedAt = "ended_at"
            case agent = "agent_email"
        }
    }

    private struct Parked: Encodable {
        let parked: ConversationRow.Parked

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(Timestamp(parked.at), forKey: .at)
            try container.encode(parked.code, forKey: .code)
            try container.encode(parked.detail, forKey: .detail)
            try container.encode(parked.event, forKey: .event)
        }

        private enum Key: CodingKey { case at, code, detail, event }
    }
}

/// A conversation with a part of what happened in it.
struct ConversationHistory: Encodable {
    let row: ConversationRow
    let history: Items<EventReport>

    func encode(to encoder: any Encoder) throws {
        try ConversationReport(row: row).encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(history, forKey: .history)
    }

    private enum Key: CodingKey { case history }
}

/// What BigChat said happened, and what became of it.
struct EventReport: Encodable {
    let row: EventRow

    func encode(to encoder: any Encoder) throws {
        let event = row.stored.event
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(row.stored.number, forKey: .number)
        try container.encode(event.kind, forKey: .kind)
        try container.encode(Timestamp.unix(seconds: event.at), forKey: .at)
        switch event.content {
        case .start, .end: break
        case .message(let text): try container.encode(text, forKey: .text)
        case .transfer(let from, let to):
            try container.encode(from, forKey: .oldAdvisor)
            try container.encode(to, forKey: .newAdvisor)
        }
        try container.encode(row.poll, forKey: .poll)
        try container.encode(row.page, forKey: .page)
        try container.encode(Timestamp(row.receivedAt), forKey: .receivedAt)
        try container.encode(row.stored.fate, forKey: .fate)
        try container.encode(row.code, forKey: .code)
        try container.encode(row.detail, forKey: .detail)
        try container.encode(row.settledAt.map(Timestamp.init), forKey: .settledAt)
    }

    private enum Key: String, CodingKey {
        case number, kind, at, text, poll, page, fate, code, detail
        case oldAdvisor = "old_advisor"
        case newAdvisor = "new_advisor"
        case receivedAt = "received_at"
        case settledAt = "settled_at"
    }
}

/// What stood in a page and is no event of ours.
struct AsideReport: Encodable {
    let row: AsideRow

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(row.poll, forKey: .poll)
        try container.encode(row.page, forKey: .page)
        try container.encode(row.aside.position, forKey: .position)
        try container.encode(row.aside.conversation, forKey: .conversation)
        try container.encode(row.aside.reason, forKey: .reason)
        try container.encode(row.aside.excerpt, forKey: .excerpt)
        try container.encode(Timestamp(row.receivedAt), forKey: .receivedAt)
    }

    private enum Key: String, CodingKey {
        case poll, page, position, conversation, reason, excerpt
        case receivedAt = "received_at"
    }
}

/// An advisor as BigChat describes them, with OurAPI's agent for that person.
struct AdvisorReport: Encodable {
    let row: AdvisorRow

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(row.advisor.id, forKey: .id)
        try container.encode(row.advisor.person?.name, forKey: .name)
        try container.encode(row.advisor.person?.email, forKey: .email)
        try container.encode(row.toldAt.map(Timestamp.init), forKey: .toldAt)
        try container.encode(row.askAt.map(Timestamp.init), forKey: .askAt)
        try container.encode(row.asked, forKey: .failures)
        try container.encode(Timestamp(row.changedAt), forKey: .changedAt)
        try container.encode(row.agent, forKey: .agent)
        try container.encode(row.matches, forKey: .matches)
    }

    private enum Key: String, CodingKey {
        case id, name, email, failures, agent, matches
        case toldAt = "told_at"
        case askAt = "ask_at"
        case changedAt = "changed_at"
    }
}

/// What a window would cause.
struct DryRunReport: Encodable {
    let run: DryRun
    /// Unix seconds.
    let window: Range<Int64>

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(Timestamp.unix(seconds: window.lowerBound), forKey: .from)
        try container.encode(Timestamp.unix(seconds: window.upperBound), forKey: .until)
        try container.encode(run.events, forKey: .events)
        try container.encode(run.known, forKey: .known)
        try container.encode(run.aside, forKey: .aside)
        try container.encode(run.operations.map(Operation.init), forKey: .operations)
        try container.encode(run.failure.map(FailureReport.init), forKey: .failure)
    }

    private enum Key: CodingKey { case from, until, events, known, aside, operations, failure }

    private struct Operation: Encodable {
        let conversation: Int64
        let operation: String
        let text: String

        init(_ operation: DryRun.Operation) {
            conversation = operation.conversation
            self.operation = operation.operation
            text = operation.text
        }
    }
}
