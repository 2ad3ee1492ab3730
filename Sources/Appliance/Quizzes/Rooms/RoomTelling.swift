import Outbound
import Storage
import Web

/// What is said, and to whom. All of it under the room's lock.
extension Room {
    var times: (instant: Int, wall: Int64) { (house.clock.now(), house.now()) }

    func tellVerdict(on question: Int, to number: Int, _ state: RoomState) {
        guard let verdict = state.game.verdict(of: number, on: question) else { return }
        tell(verdict, to: number, state)
    }

    func tell(_ verdict: Verdict, to number: Int, _ state: RoomState) {
        guard let socket = state.seats[number - 1] else { return }
        let isSelfPaced = quiz.pace == .selfPaced
        socket.push(
            GameFrame.verdict(
                verdict, of: quiz.questions[verdict.question], solution: isSelfPaced,
                isDone: isSelfPaced && state.game.players[number - 1].answered >= quiz.questions.count,
                showsRank: quiz.showsBoard))
    }

    /// The question that a player of a self-paced game is at.
    func showQuestion(to number: Int, _ state: RoomState) {
        let game = state.game, now = times
        state.seats[number - 1]?.push(
            GameFrame.message("question") { writer in
                writer.name("question")
                game.writeQuestion(now, .player(number), to: &writer)
            })
    }

    /// Who asks for a question when there is none left is told how they did.
    func tellIfDone(_ number: Int, _ state: RoomState) {
        let game = state.game, player = game.players[number - 1]
        guard player.answered >= quiz.questions.count, player.shownAt == nil else { return }
        state.seats[number - 1]?.push(
            GameFrame.message("done") { writer in
                writer.field("you", game.ownResult(of: player))
            })
    }

    func tellHosts(ofPlayer number: Int, _ name: String, isKicked: Bool) {
        hosts.publish { sequence in
            GameFrame.message("player", sequence: sequence) { writer in
                writer.field("number", number)
                writer.field("name", name)
                writer.field("kicked", isKicked)
            }
        }
    }

    func invited(_ host: GameHost) -> WebSocket.Message {
        GameFrame.message("invited") { writer in
            writer.field("name", host.name)
            writer.field("host", house.key.token(for: .host(game: head.id, number: host.number)))
        }
    }

    /// The game has moved: everybody hears what is different.
    func announceMove(from before: GameStanding, _ state: inout RoomState) {
        let game = state.game, now = times, standing = game.standing
        switch standing.phase {
        case .question where standing.isLocked == before.isLocked:
            publish { sequence, audience in
                GameFrame.message("question", sequence: sequence) { writer in
                    writer.name("question")
                    game.writeQuestion(now, audience, to: &writer)
                }
            }
            boardChanged(&state)
        case .reveal where before.phase != .reveal || before.place != standing.place:
            publish { sequence, _ in
                GameFrame.message("reveal", sequence: sequence) { game.writeRevealFields(to: &$0) }
            }
            publishBoard(&state)
        case .finished:
            finish(&state)
        default:
            publish { sequence, _ in
                GameFrame.message("state", sequence: sequence) { writer in
                    writer.field("phase", standing.phase.rawValue)
                    writer.field("paused", game.stands)
                    writer.field("locked", standing.isLocked)
                    writer.field("players", game.board.count)
                }
            }
        }
    }

    private func publish(_ message: (_ sequence: Int, _ audience: Audience) -> WebSocket.Message) {
        players.publish { message($0, .players) }
        hosts.publish { message($0, .host) }
        screens.publish { message($0, .screen) }
    }

    /// Tells everybody how it ended, and closes their sockets behind that.
    private func finish(_ state: inout RoomState) {
        house.tally.add { $0.finished += 1 }
        state.board.isDirty = false
        let game = state.game
        // What all hear alike is made once, what is their own while it is sent.
        let shared = game.finishFrame(for: .players), ends = game.players.map { game.ownResult(of: $0) }
        let personal: Web.Topic.Personal = { _, number in
            guard ends.indices ~= number - 1, let own = ends[number - 1] else { return nil }
            return shared.with { $0.field("you", own) }.message
        }
        let sockets = state.seats.compactMap { $0 }
        // Who does not listen yet is not told by the topic.
        for (index, socket) in state.seats.enumerated() {
            guard let socket, state.arriving.contains(socket), let ending = personal(0, index + 1) else { continue }
            socket.push(ending)
        }
        players.publish(replacing: "finish", personal: personal) { _ in
            for socket in sockets { socket.close(.normal, "finished") }
        }
        finish(hosts, Array(state.hostSeats.values), game.finishFrame(for: .host).message, state)
        finish(screens, Array(state.screens), game.finishFrame(for: .screen).message, state)
    }

    private func finish(
        _ topic: Web.Topic, _ sockets: [WebSocket], _ ending: WebSocket.Message, _ state: RoomState
    ) {
        for socket in sockets where state.arriving.contains(socket) { socket.push(ending) }
        topic.publish(ending) { _ in
            for socket in sockets { socket.close(.normal, "finished") }
        }
    }
}

extension Game {
    /// How it ended, as all of an audience hear it; a player hears `you` besides.
    func finishFrame(for audience: Audience) -> GameFrame {
        GameFrame("finish", capacity: 1_024).with { writer in
            writer.field("players", board.count)
            writer.name("top")
            if seesBoard(audience) { writeTop(to: &writer) } else { writer.null() }
        }
    }

    /// How it ended, for one player.
    func ending(of number: Int) -> WebSocket.Message {
        let own = ownResult(of: players[number - 1])
        return finishFrame(for: .player(number)).with { $0.field("you", own) }.message
    }

    func seesBoard(_ audience: Audience) -> Bool {
        if case .host = audience { true } else { quiz.showsBoard }
    }

    /// How a player has done; nil for who was kicked.
    func ownResult(of player: Player) -> OwnResult? {
        guard !player.isKicked else { return nil }
        return OwnResult(
            rank: quiz.showsBoard ? board.rank(of: player.number).map { $0 + 1 } : nil, score: player.score,
            right: player.right, answered: player.answered)
    }
}

/// How a player has done.
struct OwnResult: Equatable, Sendable {
    /// From 1; nil where boards are hidden.
    let rank: Int?
    let score: Int
    let right: Int
    let answered: Int
}

extension JSONWriter {
    /// `{"rank"?, "score", "right", "answered"}`, or null.
    mutating func field(_ name: String, _ own: OwnResult?) {
        guard let own else { return field(name, nil as String?) }
        self.name(name)
        open()
        if let rank = own.rank { field("rank", rank) }
        field("score", own.score)
        field("right", own.right)
        field("answered", own.answered)
        close()
    }
}
