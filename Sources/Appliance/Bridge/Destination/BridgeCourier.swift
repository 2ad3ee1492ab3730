import Outbound
import Storage

extension Courier {
    /// Carries what the bridge has to say to OurAPI: each delivery is one run of a conversation's lane.
    ///
    /// What a run did is enclosed for the observer, so that it is stored in the transaction that
    /// records the delivery: the next run begins while that is on its way to disk.
    static func bridge(
        database: Database, ourAPI: @escaping OurAPI, instruments: BridgeInstruments, now: @escaping WallClock, log: Log
    ) -> Courier {
        Courier(
            kind: OurAPIChannel.kind,
            fields: [
                SettingField(
                    OurAPIChannel.urlField, .url, required: true, limits: 8...2_048,
                    explanation: "OurAPI's address; PUT /api/bridge sets it."),
                SettingField(
                    OurAPIChannel.parallelismField, .number,
                    limits: Double(OurAPIChannel.parallelisms.lowerBound)...Double(OurAPIChannel.parallelisms.upperBound),
                    explanation: "Calls under way at the same time; 1 when left out, and all that OurAPI bears."),
            ],
            parallelism: 1, attemptsMax: LaneRun.attemptsMax, ahead: LaneRun.ahead,
            check: { settings in
                guard case .text(let url)? = settings[OurAPIChannel.urlField], BridgeAddress.kept(url) != url else { return [] }
                return [SettingProblem(field: OurAPIChannel.urlField, detail: "Must be \(BridgeAddress.wanted), without a slash at its end.")]
            }
        ) { parcel in
            guard let payload = BridgePayload(parcel.payload),
                case .text(let base)? = parcel.settings[OurAPIChannel.urlField]
            else {
                return CourierOutcome(
                    .permanent, code: "payload_unreadable",
                    excerpt: "This channel carries conversations of the bridge and nothing else.")
            }
            let run = LaneRun(
                database: database, ourAPI: ourAPI, base: base, instruments: instruments, now: now, log: log)
            return await run.outcome(of: payload.conversation, parcel, startedAt: now())
        }
    }
}

/// One run of a conversation's lane: loads it, makes its calls one after the other, and says what came of it.
struct LaneRun: Sendable {
    /// Attempts without any progress, while OurAPI answers others, before a conversation is parked: about ten minutes.
    static let attemptsMax = 8

    /// Runs that stand ready: one takes a few milliseconds, a commit on a busy disk longer.
    static let ahead = 16
    /// How long something that OurAPI stored speaks for it.
    static let writeGoodForMs: Int64 = 60_000

    let database: Database
    let ourAPI: OurAPI
    let base: String
    let instruments: BridgeInstruments
    let now: WallClock
    let log: Log

    func outcome(of id: Int64, _ parcel: Parcel, startedAt: Int64) async -> CourierOutcome {
        do throws(StorageError) {
            let load = try await database.read { snapshot throws(StorageError) in try snapshot.laneLoad(id) }
            guard let load else {
                return CourierOutcome(.permanent, code: "unknown", excerpt: "There is no such conversation any more.")
            }
            // A run that was interrupted may have got further than anybody wrote down.
            let mustVerify = load.doubt != nil || parcel.attempt > 1
            var lane = Lane(
                load.conversation, pending: load.pending, made: nil, mustVerify: mustVerify, advisors: load.advisors,
                agents: load.agents)
            var isAlive = false
            let end = try await run(&lane, of: id, &isAlive)
            let record = LaneRecord(at: startedAt, era: load.era, doubt: load.doubt, report: lane.report)
            return outcome(
                end, record, isAlive: isAlive, hasProgressed: lane.report.isProgress(from: load.conversation))
        } catch {
            return CourierOutcome(.transient, code: error.code, excerpt: error.explanation)
        }
    }

    private func run(_ lane: inout Lane, of id: Int64, _ isAlive: inout Bool) async throws(StorageError) -> Lane.End {
        while true {
            switch lane.next() {
            case .call(let call):
                let answer = await ourAPI(base, call)
                instruments.count { $0.count(answer, to: call) }
                note(answer, &isAlive)
                lane.heard(answer, to: call)
            case .loadMade:
                lane.load(
                    made: try await database.read { snapshot throws(StorageError) in try snapshot.madeMessages(id) })
            case .ended(let end): return end
            }
        }
    }

    /// Whether OurAPI is at home, and takes something from somebody: then it is this conversation that fails.
    ///
    /// Answering questions alone does not count: an OurAPI that stores nothing any more would have everything parked.
    private func note(_ answer: OurAPIAnswer, _ isAlive: inout Bool) {
        switch answer {
        case .created, .done:
            instruments.lastWriteAt = now()
            isAlive = true
        // Said by somebody in front of it.
        case .refused(status: 401, _), .refused(status: 403, _), .refused(status: 407, _): break
        case .agents, .chats, .messages, .refused:
            if let last = instruments.lastWriteAt, abs(now() - last) <= Self.writeGoodForMs { isAlive = true }
        case .failed: break
        }
    }

    private func outcome(
        _ end: Lane.End, _ record: LaneRecord, isAlive: Bool, hasProgressed: Bool
    ) -> CourierOutcome {
        let report = record.report
        for note in report.notes {
            log.warning("conversation in OurAPI", ["conversation": .text("\(report.conversation)"), "note": .text(note)])
        }
        instruments.count { $0.lanes += report.tally }
        let enclosure = Enclosure(record)
        switch end {
        case .done: return CourierOutcome(.delivered, code: "done", enclosure: enclosure)
        case .waits: return CourierOutcome(.delivered, code: "waits", enclosure: enclosure)
        case .refused(let code, let detail):
            return CourierOutcome(.permanent, code: code, excerpt: detail, enclosure: enclosure)
        case .failed(let failure):
            var outcome = CourierOutcome(
                failure.code == "429" ? .throttled : .transient, code: failure.code, excerpt: failure.detail,
                outcomeUnknown: failure.mayHaveArrived, enclosure: enclosure)
            outcome.progressed = hasProgressed
            outcome.channelIsWell = isAlive
            return outcome
        }
    }
}

extension LaneReport {
    /// Whether anything got into OurAPI, or came to be known of it, that the next run need not do again.
    fileprivate func isProgress(from before: BridgeConversation) -> Bool {
        !settled.isEmpty || tally.reposted > 0 || standing.chat != before.made.chat || agents.contains { $0.id != nil }
    }
}
