import Web

extension GameStep {
    /// Who may steer a game, its maker included.
    static let hostsMax = 16
    /// Milliseconds that a host may add at once.
    static let extensions = 1_000...300_000
    /// Milliseconds that may be added to one question.
    static let extendedMax = 600_000

    /// What a host wants. `start`, `next` and `skip` end a pause.
    mutating func obey(_ command: HostCommand, at instant: Int) -> Outcome {
        if game.standing.phase == .finished { return .refused(.gameFinished) }
        switch command {
        case .start: return game.standing.phase == .lobby ? start() : .refused(.gameNotInLobby)
        case .next: return next()
        case .skip:
            if let refusal = notAsking { return .refused(refusal) }
            return move(at: instant) { $0.reveal() }
        case .extend(let milliseconds):
            if let refusal = notAsking { return .refused(refusal) }
            return extend(by: milliseconds, at: instant)
        case .pause, .resume: return pause(command == .pause, at: instant)
        case .lock, .unlock:
            guard game.standing.isLocked != (command == .lock) else { return nothing }
            return move(at: instant) { $0.isLocked = command == .lock }
        case .end: return move(at: instant) { $0.finish() }
        case .kick(let player): return kick(player, true)
        case .unkick(let player): return kick(player, false)
        case .invite(let name): return invite(name)
        }
    }

    /// What happens by itself, if it is time.
    mutating func pass(at instant: Int) -> Outcome {
        guard let (due, event) = game.upcoming, instant >= due else { return nothing }
        switch event {
        case .start: return start()
        case .goOn: return move(at: instant) { _ in }
        case .reveal: return move(at: instant) { $0.reveal() }
        case .next: return goOn()
        case .finish: return move(at: instant) { $0.finish() }
        }
    }

    private mutating func start() -> Outcome {
        var standing = game.standing
        if game.quiz.pace == .hosted { standing.ask(0) } else { standing.phase = .running }
        return decide(.moved(standing))
    }

    private mutating func next() -> Outcome {
        switch game.standing.phase {
        case .lobby: .refused(.gameNotBegun)
        case .question: .refused(.questionOpen)
        case .running: .refused(.gameSelfPaced)
        case .reveal: goOn()
        case .finished: .refused(.gameFinished)
        }
    }

    /// From a reveal to the next question or the end.
    private mutating func goOn() -> Outcome {
        var standing = game.standing
        let place = standing.place + 1
        if place < game.order.count { standing.ask(place) } else { standing.finish() }
        return decide(.moved(standing))
    }

    /// Why what is for an open question cannot be done; nil when one is open for everybody.
    private var notAsking: Problem? {
        if game.quiz.pace == .selfPaced { return .gameSelfPaced }
        switch game.standing.phase {
        case .lobby: return .gameNotBegun
        case .question: return nil
        case .reveal, .running, .finished: return .questionNone
        }
    }

    private mutating func extend(by milliseconds: Int, at instant: Int) -> Outcome {
        guard Self.extensions.contains(milliseconds) else { return .refused(.extensionInvalid) }
        guard game.standing.extended + milliseconds <= Self.extendedMax else { return .refused(.extensionTooLong) }
        return move(at: instant) { $0.extended += milliseconds }
    }

    private mutating func pause(_ isPaused: Bool, at instant: Int) -> Outcome {
        guard game.quiz.pace == .hosted else { return .refused(.gameSelfPaced) }
        if isPaused, game.standing.isPaused { return .refused(.gamePaused) }
        if !isPaused, !game.stands { return .refused(.gameNotPaused) }
        return move(at: instant) { $0.isPaused = isPaused }
    }

    private mutating func kick(_ number: Int, _ isKicked: Bool) -> Outcome {
        guard let player = player(number) else { return .refused(.playerUnknown) }
        return player.isKicked == isKicked ? nothing : decide(.kicked(player: number, isKicked))
    }

    private mutating func invite(_ text: String) -> Outcome {
        guard let name = PlayerName(text) else { return .refused(.nameInvalid) }
        let number = (game.hosts.last?.number ?? 1) + 1
        guard number <= Self.hostsMax else { return .refused(.hostsFull) }
        // All players are looked at: that is rare, and a co-host must not be taken for one of them either.
        if game.names[name.folded] != nil || game.looksLikeHost(name)
            || game.players.contains(where: { name.looksLike($0.name) })
        {
            return .refused(.nameTaken)
        }
        return decide(.hostAdded(GameHost(number: number, name: name.text)))
    }

    /// Decides a move that keeps what `change` leaves as it is; `played` is what has been played by now.
    private mutating func move(at instant: Int, _ change: (inout GameStanding) -> Void) -> Outcome {
        var standing = game.standing
        standing.played = game.clock.elapsed(at: instant)
        change(&standing)
        return decide(.moved(standing))
    }
}

extension GameStanding {
    fileprivate mutating func ask(_ place: Int) {
        phase = .question
        self.place = place
        (played, extended, isPaused) = (0, 0, false)
    }

    fileprivate mutating func reveal() {
        phase = .reveal
        isPaused = false
    }

    fileprivate mutating func finish() {
        phase = .finished
        isPaused = false
    }
}
