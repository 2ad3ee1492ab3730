import Outbound
import Storage
import Synchronization
import Web

extension Room {
    /// Takes what waits, decides, stores, applies, until nothing waits.
    func drain() async {
        while let batch = state.withLock({ takeBatch(&$0) }) {
            let stored = await store(batch)
            state.withLock { state in settle(batch, stored, &state) }
        }
    }

    /// Inputs that were decided together: what is to be stored, and what came of each.
    private struct Batch: Sendable {
        var entries: ArraySlice<RoomEntry>
        var outcomes: [GameStep.Outcome]
        var changes: [GameChange]
        /// Of the entries that changed something.
        var audit: [AuditEntry]
        /// Whether there is anything to write.
        var isStored: Bool
        var finishes: Bool
    }

    /// Nil when nothing waits; whoever comes next begins to drain.
    private func takeBatch(_ state: inout RoomState) -> Batch? {
        guard !state.inbox.isEmpty else {
            state.isWriting = false
            return nil
        }
        var step = GameStep(state.game)
        var outcomes: [GameStep.Outcome] = []
        outcomes.reserveCapacity(state.inbox.count)
        while outcomes.count < state.inbox.count, outcomes.count < Self.batchMax, !step.isFull {
            let entry = state.inbox[outcomes.count]
            outcomes.append(step.take(entry.input, at: entry.instant))
        }
        let entries = state.inbox.prefix(outcomes.count)
        state.inbox.removeFirst(outcomes.count)
        let audit = zip(entries, outcomes).compactMap { entry, outcome in
            if case .changes = outcome { entry.audit } else { nil }
        }
        return Batch(
            entries: entries, outcomes: outcomes, changes: step.changes, audit: audit,
            isStored: step.changes.contains { if case .shown = $0 { false } else { true } },
            finishes: step.changes.contains { if case .moved(let to) = $0 { to.phase == .finished } else { false } })
    }

    /// Inputs of one write: others of the database wait a few milliseconds for it.
    private static let batchMax = 1_000

    private func store(_ batch: Batch) async -> StorageError? {
        guard batch.isStored else { return nil }
        let now = house.now()
        do throws(StorageError) {
            try await house.database.write { [head, quiz] transaction throws(StorageError) in
                try transaction.store(batch.changes, of: head.number, at: now)
                for entry in batch.audit { try transaction.audit(entry, at: now) }
                if batch.finishes { try transaction.announceFinished(game: head.number, quiz, at: now) }
            }
            return nil
        } catch {
            return error
        }
    }

    /// Milliseconds after a write that failed in which nothing is tried that nobody asked for.
    private static let faultPause = 1_000

    /// Applies what is on disk and tells whoever is to be told.
    private func settle(_ batch: Batch, _ fault: StorageError?, _ state: inout RoomState) {
        let before = state.game.standing, wasReturning = state.game.returning != nil
        for (entry, outcome) in zip(batch.entries, batch.outcomes) {
            if case .player(let number) = entry.reply { state.waiting[number - 1] -= 1 }
            if case .host = entry.reply { state.commandsWaiting -= 1 }
            if case .time = entry.input { state.isTimeComing = false }
            if let fault {
                refuse(entry, fault, &state)
            } else {
                switch outcome {
                case .refused(let problem): refuse(entry, problem, &state)
                case .repeated(let question): repeatVerdict(entry, question, &state)
                case .changes(let range):
                    for change in batch.changes[range] { apply(change, entry, &state) }
                    acknowledge(entry, batch.changes[range], &state)
                }
            }
        }
        if state.game.standing != before || wasReturning != (state.game.returning != nil) {
            announceMove(from: before, &state)
        }
        if fault != nil { state.triesAgainAt = house.clock.now() + Self.faultPause }
        setAlarm(&state)
    }

    private func apply(_ change: GameChange, _ entry: RoomEntry, _ state: inout RoomState) {
        let game = state.game, instant = house.clock.now()
        game.apply(change, at: instant)
        switch change {
        case .answered(let answer):
            house.tally.add { statistics in
                statistics.answers += 1
                statistics.verdictSeconds.add(entry.began.duration(to: .now) / .seconds(1))
            }
            tellVerdict(on: answer.question, to: answer.player, state)
            boardChanged(&state)
        case .joined(let number, let name, _, _):
            state.seats.append(nil)
            state.waiting.append(0)
            house.tally.add { $0.joined += 1 }
            tellHosts(ofPlayer: number, name.text, isKicked: false)
            boardChanged(&state)
        case .kicked(let player, let isKicked):
            if isKicked, let socket = state.seats[player - 1] {
                state.seats[player - 1] = nil
                game.presence(of: player, false, at: instant)
                socket.push(GameFrame.notice("kicked", "The host has removed you from the game."))
                socket.close(.kicked, "kicked")
            }
            tellHosts(ofPlayer: player, game.players[player - 1].name, isKicked: isKicked)
            boardChanged(&state)
        case .shown(let player): showQuestion(to: player, state)
        case .hostAdded, .moved: break
        }
    }

    private func acknowledge(_ entry: RoomEntry, _ changes: ArraySlice<GameChange>, _ state: inout RoomState) {
        switch entry.reply {
        case .caller(let continuation): continuation.resume(returning: Array(changes))
        case .host(_, let socket, let command):
            if case .hostAdded(let host)? = changes.first {
                socket.push(invited(host))
            } else {
                socket.push(GameFrame.message("done") { $0.field("command", command) })
            }
        case .player(let number):
            if case .next = entry.input { tellIfDone(number, state) }
        case .nobody: break
        }
    }

    func refuse(_ entry: RoomEntry, _ error: any Error, _ state: inout RoomState) {
        let problem = error as? Problem ?? (error as? StorageError).map(Problem.notStored) ?? .notStored(.closed)
        house.tally.add { $0.refused += 1 }
        switch entry.reply {
        case .caller(let continuation): continuation.resume(throwing: error)
        case .host(_, let socket, _): socket.push(GameFrame.error(problem))
        case .player(let number):
            var question: String?
            if case .answer(_, let id, _, _) = entry.input { question = id }
            state.seats[number - 1]?.push(GameFrame.error(problem, question: question))
        case .nobody: break
        }
    }

    private func repeatVerdict(_ entry: RoomEntry, _ question: Int, _ state: inout RoomState) {
        guard case .player(let number) = entry.reply else { return }
        house.tally.add { $0.repeated += 1 }
        if state.game.verdict(of: number, on: question) != nil {
            tellVerdict(on: question, to: number, state)
        } else {
            // It waits for its row, and counts as waiting: reads are not to be had without end.
            state.waiting[number - 1] += 1
            Task { await recallVerdict(of: number, on: question) }
        }
    }

    /// An answer to a question of long ago: only its row remembers.
    private func recallVerdict(of number: Int, on question: Int) async {
        let row = try? await house.database.read { [head] snapshot throws(StorageError) in
            try snapshot.answer(of: number, to: question, in: head.number)
        }
        state.withLock { state in
            state.waiting[number - 1] -= 1
            if let row = row ?? nil { tell(state.game.verdict(on: row), to: number, state) }
        }
    }
}

extension Problem {
    static let stopping = Problem(
        .unavailable, "game.stopping", "The server stops. Connect again, and send this again.", retryAfterSeconds: 1)

    /// What was sent is not kept, and may be sent again.
    static func notStored(_ error: StorageError) -> Problem {
        var problem = Problem(error)
        problem.detail = "This was not saved: send it again. \(error.explanation)"
        return problem
    }
}
