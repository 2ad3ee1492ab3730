import Outbound

/// Compares what the players of a game were told with what the server says of it afterwards.
struct QuizLoadAudit: Sendable {
    let game: QuizLoadGame
    let quiz: QuizLoadQuiz
    let plan: QuizLoadPlan
    let tally: QuizLoadTally
    let calls: LoadCalls

    private static let pageSize = 200

    func run() async {
        checkReveals()
        do throws(LoadCallFault) {
            try await checkBoard()
            try await checkResults()
        } catch {
            tally.failed(.wrong("results: cannot be read"), error.explanation)
        }
    }

    /// The counts that were shown are those of all players.
    private func checkReveals() {
        guard quiz.pace == .hosted, game.ledgers.count == plan.players else { return }
        let reveals = game.reveals
        for (id, question) in quiz.questions {
            let right = (0..<plan.players).count {
                plan.isRight(game: game.number, player: $0, question: question.place)
            }
            let expected = QuizLoadGame.Reveal(answers: plan.players, right: right)
            check(
                reveals[id] == expected, "reveal: another count than that of the players",
                "\(id): \(reveals[id]?.answers ?? 0)")
        }
    }

    /// The board has every player once, with the score and the rank they heard, in order.
    private func checkBoard() async throws(LoadCallFault) {
        var missing = Dictionary(game.ledgers.map { ($0.number, $0) }) { first, _ in first }
        check(missing.count == game.ledgers.count, "board: two players have one number", "")
        var (rank, last) = (0, Int.max)
        for item in try await items("leaderboard?host=\(game.host)") {
            rank += 1
            check(item["rank"]?.number == rank, "board: ranks have gaps", "\(rank)")
            let (score, name) = (item["score"]?.number ?? .min, item["name"]?.text ?? "")
            check(score <= last, "board: not in the order of scores", "rank \(rank)")
            last = score
            check(game.owns(name), "board: a name of another game", name)
            guard let player = missing.removeValue(forKey: item["player"]?.number ?? 0) else {
                check(game.ledgers.count < plan.players, "board: a player who did not play, or twice", "rank \(rank)")
                continue
            }
            check(score == player.score, "board: another score than the verdicts", player.name)
            check(rank == player.rank, "board: another rank than at the finish", player.name)
            check(name == player.name, "board: another name", player.name)
        }
        check(missing.isEmpty, "board: a player is missing", missing.values.first?.name ?? "")
    }

    /// The results have every player with the same score, rank and count of right answers.
    private func checkResults() async throws(LoadCallFault) {
        var players: [Int: JSONGlance] = [:]
        let rows = try await items("results?part=players&format=json")
        for row in rows { players[(row["number"] ?? row["player"])?.number ?? 0] = row }
        check(rows.count == plan.players, "results: another count of players", "\(rows.count)")
        for player in game.ledgers {
            let row = players[player.number]
            check(row?["score"]?.number == player.score, "results: another score than the verdicts", player.name)
            check(row?["rank"]?.number == player.rank, "results: another rank than at the finish", player.name)
            check(row?["right"]?.number == player.right, "results: another count of right answers", player.name)
        }
    }

    /// All of a list about the game, page by page.
    private func items(_ query: String) async throws(LoadCallFault) -> [JSONGlance] {
        var (found, after) = ([JSONGlance](), "")
        while true {
            let page = try await calls.ask(.get, "/api/games/\(game.id)/\(query)&limit=\(Self.pageSize)\(after)")
            guard let items = page["items"]?.elements else { throw LoadCallFault(explanation: "a list has no items") }
            found += items
            // A cursor that leads nowhere, or round, would be followed for ever.
            guard let next = page["next"]?.text, !items.isEmpty, found.count <= plan.players else { return found }
            after = "&after=\(next)"
        }
    }

    private func check(_ holds: Bool, _ rule: String, _ what: String) {
        if !holds { tally.failed(.wrong(rule), "game \(game.number), \(what)") }
    }
}
