import Web

/// `parley load survey`: many customers take a survey.
enum SurveyLoad {
    private static let customers = Option(
        flag: "--customers", variable: "", placeholder: "N", standard: "100", about: "How many take it at most.")
    private static let concurrent = Option(
        flag: "--concurrent", variable: "", placeholder: "N", standard: "64", about: "How many at a time.")
    private static let rate = Option(
        flag: "--rate", variable: "", placeholder: "R", standard: "0", about: "Answers a second of each customer.")
    private static let seconds = Option(
        flag: "--seconds", variable: "", placeholder: "S", standard: "60", about: "When the last of them begins.")
    private static let standardSurvey = "ice-cream"

    static func run(_ arguments: [String], _ environment: [String: String]) async throws(UsageError) -> ExitCode {
        let values = try OptionValues(
            arguments, environment: environment, options: [customers, concurrent, rate, seconds, ServerURL.option],
            knownSwitches: [LoadCommand.json])
        let survey = try LoadCommand.identifier(behind: "survey", values) ?? standardSurvey
        let plan = try plan(values)
        let url = try values.value(ServerURL.option, "an http or https URL", ServerURL.init)
        LoadCommand.allowDescriptors()
        let destination = url.socket("/api/surveys/\(survey)/chat")
        let client = WebSocketClient()
        let run = SurveyLoadRun(plan: plan) { () throws(ConnectFault) in
            try await client.connect(to: destination)
        } breakOff: {
            await client.stop(within: .seconds(1))
        }
        let report = await run.play()
        await client.stop(within: .seconds(1))
        OutputText.standardOutput.write(values.switches.contains(LoadCommand.json) ? report.json : report.text)
        return report.isClean ? .done : .failed
    }

    static func plan(_ values: OptionValues) throws(UsageError) -> SurveyLoadPlan {
        let count = try values.whole(customers, 1...10_000_000)
        let pace = try values.value(rate, "a number from 0.01 to 1000, or 0") { text in
            Double(text).flatMap { $0 == 0 || (0.01...1_000).contains($0) ? $0 : nil }
        }
        // At a pace of their own they are all there at once; without one, as many as keep a core busy.
        let given = values.given(concurrent) != nil
        let atOnce = given || pace == 0 ? try values.whole(concurrent, 1...SurveyLoadPlan.concurrentMax) : count
        return SurveyLoadPlan(
            customers: count, concurrent: min(count, atOnce, SurveyLoadPlan.concurrentMax), rate: pace,
            seconds: try values.whole(seconds, 1...86_400))
    }
}
