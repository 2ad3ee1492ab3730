import Testing

@testable import Appliance

@Suite struct GameStepCommandTests {
    enum State: String, CaseIterable {
        case lobby, question, paused, returning, reveal, revealPaused, lastReveal, finished
        case selfPacedLobby, running, selfPacedFinished
    }

    static func game(in state: State) -> GameAtPlay {
        let isSelfPaced = [.selfPacedLobby, .running, .selfPacedFinished].contains(state)
        let play = GameAtPlay(isSelfPaced ? .selfPaced.with { $0.hasLobby = true } : .threeQuestions, players: 2)
        let commands: [HostCommand] =
            switch state {
            case .lobby, .selfPacedLobby: []
            case .question, .returning, .running: [.start]
            case .paused: [.start, .pause]
            case .reveal: [.start, .skip]
            case .revealPaused: [.start, .skip, .pause]
            case .lastReveal: [.start, .skip, .next, .skip, .next, .skip]
            case .finished, .selfPacedFinished: [.start, .end]
            }
        for command in commands { #expect(play.command(command) == "1") }
        if state == .returning { play.restart() }
        return play
    }

    /// What each command leads to in each state: where the game is then, or the refusal.
    static let table: [(HostCommand, [State: String])] = [
        (
            .start,
            [
                .lobby: "question 1", .question: "!game.not_in_lobby", .paused: "!game.not_in_lobby",
                .returning: "!game.not_in_lobby", .reveal: "!game.not_in_lobby", .revealPaused: "!game.not_in_lobby",
                .lastReveal: "!game.not_in_lobby", .selfPacedLobby: "running", .running: "!game.not_in_lobby",
            ]
        ),
        (
            .next,
            [
                .lobby: "!game.not_begun", .question: "!question.open", .paused: "!question.open",
                .returning: "!question.open", .reveal: "question 2", .revealPaused: "question 2",
                .lastReveal: "finished", .selfPacedLobby: "!game.not_begun", .running: "!game.self_paced",
            ]
        ),
        (
            .skip,
            [
                .lobby: "!game.not_begun", .question: "reveal 1", .paused: "reveal 1", .returning: "reveal 1",
                .reveal: "!question.none", .revealPaused: "!question.none", .lastReveal: "!question.none",
                .selfPacedLobby: "!game.self_paced", .running: "!game.self_paced",
            ]
        ),
        (
            .pause,
            [
                .lobby: "lobby paused", .question: "question 1 paused", .paused: "!game.paused",
                .returning: "question 1 paused", .reveal: "reveal 1 paused", .revealPaused: "!game.paused",
                .lastReveal: "reveal 3 paused", .selfPacedLobby: "!game.self_paced", .running: "!game.self_paced",
            ]
        ),
        (
            .resume,
            [
                .lobby: "!game.not_paused", .question: "!game.not_paused", .paused: "question 1",
                .returning: "question 1", .reveal: "!game.not_paused", .revealPaused: "reveal 1",
                .lastReveal: "!game.not_paused", .selfPacedLobby: "!game.self_paced", .running: "!game.self_paced",
            ]
        ),
        (
            .extend(5_000),
            [
                .lobby: "!game.not_begun", .question: "question 1 +5000", .paused: "question 1 paused +5000",
                .returning: "question 1 returning +5000", .reveal: "!question.none", .revealPaused: "!question.none",
                .lastReveal: "!question.none", .selfPacedLobby: "!game.self_paced", .running: "!game.self_paced",
            ]
        ),
        (
            .lock,
            [
                .lobby: "lobby locked", .question: "question 1 locked", .paused: "question 1 paused locked",
                .returning: "question 1 returning locked", .reveal: "reveal 1 locked",
                .revealPaused: "reveal 1 paused locked", .lastReveal: "reveal 3 locked",
                .selfPacedLobby: "lobby locked", .running: "running locked",
            ]
        ),
        (.end, Dictionary(uniqueKeysWithValues: State.allCases.map { ($0, "finished") })),
        (.unlock, [:]), (.unkick(player: 1), [:]),
        (.kick(player: 2), [:]), (.kick(player: 3), unknown), (.kick(player: 0), unknown),
        (.unkick(player: 3), unknown), (.invite("Bob"), [:]),
    ]

    private static let unknown = Dictionary(uniqueKeysWithValues: State.allCases.map { ($0, "!player.unknown") })

    @Test("every command in every state leads where the table says", arguments: State.allCases)
    func commands(state: State) {
        for (command, results) in Self.table {
            let play = Self.game(in: state)
            let before = play.place
            let isOver = play.game.standing.phase == .finished
            // A command that the table says nothing of leaves the game where it is.
            let expected = isOver ? "!game.finished" : results[state] ?? before
            let said = play.command(command)
            #expect((said.hasPrefix("!") ? said : play.place) == expected, "\(command) in \(state)")
            #expect(!said.hasPrefix("!") || play.place == before, "\(command) in \(state) is refused and moves")
        }
    }

    @Test("what is so already changes nothing", arguments: [
        [HostCommand.lock, .lock], [.unlock], [.unkick(player: 1)], [.kick(player: 1), .kick(player: 1)],
        [.lock, .unlock, .unlock],
    ])
    func twice(commands: [HostCommand]) {
        let play = GameAtPlay(players: 1)
        for command in commands.dropLast() { #expect(play.command(command) == "1") }
        #expect(play.command(commands.last!) == "-")
    }

    @Test("after a move, a kick or a co-host the step is full, after joins and answers it is not")
    func full() {
        let play = GameAtPlay(players: 2)
        play.command(.start)
        for command in [HostCommand.skip, .kick(player: 1), .invite("Bob"), .lock, .extend(1_000), .pause, .end] {
            var step = GameStep(play.game)
            #expect(!step.isFull)
            _ = step.take(.command(command), at: play.now)
            #expect(step.isFull, "\(command)")
        }
        var step = GameStep(play.game)
        _ = step.take(.join(PlayerName("Zoe")!), at: play.now)
        _ = step.take(.answer(player: 1, question: nil, .text("a"), allowance: 0), at: play.now)
        _ = step.take(.command(.unlock), at: play.now)
        _ = step.take(.command(.next), at: play.now)
        #expect(!step.isFull && step.changes.count == 2)
    }

    @Test("a question is extended by ten minutes at most, and by five at once", arguments: [
        ([300_000, 300_000], "1 1"), ([300_000, 299_000, 2_000], "1 1 !extension.too_long"),
        ([999], "!extension.invalid"), ([300_001], "!extension.invalid"), ([-5_000], "!extension.invalid"),
    ])
    func extensions(milliseconds: [Int], said: String) {
        let play = GameAtPlay(players: 1)
        play.command(.start)
        #expect(milliseconds.map { play.command(.extend($0)) }.joined(separator: " ") == said)
        play.command(.skip)
        play.command(.next)
        #expect(play.place == "question 2", "the next one has its own time again")
    }

    @Test("a co-host has a name of their own", arguments: [
        ("Bob", "1"), ("", "!name.invalid"), ("p1", "!name.taken"), ("Pl", "!name.taken"),
        ("QUIZ HOST", "!name.taken"), ("Qu1z H0st", "!name.taken"), ("ann", "!name.taken"),
    ])
    func invitation(name: String, said: String) {
        let play = GameAtPlay(players: 1)
        play.command(.invite("Ann"))
        #expect(play.command(.invite(name)) == said)
        #expect(play.join(name == "Bob" ? "BOB" : "Ann") == "!name.reserved", "nor do players have theirs")
        #expect(play.game.hosts.map(\.number) == (said == "1" ? [2, 3] : [2]))
    }

    @Test("there are 16 hosts at most")
    func hosts() {
        let play = GameAtPlay()
        for number in 2...16 { #expect(play.command(.invite("Helper \(number)")) == "1") }
        #expect(play.command(.invite("Another")) == "!game.hosts_full")
    }

    @Test("who is kicked leaves the board and comes back to their old place")
    func kick() {
        let play = GameAtPlay(players: 3)
        play.command(.start)
        for player in [2, 1] { play.answer(player, .text("b")) }
        #expect(play.board == [2, 1, 3])
        play.command(.kick(player: 2))
        #expect(play.board == [1, 3] && play.game.playersPresent == 2)
        #expect(play.answer(2, .text("b"), to: "q1") == "!player.kicked")
        #expect(play.game.verdict(of: 2, on: 0)?.rank == nil)
        #expect(play.join("p2") == "!name.taken", "the name stays theirs")
        play.command(.unkick(player: 2))
        #expect(play.board == [2, 1, 3] && play.game.playersPresent == 3)
        #expect(play.answer(2, .text("b"), to: "q1") == "again 0")
    }

    @Test("joining is refused with the first reason that holds")
    func joining() {
        let play = GameAtPlay(.threeQuestions.with { ($0.playersMax, $0.letsJoinLate) = (3, false) }, players: 2)
        #expect(play.join("P1") == "!name.taken")
        #expect(play.join("quiz host") == "!name.reserved" && play.join("Qu1z Hοst") == "!name.reserved")
        #expect(play.take([.join(PlayerName("Ann")!), .join(PlayerName("Bob")!)]) == "1 !game.full")
        play.command(.kick(player: 1))
        #expect(play.take([.join(PlayerName("ANN")!), .join(PlayerName("Zoe")!)]) == "!name.taken 1")
        play.command(.kick(player: 2))
        play.command(.start)
        #expect(play.join("Late") == "!game.begun")
        play.command(.lock)
        #expect(play.join("Late") == "!game.locked")
        play.command(.end)
        #expect(play.join("Late") == "!game.finished")
        #expect(play.game.players.map(\.name) == ["P1", "P2", "Ann", "Zoe"])
        #expect(play.game.players.map(\.since) == [1, 2, 3, 4])
    }

    @Test(
        "who may come late comes in at the end of the board; without a lobby nobody is late",
        arguments: [true, false])
    func late(hasLobby: Bool) {
        let play = GameAtPlay(
            .threeQuestions.with { ($0.letsJoinLate, $0.hasLobby) = (hasLobby, hasLobby) }, players: 1)
        if hasLobby { play.command(.start) } else { play.pass(0) }
        #expect(play.place == "question 1")
        #expect(play.take([.join(PlayerName("A")!), .join(PlayerName("a")!), .join(PlayerName("B")!)])
            == "1 !name.taken 1")
        #expect(play.board == [1, 2, 3])
    }
}
