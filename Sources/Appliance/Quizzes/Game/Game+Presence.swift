extension Game {
    /// A player's connection is there, or was the last to go.
    func presence(of player: Int, _ isPresent: Bool, at instant: Int) {
        let index = player - 1
        guard players[index].isPresent != isPresent else { return }
        players[index].isPresent = isPresent
        guard !players[index].isKicked else { return }
        playersPresent += isPresent ? 1 : -1
        guard isPresent else { return }
        if standing.phase == .lobby, firstPlayerAt == nil { firstPlayerAt = instant }
        if returning != nil {
            if returning?.until == nil { returning?.until = instant + GameStep.returnPatience }
            hastenReturn(at: instant)
        } else if players[index].isAwaited, let playedBefore {
            players[index].credit = min(GameStep.creditMax, clock.elapsed(at: instant) - playedBefore)
        }
        players[index].isAwaited = false
    }

    /// A host has come (1) or gone (-1).
    func hostPresence(_ change: Int, at instant: Int) {
        hostsPresent += change
        if hostsPresent > 0 {
            hostGoneSince = nil
            hasHadHost = true
        } else if hostGoneSince == nil {
            hostGoneSince = instant
        }
    }

    /// The open question of a game that was just read from its rows stands until the players are back. To be called
    /// after all rows were applied, whatever the phase.
    func awaitReturn() {
        guard standing.phase == .question, let question = openQuestion else { return }
        var played = standing.played
        for index in players.indices {
            if let last = players[index].last, last.question == question { played = max(played, last.elapsed) }
            players[index].isAwaited = !players[index].isKicked
        }
        clock = QuestionClock(played: played)
        playedBefore = played
        // Who pauses does not want it to go on when the players are back.
        if !standing.isPaused { returning = Returning() }
    }

    /// With everybody back there is nothing to wait for.
    func hastenReturn(at instant: Int) {
        guard let until = returning?.until, playersPresent >= board.count else { return }
        returning?.until = min(until, instant)
    }
}
