import Synchronization
import Web

@testable import Appliance

/// Games as a server might play them, small enough to be seen through, that can be told to get one thing wrong.
final class FakeGames: Sendable {
    /// What goes wrong: for the third player of game 1 at the second question, or in what is told of game 1.
    enum Fault: String, CaseIterable, Sendable {
        case none
        case verdictLost, verdictTurned, verdictTwice, verdictLate, verdictWrongPoints, verdictWrongSum, verdictBonus
        case questionLost, revealLost, revealCount, boardForeign, finishScore, finishForeign, finishRank
        case listScore, listGap, listMissing, listForeign, listOrder
        case resultsScore, resultsRank, resultsRight, resultsMissing
        case closedEarly, closedWithoutFinish, notJSON, error
    }

    private struct Player {
        let name: String
        let socket: WebSocket
        var score = 0
        var right = 0
        var answered = 0
        var since = 0
    }

    private struct Game {
        let number: Int
        var players: [Player] = []
        var host: WebSocket?
        /// Of the open question of a hosted game.
        var place = -1
        var isOpen = false
        var answers = 0
        var right = 0
        var clock = 0
        /// Players who have left, and answer nothing.
        var gone = 0

        var order: [Int] {
            players.indices.sorted { (players[$1].score, players[$0].since) < (players[$0].score, players[$1].since) }
        }
    }

    private struct State {
        var questions: [[String: JSONValue]] = []
        var isSelfPaced = false
        var games: [Game] = []
        var refusals = 0
        var definition = JSONValue.null
    }

    private let fault: Fault
    private let state: Mutex<State>

    /// - Parameter refusals: joins that are answered 429 before the first is let in.
    init(_ fault: Fault = .none, refusals: Int = 0) {
        self.fault = fault
        state = Mutex(State(refusals: refusals))
    }

    var router: Router {
        var router = Router()
        router.post("/api/quizzes") { [self] request in
            guard case .object(let draft)? = JSONValue(request.body), let definition = draft["definition"],
                case .object(let quiz) = definition, case .list(let questions)? = quiz["questions"]
            else { return Response(.badRequest) }
            state.withLock {
                $0.questions = questions.compactMap { if case .object(let one) = $0 { one } else { nil } }
                $0.isSelfPaced = quiz["pace"] == .text("self_paced")
                $0.definition = definition
            }
            return .json(Array("{}".utf8), .created)
        }
        router.post("/api/quizzes/{id}/publish") { (_: Request, _: String) in .json(Array("{}".utf8)) }
        router.get("/api/quizzes/{id}") { [self] (_: Request, _: String) in
            .json(Array(#"{"version":1,"definition":\#(state.withLock { $0.definition }.written)}"#.utf8))
        }
        router.post("/api/quizzes/{id}/games") { [self] (_: Request, _: String) in
            let number = state.withLock { state in
                state.games.append(Game(number: state.games.count + 1))
                return state.games.count
            }
            let made = #"{"id":"id\#(number)","code":"CODE\#(number)","version":1,"host":"host\#(number)"}"#
            return .json(Array(made.utf8), .created)
        }
        router.get("/api/games/{code}/host") { [self] (_: Request, code: String) in
            .webSocket { [self] socket in await host(socket, Self.index(code)) }
        }
        router.get("/api/games/{code}/play") { [self] (request: Request, code: String) in
            let isRefused = state.withLock { state in
                state.refusals -= 1
                return state.refusals >= 0
            }
            if isRefused { return Response(Status(429)) }
            let name = request.query["name"] ?? ""
            return .webSocket { [self] socket in await play(socket, Self.index(code), name) }
        }
        router.get("/api/games/{id}/leaderboard") { [self] (request: Request, id: String) in
            .json(Array(leaderboard(Self.index(id), from: request.query["after"].flatMap { Int($0) } ?? 0).utf8))
        }
        router.get("/api/games/{id}/results") { [self] (_: Request, id: String) in .json(Array(results(Self.index(id)).utf8)) }
        return router
    }

    private static func index(_ code: String) -> Int { Int(code.drop { !$0.isNumber }).map { $0 - 1 } ?? 0 }

    private func isHit(_ fault: Fault, _ game: Int, _ player: Int, _ place: Int) -> Bool {
        self.fault == fault && game == 0 && player == 2 && place == 1
    }

    // Everything that is said is said under the lock, so that it leaves in the order in which it happened.

    private func host(_ socket: WebSocket, _ index: Int) async {
        state.withLock { state in
            state.games[index].host = socket
            socket.push(.text(#"{"type":"welcome","game":{"code":"CODE\#(index + 1)"},"roster":0}"#))
        }
        for await message in socket.messages {
            guard case .object(let frame)? = JSONValue(message.bytes) else { return }
            state.withLock { state in
                switch frame["type"] {
                case .text("start"), .text("next"): open(state.games[index].place + 1, of: index, &state)
                case .text("skip"): reveal(index, &state)
                case .text("end"): finish(index, &state)
                default: break
                }
            }
        }
    }

    private func play(_ socket: WebSocket, _ index: Int, _ name: String) async {
        let player = state.withLock { state in
            state.games[index].players.append(Player(name: name, socket: socket))
            let number = state.games[index].players.count
            socket.push(
                .text(
                    #"{"type":"welcome","number":\#(number),"name":"\#(name)","game":{"code":"CODE\#(index + 1)"},"#
                        + #""score":0,"question":null}"#))
            state.games[index].host?.push(.text(#"{"type":"player","number":\#(number),"name":"\#(name)"}"#))
            return number - 1
        }
        for await message in socket.messages {
            guard case .object(let frame)? = JSONValue(message.bytes) else { return }
            state.withLock { state in
                if frame["type"] == .text("next") {
                    let place = state.games[index].players[player].answered
                    socket.push(.text(Self.question(state.questions[place])))
                } else if let answer = frame["answer"] {
                    judge(answer, of: player, in: index, &state)
                }
            }
        }
    }

    private func open(_ place: Int, of index: Int, _ state: inout State) {
        guard place < state.questions.count else { return finish(index, &state) }
        state.games[index].place = place
        state.games[index].isOpen = true
        (state.games[index].answers, state.games[index].right) = (0, 0)
        let frame = Self.question(state.questions[place])
        state.games[index].host?.push(.text(frame))
        for (player, one) in state.games[index].players.enumerated() where !isHit(.questionLost, index, player, place) {
            one.socket.push(.text(frame))
        }
    }

    private static func question(_ question: [String: JSONValue]) -> String {
        #"{"type":"question","seq":1,"question":{"id":\#(question["id"]?.written ?? ""),"number":1,"points":1000}}"#
    }

    private func judge(_ answer: JSONValue, of player: Int, in index: Int, _ state: inout State) {
        let place = state.isSelfPaced ? state.games[index].players[player].answered : state.games[index].place
        let question = state.questions[place]
        var isRight = question["right"] == answer
        if question["kind"] == .text("typed"), case .list(let variants)? = question["right"] {
            isRight = variants.contains(answer)
        }
        var points = isRight ? 1_000 : 0
        var bonus = 0
        if isHit(.verdictWrongPoints, index, player, place) { points += 1 }
        if isHit(.verdictBonus, index, player, place) { bonus = 10 }
        state.games[index].clock += 1
        state.games[index].answers += 1
        state.games[index].right += isRight ? 1 : 0
        state.games[index].players[player].answered += 1
        state.games[index].players[player].right += isRight ? 1 : 0
        if points > 0 {
            state.games[index].players[player].score += points
            state.games[index].players[player].since = state.games[index].clock
        }
        let socket = state.games[index].players[player].socket
        let score = state.games[index].players[player].score + (isHit(.verdictWrongSum, index, player, place) ? 500 : 0)
        let isTurned = isHit(.verdictTurned, index, player, place)
        let isDone = state.isSelfPaced && place + 1 == state.questions.count
        let verdict =
            #"{"type":"verdict","question":\#(question["id"]!.written),"right":\#(isRight != isTurned),"#
            + #""points":\#(points),"bonus":\#(bonus),"score":\#(score),"rank":1,"#
            + #""late":\#(isHit(.verdictLate, index, player, place))\#(isDone ? #","done":true"# : "")}"#
        let answered = state.games[index].answers + state.games[index].gone
        let count = state.games[index].players.count
        state.games[index].host?.push(.text(#"{"type":"progress","answered":\#(answered),"players":\#(count)}"#))
        if isHit(.closedEarly, index, player, place) { return socket.close() }
        if isHit(.notJSON, index, player, place) { return socket.push(.text("verdict")) }
        if isHit(.error, index, player, place) { return socket.push(.text(#"{"type":"error","code":"game.broken"}"#)) }
        if !isHit(.verdictLost, index, player, place) { socket.push(.text(verdict)) }
        if isHit(.verdictTwice, index, player, place) { socket.push(.text(verdict)) }
        board(index, &state)
        if fault == .questionLost, index == 0, place == 1, answered == count - 1 { reveal(index, &state) }
    }

    private func top(_ game: Game) -> String {
        let rows = game.order.prefix(10).enumerated().map { rank, player in
            #"{"rank":\#(rank + 1),"name":"\#(game.players[player].name)","score":\#(game.players[player].score)}"#
        }
        return "[\(rows.joined(separator: ","))]"
    }

    /// Written with its members in another order than the rest: nobody promised one.
    private func board(_ index: Int, _ state: inout State) {
        let game = state.games[index]
        let top = fault == .boardForeign && index == 0 ? #"[{"rank":1,"name":"g2p0","score":0}]"# : top(game)
        for player in game.players {
            player.socket.push(
                .text(
                    #"{ "seq": 1, "players": \#(game.players.count), "answered": \#(game.answers), "top": \#(top),"#
                        + #" "you": {"rank": 1, "score": \#(player.score)}, "type": "board" }"#))
        }
    }

    private func reveal(_ index: Int, _ state: inout State) {
        let game = state.games[index]
        guard game.isOpen else { return }
        state.games[index].isOpen = false
        // These players do not stay.
        if [.closedEarly, .notJSON, .error, .verdictTwice].contains(fault), index == 0, game.place == 1 {
            state.games[index].gone = 1
        }
        let right = game.right + (fault == .revealCount && index == 0 && game.place == 1 ? 1 : 0)
        let id = state.questions[game.place]["id"]!.written
        let frame = #"{"type":"reveal","question":\#(id),"answer":null,"answers":\#(game.answers),"right":\#(right)}"#
        for (player, one) in game.players.enumerated() where !isHit(.revealLost, index, player, game.place) {
            one.socket.push(.text(frame))
        }
        game.host?.push(.text(frame))
    }

    private func finish(_ index: Int, _ state: inout State) {
        let game = state.games[index]
        let top = fault == .finishForeign && index == 0 ? #"[{"rank":1,"name":"g2p0","score":0}]"# : top(game)
        let count = game.players.count
        for (rank, number) in game.order.enumerated() {
            let player = game.players[number]
            let isHit = index == 0 && number == 2
            if isHit, fault == .closedWithoutFinish {
                player.socket.close()
                continue
            }
            let score = player.score + (isHit && fault == .finishScore ? 1 : 0)
            let told = rank + 1 + (isHit && fault == .finishRank ? 1 : 0)
            player.socket.push(
                .text(
                    #"{"type":"finish","seq":9,"players":\#(count),"top":\#(top),"you":{"rank":\#(told),"#
                        + #""score":\#(score),"right":\#(player.right),"answered":\#(player.answered)}}"#))
            player.socket.close()
        }
        game.host?.push(.text(#"{"type":"finish","seq":9,"players":\#(count),"top":\#(top)}"#))
    }

    /// Three a page.
    private func leaderboard(_ index: Int, from start: Int) -> String {
        let game = state.withLock { $0.games[index] }
        var order = game.order
        if index == 0, fault == .listOrder { order.swapAt(0, order.count - 1) }
        if index == 0, fault == .listMissing { order.removeAll { $0 == 2 } }
        let rows = order.enumerated().dropFirst(start).prefix(3).map { rank, number in
            let player = game.players[number]
            let isHit = index == 0 && number == 2
            let score = player.score - (isHit && fault == .listScore ? 1 : 0)
            let name = isHit && fault == .listForeign ? "g2p2" : player.name
            let told = rank + 1 + (index == 0 && rank > 1 && fault == .listGap ? 1 : 0)
            return #"{"rank":\#(told),"player":\#(number + 1),"name":"\#(name)","score":\#(score)}"#
        }
        let next = start + 3 < order.count ? #""\#(start + 3)""# : "null"
        return #"{"items":[\#(rows.joined(separator: ","))],"next":\#(next),"players":\#(game.players.count)}"#
    }

    private func results(_ index: Int) -> String {
        let game = state.withLock { $0.games[index] }
        let rows = game.order.enumerated().map { rank, number in
            let player = game.players[number], isHit = index == 0 && number == 2
            let score = player.score + (isHit && fault == .resultsScore ? 1 : 0)
            let right = player.right + (isHit && fault == .resultsRight ? 1 : 0)
            let told = rank + 1 + (isHit && fault == .resultsRank ? 1 : 0)
            return #"{"rank":\#(told),"number":\#(number + 1),"score":\#(score),"right":\#(right)}"#
        }
        let kept = rows.dropLast(fault == .resultsMissing ? 1 : 0).joined(separator: ",")
        return #"{"items":[\#(kept)],"next":null}"#
    }
}
