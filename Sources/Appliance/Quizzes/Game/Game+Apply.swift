extension Game {
    /// Takes in what was stored.
    ///
    /// A move that says nothing new but `played` marks that the clock of a restored question starts.
    ///
    /// - Parameter instant: now; a question that opens, opens now.
    func apply(_ change: GameChange, at instant: Int) {
        switch change {
        case .joined(let number, let name, let sequence, _):
            precondition(number == players.count + 1, "players are numbered in the order of joining")
            players.append(Player(number: number, name: name.text, since: sequence))
            names[name.folded] = number
            board.set(number, score: 0, since: sequence)
            self.sequence = max(self.sequence, sequence)
        case .answered(let answer): apply(answer)
        case .kicked(let player, let isKicked): apply(isKicked, to: player, at: instant)
        case .hostAdded(let host): hosts.append(host)
        case .moved(let next): apply(next, at: instant)
        case .shown(let player): players[player - 1].shownAt = instant
        }
    }

    private func apply(_ answer: GivenAnswer) {
        let index = answer.player - 1
        let length = streak(ofRight: answer.question, by: players[index])
        players[index].take(answer, streak: length)
        sequence = max(sequence, answer.sequence)
        tally(answer)
        guard answer.total != 0, !players[index].isKicked else { return }
        board.set(answer.player, score: players[index].score, since: answer.sequence)
    }

    private func apply(_ isKicked: Bool, to player: Int, at instant: Int) {
        let index = player - 1
        guard players[index].isKicked != isKicked else { return }
        players[index].isKicked = isKicked
        if isKicked {
            board.remove(player)
        } else {
            board.set(player, score: players[index].score, since: players[index].since)
        }
        if players[index].isPresent { playersPresent += isKicked ? -1 : 1 }
        hastenReturn(at: instant)
    }

    private func apply(_ next: GameStanding, at instant: Int) {
        let before = standing
        standing = next
        if before.isPaused, !next.isPaused { resumedAt = instant }
        let ticks = next.phase == .question && !next.isPaused
        if next.phase != before.phase || next.place != before.place {
            phaseSince = instant
            clock = QuestionClock(played: next.played, since: ticks ? instant : nil)
            forgetReturn()
        } else if next.isPaused != before.isPaused || (returning != nil && next.agrees(with: before)) {
            clock = QuestionClock(played: next.played, since: ticks ? instant : nil)
            returning = nil
        }
    }

    /// What was granted for a restart counts for the question that was open then.
    private func forgetReturn() {
        returning = nil
        guard playedBefore != nil else { return }
        playedBefore = nil
        for index in players.indices {
            players[index].credit = 0
            players[index].isAwaited = false
        }
    }

    /// The streak that the player has with a right answer to `question`.
    ///
    /// In a self-paced game nothing lies between two answers, for what is missed is an answer too.
    func streak(ofRight question: Int, by player: Player) -> Int {
        guard let last = player.last, last.isRight else { return 1 }
        let follows = quiz.pace == .selfPaced || places[last.question] + 1 == places[question]
        return follows ? player.streak + 1 : 1
    }
}
