/// What a run of load on games came to.
struct QuizLoadReport: Sendable {
    let plan: QuizLoadPlan
    let seen: QuizLoadTally.Seen
    /// From the first connection to the last welcome.
    let joiningSeconds: Double
    /// From the start to the last verdict.
    let playingSeconds: Double
    /// Of this program while they played.
    let cpuSeconds: Double

    /// Everybody was there to the end, and everything adds up.
    var isClean: Bool { seen.failed == 0 && seen.connected == plan.total }

    var text: String {
        """
        players        \(seen.connected) of \(plan.total) connected in \(shown(joiningSeconds)) s
        answers        \(seen.answers) acknowledged, \(shown(rate))/s
        verdict        \(LatencyFigures(seen.verdicts).text)
        board          \(LatencyFigures(seen.boards).text); \(seen.boards.total) looked at
        frames         \(shown(bytesEach)) B in \(shown(framesEach)) frames for each player and question
        this program   \(shown(playingSeconds)) s, \(shown(cpuSeconds)) s of CPU
        \(failures)
        """
    }

    var json: String {
        LoadFigures.json(
            Shown(
                players: plan.players, games: plan.games, pace: plan.pace.rawValue, over: plan.over,
                connected: seen.connected, failed: seen.failed, errors: seen.errors, examples: seen.examples,
                answers: seen.answers, answers_per_second: rate, verdict_ms: LatencyFigures(seen.verdicts),
                board_ms: LatencyFigures(seen.boards), boards_seen: seen.boards.total,
                bytes_per_player_question: bytesEach, frames_per_player_question: framesEach,
                joining_seconds: joiningSeconds, seconds: playingSeconds, cpu_seconds: cpuSeconds))
    }

    private var rate: Double { LoadFigures.rate(seen.answers, in: playingSeconds) }
    private var bytesEach: Double { Double(seen.bytes) / Double(max(1, seen.questions)) }
    private var framesEach: Double { Double(seen.frames) / Double(max(1, seen.questions)) }

    private var failures: String {
        seen.errors.sorted { $0.key < $1.key }.map { rule, count in
            "  \(count) × \(rule) (\(seen.examples[rule] ?? ""))\n"
        }.joined()
    }

    private func shown(_ number: Double) -> String { LoadFigures.shown(number) }

    private struct Shown: Encodable {
        let players: Int
        let games: Int
        let pace: String
        let over: Double
        let connected: Int
        let failed: Int
        let errors: [String: Int]
        let examples: [String: String]
        let answers: Int
        let answers_per_second: Double
        let verdict_ms: LatencyFigures
        let board_ms: LatencyFigures
        let boards_seen: Int
        let bytes_per_player_question: Double
        let frames_per_player_question: Double
        let joining_seconds: Double
        let seconds: Double
        let cpu_seconds: Double
    }
}
