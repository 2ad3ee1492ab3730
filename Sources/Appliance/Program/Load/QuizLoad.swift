import Outbound
import Web

/// `parley load quiz`: many players play games, and everything they are told is added up.
enum QuizLoad {
    private static let players = Option(
        flag: "--players", variable: "", placeholder: "N", standard: "100", about: "How many play each game.")
    private static let games = Option(
        flag: "--games", variable: "", placeholder: "M", standard: "1", about: "How many games are played at once.")
    private static let questions = Option(
        flag: "--questions", variable: "", placeholder: "K", standard: "5", about: "How many the quiz has.")
    private static let pace = Option(
        flag: "--pace", variable: "", placeholder: "PACE", standard: "hosted", about: "hosted or self_paced.")
    private static let over = Option(
        flag: "--over", variable: "", placeholder: "S", standard: "0",
        about: "Seconds over which the answers to a question are spread.")
    private static let hold = Option(
        flag: "--hold", variable: "", placeholder: "S", standard: "0",
        about: "Seconds in the lobby once all are there.")
    private static let token = Option(
        flag: "--token", variable: Option.adminToken.variable, placeholder: "TOKEN", standard: "",
        about: "May make and read quizzes, and host games.")

    static func run(_ arguments: [String], _ environment: [String: String]) async throws(UsageError) -> ExitCode {
        let values = try OptionValues(
            arguments, environment: environment,
            options: [players, games, questions, pace, over, hold, token, ServerURL.option],
            knownSwitches: [LoadCommand.json])
        let quiz = try LoadCommand.identifier(behind: "quiz", values)
        let plan = try plan(values)
        let url = try values.value(ServerURL.option, "an http or https URL", ServerURL.init)
        let token = try values.value(token, "a token") { $0.isEmpty ? nil : $0 }
        LoadCommand.allowDescriptors()
        let client = WebSocketClient()
        let transfers = Transfers(.init(userAgent: "parley/\(Program.version)"))
        defer { transfers.close() }
        let run = QuizLoadRun(plan: plan, quiz: quiz, calls: LoadCalls(to: url, token: token, over: transfers)) {
            (path, parameters) async throws(ConnectFault) in
            try await client.connect(to: url.socket(path, parameters), within: .seconds(30))
        } breakOff: {
            await client.stop(within: .seconds(1))
        } tell: {
            OutputText.standardError.write("parley: \($0)\n")
        }
        do throws(LoadCallFault) {
            let report = try await run.play()
            await client.stop(within: .seconds(1))
            OutputText.standardOutput.write(values.switches.contains(LoadCommand.json) ? report.json : report.text)
            return report.isClean ? .done : .failed
        } catch {
            Program.complain(error.explanation)
            return .failed
        }
    }

    static func plan(_ values: OptionValues) throws(UsageError) -> QuizLoadPlan {
        let spread = try values.value(over, "a number from 0 to 500") { text in
            Double(text).flatMap { (0...500).contains($0) ? $0 : nil }
        }
        return QuizLoadPlan(
            players: try values.whole(players, 1...QuizLoadPlan.playersMax),
            games: try values.whole(games, 1...QuizLoadPlan.gamesMax), questions: try values.whole(questions, 1...100),
            pace: try values.value(pace, "hosted or self_paced", Quiz.Pace.init), over: spread,
            hold: try values.whole(hold, 0...3_600))
    }
}
