extension Game {
    /// What happens without anybody's doing.
    enum Event: Equatable, Sendable {
        /// Lobby → the first question, or everybody runs.
        case start
        /// The clock of a restored question starts.
        case goOn
        /// Question → reveal.
        case reveal
        /// Reveal → the next question, or the end.
        case next
        case finish
    }

    /// When `.time` must be taken next; nil while nothing happens by itself. `.time` changes something from then on,
    /// and nothing before.
    var dueAt: Int? { upcoming?.at }

    /// The next thing to happen by itself.
    var upcoming: (at: Int, event: Event)? {
        guard !standing.isPaused else { return nil }
        switch standing.phase {
        case .lobby:
            let start = startsAt.map { (at: $0, event: Event.start) }
            guard quiz.pace == .selfPaced, let closesAt, closesAt < start?.at ?? .max else { return start }
            return (closesAt, .finish)
        case .running: return closesAt.map { ($0, .finish) }
        case .question:
            if let returning { return returning.until.map { ($0, .goOn) } }
            guard let since = clock.since else { return nil }
            // Answers that were given in time may still be on their way.
            return (since + limit + GameStep.allowanceMax - clock.played, .reveal)
        case .reveal:
            guard let alone = movesAloneSince, board.count > 0 else { return nil }
            return (max(phaseSince, resumedAt, alone) + quiz.revealLasts, .next)
        case .finished: return nil
        }
    }

    /// Milliseconds that the open question may take, with what was added.
    var limit: Int { openQuestion.map { quiz.questions[$0].limit + standing.extended } ?? 0 }

    /// When the lobby ends by itself: some time after the first player came, or with somebody there and no host.
    private var startsAt: Int? {
        guard let firstPlayerAt else { return nil }
        let lasts = quiz.pace == .hosted && !quiz.hasLobby ? 0 : quiz.lobbyLasts
        var instant = lasts.map { max(firstPlayerAt, resumedAt) + $0 }
        if quiz.pace == .hosted, let gone = withoutHostSince, board.count > 0 {
            instant = min(instant ?? .max, max(gone, firstPlayerAt, resumedAt))
        }
        return instant
    }

    /// Since when, or from when on, nobody is waited for to move a hosted game on; nil while a host is.
    private var movesAloneSince: Int? {
        // Meant to go by itself, and nobody ever came to steer it.
        if quiz.lobbyLasts != nil || !quiz.hasLobby, !hasHadHost { return hostGoneSince }
        return withoutHostSince
    }

    private var withoutHostSince: Int? {
        guard let hostGoneSince, let lasts = quiz.withoutHostLasts else { return nil }
        return hostGoneSince + lasts
    }
}
