import Outbound

/// What readers of the API are shown of a bridge that has just recovered from an outage.
extension BridgeReport: Exemplified {
    static var examples: [BridgeReport] {
        var figures = BridgeFigures(tally: ["conversations": 120, "events.MESSAGE": 1_480, "fate.made": 1_600])
        let hold = ChannelHold(until: moment + 30_000, outcomeClass: .transient, detail: "503 Service Unavailable")
        figures.setup.settings.source = "http://127.0.0.1:8267"
        figures.setup.destination = Channel(
            name: OurAPIChannel.name, kind: OurAPIChannel.kind,
            settings: [OurAPIChannel.urlField: .text("http://127.0.0.1:8266")], hold: hold)
        figures.setup.cursor = moment / 1_000
        figures.setup.doubtedAt = moment
        figures.setup.replay = 12...17
        return [
            BridgeReport(
                figures: figures, lastPoll: PollReport.examples[0].row,
                state: BridgeState(failures: 1, lastFailure: .example, nextPollAt: moment + 10_000), now: moment)
        ]
    }
}

/// Unix milliseconds.
private let moment = Timestamp.example.milliseconds

extension BridgeState.Failure {
    fileprivate static let example = Self(code: "timeout", detail: "There was no answer in 10 s.", at: moment)
}

extension PollReport: Exemplified {
    static var examples: [PollReport] {
        [
            PollReport(
                row: PollRow(
                    poll: 17, fromSeconds: moment / 1_000 - 10, untilSeconds: moment / 1_000, beganAt: moment, endedAt: moment,
                    pages: 2, events: 31, known: 4, aside: 1))
        ]
    }
}

extension ConversationReport: Exemplified {
    static var examples: [ConversationReport] {
        var conversation = BridgeConversation(id: 4_711, startedAt: moment / 1_000, advisor: 7)
        conversation.made = ChatStanding(
            chat: "c-19", wasMade: true, startedAt: moment / 1_000, advisor: 7, agent: "ben@example.com")
        return [
            ConversationReport(
                row: ConversationRow(
                    conversation: conversation, events: 12, firstSeenAt: moment, mustVerify: false,
                    parked: .init(at: moment, code: "422", detail: "The text is too long.", event: 5)))
        ]
    }
}

extension ConversationHistory: Exemplified {
    static var examples: [ConversationHistory] {
        [ConversationHistory(row: ConversationReport.examples[0].row, history: Items<EventReport>.examples[0])]
    }
}

extension EventReport: Exemplified {
    static var examples: [EventReport] {
        let contents: [BridgeEvent.Content] = [.message("Where is my order?"), .transfer(from: 7, to: 9), .start]
        return contents.enumerated().map { index, content in
            let event = BridgeEvent(conversation: 4_711, at: moment / 1_000, content: content)
            return EventReport(
                row: EventRow(
                    stored: StoredEvent(number: Int64(index + 1), event: event, fate: .made), poll: 17, page: 0,
                    receivedAt: moment, settledAt: moment))
        }
    }
}

extension AsideReport: Exemplified {
    static var examples: [AsideReport] {
        let aside = SourcePage.Aside(
            position: 3, conversation: 4_711, reason: "There is no such kind of event.", excerpt: #"{"type":"WAVE"}"#)
        return [AsideReport(row: AsideRow(poll: 17, page: 0, aside: aside, receivedAt: moment))]
    }
}

extension AdvisorReport: Exemplified {
    static var examples: [AdvisorReport] {
        let advisor = BridgeAdvisor(id: 7, person: .init(name: "Ben", email: "ben@example.com"))
        return [AdvisorReport(row: AdvisorRow(advisor: advisor, asked: 0, changedAt: moment, agent: "a-3", matches: 1))]
    }
}

extension DryRunReport: Exemplified {
    static var examples: [DryRunReport] {
        let operation = DryRun.Operation(
            conversation: 4_711, operation: "post_message", text: "add to the chat c-19 the message …")
        let window = (moment / 1_000 - 3_600)..<(moment / 1_000)
        return [DryRunReport(run: DryRun(events: 9, operations: [operation], failure: .example), window: window)]
    }
}
